"""A course keeps its secret and its results."""

import os
import stat

import pytest

from autograder.store import Course, CourseError, Results, secret, write_atomically


def test_the_secret_is_made_once_and_is_nobody_elses(tiny_course):
    first = secret(tiny_course)
    assert len(first) == 32 and secret(tiny_course) == first
    assert stat.S_IMODE(os.stat(tiny_course.secret_file).st_mode) == 0o600


def test_the_configuration_names_the_secrets_place(tiny_course, tmp_path):
    config = tiny_course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(".autograder/secret", str(tmp_path / "elsewhere")))
    secret(Course(tiny_course.root))
    assert (tmp_path / "elsewhere").is_file()


def test_a_lost_secret_is_not_replaced_while_results_exist(tiny_course):
    secret(tiny_course)
    Results(tiny_course).save("01-tiny", "ada", "key", {"points": 1})
    tiny_course.secret_file.unlink()
    with pytest.raises(CourseError, match="restore the file"):
        secret(tiny_course)
    assert not tiny_course.secret_file.exists()


def test_a_result_is_found_under_its_key_only(tiny_course):
    results = Results(tiny_course)
    results.save("01-tiny", "ada", "key", {"points": 1})
    assert results.load("01-tiny", "ada", "key") == {"points": 1}
    assert results.load("01-tiny", "ada", "another key") is None
    assert results.load("01-tiny", "bob") is None
    results.path("01-tiny", "ada").write_text("cut off {")
    assert results.load("01-tiny", "ada") is None


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, "old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_course_is_found_from_within_it(tiny_course, tmp_path):
    assert Course.find(tiny_course.folder("release", "01-tiny")).root == tiny_course.root
    with pytest.raises(CourseError, match="not in a course"):
        Course.find(tmp_path)


def test_an_unknown_assignment_is_answered_with_those_there_are(tiny_course):
    with pytest.raises(CourseError, match="The assignments here are: 01-tiny"):
        tiny_course.release("07-attention")
    with pytest.raises(CourseError):
        tiny_course.release("../solutions/01-tiny")


def test_a_secret_that_was_cut_off_is_never_seen(tiny_course, monkeypatch):
    """It is put into place whole: a kill before that leaves none."""

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", killed)
    with pytest.raises(KeyboardInterrupt):
        secret(tiny_course)
    assert not tiny_course.secret_file.exists()
    monkeypatch.undo()
    assert len(secret(tiny_course)) == 32


def test_what_interrupted_writes_have_left_is_swept_away(tiny_course):
    results = Results(tiny_course)
    results.save("01-tiny", "ada", "key", {"points": 1})
    left = results.path("01-tiny", "ada").with_name(".ada.json-abcd1234.tmp")
    left.write_text("{")
    results.sweep()
    assert not left.exists() and results.load("01-tiny", "ada") == {"points": 1}


def test_a_part_has_its_assignments_and_its_quiz(tiny_course):
    with pytest.raises(CourseError, match="none released"):
        tiny_course.chosen("part-1")
    for name, notebook in {"04-lstm": "lstm", "part-1-quiz": "part_1_quiz", "02-rnn": "rnn"}.items():
        for folder in (tiny_course.folder("release", name), tiny_course.folder("submitted", name, "ada")):
            folder.mkdir(parents=True)
            (folder / f"{notebook}.ipynb").touch()
    assert tiny_course.chosen("part-1") == ["02-rnn", "04-lstm", "part-1-quiz"]
    assert tiny_course.chosen("01-tiny") == ["01-tiny"]
