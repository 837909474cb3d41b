"""Through `autograder grade` and nbgrader's own commands alike: only the notebook is taken, and it is safe to show."""

import csv
import io
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import tiny
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.apps.api import NbGraderAPI
from rich.console import Console

from autograder import classroom, cli, engine, report, submission
from autograder.store import Results

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("one_jail")]
MARKER = "belongs to somebody else"


def grade(course):
    lines = classroom.grade(course, tiny.NAME, pool=lambda: ThreadPoolExecutor(1))
    return {line.student: line for line in lines}


@pytest.fixture
def stock(tiny_course, monkeypatch):
    """Runs `nbgrader autograde` in the course."""

    def run(*options):
        monkeypatch.chdir(tiny_course.root)
        AutogradeApp.clear_instance()
        try:
            AutogradeApp.launch_instance([tiny.NAME, "--log-level=ERROR", *options])
        finally:
            AutogradeApp.clear_instance()

    return run


def shown(course):
    """What the gradebook, the stored results and the autograded folder hold, by student."""
    found = {}
    with Gradebook(course.db_url) as gradebook:
        for entry in gradebook.assignment_submissions(tiny.NAME):
            rows = sorted(
                (g.cell.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                for g in entry.notebooks[0].grades
            )
            remarks = sorted((c.cell.name, c.comment) for c in entry.notebooks[0].comments)
            student = entry.student.id
            folder = course.folder("autograded", tiny.NAME, student)
            [path] = folder.glob("*.ipynb")
            cells = [(c.cell_type, c.source, str(c.get("outputs"))) for c in nbformat.read(path, 4).cells]
            result = Results(course).load(tiny.NAME, student)
            files = sorted(p.name for p in folder.rglob("*"))
            found[student] = (entry.score, rows, remarks, result["verdicts"], result["flags"], cells, files)
    return found


def start_over(course, empty_gradebook):
    shutil.copyfile(empty_gradebook, course.root / "gradebook.db")
    shutil.rmtree(course.root / "autograded")
    shutil.rmtree(course.private / "results")


@pytest.fixture
def broken_class(tiny_course, hand_in, solved, released):
    """Every kind of broken submission beside two honest ones."""
    hand_in("ada", solved)
    folder = tiny_course.folder("submitted", tiny.NAME, "x").parents[1]

    def variant(student, change):
        notebook = nbformat.from_dict(solved)
        change(notebook)
        hand_in(student, notebook)

    hand_in("b-not-json", "{ not json")
    hand_in("b-empty", "")
    hand_in("b-bom", "\ufeff" + nbformat.writes(solved))
    hand_in("b-many-cells", '{"cells": [' + "{}," * 5000 + "{}]}")
    hand_in("b-renamed", solved, name="tiny (1).ipynb")
    hand_in("b-two", solved)
    hand_in("b-two", released, name="older.ipynb")
    tiny_course.folder("submitted", tiny.NAME, "b-nothing").mkdir(parents=True)
    hand_in("b-only-python", "def rnn_cell_forward(): pass", name="tiny.py")
    hand_in("b-link", "x").unlink()
    (folder / "b-link" / tiny.NAME / "tiny.ipynb").symlink_to("../../ada/01-tiny/tiny.ipynb")
    (folder / "b-linked-folder").mkdir()
    (folder / "b-linked-folder" / tiny.NAME).symlink_to("../ada/01-tiny")
    (folder / "b-linked-student").symlink_to("ada")
    os.mkfifo(hand_in("b-pipe", solved).parent / "data")
    hand_in("b-dangling", solved).with_name("data.txt").symlink_to("/nowhere")
    hand_in("b-folder", "x").unlink()
    (folder / "b-folder" / tiny.NAME / "tiny.ipynb").mkdir()
    variant("b-stripped", lambda nb: [cell.metadata.clear() for cell in nb.cells])
    variant("b-no-checks", lambda nb: nb.update(cells=[c for c in nb.cells if "check-" not in c.id]))
    variant("b-twice", lambda nb: nb.update(cells=[c for c in nb.cells for _ in range(2)]))
    variant("b-backwards", lambda nb: nb.cells.reverse())
    hand_in("zoe", solved)
    return tiny_course


FULL = {
    "ada", "zoe", "b-bom", "b-renamed", "b-two", "b-pipe", "b-dangling", "b-stripped", "b-no-checks", "b-twice",
    "b-backwards",
}  # fmt: skip


def test_both_doors_give_equal_scores_rows_flags_and_pages(broken_class, stock, empty_gradebook):
    lines = grade(broken_class)
    assert {student for student, line in lines.items() if line.score == 100} == FULL
    assert {line.score for student, line in lines.items() if student not in FULL} == {0}
    assert not [student for student, line in lines.items() if line.error]
    honest = {"ada", "zoe", "b-bom", "b-stripped"}
    assert {student for student, line in lines.items() if not line.flags} == honest
    assert all(flag["message"].endswith(".") for line in lines.values() for flag in line.flags)
    ours = shown(broken_class)
    start_over(broken_class, empty_gradebook)
    stock()
    assert shown(broken_class) == ours


def test_the_formgraders_button_takes_a_broken_one_as_the_commands_do(broken_class, empty_gradebook):
    grade(broken_class)
    ours = shown(broken_class)
    start_over(broken_class, empty_gradebook)
    engine.register(broken_class, tiny.NAME)
    api = NbGraderAPI(coursedir=broken_class.directory, config=broken_class.config)
    chosen = ("ada", "b-pipe", "b-nothing", "b-linked-student", "b-not-json")
    for student in chosen:
        assert api.autograde(tiny.NAME, student)["success"]
    assert shown(broken_class) == {student: ours[student] for student in chosen}


def spoil(folder):
    """Links to files, to folders and to devices, a pipe, modules and pages beside a notebook."""
    secret = folder.parents[2] / "other.txt"
    secret.write_text(MARKER)
    (folder / "notes.txt").symlink_to(secret)
    (folder / "everything").symlink_to(folder.parents[2])
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    (folder / "deep").mkdir()
    (folder / "deep" / "notes.txt").symlink_to(secret)
    (folder / "page.html").write_text("<script>document.title = 'run'</script>")
    for module in ("numpy", "seqlib", "helper", "sitecustomize"):
        (folder / f"{module}.py").write_text("raise SystemExit")


@pytest.mark.parametrize("door", ["autograder grade", "nbgrader autograde"])
def test_nothing_beside_a_notebook_is_copied_followed_or_imported(tiny_course, hand_in, solved, stock, door):
    hand_in("ada", solved)
    importing = nbformat.from_dict(solved)
    importing.cells.append(nbformat.v4.new_code_cell("import helper"))
    importing.cells.append(
        nbformat.v4.new_code_cell("import os\nprint('beside:', os.path.exists('page.html'))")
    )
    folder = hand_in("eve", importing).parent
    (folder / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC\n")
    spoil(folder)
    hand_in("zoe", solved)
    stock() if door == "nbgrader autograde" else grade(tiny_course)
    pages = classroom.feedback(tiny_course, tiny.NAME)
    found = shown(tiny_course)
    assert [found[student][0] for student in ("ada", "eve", "zoe")] == [100, 100, 100]
    assert found["ada"][4] == found["zoe"][4] == []
    [odd] = found["eve"][4]
    assert odd["name"] == "odd files" and "deep/notes.txt" in odd["message"] and "Ask" in odd["message"]
    assert found["eve"][6] == ["timestamp.txt", "tiny.ipynb"]
    assert sorted(p.name for p in (pages / "eve" / tiny.NAME).rglob("*")) == ["timestamp.txt", "tiny.html"]
    shown_cells = str(found["eve"][5])
    assert "No module named" in shown_cells and "beside: False" in shown_cells
    for path in (tiny_course.root / "autograded").rglob("*"):
        assert path.is_dir() or MARKER not in path.read_text()


@pytest.mark.parametrize("what", ["a pipe", "a link", "no date", "a time zone that is a path"])
def test_a_date_that_is_none_holds_nothing_up_and_is_flagged(tiny_course, hand_in, solved, stock, what):
    hand_in("ada", solved)
    date = hand_in("eve", solved).with_name("timestamp.txt")
    if what == "a pipe":
        os.mkfifo(date)
    elif what == "a link":
        date.symlink_to("/dev/zero")
    else:
        date.write_text("yesterday\x1b[31m" if what == "no date" else "2026-01-01 10:00:00 /dev/zero")
    lines = grade(tiny_course)
    assert [line.score for line in lines.values()] == [100, 100] and lines["ada"].flags == []
    [flag] = lines["eve"].flags
    assert flag["name"] == "no date" and "on time" in flag["message"] and "\x1b" not in flag["message"]
    ours = shown(tiny_course)
    stock("--force")
    assert shown(tiny_course) == ours


def test_the_commands_still_release_what_lies_beside_the_courses_own_notebook(tiny_course, monkeypatch):
    """Only students' folders are left alone."""
    source = tiny_course.folder("source", tiny.NAME)
    nbformat.write(nbformat.v4.new_notebook(), source / "tiny.ipynb")
    (source / "data.txt").write_text("the course's own")
    monkeypatch.chdir(tiny_course.root)
    shutil.rmtree(tiny_course.folder("release", tiny.NAME))
    api = NbGraderAPI(coursedir=tiny_course.directory, config=tiny_course.config)
    assert api.generate_assignment(tiny.NAME)["success"]
    assert (tiny_course.folder("release", tiny.NAME) / "data.txt").read_text() == "the course's own"


NAMES = {
    "a line break": "a\nb\r.ipynb",
    "terminal escapes": "\x1b]0;owned\x07\x1b[31mred.ipynb",
    "text turned round": "\u202egnp.ipynb",
    "HTML": "<img src=x onerror=alert(1)>.ipynb",
    "Markdown": "[click](x) ![y](z) **bold** $x$.ipynb",
    "a formula": '=HYPERLINK("x").ipynb',
    "very long": "long" * 62 + ".ipynb",
    "no text": b"\xff\xfe.ipynb",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_files_name_does_nothing_where_it_is_shown(tiny_course, hand_in, solved, name, capsys):
    hand_in("ada", solved)
    path = hand_in("eve", solved)
    os.rename(path, os.path.join(os.fsencode(path.parent), os.fsencode(name)))
    lines = grade(tiny_course)
    assert lines["ada"].score == lines["eve"].score == 100 and lines["ada"].flags == []
    [flag] = lines["eve"].flags
    assert flag["name"] == "renamed" and flag["message"].isprintable() and len(flag["message"]) < 140
    pages = [
        (classroom.feedback(tiny_course, tiny.NAME) / "eve" / tiny.NAME / "tiny.html").read_text(),
        report.write(tiny_course, tiny.NAME).read_text(),
    ]
    for page in pages:
        assert "instead of tiny.ipynb" in page
        for danger in ("<img src=x", "\x1b", "\u202e", 'href="x"', 'src="z"', "<strong>bold"):
            assert danger not in page
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err


def test_a_students_name_starts_no_formula_in_a_spreadsheet(tiny_course, hand_in, solved):
    for student in ("=1+1", "+1", "-1", "@sum", "ada", 'q"uote, comma'):
        hand_in(student, solved)
    path = classroom.write_csv(tiny_course, tiny.NAME, list(grade(tiny_course).values()))
    again = classroom.write_csv(tiny_course, tiny.NAME, list(grade(tiny_course).values()))
    with again.open(newline="") as file:
        rows = list(csv.reader(file))
    assert path == again and len(rows) == 7
    assert sorted(row[1] for row in rows[1:]) == sorted(
        ["'=1+1", "'+1", "'-1", "'@sum", "ada", 'q"uote, comma']
    )
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_a_students_name_steers_no_terminal():
    name = "eve\x1b]0;owned\x07\nzoe \u202e[red]x[/red]"
    line = classroom.Graded(name, 1.0, 2.0, [name], [{"name": "forged", "message": name}])
    out = io.StringIO()
    console = Console(file=out, width=200)
    console.print(cli.table([line]))
    console.print(cli.reasons_table([(name, *said) for said in cli.reasons(line)]))
    printed = out.getvalue()
    assert "[red]x[/red]" in printed and "eve" in printed
    for danger in ("\x1b", "\x07", "\u202e", "\nzoe"):
        assert danger not in printed


def test_a_name_is_shown_on_one_short_line():
    assert submission.shown("lstm.ipynb") == "lstm.ipynb"
    assert submission.shown("a\nb\x1b[0m\u202e\ud800") == "a\\nb\\x1b[0m\\u202e\\ud800"
    assert len(submission.shown("x" * 300)) == submission.NAME_LENGTH
