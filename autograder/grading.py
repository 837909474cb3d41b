"""Grades one submission: runs its cells in the sandbox, judges each exercise outside, keeps what was earned."""

import symtable
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise
from autograder.exercises import exercises, find, references
from autograder.judge import judge, judge_again
from autograder.outcome import TOO_LONG
from autograder.row import UNCHANGED, UNCHANGED_POINTS
from autograder.sandbox import Jail, Limits, Session, SessionDied
from autograder.verdict import RowResult, Verdict

# A cell that ends its process is left out, and the rest is run again, this often at most.
RESTARTS = 24


@dataclass(frozen=True)
class JobCell:
    """A code cell of a submission.

    Attributes:
        index: its place in the notebook.
        source: what it holds.
        role: "setup", "exercise", "check", "demo" or "student", as the release notebook has it.
        exercise: the exercise that it belongs to.
    """

    index: int
    source: str
    role: str
    exercise: str | None = None


@dataclass(frozen=True)
class Job:
    """All that is needed to grade one submission, the course's secret not among it."""

    assignment: str
    student: str
    cells: list[JobCell]
    seed: str
    limits: Limits = field(default_factory=Limits)
    unsafe: bool = False


@dataclass
class Result:
    """What came of one submission.

    Attributes:
        verdicts: by exercise.
        outputs: notebook outputs of the learner's cells, by the cell's index.
        flags: dicts with "name", "message" and "cell": what a person should look at.
        jail: the kind of sandbox that it was graded in.
        log: one line for each cell that was run and each exercise that was judged.
        run: how it went: each cell's processor time in seconds, errors of our own. It differs from run to run, so
            it is no part of the result as data.
    """

    assignment: str
    student: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    jail: str = ""
    log: list[str] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(verdict.points for verdict in self.verdicts.values())

    def flag(self, name: str, message: str, cell: int | None = None) -> None:
        """Note something that a person should look at, once."""
        entry = {"name": name, "message": message, "cell": cell}
        if entry not in self.flags:
            self.flags.append(entry)

    def to_dict(self) -> dict[str, Any]:
        """This result as JSON-able data."""
        data = asdict(self)
        del data["run"]
        data["verdicts"] = {name: verdict.to_dict() for name, verdict in self.verdicts.items()}
        data["outputs"] = {str(index): outputs for index, outputs in self.outputs.items()}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Result":
        """The result that `to_dict` wrote."""
        verdicts = {name: Verdict.from_dict(verdict) for name, verdict in data["verdicts"].items()}
        outputs = {int(index): outputs for index, outputs in data["outputs"].items()}
        return cls(**{**data, "verdicts": verdicts, "outputs": outputs})


def grade(job: Job, jail: Jail | None = None) -> Result:
    """Grade one submission.

    Args:
        job: the submission's cells and seed.
        jail: a jail for this assignment's view; a new one is made, and closed, where none is given.

    Returns:
        The verdicts on all exercises of the assignment, and what the learner's cells printed.
    """
    with nullcontext(jail) if jail is not None else new_jail(job) as held:
        result = Result(job.assignment, job.student, jail=held.kind)
        dead = first_round(job, held, result)
        second_round(job, held, result, dead)
        for exercise in exercises(job.assignment):
            if exercise.name not in result.verdicts:
                result.verdicts[exercise.name] = nothing(exercise, "this exercise could not be judged")
                result.flag("not judged", f"{exercise.name} got no verdict; look at the submission by hand")
            elif any(TOO_LONG in row.message for row in result.verdicts[exercise.name].rows):
                result.flag("time limit", f"{exercise.name} was stopped at its time limit when it was judged")
        return result


@contextmanager
def new_jail(job: Job) -> Iterator[Jail]:
    """A jail of its own for one job."""
    from tempfile import TemporaryDirectory

    from autograder.release import view

    with (
        TemporaryDirectory() as folder,
        Jail(view(job.assignment, Path(folder)), limits=job.limits, unsafe=job.unsafe) as jail,
    ):
        yield jail


def first_round(job: Job, jail: Jail, result: Result) -> set[int]:
    """Run the notebook and judge every exercise where its check stands.

    Returns:
        The cells that end their process; they are left out from then on.
    """
    known = {exercise.name: exercise for exercise in exercises(job.assignment)}

    def at_check(session: Session, exercise: Exercise) -> None:
        if exercise.name not in result.verdicts:
            # Judged once only, whatever comes of it: this verdict stands if the process does not survive.
            result.verdicts[exercise.name] = nothing(exercise, "your function ended the process it ran in")
            result.verdicts[exercise.name] = judge(exercise, session, job.seed)
            result.log.append(f"{exercise.name}: {result.verdicts[exercise.name].points:g} points")

    dead: set[int] = set()
    for _ in range(RESTARTS):
        fatal = walk(job, jail, result, dead, known, at_check)
        if fatal is None:
            break
        dead.add(fatal)
    return dead


