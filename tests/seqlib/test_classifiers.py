"""The torch models that label compute what the networks by hand compute; their baselines do what their names say."""

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch

from seqlib import references
from seqlib.data.sentences import SHAPES, TAGS
from seqlib.deep_bidirectional import classifier_forward, tagger_forward
from seqlib.models import baselines, labels
from seqlib.models import classifiers as models
from seqlib.models import train as loop
from seqlib.models.classifiers import Example, Labelled, Labeller, from_by_hand, to_by_hand
from seqlib.models.prepared import DATA
from seqlib.models.recipes import RECIPES, LabelRecipe
from seqlib.models.record import verify, write
from seqlib.text import PAD, UNK, Vocabulary

CPU = torch.device("cpu")
prepare_origins, prepare_sentences = cache(models.prepare_origins), cache(models.prepare_sentences)


def recipe(**changes):
    plain = LabelRecipe("small", cell="lstm", n_a=5, bar=0.0, n_e=3, n_s=2, layers=1)
    return dataclasses.replace(plain, **changes)


def words(*texts):
    """Sentences in which exactly the words with a capital are names."""
    vocabulary = Vocabulary([PAD, UNK, "a", "b", "c"])
    examples = []
    for text in texts:
        tokens = tuple(text.split())
        shapes = [SHAPES.index("Capital" if word[0].isupper() else "lower") for word in tokens]
        tags = [TAGS.index("B-PER" if word[0].isupper() else "O") for word in tokens]
        examples.append(Example(tokens, vocabulary.encode([w.lower() for w in tokens]), shapes, tags))
    return Labelled(vocabulary, SHAPES, TAGS, True, examples, examples, examples, {"package": "none"})


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("each_token", [True, False])
def test_the_networks_by_hand_give_the_models_probabilities(layers, each_token):
    torch.manual_seed(layers)
    shapes, n_s = (4, 2) if each_token else (0, 0)
    model = Labeller((7, shapes, 3), recipe(layers=layers, n_s=n_s), each_token).double().eval()
    rng = np.random.default_rng(layers)
    lengths = np.array([6, 1, 4])
    mask = (np.arange(6) < lengths[:, np.newaxis]).astype(np.int64)
    tokens, spelling = rng.integers(7, size=(3, 6)) * mask, rng.integers(4, size=(3, 6)) * mask
    parameters = references.nested(to_by_hand(model))
    logits = model(*map(torch.from_numpy, (tokens, spelling, lengths)))[0]
    y = torch.softmax(logits, -1).detach().numpy()
    if each_token:
        by_hand = tagger_forward(tokens, spelling, mask, parameters)
        np.testing.assert_allclose(np.moveaxis(y, -1, 0) * mask, by_hand * mask, rtol=1e-10)
    else:
        np.testing.assert_allclose(y.T, classifier_forward(tokens, mask, parameters), rtol=1e-10)


def test_there_and_back_gives_the_same_parameters_and_flat_names_nest():
    torch.manual_seed(0)
    arrays = to_by_hand(Labeller((7, 4, 3), recipe(layers=2), True).double())
    back = to_by_hand(from_by_hand(arrays, each_token=True))
    assert back.keys() == arrays.keys()
    for name, value in arrays.items():
        np.testing.assert_array_equal(back[name], value)
    nested = references.nested(arrays)
    assert len(nested["layers"]) == 2
    assert nested["layers"][1]["backward"]["Wo"].shape == (5, 5 + 10)
    assert nested["E"].shape == (3, 7) and nested["E_shape"].shape == (2, 4) and nested["Wy"].shape == (3, 10)
    assert references.flat(nested).keys() == arrays.keys()


def test_the_loss_is_the_mean_over_labels_that_are_there():
    torch.manual_seed(0)
    data = words("a B c", "Anna", "b a Carl c b")
    model = data.model(recipe()).double().eval()
    together = data.bits(model, data.test, CPU)
    alone = [data.bits(model, [e], CPU) * len(e) for e in data.test]
    assert math.isclose(together, sum(alone) / 9, rel_tol=1e-9)


def test_training_learns_that_a_capital_is_a_name():
    data = words(*(f"{x} {y} {z}" for x in ("a", "Eve") for y in ("b", "Udo") for z in ("c", "Ida", "a")))
    settings = recipe(epochs=60, batch=4, learning_rate=0.05, average=0.5, dropout=0.0, patience=60)
    run = loop.train(settings, data, report=lambda line: None)
    figures = labels.figures_of(to_by_hand(run.model), data)
    assert figures["test"]["span_f1"] == 1.0
    assert math.isclose(figures["validation"]["bits"], run.validation, rel_tol=1e-4)
    assert run.curve[0]["validation"] > 10 * run.validation


def test_unknown_words_are_drawn_in_training_only():
    torch.manual_seed(0)
    data = words("a b c a b c")
    model = data.model(recipe(input_dropout=0.5, dropout=0.0))
    batch = data.as_batch(data.test, CPU)
    assert not torch.equal(model.train()(*batch)[0], model(*batch)[0])
    assert torch.equal(model.eval()(*batch)[0], model(*batch)[0])


