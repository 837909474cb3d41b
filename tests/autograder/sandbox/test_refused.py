"""Grading and the doctor on systems that refuse namespaces, or Landlock too: real processes under a filter that does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiny

from autograder import doctor
from autograder.sandbox import Jail
from autograder.store import Results

HERE = Path(__file__).parent
MAIN = HERE.parent / "tiny_main.py"
NOTHING_HOLDS = "namespaces,landlock"


def run(refused, *arguments, course=None):
    """The command on such a system: its status, standard output and standard error."""
    where = ["--course", str(course.root)] if course else []
    command = [
        sys.executable,
        str(HERE / "refusing.py"),
        refused,
        sys.executable,
        str(MAIN),
        *where,
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("refused", "kind", "status"),
    [("landlock", "bubblewrap", 0), ("namespaces", "landlock", 0), (NOTHING_HOLDS, None, 1)],
)
def test_the_doctor_says_which_jail_a_system_gives(refused, kind, status):
    code, out, _ = run(refused, "doctor", "--json")
    found = json.loads(out)
    assert (code, found["kind"], found["well"]) == (status, kind, status == 0)
    names = {trial["name"] for trial in found["trials"]}
    if kind is None:
        assert "--unsafe" in found["advice"]
        assert "Landlock" in found["advice"]
        assert names == set()
    else:
        assert {
            "reading",
            "writing",
            "network",
            "signals",
            "fork bomb",
            "memory",
            "other submissions",
        } <= names
        assert all(trial["held"] and trial["tried"] and trial["came"] for trial in found["trials"])
        assert bool(found["differences"]) == (kind == "landlock")


def test_the_doctor_prints_what_was_tried_and_what_came_of_it():
    code, out, _ = run("namespaces", "doctor")
    assert code == 0
    assert out.startswith("sandbox: landlock (")
    assert "No permissions to creat" in out  # bubblewrap's own words
    assert "fork fifty times: 0 processes" in out
    assert "Otherwise than under bubblewrap:" in out


def test_the_doctor_sees_a_wall_that_is_missing(monkeypatch):
    class Open(Jail):
        """Resource limits only."""

        def _first(self, tried):
            return super()._first([("none", None)])

    monkeypatch.setattr(doctor, "Jail", Open)
    found = doctor.diagnose()
    assert not found.well
    failed = {trial.name for trial in found.trials if not trial.held}
    assert failed >= {
        "reading",
        "reference",
        "writing",
        "deleting",
        "network",
        "local sockets",
        "abstract sockets",
        "signals",
        "processes",
        "system calls",
        "fork bomb",
        "other submissions",
    }
    assert any("did not hold" in line for line in doctor.lines(found))


def test_grading_without_namespaces_gives_the_same_scores_and_says_which_jail(
    tiny_course, hand_in, solved, released
):
    hand_in("ada", solved)
    hand_in("bob", released)
    rows = {}
    for refused in ("landlock", "namespaces"):
        code, out, error = run(
            refused, "grade", tiny.NAME, "--workers", "1", "--force", "--json", course=tiny_course
        )
        assert code == 0, error
        rows[refused] = json.loads(out)
        jails = {data["jail"] for data in Results(tiny_course).all(tiny.NAME).values()}
        assert jails == {"bubblewrap" if refused == "landlock" else "landlock"}
    assert rows["landlock"] == rows["namespaces"]
    assert not any(line["flags"] for line in rows["namespaces"])


def test_where_nothing_holds_grading_refuses_and_unsafe_is_seen_everywhere(tiny_course, hand_in, solved):
    hand_in("ada", solved)
    code, _, error = run(NOTHING_HOLDS, "grade", tiny.NAME, "--workers", "1", course=tiny_course)
    assert code == 1
    assert "No jail holds on this system" in error
    assert Results(tiny_course).all(tiny.NAME) == {}
    arguments = ("grade", tiny.NAME, "--workers", "1", "--unsafe", "--json")
    code, out, error = run(NOTHING_HOLDS, *arguments, course=tiny_course)
    assert code == 0, error
    (line,) = json.loads(out)
    assert (line["score"], [flag["name"] for flag in line["flags"]]) == (line["max_score"], ["no sandbox"])
    (result,) = Results(tiny_course).all(tiny.NAME).values()
    assert (result["jail"], [flag["name"] for flag in result["flags"]]) == ("none", ["no sandbox"])
    assert "graded with --unsafe" in (tiny_course.root / "reports" / f"{tiny.NAME}.html").read_text()
    code, _, error = run(NOTHING_HOLDS, "feedback", tiny.NAME, course=tiny_course)
    assert code == 0, error
    (page,) = tiny_course.folder("feedback", tiny.NAME, "ada").glob("*.html")
    assert "graded with --unsafe" in page.read_text()
    code, out, error = run("landlock", "grade", tiny.NAME, "--workers", "1", "--json", course=tiny_course)
    assert code == 0, error
    (line,) = json.loads(out)
    assert (line["score"], line["flags"]) == (line["max_score"], [])  # what was graded unsafely is not kept


@pytest.mark.parametrize(("refused", "flags"), [("namespaces", 0), (NOTHING_HOLDS, 1)])
def test_one_file_is_judged_in_the_same_jails(tmp_path, refused, flags):
    file = tmp_path / "answer.py"
    file.write_text("x = 1\n")
    name = next(iter(tiny.EXERCISES)).name
    _, out, error = run(refused, "try", name, str(file), "--json", "--unsafe")
    assert len(json.loads(out)["flags"]) == flags, error
