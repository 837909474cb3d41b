"""Data prepared on one machine and trained on another, runs side by side, and what a card may say of its machine."""

import dataclasses
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from seqlib import references
from seqlib.models import __main__ as door
from seqlib.models import cards, language_model, prepared, vectors
from seqlib.models.prepared import DATA
from seqlib.models.recipes import RECIPES, Recipe
from seqlib.models.train import train
from seqlib.pairs import encode, vocabulary

# What a machine that only trains need not have.
PACKAGES = (
    "babel",
    "english_words",
    "faker",
    "gensim",
    "nltk",
    "num2words",
    "platformdirs",
    "pyarrow",
    "sacrebleu",
    "sklearn",
    "unicode_rbnf",
)


@pytest.fixture
def small(monkeypatch):
    """A recipe of four epochs and a data set cut to 64 names."""
    whole = language_model.prepare_names()
    cut = dataclasses.replace(
        whole, train=whole.train[:64], validation=whole.validation[:40], test=whole.test[:40]
    )
    recipe = Recipe("names-rnn", cell="rnn", n_a=7, bar=9.0, batch=16, epochs=2, seeds=(3, 4))
    monkeypatch.setitem(RECIPES, "names-rnn", recipe)
    monkeypatch.setitem(DATA, "names", lambda: cut)
    figures = {"2": {"validation": 4.0, "test": 4.0}}
    monkeypatch.setattr("seqlib.models.record.ngram_figures", lambda: figures)
    return recipe


@pytest.mark.parametrize("name", ["names-gru", "origin", "numbers-attention"])
def test_data_come_back_as_they_were_prepared(tmp_path, name):
    recipe = RECIPES[name]
    prepared.save([recipe, recipe], tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"{recipe.data}.pickle"]
    there, here = prepared.load(recipe, tmp_path), prepared.prepare(recipe)
    assert type(there) is type(here)
    for part in ("train", "validation", "test", "recorded", "provenance"):
        assert getattr(there, part) == getattr(here, part)
    batches = [data.as_batch(data.recorded, torch.device("cpu")) for data in (there, here)]
    for one, other in zip(*batches, strict=True):
        assert torch.equal(one, other)


def test_a_corpus_comes_back_with_its_arrays(tmp_path, monkeypatch):
    sentences = [["a", "b", "a"], ["b", "c"]]
    words, counts = vocabulary(sentences, 1)
    text = vectors.Text(words, counts, encode(sentences, words), {"package": "none"})
    monkeypatch.setattr(vectors, "prepare_text", lambda least: text)
    prepared.save([RECIPES["vectors-glove"]], tmp_path)
    there = prepared.load(RECIPES["vectors-glove"], tmp_path)
    assert there.words == words and there.provenance == text.provenance
    np.testing.assert_array_equal(there.counts, counts)
    for one, other in zip(there.encoded, text.encoded, strict=True):
        np.testing.assert_array_equal(one, other)


def test_data_that_are_not_there_are_named_with_the_command_that_writes_them(tmp_path, capsys):
    with pytest.raises(FileNotFoundError, match="prepare tagger --out"):
        prepared.load(RECIPES["tagger"], tmp_path)
    assert door.main(["train", "tagger", "--prepared", str(tmp_path), "--jobs", "1"]) == 2
    assert "prepare tagger --out" in capsys.readouterr().err


def test_a_file_that_names_anything_but_data_is_not_read(tmp_path):
    (tmp_path / "names.pickle").write_bytes(pickle.dumps(subprocess.Popen))
    with pytest.raises(pickle.UnpicklingError, match=r"subprocess\.Popen"):
        prepared.load(RECIPES["names-rnn"], tmp_path)