def test_quality_of_whole_texts_is_accuracy_and_macro_f1():
    examples = [Example(("x",), [2], [], [label]) for label in (0, 0, 0, 1, 1, 2)]
    data = Labelled(Vocabulary([PAD, UNK, "x"]), (), ("p", "q", "r"), False, examples, examples, examples, {})
    found = labels.quality([[0], [0], [1], [1], [1], [0]], examples, data)
    assert math.isclose(found["accuracy"], 4 / 6)
    assert math.isclose(found["macro_f1"], (4 / 6 + 4 / 5 + 0) / 3)


def test_a_bag_of_letters_cannot_tell_the_order_and_ngrams_can():
    vocabulary = Vocabulary([PAD, UNK, "a", "b"])
    texts = [("aab", 0), ("baa", 1)] * 10
    examples = [Example(tuple(t), vocabulary.encode(t), [], [label]) for t, label in texts]
    data = Labelled(vocabulary, (), ("p", "q"), False, examples, examples, examples, {})
    reached = labels.baselines(data)
    assert reached["bag of letters"]["test"]["accuracy"] == 0.5 == reached["majority"]["test"]["accuracy"]
    assert reached["naive Bayes on n-grams"]["test"]["accuracy"] == 1.0


def test_a_bag_of_letters_learns_from_letters():
    vocabulary = Vocabulary([PAD, UNK, "a", "b", "c"])
    texts = [("abc", 0), ("abb", 1), ("cab", 0), ("bab", 1)] * 5
    examples = [Example(tuple(t), vocabulary.encode(t), [], [label]) for t, label in texts]
    data = Labelled(vocabulary, (), ("p", "q"), False, examples, examples, examples, {})
    assert labels.baselines(data)["bag of letters"]["test"]["accuracy"] == 1.0


def test_ngrams_have_marks_at_both_ends():
    assert baselines.ngrams("ab", 2) == {"^": 1, "a": 1, "b": 1, "$": 1, "^a": 1, "ab": 1, "b$": 1}


def test_look_ups_tag_runs_of_capitals_but_months_where_they_say_so():
    data = prepare_sentences()
    text = ("In", "May", ",", "Ann", "Lee", "met", "Bo", ".")
    index = [
        SHAPES.index(s)
        for s in ("First", "Capital", "mark", "Capital", "Capital", "lower", "Capital", "mark")
    ]
    example = Example(text, [1] * 8, index, [0] * 8)
    found = baselines.of_words(dataclasses.replace(data, validation=[example], test=[example]))
    tags = {name: [TAGS[i] for i in parts["test"][0]] for name, parts in found.items()}
    names = ["O", "B-PER", "I-PER", "O", "B-PER", "O"]
    assert tags["words with a capital"] == ["O", "B-PER", *names]
    assert tags["words with a capital but months, days, titles"] == ["O", "O", *names]


def test_no_test_word_that_is_a_name_is_known_but_where_it_is_a_word():
    data = prepare_sentences()
    assert data.vocabulary.tokens[:2] == (PAD, UNK)
    known = {
        word.lower()
        for e in data.test
        for word, tag, i in zip(e.text, e.labels, e.tokens, strict=True)
        if tag and i != data.vocabulary.index[UNK]
    }
    assert known <= set(data.vocabulary.tokens)
    named = sum(bool(tag) for e in data.test for tag in e.labels)
    unknown = sum(bool(tag) and i == 1 for e in data.test for tag, i in zip(e.labels, e.tokens, strict=True))
    assert unknown > 0.8 * named


@pytest.mark.parametrize("name", ["origin", "tagger"])
def test_written_files_are_found_in_order_and_a_changed_one_is_not(tmp_path, monkeypatch, name):
    data = {"origin": prepare_origins, "tagger": prepare_sentences}[name]()
    cut = dataclasses.replace(
        data, train=data.train[::80], validation=data.validation[::20], test=data.test[::20]
    )
    small = dataclasses.replace(RECIPES[name], n_a=6, epochs=1, patience=1, bar=0.0, beats=(), seeds=(4, 5))
    runs = [loop.train(small, cut, seed, report=lambda line: None) for seed in small.seeds]
    content = write(small, cut, runs, tmp_path)
    monkeypatch.setitem(RECIPES, name, small)
    monkeypatch.setitem(DATA, small.data, lambda: cut)
    assert content["seed"] == min(content["runs"], key=lambda run: run["validation"]["bits"])["seed"]
    assert verify(name, tmp_path) == []
    kept = references.recorded_labels(name, tmp_path)
    assert kept.log_probabilities.shape[1] == 16 == len(kept.batch.texts)
    stated = (tmp_path / f"{name}.json").read_text(encoding="utf-8")
    (tmp_path / f"{name}.json").write_text(
        stated.replace('"bits": {\n    "kept": ', '"bits": {\n    "kept": 1')
    )
    assert any("metrics" in problem for problem in verify(name, tmp_path))


def test_a_bar_and_a_baseline_that_are_missed_are_said():
    content = {
        "figure": "accuracy",
        "metrics": {"test": {"accuracy": {"kept": 0.6}}},
        "baselines": {"guess": {"test": {"accuracy": 0.55}}},
    }
    strict = recipe(bar=0.7, beats=("guess",), ahead=0.1)
    assert len(labels.missed_bars(strict, content)) == 2
    assert labels.missed_bars(recipe(bar=0.5, beats=("guess",), ahead=0.04), content) == []
