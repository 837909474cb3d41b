"""The reference models are what their cards say: recomputed by hand, on the CPU, from the committed weights."""

import dataclasses
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from seqlib import references
from seqlib.data import names
from seqlib.deep_bidirectional import classifier_forward, span_scores, tagger_forward, tags_to_spans
from seqlib.gru import gru_forward
from seqlib.lstm import lstm_forward
from seqlib.models.language_model import prepare_names
from seqlib.models.prepared import DATA
from seqlib.models.recipes import RECIPES, LabelRecipe, Recipe, TranslationRecipe
from seqlib.models.record import missed_bars, verify, write
from seqlib.models.train import train
from seqlib.rnn import rnn_forward

LABELLERS = [name for name in sorted(RECIPES) if isinstance(RECIPES[name], LabelRecipe)]
LANGUAGE_MODELS = [name for name in sorted(RECIPES) if isinstance(RECIPES[name], Recipe)]
TRANSLATORS = [name for name in sorted(RECIPES) if isinstance(RECIPES[name], TranslationRecipe)]
MODELS = LABELLERS + LANGUAGE_MODELS + TRANSLATORS
FORWARD = {
    "tagger": lambda batch, p: tagger_forward(batch.tokens, batch.shapes, batch.mask, p),
    "origin": lambda batch, p: classifier_forward(batch.tokens, batch.mask, p),
}
cached_names = cache(prepare_names)
# Sums over n_a = 256 products in another order, along up to 40 steps: far above 40·256·2⁻⁵², far below a digit shown.
CLOSE = {"rtol": 0, "atol": 1e-9}


def by_hand(parameters, batch):
    """The log-probabilities (n_y, m, T_x) which the cells by hand give."""
    a0 = np.zeros(
        (next(iter(parameters[b] for b in ("ba", "bu") if b in parameters)).shape[0], len(batch.names))
    )
    forward = {"Waa": rnn_forward, "Wr": gru_forward, "Wf": lstm_forward}
    used = next(forward[name] for name in forward if name in parameters)
    return np.log(used(batch.x, a0, parameters)[1])


def bits_by_hand(parameters, card, texts):
    total = count = 0
    by_length = sorted(texts, key=len)
    for start in range(0, len(by_length), 256):
        batch = references.as_batch(by_length[start : start + 256], card)
        log_y = by_hand(parameters, batch)
        picked = np.take_along_axis(log_y, batch.targets[np.newaxis], axis=0)[0]
        total, count = total - picked[batch.mask].sum(), count + batch.mask.sum()
    return total / count / np.log(2)


def test_every_recipe_has_its_model_and_every_model_its_recipe():
    assert references.available() == sorted(RECIPES)


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_recorded_outputs_are_those_of_the_cells_by_hand(name):
    parameters, card = references.load(name)
    recorded = references.recorded(name)
    assert all(value.dtype == np.float64 for value in parameters.values())
    assert recorded.log_probabilities.dtype == np.float64
    assert set(recorded.batch.names) <= set(names.split().test)
    assert len(set(recorded.batch.names)) == 16
    log_y = by_hand(parameters, recorded.batch) * recorded.batch.mask
    np.testing.assert_allclose(recorded.log_probabilities, log_y, **CLOSE)
    assert len(card["vocabulary"]) == recorded.batch.x.shape[0]


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_the_test_figure_recomputed_by_hand_is_the_cards_and_meets_the_bar(name):
    parameters, card = references.load(name)
    bits = bits_by_hand(parameters, card, names.split().test)
    np.testing.assert_allclose(bits, card["metrics"]["test"]["kept"], **CLOSE)
    assert bits <= RECIPES[name].bar
    assert missed_bars(card) == []
    assert len(card["runs"]) >= 3
    assert card["metrics"]["test"]["mean"] <= RECIPES[name].bar


@pytest.mark.parametrize("name", ["names-gru", "names-lstm"])
def test_a_gated_network_is_below_the_best_ngram_model_on_names_that_both_have_not_seen(name):
    card = references.card(name)
    assert set(card["ngrams"]) == {"2", "3", "4", "5", "6"}
    assert card["metrics"]["test"]["kept"] < min(figures["test"] for figures in card["ngrams"].values())


def predicted_by_hand(name, parameters, card):
    """The labels which the networks by hand give all held-out texts, and the true ones."""
    texts = sorted(references.texts_of(card["recipe"]["data"]).values(), key=lambda text: len(text[0]))
    predicted = []
    for start in range(0, len(texts), 256):
        batch = references.as_labelled(texts[start : start + 256], card)
        best = FORWARD[name](batch, parameters).argmax(axis=0)
        rows = best[:, np.newaxis] if best.ndim == 1 else best
        predicted += [
            [card["labels"][i] for i in row[: len(labels)]]
            for row, labels in zip(rows, batch.labels, strict=True)
        ]
    return predicted, [list(labels) for _, labels in texts]


