"""The torch encoder-decoder models: padding and the future change nothing; their weights go by hand and back."""

import math

import numpy as np
import pytest
import torch

from seqlib.models import translation_cards
from seqlib.models.attention import attend_and_step
from seqlib.models.recipes import TranslationRecipe
from seqlib.models.train import train
from seqlib.models.translation import Example, Pairs, Translator, from_by_hand, to_by_hand
from seqlib.text import EOS, PAD, SOS, UNK, Vocabulary

CPU = torch.device("cpu")
SOURCE = Vocabulary([PAD, UNK, *"abcd"])
TARGET = Vocabulary([PAD, SOS, EOS, *"wxyz"])


def recipe(n_h, **changes):
    settings = {"n_a": 7, "n_e": 5, "bar": 0.0, "epochs": 2, "batch": 8, "warmup": 0.0} | changes
    return TranslationRecipe("tiny", cell="lstm", n_h=n_h, **settings)


def copies(count, seed=0):
    """Letters to copy into other letters: a task that a model learns within seconds."""
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        letters = draw.integers(0, 4, size=draw.integers(1, 5))
        made.append(Example([2 + int(i) for i in letters], [*(3 + int(i) for i in letters), 2], "all", 1))
    return made


def pairs(train=64):
    held_out = copies(16, 1)
    return Pairs(SOURCE, TARGET, "", copies(train), held_out, held_out, {}, {"package": "none"})


def tiny(n_h, seed=0):
    torch.manual_seed(seed)
    return Translator((len(SOURCE), len(TARGET)), recipe(n_h, dropout=0.0)).double().eval()


@pytest.mark.parametrize("n_h", [0, 3])
def test_a_batch_gives_what_each_of_its_examples_gives_alone(n_h):
    model, data, examples = tiny(n_h), pairs(), copies(6)
    together = model(*data.as_batch(examples, CPU))[0]
    for row, example in zip(together, examples, strict=True):
        alone = model(*data.as_batch([example], CPU))[0][0]
        torch.testing.assert_close(row[: len(example.target)], alone)


@pytest.mark.parametrize("n_h", [0, 3])
def test_scores_do_not_change_with_what_comes_later(n_h):
    model = tiny(n_h)
    source, lengths, before, _ = pairs().as_batch(copies(4), CPU)
    changed = before.clone()
    changed[:, 2:] = 3
    first, second = (model(source, lengths, tokens)[0] for tokens in (before, changed))
    torch.testing.assert_close(first[:, :2], second[:, :2])
    assert not torch.allclose(first[:, 2:], second[:, 2:])


@pytest.mark.parametrize("n_h", [0, 3])
def test_weights_go_by_hand_and_back(n_h):
    model, data = tiny(n_h), pairs()
    again = from_by_hand(to_by_hand(model))
    batch = data.as_batch(copies(5), CPU)
    torch.testing.assert_close(model(*batch)[0], again(*batch)[0])


def test_attention_is_zero_on_padding_and_one_in_all():
    model, data = tiny(3), pairs()
    source, lengths, *_ = data.as_batch(copies(6), CPU)
    encoded = model.encode(source, lengths)
    _, weights, _ = model.attend(model.start(encoded)[0], encoded)
    torch.testing.assert_close(weights.sum(-1), torch.ones(6, 1, dtype=torch.float64))
    assert (weights[:, 0][~encoded.mask] == 0).all()


@pytest.mark.parametrize("n_h", [0, 3])
def test_greedy_translation_is_the_step_by_step_argmax(n_h):
    model, data, examples = tiny(n_h, seed=3), pairs(), copies(5)
    for text, example in zip(data.translate(model, examples), examples, strict=True):
        target = []
        while len(target) < data.longest and (not target or target[-1] != 2):
            fed = Example(example.source, [*target, 2], "all", 1)
            target.append(int(model(*data.as_batch([fed], CPU)[:3])[0][0, -1].argmax()))
        assert text == "".join(TARGET.decode(target))


