"""Trained vectors: the steps are those of the gradients, runs repeat themselves, and the cards say what the weights give."""

import dataclasses
import json
import pickle
import shutil

import numpy as np
import pytest
import torch

from seqlib import references
from seqlib.data import similarity
from seqlib.models import __main__ as door
from seqlib.models import vector_cards, vectors
from seqlib.models.recipes import RECIPES, VectorRecipe
from seqlib.models.record import missed_bars, verify
from seqlib.models.vectors import GloVe, SkipGram, Text, as_vectors, prepare_text, train
from seqlib.pairs import encode, vocabulary

NAMES = [name for name, recipe in RECIPES.items() if isinstance(recipe, VectorRecipe)]
CPU = torch.device("cpu")
WORDS = [f"w{i}" for i in range(12)]


COMPUTED = {}


@pytest.fixture
def once(monkeypatch):
    """The slow functions of a card give what they gave for the same arguments before."""

    def kept(function):
        def call(*arguments):
            key = function.__name__, pickle.dumps(arguments)
            if key not in COMPUTED:
                COMPUTED[key] = function(*arguments)
            return COMPUTED[key]

        return call

    for module, name in ((vector_cards, "figures"), (similarity, "paired_bootstrap")):
        monkeypatch.setattr(module, name, kept(getattr(module, name)))


def small_text(sentences=200, seed=0):
    """Sentences of one of two topics, six words each: words of a topic stand together."""
    rng = np.random.default_rng(seed)
    topics = rng.integers(2, size=sentences)
    corpus = [[WORDS[6 * t + i] for i in rng.integers(6, size=8)] for t in topics]
    words, counts = vocabulary(corpus, 1)
    return Text(words, counts, encode(corpus, words), {"package": "none", "version": "0"})


def small_recipe(name, **changes):
    return dataclasses.replace(
        RECIPES[name], n_e=4, window=3, batch=32, epochs=4, least=1, threshold=0.0, **changes
    )


def skip_gram_loss(E, Theta, centres, contexts, negatives, weight):
    apart = (negatives != contexts[:, None]) * weight
    near = torch.nn.functional.logsigmoid((E[centres] * Theta[contexts]).sum(1)).sum()
    return -near - (torch.nn.functional.logsigmoid(-E[centres] @ Theta[negatives].T) * apart).sum()


def test_a_step_of_skip_gram_goes_down_the_gradient_of_the_loss_repeated_words_among_them():
    trainer = SkipGram(small_recipe("vectors-skipgram", shared=3), small_text(), 0, CPU)
    torch.manual_seed(0)
    trainer.E, trainer.Theta = torch.randn(12, 4).double(), torch.randn(12, 4).double()
    centres, contexts, negatives = (torch.tensor(x) for x in ([1, 1, 5, 2], [3, 4, 3, 0], [3, 7, 7]))
    E, Theta = (value.clone().requires_grad_() for value in (trainer.E, trainer.Theta))
    skip_gram_loss(E, Theta, centres, contexts, negatives, 5 / 3).backward()
    positive = trainer.step(centres, contexts, negatives, 0.01)
    torch.testing.assert_close(trainer.E, (E - 0.01 * E.grad).detach())
    torch.testing.assert_close(trainer.Theta, (Theta - 0.01 * Theta.grad).detach())
    expected = -torch.nn.functional.logsigmoid((E[centres] * Theta[contexts]).sum(1)).sum()
    torch.testing.assert_close(positive, expected.detach())


def test_a_step_of_glove_is_adagrad_on_the_gradient_of_the_loss():
    recipe = small_recipe("vectors-glove", x_max=4.0, squares=0.5, learning_rate=0.1)
    trainer = GloVe(recipe, small_text(), 0, CPU)
    before = {key: torch.from_numpy(np.array(value)).double() for key, value in trainer.parameters().items()}
    for value in before.values():
        value.requires_grad_()
    rows, columns = torch.tensor([1, 1, 6]), torch.tensor([2, 3, 2])
    X = torch.tensor([0.5, 3.0, 9.0])
    f = torch.clamp((X / 4) ** recipe.power, max=1)
    scores = (before["Theta"][rows] * before["E"].T[columns]).sum(1)
    difference = scores + before["b"][rows, 0] + before["b_prime"][columns, 0] - torch.log(X)
    loss = (f * difference**2).sum()
    (loss / 2).backward()  # as in the published program, whose gradient leaves the factor 2 to the rate
    found = trainer.step(rows, columns, torch.log(X), f)
    torch.testing.assert_close(found.double(), loss.detach(), rtol=1e-5, atol=0)
    for name, value in trainer.parameters().items():
        gradient = before[name].grad
        expected = before[name] - 0.1 * gradient / torch.sqrt(0.5 + gradient**2)
        np.testing.assert_allclose(value, expected.detach().numpy(), rtol=1e-4, atol=1e-6)


def keys_of(places):
    return (places[0] * len(WORDS) + places[1]).tolist()


