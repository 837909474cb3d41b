"""The nbgrader door: our judge in the place where nbgrader would run a notebook and believe its outputs.

`configure` sets nbgrader up; then `nbgrader autograde`, the formgrader's button and `autograder grade` all
come through here: a tolerant reader, the stock preprocessors, the judge, nbgrader's gradebook.
"""

import functools
import os
import re
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    AssignLatePenalties,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from sqlalchemy.exc import SAWarning
from traitlets import Bool, Dict, Unicode
from traitlets.config import Config

from autograder import batch, clean, doors, gradebook, release, submission
from autograder.grading import Job, JobCell, Result
from autograder.judge import seed_for
from autograder.sandbox import Limits
from autograder.store import SECRET, Course, Results, digest, secret
from autograder.submission import Flag
from autograder.verdict import Verdict


def configure(config: Config) -> None:
    """Put our reader, hook and judge into nbgrader's places; clean what learners wrote before it is shown."""
    find_tools()
    doors.shut()
    warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own queries, harmless and many
    config.Autograde.exporter_class = TolerantExporter
    config.TolerantExporter.optimistic_validation = True  # once at the end, not after each preprocessor
    config.Autograde.pre_convert_hook = prepare
    # The reader gives the release's own cells and marks, no outputs and no others: nothing else is to be put right.
    config.Autograde.sanitize_preprocessors = [OverwriteKernelspec, OverwriteCells]
    config.Autograde.autograde_preprocessors = [
        Judge,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
    ]
    config.HTMLExporter.filters = {"markdown2html": clean.safe_markdown}
    config.GenerateFeedback.exporter_class = FeedbackPage


def find_tools() -> None:
    """Let nbgrader find `alembic`, which it runs by name, also in a virtual environment that is not activated."""
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])


def limits(course: Course) -> Limits:
    """What a submission may use: the sandbox's limits, and what `c.Judge.limits` sets."""
    return Limits(**course.config.Judge.get("limits", {}))


def job_for(
    course: Course, notebook: NotebookNode, assignment: str, student: str, key: bytes, *, unsafe: bool = False
) -> Job:
    """What the judge needs to know of an aligned submission; of the course's secret `key`, only the seed."""
    cells = [
        JobCell(index, cell.source, submission.role(cell), submission.exercise(cell))
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]
    seed = seed_for(key, student, assignment)
    return Job(assignment, student, cells, seed, limits(course), unsafe)


def key_of(job: Job, flags: Sequence[Flag]) -> str:
    """What a result depends on: the submission, the exercises and the judge, the seed, and the trust it was given."""
    cells = [[cell.index, cell.source, cell.role, cell.exercise] for cell in job.cells]
    version = release.judge_version(job.assignment)
    return digest(
        cells, [flag.to_dict() for flag in flags], version, digest(job.seed), asdict(job.limits), job.unsafe
    )


def read(course: Course, assignment: str, student: str) -> submission.Submission:
    """A student's submission, aligned with the release notebook."""
    original = released(course, assignment)
    return submission.read(
        course.folder("submitted", assignment, student), original, course.release(assignment).name
    )


def released(course: Course, assignment: str) -> NotebookNode:
    """The release notebook of an assignment; not to be changed, since others get the same."""
    path = course.release(assignment)
    status = path.stat()
    return parsed(path, status.st_mtime_ns, status.st_size, status.st_ino)


@functools.lru_cache(maxsize=16)
def parsed(path: Path, *version: int) -> NotebookNode:
    """A notebook, read once a version."""
    return nbformat.read(path, as_version=4)


def view(course: Course, assignment: str) -> Path:
    """The folder of importable code that the assignment's notebooks get in the sandbox."""
    return release.view(assignment, course.private / "views")