@pytest.mark.parametrize("name", LABELLERS)
def test_recorded_labels_are_those_of_the_networks_by_hand(name):
    parameters, card = references.load(name)
    recorded = references.recorded_labels(name)
    assert len({" ".join(text) for text in recorded.batch.texts}) == 16
    log_y = np.log(FORWARD[name](recorded.batch, parameters))
    if log_y.ndim == 3:
        log_y = log_y * recorded.batch.mask
    np.testing.assert_allclose(recorded.log_probabilities, log_y, **CLOSE)
    assert log_y.shape[0] == len(card["labels"])


def test_the_origin_card_says_what_the_networks_by_hand_reach():
    parameters, card = references.load("origin")
    predicted, true = predicted_by_hand("origin", parameters, card)
    reached = np.mean([row == label for row, label in zip(predicted, true, strict=True)])
    np.testing.assert_allclose(reached, card["metrics"]["test"]["accuracy"]["kept"], **CLOSE)
    assert np.trace(card["confusion"]) / np.sum(card["confusion"]) == pytest.approx(reached)
    assert reached > card["baselines"]["bag of letters"]["test"]["accuracy"] + 0.15


def test_the_tagger_card_says_what_the_networks_by_hand_reach():
    parameters, card = references.load("tagger")
    predicted, true = (
        [tags_to_spans(row) for row in rows] for rows in predicted_by_hand("tagger", parameters, card)
    )
    f1 = span_scores(predicted, true)[2]
    np.testing.assert_allclose(f1, card["metrics"]["test"]["span_f1"]["kept"], **CLOSE)
    look_up = card["baselines"]["words with a capital but months, days, titles"]["test"]["span_f1"]
    assert f1 > look_up + 0.05
    assert card["baselines"]["names seen in training"]["test"]["span_f1"] < 0.01


@pytest.mark.parametrize("name", LABELLERS)
def test_a_card_of_labels_meets_its_bars_over_three_seeds(name):
    card = references.card(name)
    assert missed_bars(card) == []
    assert len(card["runs"]) >= 3
    assert card["metrics"]["test"][card["figure"]]["mean"] >= RECIPES[name].bar


@pytest.fixture(scope="module")
def small_translator(tmp_path_factory):
    """A translation model of one epoch, its data, and the folder of its card."""
    data, folder = DATA["dates"](), tmp_path_factory.mktemp("translator")
    cut = dataclasses.replace(data, train=data.train[:64], validation=data.validation[:8], test=data.recorded)
    settings = dataclasses.replace(RECIPES["dates-seq2seq"], epochs=1, growing=1, bar=0.0)
    run = train(settings, cut, report=lambda line: None)
    write(settings, cut, [run, dataclasses.replace(run, seed=1)], folder)
    return settings, cut, folder


@pytest.mark.parametrize(
    "change_to",
    [
        ("metrics", "test", "exact", "kept", 0.5),
        ("by_count", "test", "4", 0.5),
        ("runs", 1, "test", "bits", 0.1),
    ],
    ids=lambda value: "-".join(map(str, value[:-1])),
)
def test_a_changed_number_of_a_translation_model_is_found(small_translator, change_to, monkeypatch, tmp_path):
    settings, cut, folder = small_translator
    monkeypatch.setitem(RECIPES, settings.name, settings)
    monkeypatch.setitem(DATA, "dates", lambda: cut)
    for path in folder.iterdir():
        shutil.copy(path, tmp_path)
    assert verify(settings.name, tmp_path) == []
    change(tmp_path, *change_to, name=settings.name)
    assert verify(settings.name, tmp_path) != []


@pytest.mark.parametrize(
    "change_to",
    [
        ("metrics", "test", "span_f1", "kept", 0.99),
        ("baselines", "names seen in training", "test", "span_f1", 0.5),
        ("data", "sha256", "0" * 64),
        ("runs", 1, "test", "bits", 0.1),
        ("machine", "device", "cuda"),
    ],
    ids=lambda value: "-".join(map(str, value[:-1])),
)
def test_a_changed_number_of_the_tagger_is_found(tmp_path, change_to):
    for path in references.FOLDER.glob("tagger.*"):
        shutil.copy(path, tmp_path)
    change(tmp_path, *change_to, name="tagger")
    assert verify("tagger", tmp_path) != []


