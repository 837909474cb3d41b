"""The torch language model computes what the cells by hand compute, and the training loop keeps its promises."""

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from seqlib import references
from seqlib.batches import shifted_inputs
from seqlib.gru import gru_forward
from seqlib.lstm import lstm_forward
from seqlib.models import __main__ as door
from seqlib.models import cards
from seqlib.models import train as loop
from seqlib.models.gru import ResetBeforeGRU
from seqlib.models.language_model import (
    LanguageModel,
    Sequences,
    as_batch,
    bits_per_character,
    from_by_hand,
    prepare_names,
    to_by_hand,
)
from seqlib.models.machine import describe
from seqlib.models.parts import IGNORED, dropout, padded
from seqlib.models.prepared import DATA
from seqlib.models.recipes import RECIPES, Recipe
from seqlib.models.record import log_probabilities, verify, write
from seqlib.rnn import rnn_forward
from seqlib.text import EOS, Vocabulary

FORWARD = {"rnn": rnn_forward, "lstm": lstm_forward, "gru": gru_forward}
TEXTS = ["abba", "ab", "babab", "aab", "b", "abab"] * 4


def small_data():
    vocabulary = Vocabulary.of(TEXTS, specials=(EOS,))
    encoded = [vocabulary.encode(text, end=True) for text in TEXTS]
    return Sequences(vocabulary, encoded, encoded[:6], encoded[6:9], {"package": "none", "version": "0"})


def small_recipe(**changes):
    recipe = Recipe(
        "names-rnn", cell="rnn", n_a=7, bar=9.0, batch=8, epochs=4, learning_rate=0.02, average=0.5
    )
    return dataclasses.replace(recipe, **changes)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("seed", range(3))
def test_the_cells_by_hand_give_the_models_log_probabilities(cell, seed):
    torch.manual_seed(seed)
    model = LanguageModel(cell, n_x=6, n_a=5).double().eval()
    targets = np.random.default_rng(seed).integers(6, size=(3, 8))
    parameters = to_by_hand(model)
    y = FORWARD[cell](shifted_inputs(targets, 6), np.zeros((5, 3)), parameters)[1]
    np.testing.assert_allclose(log_probabilities(model, targets), np.log(y), rtol=1e-10)
    np.testing.assert_allclose(log_probabilities(from_by_hand(parameters), targets), np.log(y), rtol=1e-10)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_there_and_back_gives_the_same_parameters(cell):
    torch.manual_seed(1)
    parameters = to_by_hand(LanguageModel(cell, n_x=6, n_a=5).double())
    back = to_by_hand(from_by_hand(parameters))
    assert back.keys() == parameters.keys()
    for name, value in parameters.items():
        np.testing.assert_array_equal(back[name], value)
        assert value.ndim == 2


def test_the_loss_is_the_mean_over_the_tokens_that_are_there():
    torch.manual_seed(0)
    model = LanguageModel("lstm", n_x=4, n_a=3).double().eval()
    together = as_batch([[1, 2, 0], [3, 0]], torch.device("cpu"))
    assert together[0].tolist() == [[IGNORED, 1, 2], [IGNORED, 3, 0]]
    assert together[1].tolist() == [[1, 2, 0], [3, 0, IGNORED]]
    alone = [model(*as_batch([s], torch.device("cpu")))[1].item() * len(s) for s in ([1, 2, 0], [3, 0])]
    assert math.isclose(model(*together)[1].item(), sum(alone) / 5, rel_tol=1e-12)
    logits, loss = model(together[0])
    assert logits.shape == (2, 3, 4) and loss is None


def test_the_layer_with_the_reset_gate_first_reads_batches_first_only():
    with pytest.raises(ValueError, match="leave it True"):
        ResetBeforeGRU(3, 4, batch_first=False)
    a, last = ResetBeforeGRU(3, 4)(torch.ones(2, 5, 3))
    assert a.shape == (2, 5, 4) and torch.equal(a[:, -1], last)


def test_the_spread_of_float32_is_that_of_real_steps():
    data = SimpleNamespace(recorded=[[1, 2, 0], [3, 0]], as_batch=as_batch)
    exact = torch.zeros(2, 3, 4, dtype=torch.float64)
    outputs = exact.float()
    outputs[0, 2, 1], outputs[1, 2, 1] = 0.25, 7.0
    assert cards.largest_difference(outputs, exact, data) == 0.25