class TolerantExporter(NotebookExporter):
    """Opens what a student handed in, however broken, as a notebook that nbgrader can work on."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[str, dict[str, Any]]:
        """Align a submission with the release notebook; open any other notebook as it is."""
        directory = self.parent.coursedir
        marks = resources["nbgrader"]
        course = Course(Path(directory.root))
        handed_in = course.folder("submitted", marks["assignment"], marks["student"])
        if Path(os.path.normpath(filename)).parent != handed_in:
            return super().from_filename(filename, resources=resources, **kw)
        found = read(course, marks["assignment"], marks["student"])
        found.notebook.metadata["autograder"] = {
            "assignment": marks["assignment"],
            "flags": [flag.to_dict() for flag in found.flags],
        }
        resources["metadata"] = {"name": marks["notebook"], "path": str(handed_in)}
        return self.from_notebook_node(found.notebook, resources, **kw)


class FeedbackPage(HTMLExporter):
    """A feedback page that needs no network and runs no script: formulas are in it, and its browser is told so."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """The page as nbgrader makes it, with a policy in the place of MathJax."""
        page, resources = super().from_notebook_node(nb, resources=resources, **kw)
        bare = re.sub(
            r"<!-- Load mathjax -->.*?<!-- End of mathjax[^>]*-->", "", page, count=1, flags=re.DOTALL
        )
        return bare.replace("<head>", f"<head>\n{HEAD}", 1), resources


HEAD = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'\">\n"
    "<style>mtd[columnalign=right] { text-align: right; padding-right: 0; } "
    "mtd[columnalign=left] { text-align: left; padding-left: 0; }</style>"  # browsers have dropped the attribute
)


class Judge(NbGraderPreprocessor):
    """Stands in the place of nbgrader's Execute: the sandbox runs the notebook, the verdict is written in."""

    secret_file = Unicode(SECRET, help="The file with the secret that graded inputs are drawn from.").tag(
        config=True
    )
    limits = Dict(help="What a submission may use, such as {'cell_cpu_s': 30}.").tag(config=True)
    unsafe = Bool(False, help="Grade without a sandbox where the system has none.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Give the notebook the outputs and points of its stored result, graded now where there is none."""
        marks = resources["nbgrader"]
        course = Course(Path.cwd())  # nbgrader goes to the course's folder to convert
        flags = [Flag(**flag) for flag in nb.metadata["autograder"]["flags"]]
        job = job_for(course, nb, marks["assignment"], marks["student"], secret(course), unsafe=self.unsafe)
        key, result = stored_or_graded(course, job, flags)
        write_into(nb, result, key)
        return nb, resources


def stored_or_graded(course: Course, job: Job, flags: Sequence[Flag]) -> tuple[str, Result]:
    """The result of a job and its key: the stored one, else graded here and stored."""
    key = key_of(job, flags)
    stored = Results(course).load(job.assignment, job.student, key)
    if stored is not None:
        return key, Result.from_dict(stored)
    ran = batch.run(job, view(course, job.assignment))
    result = with_flags(ran, flags)
    Results(course).save(job.assignment, job.student, key, result.to_dict())
    Results(course).save_log(job.assignment, job.student, ran.run)
    return key, result


def with_flags(result: Result, flags: Sequence[Flag]) -> Result:
    """A result with what was odd about the file in front of what was odd when it ran."""
    data = result.to_dict()
    data["flags"] = [flag.to_dict() for flag in flags] + data["flags"]
    return Result.from_dict(data)


def write_into(notebook: NotebookNode, result: Result, key: str) -> None:
    """Put a result's outputs into an aligned notebook, the verdicts into its check cells, the key into its metadata."""
    outputs = {int(index): found for index, found in result.outputs.items()}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and submission.is_learners(cell):
            cell.source = clean.inert_markdown(cell.source)
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        if submission.role(cell) == "check":
            cell.outputs = verdict_outputs(result.verdicts.get(submission.exercise(cell) or ""))
        else:
            cell.outputs = [o for output in outputs.get(index, []) if (o := clean.safe_output(output))]
    notebook.metadata["autograder"] = {"assignment": result.assignment, "key": key, "flags": result.flags}
    if result.flags:
        lines = "\n".join(f"- **{flag['name']}**: {clean.text(flag['message'])}" for flag in result.flags)
        note = nbformat.v4.new_markdown_cell(f"**What was noticed about this submission**\n\n{lines}")
        note.id = "autograder-flags"
        notebook.cells.insert(0, note)


def verdict_outputs(verdict: Verdict | None) -> list[NotebookNode]:
    """A check cell's outputs: the verdict to read, and the points, alone, for nbgrader to count.

    nbgrader gives full marks to a test cell without outputs and none to one with an error or stderr, so both
    are never left to what ran in the notebook.
    """
    points = "0"
    shown = {"text/plain": "No verdict: the notebook did not get this far. 0 points."}
    if verdict is not None:
        shown = {"text/plain": verdict.text(), "text/html": verdict.html()}
        points = f"{min(max(verdict.points, 0.0), verdict.max_points):g}"
    make = nbformat.v4.new_output
    return [make("display_data", shown), make("execute_result", {"text/plain": points}, execution_count=None)]


def prepare(assignment: str, student: str, notebooks: list[str]) -> None:
    """Before nbgrader converts a submission: the gradebook knows the assignment.

    Args:
        assignment: its name.
        student: a pattern of students, as nbgrader passes it.
        notebooks: the paths of one submission's notebooks, as nbgrader passes them.
    """
    register(Course(Path.cwd()), assignment)


def register(course: Course, assignment: str) -> None:
    """Make the gradebook know an assignment's released cells, as nbgrader's generate_assignment would.

    Raises:
        CourseError: its cells changed although students have been graded on the former ones.
    """
    gradebook.register(course, assignment, released(course, assignment))
