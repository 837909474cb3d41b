"""What a learner has passed is written down on this computer, never lost, and shown with what is open."""

import json

import pytest

from autograder import progress
from autograder.check import check
from autograder.exercise import body, compiled
from autograder.exercises import find
from autograder.progress import page, path, record, records, standing, text
from autograder.syllabus import PARTS, every_assignment
from autograder.verdict import RowResult, Verdict

LSTM = next(one for one in every_assignment() if one.name == "04-lstm")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQLIB_HOME", str(tmp_path))


def verdict(points, of=10.0, name="lstm_gates"):
    return Verdict(name, [RowResult("row", points, of, points == of)])


def test_check_writes_down_what_it_found():
    right = find("lstm_gates")[1]
    check(compiled(right.function, body(right.function)))
    assert records()["lstm"]["lstm_gates"]["points"] == right.points


def test_a_worse_attempt_takes_nothing_away():
    record("lstm", verdict(10.0))
    record("lstm", verdict(3.0))
    assert standing(LSTM, records()).points == 10 and standing(LSTM, records()).right == 1


def test_an_assignment_is_passed_with_eighty_points():
    record("lstm", verdict(79.0, 100.0))
    assert not standing(LSTM, records()).passed and standing(LSTM, records()).words == "1 points to pass"
    record("lstm", verdict(80.0, 100.0))
    assert standing(LSTM, records()).passed and "04-lstm" in text()
    record("lstm", verdict(100.0, 100.0))
    assert standing(LSTM, records()).words == "complete"


@pytest.mark.parametrize("broken", ["{", "[1]", '{"lstm": 3}'])
def test_a_file_that_cannot_be_read_is_put_aside_not_thrown_away(broken):
    path().write_text(broken)
    record("lstm", verdict(10.0))
    assert path().with_suffix(".json.unreadable").read_text() == broken
    assert json.loads(path().read_text())["lstm"]["lstm_gates"]["points"] == 10


def test_the_text_and_the_page_name_every_assignment_its_hours_and_what_is_next():
    for shown in (text(), page()):
        assert all(one.name in shown and f"{one.hours:g} h" in shown for one in every_assignment())
        assert "Next: 01-sequences" in shown and "80 of 100" in shown


def test_a_notebook_gets_the_table_and_a_button():
    bundle = progress.progress()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle and "<table" in bundle["text/html"]


def test_a_folder_that_cannot_be_written_is_said_and_costs_nothing(monkeypatch, capsys):
    def refuse(*arguments):
        raise OSError("read-only")

    monkeypatch.setattr("autograder.check.record", refuse)
    right = find("lstm_gates")[1]
    check(compiled(right.function, body(right.function)))
    assert "Your progress could not be kept: read-only" in capsys.readouterr().out


def test_every_assignment_needs_only_earlier_ones():
    names = [one.name for one in every_assignment()]
    assert len(set(names)) == len(names)
    for one in every_assignment():
        assert all(names.index(need) < names.index(one.name) for need in one.needs)
    assert PARTS[0].hours == sum(one.hours for one in PARTS[0].assignments)