def test_glove_without_zeros_learns_from_the_entries_alone():
    trainer = GloVe(small_recipe("vectors-glove", zeros=0.0), small_text(), 0, CPU)
    assert all(torch.equal(*pair) for pair in zip(trainer.cells(), trainer.entries, strict=True))


def test_glove_draws_cells_that_no_entry_has_anew_for_each_epoch_with_their_count_and_weight():
    trainer = GloVe(small_recipe("vectors-glove", zeros=0.5, zero_weight=0.3), small_text(), 0, CPU)
    entries, K = trainer.entries, len(trainer.entries[1])
    first, second = trainer.cells(), trainer.cells()
    for found, whole in zip(first, entries, strict=True):
        assert torch.equal(found[..., :K], whole)
    drawn = first[0][:, K:]
    assert 0 < drawn.shape[1] <= K and not set(keys_of(drawn)) & set(keys_of(entries[0]))
    assert keys_of(first[0]) != keys_of(second[0])
    torch.testing.assert_close(first[1][K:], torch.full_like(first[1][K:], np.log(0.5)))
    torch.testing.assert_close(first[2][K:], torch.full_like(first[2][K:], 0.3))


def test_zeros_hold_down_the_scores_of_words_that_never_meet():
    text, scores = small_text(), {}
    topic = np.array([int(word[1:]) >= 6 for word in text.words])
    for zeros in (0.0, 0.1):
        recipe = small_recipe("vectors-glove", zeros=zeros, zero_weight=1.0)
        found = train(dataclasses.replace(recipe, epochs=60), text, report=lambda line: None).parameters
        table = found["Theta"] @ found["E"] + found["b"] + found["b_prime"].T
        scores[zeros] = table[topic[:, None] != topic].mean()
    assert scores[0.1] < np.log(0.1) + 0.5 < scores[0.0] - 1


@pytest.mark.parametrize("name", NAMES)
def test_training_repeats_itself_and_brings_words_of_a_topic_together(name):
    text, recipe = small_text(), small_recipe(name)
    runs = [train(recipe, text, seed, report=lambda line: None) for seed in (0, 0, 1)]
    for key, value in runs[0].parameters.items():
        np.testing.assert_array_equal(value, runs[1].parameters[key])
        assert not np.array_equal(value, runs[2].parameters[key])
    assert runs[0].curve[-1] < runs[0].curve[0] and len(runs[0].curve) == 4
    vectors = as_vectors(runs[0].parameters, recipe.objective)
    assert vectors.shape == (4, 12)
    cosine = similarity.unit(vectors).T @ similarity.unit(vectors)
    topic = np.array([int(word[1:]) >= 6 for word in text.words])
    together = topic[:, None] == topic
    assert cosine[together & ~np.eye(12, dtype=bool)].mean() > cosine[~together].mean() + 0.3


@pytest.mark.parametrize("name", NAMES)
def test_training_that_is_stopped_goes_on_to_the_same_vectors(name, tmp_path):
    text, recipe, checkpoint = small_text(), small_recipe(name), tmp_path / "run.pt"
    whole = train(recipe, text, 1, report=lambda line: None)

    def stop_after_two(line):
        if "epoch 2/" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, text, 1, report=stop_after_two, checkpoint=checkpoint)
    lines = []
    resumed = train(recipe, text, 1, report=lines.append, checkpoint=checkpoint)
    again = train(recipe, text, 1, report=lines.append, checkpoint=checkpoint)
    assert len(lines) == recipe.epochs - 2
    for run in (resumed, again):
        assert run.curve == whole.curve and run.examples == whole.examples
        for key, value in whole.parameters.items():
            np.testing.assert_array_equal(run.parameters[key], value)
    with pytest.raises(ValueError, match="is a run of seed 1; expected 2"):
        train(recipe, text, 2, checkpoint=checkpoint)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_belong_together_over_three_seeds_and_no_bar_is_missed(name, once):
    card = references.card(name)
    assert verify(name) == missed_bars(card) == card["missed"] == []
    assert [run["seed"] for run in card["runs"]] == [0, 1, 2]
    for end in ("", "_same_rate"):
        assert [run["seed"] for run in card[f"gensim{end}"]["runs"]] == [0, 1, 2]
        found = card[f"difference{end}"]
        assert found["low"] <= found["difference"] <= found["high"]
    assert list(card["neighbours"]) == list(vector_cards.PROBES)
    assert sum(path.stat().st_size for path in references.FOLDER.glob(f"{name}*.safetensors")) <= 5_000_000