def test_what_trains_imports_none_of_the_packages_that_data_come_from():
    code = (
        "import sys; import seqlib.models.__main__;"
        f"print([name for name in {PACKAGES} if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_runs_of_another_machine_are_only_written_down_here(tmp_path, small, monkeypatch, capsys):
    data, runs, folder = tmp_path / "data", tmp_path / "runs", tmp_path / "models"
    asked = ["names-rnn", "--jobs", "1", "--device", "cpu", "--runs", str(runs), "--folder", str(folder)]
    assert door.main(["prepare", "names-rnn", "--out", str(data)]) == 0
    assert door.main(["train", *asked, "--prepared", str(data)]) == 0
    assert f"train names-rnn --runs {runs}" in capsys.readouterr().out
    assert sorted(file.name for file in runs.iterdir()) == ["names-rnn-3.pt", "names-rnn-4.pt"]
    assert not folder.exists()

    monkeypatch.setattr("seqlib.models.train.Trainer.epoch", lambda trainer: pytest.fail("trained again"))
    assert door.main(["train", *asked]) == 0
    assert len(list(runs.iterdir())) == 2
    card = references.card("names-rnn", folder)
    assert [run["seed"] for run in card["runs"]] == [3, 4]
    assert card["precision"]["largest_difference"] < 1e-5
    for run in card["runs"]:
        letters = sum(len(sequence) for sequence in DATA["names"]().train)
        assert run["tokens_per_second"] * run["seconds"] == pytest.approx(2 * letters)
    assert door.main(["verify", "names-rnn", "--folder", str(folder)]) == 0


def test_a_run_that_is_not_finished_stays_on_its_machine_and_a_finished_one_travels(tmp_path, small):
    data = DATA["names"]()

    def stop(line):
        raise KeyboardInterrupt

    def elsewhere(file):
        state = torch.load(file, weights_only=True)
        state["run"]["machine"] |= {"device": "cuda", "gpu": "another"}
        torch.save(state, file)

    begun, done = tmp_path / "begun.pt", tmp_path / "done.pt"
    with pytest.raises(KeyboardInterrupt):
        train(small, data, 3, report=stop, checkpoint=begun)
    elsewhere(begun)
    with pytest.raises(ValueError, match=r"begun\.pt is a run of device 'cuda'; expected 'cpu'"):
        train(small, data, 3, checkpoint=begun)
    train(small, data, 3, report=lambda line: None, checkpoint=done)
    elsewhere(done)
    assert train(small, data, 3, report=pytest.fail, checkpoint=done).machine["gpu"] == "another"


def test_runs_of_two_machines_make_no_card():
    with pytest.raises(ValueError, match="gpu is None of one and 'H200' of another"):
        cards.one_machine([{"device": "cpu"}, {"device": "cpu", "gpu": "H200"}])


def test_tokens_are_counted_as_far_as_a_growing_part_is_read(small):
    data = DATA["names"]()
    growing = dataclasses.replace(RECIPES["dates-seq2seq"], growing=2)
    lengths = sorted(map(len, data.train))
    assert cards.tokens_read(growing, data, 3) == sum(lengths[:32]) + 2 * sum(lengths)


def test_several_runs_side_by_side_end_as_one_after_the_other(tmp_path):
    prepared.save([RECIPES["tagger"]], tmp_path)
    data = prepared.load(RECIPES["tagger"], tmp_path)
    cut = dataclasses.replace(
        data, train=data.train[:32], validation=data.validation[:8], test=data.test[:20]
    )
    (tmp_path / "sentences.pickle").write_bytes(pickle.dumps(cut))
    for jobs in ("1", "2"):
        asked = ["--jobs", jobs, "--threads", "1", "--device", "cpu", "--seed", "0", "1"]
        places = ["--prepared", str(tmp_path), "--runs", str(tmp_path / jobs)]
        subprocess.run(
            [sys.executable, "-m", "seqlib.models", "train", "tagger", *asked, *places], check=True
        )
    for seed in (0, 1):
        one, two = (torch.load(tmp_path / jobs / f"tagger-{seed}.pt", weights_only=True) for jobs in "12")
        assert one["run"]["curve"] == two["run"]["curve"]
        for name, value in one["best"].items():
            assert torch.equal(two["best"][name], value), name


def test_runs_that_are_stopped_end_at_once_and_none_is_begun(tmp_path):
    prepared.save([RECIPES["tagger"]], tmp_path)
    runs = tmp_path / "runs"
    command = [sys.executable, "-m", "seqlib.models", "train", "tagger", "--jobs", "2", "--device", "cpu"]
    places = ["--seed", "0", "1", "2", "3", "4", "5", "--prepared", str(tmp_path), "--runs", str(runs)]
    with subprocess.Popen(
        [*command, *places],
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        # Whoever runs the tests in the background has Ctrl-C ignored, which a child inherits.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        first = process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        rest = process.communicate(timeout=60)[1]
    assert "epoch 1/" in first
    assert process.returncode == 130
    assert rest.endswith("stopped; the same command goes on from where it was\n")
    assert {file.name for file in runs.glob("*.pt")} <= {"tagger-0.pt", "tagger-1.pt"}
