"""Laws of the learner's own library: theirs where it passed, the reference where not, clear words otherwise."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from seqlib import lstm, mine, rnn


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEQLIB_HOME", str(tmp_path))
    monkeypatch.delenv("SEQLIB_MINE", raising=False)
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def test_without_an_own_file_the_reference_is_given(home: Path) -> None:
    from seqlib.mine import lstm_cell_forward, rnn_forward

    assert lstm_cell_forward is lstm.lstm_cell_forward
    assert rnn_forward is rnn.rnn_forward


def test_an_own_file_comes_before_the_reference(home: Path) -> None:
    (home / "rnn_forward.py").write_text(
        "import numpy as np\ndef rnn_forward(x):\n    return np.sum(x) + 41\n"
    )
    from seqlib.mine import rnn_forward

    assert rnn_forward([1]) == 42
    assert mine.lstm_forward is lstm.lstm_forward


def test_a_newer_own_file_is_seen_at_the_next_import(home: Path) -> None:
    for value in (1, 22):
        (home / "rnn_forward.py").write_text(f"def rnn_forward():\n    return {value}\n")
        assert mine.rnn_forward() == value


def test_grading_always_gets_the_reference(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "rnn_forward.py").write_text("def rnn_forward():\n    return 1\n")
    monkeypatch.setenv("SEQLIB_MINE", "reference")
    assert mine.rnn_forward is rnn.rnn_forward


BROKEN = ["def rnn_forward(:\n", "1 / 0\n", "import no_such_module\n", "x = 1\n", "rnn_forward = 3\n"]


@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_own_file_is_named_and_the_reference_used(home: Path, source: str) -> None:
    (home / "rnn_forward.py").write_text(source)
    with pytest.warns(UserWarning, match=r"rnn_forward\.py.*course's is used.*check rnn_forward again"):
        assert mine.rnn_forward is rnn.rnn_forward


def test_a_broken_own_file_without_a_reference_is_an_error(home: Path) -> None:
    (home / "my_own.py").write_text("1 / 0\n")
    with pytest.raises(ImportError, match=r"my_own\.py.*ZeroDivisionError"):
        mine.my_own  # noqa: B018


def test_an_absent_reference_is_said_to_be_an_exercise(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mine, "find_spec", lambda name: None)
    mine.exercises.cache_clear()
    try:
        with pytest.raises(
            ImportError, match=r"lstm_forward .* exercise of this assignment.* written and checked"
        ):
            from seqlib.mine import lstm_forward  # noqa: F401
    finally:
        mine.exercises.cache_clear()


def test_the_table_has_the_public_functions_in_their_order() -> None:
    expected = []
    for module in (importlib.import_module(f"seqlib.{topic}") for topic in mine.TOPICS):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        expected += [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
    assert list(mine.exercises()) == expected
    assert all(
        callable(getattr(importlib.import_module(f"seqlib.{t}"), f)) for f, t in mine.exercises().items()
    )
    assert set(expected) <= set(dir(mine))


def test_importing_it_imports_no_reference_and_no_torch() -> None:
    code = "import sys, seqlib.mine; print([m for m in ('torch', 'numpy', 'seqlib.rnn') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