def test_skip_gram_meets_its_bar_and_is_not_told_from_gensims_at_the_same_rate():
    card = references.card("vectors-skipgram")
    assert card["missed"] == [] and card["difference"]["low"] > 0
    assert card["difference_same_rate"]["low"] < 0 < card["difference_same_rate"]["high"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_loaded_has_the_shapes_of_the_course_and_a_word_for_each_vector(name):
    parameters, card = references.load(name)
    words = card["vocabulary"]
    V, n_e = len(words), 50
    shapes = {"E": (n_e, V), "Theta": (V, n_e)}
    if name == "vectors-glove":
        shapes |= {"b": (V, 1), "b_prime": (V, 1)}
    assert {key: value.shape for key, value in parameters.items()} == shapes
    assert words == prepare_text(card["recipe"]["least"]).words
    vectors = as_vectors(parameters, card["recipe"]["objective"])
    found = [word for word, _ in similarity.nearest("king", words, vectors, 8)]
    assert found == card["neighbours"]["king"]
    assert set(found) & {"queen", "prince", "emperor", "duke", "monarch", "sovereign"}


def test_gensim_was_given_the_settings_of_the_recipe():
    recipe, settings = RECIPES["vectors-skipgram"], references.card("vectors-skipgram")["gensim"]["settings"]
    assert settings == json.loads(json.dumps(vector_cards.gensim_settings(recipe)))
    same = references.card("vectors-skipgram")["gensim_same_rate"]["settings"]
    assert same == settings | {"alpha": recipe.learning_rate}
    assert references.card("vectors-glove")["gensim"] == references.card("vectors-skipgram")["gensim"]


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card["runs"][0].update(rho=0.9),
        lambda card: card["runs"][1]["cosines"].__setitem__(3, 0.99),
        lambda card: card["gensim"]["runs"][2].update(rho=0.1),
        lambda card: card["difference"].update(low=0.0),
        lambda card: card["gensim_same_rate"]["runs"][0].update(rho=0.1),
        lambda card: card["difference_same_rate"].update(difference=0.2),
        lambda card: card["missed"].append("none"),
        lambda card: card["neighbours"].update(king=["queen"] * 8),
        lambda card: card["data"].update(sha256="0" * 64),
        lambda card: card["recipe"].update(window=9),
        lambda card: card["machine"].update(gpu="NVIDIA H200"),
        lambda card: card["curve"].pop(),
        lambda card: card["vocabulary"].reverse(),
    ],
    ids=[
        "rho",
        "cosine",
        "gensim",
        "interval",
        "same rate",
        "its difference",
        "bar",
        "neighbours",
        "data",
        "recipe",
        "machine",
        "curve",
        "words",
    ],
)
def test_a_changed_number_is_found(tmp_path, change, once):
    for path in references.FOLDER.glob("vectors-skipgram.*"):
        shutil.copy(path, tmp_path)
    card = references.card("vectors-skipgram", tmp_path)
    change(card)
    (tmp_path / "vectors-skipgram.json").write_text(json.dumps(card), encoding="utf-8")
    assert verify("vectors-skipgram", tmp_path) != []


def test_a_card_that_hides_its_departure_from_the_paper_is_found(tmp_path, once):
    for path in references.FOLDER.glob("vectors-glove.*"):
        shutil.copy(path, tmp_path)
    card = references.card("vectors-glove", tmp_path)
    assert "departs from Pennington" in card["departure"]
    assert card["departure"] in "\n".join(vector_cards.table(card))
    (tmp_path / "vectors-glove.json").write_text(json.dumps(card | {"departure": ""}), encoding="utf-8")
    assert any("departure" in problem for problem in verify("vectors-glove", tmp_path))


def test_vectors_that_are_below_gensims_miss_the_bar():
    card = {"name": "vectors-glove", "difference": {"difference": -0.02, "low": -0.05, "high": 0.01}}
    assert "0.020 below gensim's" in missed_bars(card)[0]


def test_the_door_trains_and_shows_vectors(tmp_path, monkeypatch, capsys):
    text = small_text(sentences=40)
    recipe = dataclasses.replace(small_recipe("vectors-skipgram"), epochs=1)
    figure = {"rho": 0.1, "covered": 0, "analogies": 0.2, "analogies_covered": 0, "cosines": []}
    difference = {"difference": 0.1, "low": 0.0, "high": 0.2, "level": 0.95, "draws": 1}
    monkeypatch.setitem(RECIPES, "vectors-skipgram", recipe)
    monkeypatch.setattr(vectors, "prepare_text", lambda least: text)
    monkeypatch.setattr(vector_cards, "PROBES", ("w1",))
    monkeypatch.setattr(vector_cards, "figures", lambda vectors, words: figure)
    monkeypatch.setattr(vector_cards, "gensim_run", lambda *_: {"seed": 0, "words_per_second": 1.0, **figure})
    monkeypatch.setattr(vector_cards, "difference", lambda *_: difference)
    assert (
        door.main(["train", "vectors-skipgram", "--folder", str(tmp_path), "--device", "cpu", "--jobs", "1"])
        == 0
    )
    assert "gensim" in (shown := capsys.readouterr().out) and "rate 0.05" in shown
    parameters, card = references.load("vectors-skipgram", tmp_path)
    assert parameters["E"].shape == (4, 12) and card["vocabulary"] == text.words
    assert len(references.recorded_neighbours("vectors-skipgram", tmp_path)["neighbours"]) == 1
    assert door.main(["list", "--folder", str(tmp_path)]) == 0
    assert "vectors-skipgram" in capsys.readouterr().out