@pytest.mark.parametrize("rows", [1, 3])
def test_the_way_back_through_the_layer_with_the_reset_gate_first_is_the_derivative(rows):
    torch.manual_seed(0)
    layer = ResetBeforeGRU(3, 4).double()
    x = torch.randn(rows, 5, 3, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in layer.named_parameters()]

    def states(x, *weights):
        return torch.func.functional_call(layer, dict(zip(names, weights, strict=True)), (x,))

    assert torch.autograd.gradcheck(
        states, (x, *(weight.detach().requires_grad_() for weight in layer.parameters()))
    )


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_dropout_acts_in_training_only(cell):
    torch.manual_seed(0)
    model = LanguageModel(cell, n_x=4, n_a=9, dropout=0.5, weight_dropout=0.5, input_dropout=0.5)
    idx = torch.tensor([[IGNORED, 1, 2, 3]])
    assert not torch.equal(model.train()(idx)[0], model(idx)[0])
    assert torch.equal(model.eval()(idx)[0], model(idx)[0])


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(share):
    torch.manual_seed(0)
    ones = torch.ones(1001, 1003, requires_grad=True)
    kept = dropout(ones, share, training=True)
    dropped = (kept == 0).double().mean().item()
    deviation = math.sqrt(share * (1 - share) / ones.numel())
    assert abs(dropped - share) < 5 * deviation + 2**-16
    torch.testing.assert_close(kept[kept != 0].unique(), torch.tensor([1 / (1 - share)]))
    pairs = (kept[:, 1:] == 0) & (kept[:, :-1] == 0)  # neighbours, four of which share one draw of bits
    assert abs(pairs.double().mean().item() - share**2) < 0.002
    kept.sum().backward()
    torch.testing.assert_close(ones.grad, kept.detach())
    assert torch.equal(dropout(ones, share, training=False), ones)


def test_rows_are_padded_to_the_longest():
    assert padded([[3, 4, 5], [6]], -1).tolist() == [[3, 4, 5], [6, -1, -1]]
    assert padded([[1], [2]]).dtype == torch.int64


def test_batches_hold_every_sequence_once_and_follow_the_seed():
    sequences = [[i] * (i % 5 + 1) for i in range(23)]
    drawn = [list(loop.batches(sequences, 4, torch.Generator().manual_seed(seed))) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    for batches in drawn:
        assert sorted(sequence for batch in batches for sequence in batch) == sorted(sequences)


def test_training_learns_repeats_itself_and_keeps_the_best_epoch():
    data = small_data()
    runs = [loop.train(small_recipe(epochs=8), data, seed, report=lambda line: None) for seed in (0, 0, 1)]
    assert runs[0].curve == runs[1].curve != runs[2].curve
    run = runs[0]
    assert run.validation == min(entry["validation"] for entry in run.curve) < run.curve[0]["validation"]
    assert run.steps == run.epochs * 3
    kept = bits_per_character(run.model, data.validation, torch.device("cpu"))
    assert math.isclose(kept, run.validation, rel_tol=1e-5)


def test_training_stops_when_validation_does_not_improve():
    data = small_data()
    b = data.vocabulary.index["b"]
    hopeless = dataclasses.replace(data, validation=[[b, b, b, b, b, b]])
    run = loop.train(small_recipe(epochs=60, patience=2), hopeless, report=lambda line: None)
    assert run.epochs == run.best_epoch + 2 < 60


def test_training_that_is_stopped_goes_on_to_the_same_weights(tmp_path):
    recipe, checkpoint = small_recipe(epochs=5, dropout=0.3), tmp_path / "run.pt"
    whole = loop.train(recipe, small_data(), report=lambda line: None)

    def stop_after_two(line):
        if "epoch 2/" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop.train(recipe, small_data(), report=stop_after_two, checkpoint=checkpoint)
    lines = []
    resumed = loop.train(recipe, small_data(), report=lines.append, checkpoint=checkpoint)
    assert len(lines) == 3 and resumed.curve == whole.curve and resumed.steps == whole.steps
    for name, value in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], value), name
    again = loop.train(recipe, small_data(), report=lines.append, checkpoint=checkpoint)
    assert len(lines) == 3 and again.curve == whole.curve


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    checkpoint = tmp_path / "run.pt"
    loop.train(small_recipe(epochs=1), small_data(), report=lambda line: None, checkpoint=checkpoint)
    with pytest.raises(ValueError, match="is a run of seed 0; expected 1"):
        loop.train(small_recipe(epochs=1), small_data(), 1, report=lambda line: None, checkpoint=checkpoint)


def test_the_seed_kept_is_decided_by_validation(tmp_path, monkeypatch):
    data, recipe = prepare_names(), small_recipe(epochs=1, patience=1)
    cut = dataclasses.replace(
        data, train=data.train[:64], validation=data.validation[:40], test=data.test[:40]
    )
    monkeypatch.setattr("seqlib.models.record.ngram_figures", lambda: {"2": {"validation": 4.0, "test": 4.0}})
    runs = [loop.train(recipe, cut, seed, report=lambda line: None) for seed in (4, 5, 6)]
    content = write(recipe, cut, runs, tmp_path)
    assert content["seed"] == min(content["runs"], key=lambda run: run["validation"])["seed"]
    parameters, card = references.load("names-rnn", tmp_path)
    assert parameters["Waa"].shape == (7, 7)
    assert card == content
    assert references.recorded("names-rnn", tmp_path).log_probabilities.shape[1] == 16
    monkeypatch.setitem(RECIPES, "names-rnn", recipe)
    monkeypatch.setitem(DATA, "names", lambda: cut)
    assert verify("names-rnn", tmp_path) == []


def test_the_door_lists_and_refuses_what_it_does_not_know(capsys):
    assert door.main(["list"]) == 0
    assert "names-lstm" in capsys.readouterr().out
    assert door.main(["train", "names-transformer"]) == 2
    assert "names-rnn, names-lstm" in capsys.readouterr().err


def test_the_machine_is_described_without_what_it_has_not():
    described = describe(torch.device("cpu"))
    assert described["device"] == "cpu" and described["processor"]
    assert not {"gpu", "cuda"} & described.keys()