def test_a_task_is_learned_and_its_card_says_so(tmp_path):
    data = pairs(train=1024)
    settings = recipe(8, n_a=24, n_e=16, epochs=12, batch=32, learning_rate=2e-2, average=0.9, dropout=0.0)
    run = train(settings, data, 0, report=lambda line: None)
    untrained = math.log2(len(TARGET))
    assert run.validation < 0.1 * untrained
    card = translation_cards.write(settings, data, [run], tmp_path)
    given = data.translate(from_by_hand(to_by_hand(run.model)), data.test)
    exact = np.mean([text == data.text(e)[1] for text, e in zip(given, data.test, strict=True)])
    assert card["metrics"]["test"]["exact"]["kept"] == pytest.approx(exact)
    assert card["by_group"]["test"] == {"all": pytest.approx(exact)}
    stricter = recipe(8, bar=1.1)
    assert translation_cards.missed_bars(stricter, card) == [f"test exact {exact:.4f} is below the bar 1.1"]


def test_shares_below_their_bars_are_named():
    content = {
        "metrics": {"test": {"exact": {"kept": 0.99}}},
        "by_group": {"test": {"ko_KR": 0.9, "en_US": 1.0}},
        "by_count": {"test": {"4": 0.98}},
    }
    missed = translation_cards.missed_bars(recipe(3, bar=0.9, least_group=0.97, least_count=0.99), content)
    assert missed == ["test exact of ko_KR is 0.9000, below 0.97", "test exact of 4 is 0.9800, below 0.99"]


@pytest.mark.parametrize("lengths", [(5, 3, 1), (4,)], ids=["three inputs", "one input"])
def test_the_way_back_through_all_attentive_steps_is_the_derivative(lengths):
    generator = torch.Generator().manual_seed(0)
    m, T_y, T_x, n_a, n_h = len(lengths), 4, max(lengths), 3, 2
    mask = torch.arange(T_x)[None] < torch.tensor(lengths)[:, None]
    shapes = (m, T_y, 4 * n_a), (m, T_x, 2 * n_a), (m, T_x, n_h), (4 * n_a, 3 * n_a), (n_h, n_a), (n_h,)
    x, a, keys, *weights = (
        torch.randn(shape, dtype=torch.float64, generator=generator, requires_grad=True) for shape in shapes
    )
    given = [tensor.detach().clone() for tensor in (x, a, keys, *weights)]
    assert torch.autograd.gradcheck(attend_and_step, (x, a, keys, mask, *weights))
    for before, after in zip(given, (x, a, keys, *weights), strict=True):
        assert torch.equal(before, after)


def test_keys_and_states_far_beyond_what_tanh_tells_apart_give_numbers():
    torch.manual_seed(0)
    m, T_y, T_x, n_a, n_h = 2, 3, 4, 3, 5
    x, a, W = torch.randn(m, T_y, 4 * n_a), torch.randn(m, T_x, 2 * n_a), torch.randn(4 * n_a, 3 * n_a)
    keys, v = 200.0 * torch.randn(m, T_x, n_h), torch.randn(n_h)
    given = [tensor.requires_grad_() for tensor in (x, a, keys, W, 1e3 * torch.randn(n_h, n_a), v)]
    s = attend_and_step(*given[:3], torch.ones(m, T_x, dtype=torch.bool), *given[3:])
    s.sum().backward()
    assert all(torch.isfinite(tensor).all() for tensor in (s, *(leaf.grad for leaf in given)))


def test_all_attentive_steps_at_once_are_those_one_after_the_other():
    data = pairs()
    model = data.model(recipe(6)).eval()
    source, lengths, before, _ = data.as_batch(data.train[:5], CPU)
    encoded = model.encode(source, lengths)
    state, rows = model.start(encoded), []
    for tokens in before.unbind(dim=1):
        log_y, state = model.step(tokens[:, None], state, encoded)
        rows.append(log_y)
    together = torch.log_softmax(model(source, lengths, before)[0], dim=-1)
    torch.testing.assert_close(torch.cat(rows, dim=1), together)