def second_round(job: Job, jail: Jail, result: Result, dead: set[int]) -> None:
    """In a process of its own, judge again what failed, with what it needs answered by the reference."""
    again = {
        exercise.name: exercise
        for exercise in exercises(job.assignment)
        if exercise.needs and exercise.name in result.verdicts and not result.verdicts[exercise.name].passed
    }
    answers = references(job.assignment)

    def at_check(session: Session, exercise: Exercise) -> None:
        first = result.verdicts[exercise.name]
        again.pop(exercise.name)
        result.verdicts[exercise.name] = judge_again(exercise, session, job.seed, answers, first)
        result.log.append(f"{exercise.name} again: {result.verdicts[exercise.name].points:g} points")

    for _ in range(RESTARTS):
        fatal = walk(job, jail, result, dead, again, at_check) if again else None
        if fatal is None:
            break
        dead = dead | {fatal}


def walk(
    job: Job,
    jail: Jail,
    result: Result,
    dead: set[int],
    judged: Mapping[str, Exercise],
    at_check: Callable[[Session, Exercise], None],
) -> int | None:
    """Run the cells in order in a fresh session, calling `at_check` where a check stands.

    Returns:
        The index of the cell that ended the process, or None.
    """
    skipped = dead | unneeded_demos(job.cells)
    cell: JobCell | None = None
    try:
        with jail.session() as session:
            for cell in job.cells:
                if cell.role == "check":
                    if cell.exercise is not None and cell.exercise in judged:
                        at_check(session, judged[cell.exercise])
                elif cell.index not in skipped:
                    run_cell(session, cell, result)
    except SessionDied as death:
        assert cell is not None, death
        result.flag("process ended", f"cell {cell.index + 1} ended its process: {death}", cell.index)
        result.log.append(f"cell {cell.index + 1}: process ended, {death}")
        return cell.index
    return None


def run_cell(session: Session, cell: JobCell, result: Result) -> None:
    """Run one cell of the learner's and keep its outputs."""
    again = cell.index in result.outputs
    outcome = session.run(cell.source, name=f"cell {cell.index + 1}")
    result.outputs[cell.index] = outcome.outputs
    if outcome.status == "timeout":
        result.flag("time limit", f"cell {cell.index + 1} was stopped at its time limit", cell.index)
    if not again:
        result.run.setdefault("cells", {})[cell.index] = outcome.seconds_cpu
        result.log.append(f"cell {cell.index + 1}: {outcome.status} {outcome.error or ''}".rstrip())


def unneeded_demos(cells: Sequence[JobCell]) -> set[int]:
    """The course's own demonstration cells whose names no other cell reads."""
    reads = [names_read(cell.source) if cell.role not in ("demo", "check") else set() for cell in cells]
    return {
        cell.index
        for place, cell in enumerate(cells)
        if cell.role == "demo" and not names_bound(cell.source) & set().union(*reads[place + 1 :])
    }


def names_bound(source: str) -> set[str]:
    """The names that a cell gives to the notebook; none where it is not plain Python."""
    return {
        symbol.get_name()
        for table in tables(source)[:1]
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def names_read(source: str) -> set[str]:
    """The names of the notebook that a cell reads, in its functions too; none where it is not plain Python."""
    found = tables(source)
    inner = {s.get_name() for table in found[1:] for s in table.get_symbols() if s.is_global()}
    return inner | {s.get_name() for table in found[:1] for s in table.get_symbols() if s.is_referenced()}


def tables(source: str) -> list[symtable.SymbolTable]:
    """The scopes of a cell, the outermost first; none where it is not plain Python."""
    try:
        found = [symtable.symtable(source, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for table in found:
        found.extend(table.get_children())
    return found


def nothing(exercise: Exercise, message: str) -> Verdict:
    """A verdict without points."""
    rows = [
        RowResult(row.name, 0.0, row.points, False, message if i == 0 else "")
        for i, row in enumerate(exercise.rows)
    ]
    return Verdict(exercise.name, [*rows, RowResult(UNCHANGED, 0.0, UNCHANGED_POINTS, False)])


def try_file(name: str, path: Path, *, seed: str = "0", unsafe: bool = False) -> Verdict:
    """Judge one candidate implementation in a Python file as grading would, sandbox included.

    Args:
        name: the exercise.
        path: a file that defines the function; what the exercise needs and the file lacks, the reference answers.
        seed: decides the cases.
        unsafe: allow it where no sandbox holds.

    Returns:
        The verdict; a file that cannot be run earns nothing.

    Raises:
        UnknownName: no such exercise.
        OSError: the file cannot be read.
    """
    assignment, exercise = find(name)
    source = path.read_text(encoding="utf-8")
    job = Job(assignment, "", [JobCell(0, source, "student")], seed, unsafe=unsafe)
    answers = references(assignment)
    missing = {need: answers[need] for need in exercise.needs if need not in names_bound(source)}
    with new_jail(job) as jail:
        try:
            with jail.session() as session:
                outcome = session.run(source, name=path.name)
                if outcome.status != "ok":
                    return nothing(exercise, f"{path.name} cannot be run: {outcome.error or outcome.status}")
                verdict = judge(exercise, session, seed, missing)
            if verdict.passed or not exercise.needs:
                return verdict
            with jail.session() as session:
                session.run(source, name=path.name)
                return judge_again(exercise, session, seed, answers, verdict)
        except SessionDied as death:
            return nothing(exercise, f"{path.name} ended its process: {death}")