@pytest.mark.parametrize("name", MODELS)
def test_card_weights_and_outputs_belong_together(name):
    assert verify(name) == []


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_card_of_translations_meets_its_bars_over_three_seeds(name):
    card = references.card(name)
    assert missed_bars(card) == []
    assert len(card["runs"]) >= 3
    assert card["metrics"]["test"]["exact"]["mean"] >= RECIPES[name].bar


def test_all_models_together_are_small():
    assert sum(path.stat().st_size for path in references.FOLDER.iterdir() if path.is_file()) <= 25_000_000


@pytest.mark.parametrize("name", MODELS)
def test_files_are_small_and_name_their_machine(name):
    assert all(path.stat().st_size <= 5_000_000 for path in references.FOLDER.glob(f"{name}.*"))
    assert all(
        value.dtype == np.float32 for value in load_file(references.FOLDER / f"{name}.safetensors").values()
    )
    machine = references.card(name)["machine"]
    assert machine["processor"] and machine["torch"]
    assert ("gpu" in machine) == (machine["device"] == "cuda")


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(DATA, "names", cached_names)
    for path in references.FOLDER.glob("names-rnn.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_an_unchanged_copy_is_found_in_order(copied, monkeypatch):
    figures = references.card("names-rnn")["ngrams"]
    monkeypatch.setattr("seqlib.models.record.ngram_figures", lambda: figures)
    assert verify("names-rnn", copied) == []


def change(folder, *path_and_value, name="names-rnn"):
    *path, value = path_and_value
    file = folder / f"{name}.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    place = card
    for key in path[:-1]:
        place = place[key]
    assert place.get(path[-1]) != value if isinstance(place, dict) else place[path[-1]] != value
    place[path[-1]] = value
    file.write_text(json.dumps(card), encoding="utf-8")


@pytest.mark.parametrize(
    "change_to",
    [
        ("metrics", "test", "kept", 3.1),
        ("metrics", "validation", "mean", 3.1),
        ("metrics", "test", "standard_deviation", 0.0),
        ("ngrams", "5", "test", 3.9),
        ("data", "version", "1.0"),
        ("data", "sha256", "0" * 64),
        ("recipe", "dropout", 0.9),
        ("runs", 0, "test", 3.0),
        ("runs", 0, "tokens_per_second", 1e6),
        ("runs", 0, "steps", 1),
        ("runs", 0, "best_epoch", 1),
        ("seed", 9),
        ("vocabulary", 6, "zz"),
        ("unit", "nats"),
        ("precision", "largest_difference", 1e-9),
        ("precision", "device", "cuda"),
        ("curve", 3, "validation", 1.0),
        ("machine", "device", "cuda"),
        ("machine", "gpu", "NVIDIA H200"),
    ],
    ids=lambda value: "-".join(map(str, value[:-1])),
)
def test_a_changed_number_is_found(copied, change_to, monkeypatch):
    figures = references.card("names-rnn")["ngrams"]
    monkeypatch.setattr("seqlib.models.record.ngram_figures", lambda: figures)  # recomputed in the test above
    change(copied, *change_to)
    assert verify("names-rnn", copied) != []


@pytest.mark.parametrize("file", ["names-rnn.safetensors", "names-rnn.outputs.safetensors"])
@pytest.mark.parametrize("card_too", [False, True])
def test_a_changed_array_is_found_even_when_its_hash_is_changed_too(copied, file, card_too, monkeypatch):
    figures = references.card("names-rnn")["ngrams"]
    monkeypatch.setattr("seqlib.models.record.ngram_figures", lambda: figures)
    arrays = load_file(copied / file)
    name = "by" if "by" in arrays else "log_probabilities"
    arrays[name][3] += 1e-3
    save_file(arrays, copied / file)
    if card_too:
        key = "outputs" if "outputs" in file else "weights"
        change(copied, "sha256", key, references.file_hash(copied / file))
    assert verify("names-rnn", copied) != []


def test_an_unknown_model_is_answered_with_those_there_are():
    with pytest.raises(FileNotFoundError, match="names-rnn"):
        references.load("names-transformer")


def test_missing_names_are_said_to_be_of_another_version(monkeypatch):
    monkeypatch.setattr(references, "split", lambda: names.Split([], [], ["anna"]))
    with pytest.raises(ValueError, match=r"faker 40\.[0-9.]+: install that version"):
        references.recorded("names-rnn")


def test_loading_imports_neither_torch_nor_a_cell_by_hand():
    code = (
        "import sys; from seqlib import references; references.load('names-rnn'); references.recorded('names-rnn');"
        "references.load('tagger'); references.recorded_labels('tagger');"
        "print([m for m in ('torch', 'seqlib.rnn', 'seqlib.gru', 'seqlib.lstm', 'seqlib.models') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
