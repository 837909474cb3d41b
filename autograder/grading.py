"""Grades one submission: runs its cells in the sandbox, judges each exercise outside, keeps what was earned."""

import functools
import symtable
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.budget import Budget, UsedUp
from autograder.exercise import Exercise
from autograder.exercises import Graded, exercises, find, references
from autograder.judge import judge, judge_again, prepared
from autograder.outcome import TOO_LONG, bearable
from autograder.row import UNCHANGED, UNCHANGED_POINTS
from autograder.sandbox import Jail, Limits, Session, SessionDied
from autograder.sandbox.outputs import size
from autograder.verdict import RowResult, Verdict

# A cell that ends its process is left out, and the rest is run again, this often at most.
RESTARTS = 24
MAX_FLAGS = 50
MAX_FLAG = 600
MAX_LOG_LINE = 300
# More characters of code than this are not searched for the names that they use.
MAX_SEARCHED = 500_000

ENDED = "your function ended the process it ran in"
NOT_REACHED = "not judged: the time of the submission was used up before"


class NotJudged(Exception):
    """An error of our own while an exercise was judged; its session is in no known state."""


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


NO_WALLS = (
    "no sandbox",
    "graded with --unsafe on a system that has no sandbox: the notebook's code could read and change whatever the "
    "grader can, this result included; trust it as far as you trust the student, or grade again in a sandbox",
)


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
        """Note something that a person should look at, once; of very many things, the first."""
        entry = {"name": name, "message": bearable(message, MAX_FLAG), "cell": cell}
        if len(self.flags) == MAX_FLAGS - 1 and entry not in self.flags:
            text = f"more was noticed than these {MAX_FLAGS - 1} things; the submission's log has the rest"
            entry = {"name": "more flags", "message": text, "cell": None}
        if len(self.flags) < MAX_FLAGS and entry not in self.flags:
            self.flags.append(entry)

    def note(self, line: str) -> None:
        """Add a line to the log."""
        self.log.append(" ".join(bearable(line, MAX_LOG_LINE).split()))

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
        result, budget = Result(job.assignment, job.student, jail=held.kind), Budget(job.limits)
        if held.kind == "none":
            result.flag(*NO_WALLS)
        try:
            dead = first_round(job, held, result, budget)
            second_round(job, held, result, budget, dead)
        except UsedUp as used:
            result.flag("time limit", f"{used}; what was not judged until then has no points")
        complete(job, result, budget)
        return result


def complete(job: Job, result: Result, budget: Budget) -> None:
    """Give a verdict to every exercise that has none, and say which were stopped."""
    for exercise in exercises(job.assignment):
        if exercise.name not in result.verdicts and budget.gone:
            result.verdicts[exercise.name] = nothing(exercise, NOT_REACHED)
        elif exercise.name not in result.verdicts:
            result.verdicts[exercise.name] = nothing(exercise, "this exercise could not be judged")
            result.flag("not judged", f"{exercise.name} got no verdict; look at the submission by hand")
        elif any(TOO_LONG in row.message for row in result.verdicts[exercise.name].rows):
            result.flag("time limit", f"{exercise.name} was stopped at its time limit when it was judged")


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


def first_round(job: Job, jail: Jail, result: Result, budget: Budget) -> set[int]:
    """Run the notebook and judge every exercise where its check stands.

    Returns:
        The cells that end their process; they are left out from then on.

    Raises:
        UsedUp: the submission's time is used up.
    """
    known = {exercise.name: exercise for exercise in exercises(job.assignment)}
    failed: set[str] = set()

    def at_check(session: Session, exercise: Graded) -> None:
        if exercise.name in result.verdicts:
            return
        try:
            ready = trials.pop(exercise.name, None)  # a second attempt draws anew
            verdict = judge(exercise, session, job.seed, trial=ready.result() if ready else None)
        except SessionDied:
            # Judged once only, whatever comes of it: this verdict stands.
            result.verdicts[exercise.name] = nothing(exercise, NOT_REACHED if budget.gone else ENDED)
            raise
        except Exception as error:
            if not tried_again(result, exercise, error, failed):
                result.verdicts[exercise.name] = pending(exercise, error)
            raise NotJudged from error
        result.verdicts[exercise.name] = verdict
        result.note(f"{exercise.name}: {verdict.points:g} points")

    # What is right is worked out while the notebook runs in a process of its own.
    with ThreadPoolExecutor(1) as ahead:
        trials = {name: ahead.submit(prepared, exercise, job.seed) for name, exercise in known.items()}
        try:
            return rounds(job, jail, result, budget, set(), known, at_check)
        finally:
            ahead.shutdown(wait=False, cancel_futures=True)


def second_round(job: Job, jail: Jail, result: Result, budget: Budget, dead: set[int]) -> None:
    """In a process of its own, judge again what failed, with what it needs answered by the reference."""
    again = {
        exercise.name: exercise
        for exercise in exercises(job.assignment)
        if exercise.needs and failed_by_itself(result.verdicts.get(exercise.name))
    }
    answers = references(job.assignment)
    failed: set[str] = set()

    def at_check(session: Session, exercise: Graded) -> None:
        first = result.verdicts[exercise.name]
        try:
            verdict = judge_again(exercise, session, job.seed, answers, first)
        except SessionDied:
            # The first verdict stands.
            del again[exercise.name]
            raise
        except Exception as error:
            if not tried_again(result, exercise, error, failed):
                del again[exercise.name]
            raise NotJudged from error
        del again[exercise.name]
        result.verdicts[exercise.name] = verdict
        result.note(f"{exercise.name} again: {verdict.points:g} points")

    rounds(job, jail, result, budget, dead, again, at_check)


def failed_by_itself(verdict: Verdict | None) -> bool:
    """Whether there is a verdict that says that something is wrong."""
    return verdict is not None and not verdict.passed and not verdict.pending


def tried_again(result: Result, exercise: Graded, error: Exception, failed: set[str]) -> bool:
    """Note an error of our own; whether the exercise is to be judged once more, in a new process."""
    result.run.setdefault("errors", []).append("".join(traceback.format_exception(error)))
    if exercise.name not in failed:
        failed.add(exercise.name)
        return True
    result.flag(
        "not judged",
        f"{exercise.name} could not be judged because of an error of the autograder's own, twice "
        f"({type(error).__name__}: {bearable(str(error), 200)}). It is no fault of the student's: points that it "
        "may be worth are pending. Report the error, and grade this submission again with --force once it is mended.",
    )
    return False


def rounds(
    job: Job,
    jail: Jail,
    result: Result,
    budget: Budget,
    dead: set[int],
    judged: Mapping[str, Graded],
    at_check: Callable[[Session, Graded], None],
) -> set[int]:
    """Walk through the notebook until no process ends on the way and everything in `judged` was.

    Returns:
        The cells that end their process, those in `dead` among them.
    """
    dead = set(dead)
    for _ in range(RESTARTS + 2 * len(judged)):
        try:
            fatal = walk(job, jail, result, dead, judged, at_check, budget) if judged else None
        except NotJudged:
            continue
        if fatal is None:
            break
        dead.add(fatal)
    return dead


def walk(
    job: Job,
    jail: Jail,
    result: Result,
    dead: set[int],
    judged: Mapping[str, Graded],
    at_check: Callable[[Session, Graded], None],
    budget: Budget | None = None,
) -> int | None:
    """Run the cells in order in a fresh session, calling `at_check` where a check stands.

    Returns:
        The index of the cell that ended the process, or None.

    Raises:
        UsedUp: the submission's time is used up.
    """
    budget = budget or Budget(job.limits)
    skipped = dead | unneeded_demos(tuple(job.cells))
    cell: JobCell | None = None
    try:
        with budget.session(jail) as session:
            for cell in job.cells:
                if cell.role == "check":
                    if cell.exercise is not None and cell.exercise in judged:
                        at_check(session, judged[cell.exercise])
                elif cell.index not in skipped:
                    run_cell(session, cell, result, budget)
                if budget.gone:
                    raise UsedUp(used_up(budget, cell))
    except SessionDied as death:
        assert cell is not None, death
        if budget.gone:
            raise UsedUp(used_up(budget, cell)) from death
        odd = ". Ordinary code does not do that: read the cell" if death.reason == "protocol" else ""
        result.flag("process ended", f"cell {cell.index + 1} ended its process: {death}{odd}", cell.index)
        result.note(f"cell {cell.index + 1}: process ended, {death}")
        return cell.index
    return None


def used_up(budget: Budget, cell: JobCell) -> str:
    """Where the submission's time came to its end."""
    return f"the {budget.gone} of a submission were used up in cell {cell.index + 1}"


def run_cell(session: Session, cell: JobCell, result: Result, budget: Budget) -> None:
    """Run one cell of the learner's and keep what it shows the first time that it runs to its end."""
    again = cell.index in result.outputs
    room = 0 if again else max(budget.output_bytes, 0)
    outcome = session.run(cell.source, name=f"cell {cell.index + 1}", output_bytes=room)
    if outcome.status == "timeout" and not budget.gone:
        result.flag("time limit", f"cell {cell.index + 1} was stopped at its time limit", cell.index)
    if again:
        return
    result.outputs[cell.index] = outcome.outputs
    budget.output_bytes -= size(outcome.outputs)
    result.run.setdefault("cells", {})[cell.index] = outcome.seconds_cpu
    result.note(f"cell {cell.index + 1}: {outcome.status} {outcome.error or ''}")
    if outcome.cut:
        there_is = f"the {budget.limits.output_bytes} bytes that a cell may show"
        if room < budget.limits.output_bytes:
            there_is = f"what is left of the {budget.limits.notebook_output_bytes} bytes of a notebook"
        result.flag(
            "output cut", f"cell {cell.index + 1} shows more than {there_is}; the rest was cut", cell.index
        )


@functools.lru_cache(maxsize=2)
def unneeded_demos(cells: tuple[JobCell, ...]) -> frozenset[int]:
    """The course's own demonstration cells whose names no other cell reads; none where there is too much to read."""
    if sum(len(cell.source) for cell in cells) > MAX_SEARCHED:
        return frozenset()
    reads = [names_read(cell.source) if cell.role not in ("demo", "check") else set() for cell in cells]
    return frozenset(
        cell.index
        for place, cell in enumerate(cells)
        if cell.role == "demo" and not names_bound(cell.source) & set().union(*reads[place + 1 :])
    )


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


def nothing(exercise: Graded, message: str) -> Verdict:
    """A verdict without points."""
    rows = [
        RowResult(row.name, 0.0, row.points, False, message if i == 0 else "")
        for i, row in enumerate(exercise.rows)
    ]
    if isinstance(exercise, Exercise):
        rows.append(RowResult(UNCHANGED, 0.0, UNCHANGED_POINTS, False))
    return Verdict(exercise.name, rows)


def pending(exercise: Graded, error: Exception) -> Verdict:
    """A verdict without points, for now, on what an error of our own kept from being judged."""
    text = f"not judged yet: an error of the autograder's own ({type(error).__name__}), not of your work"
    return replace(nothing(exercise, text), pending=True)


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
        verdict = tried(jail, exercise, source, path.name, seed, missing)
        return replace(verdict, flags=[*verdict.flags, NO_WALLS[1]]) if jail.kind == "none" else verdict


def tried(
    jail: Jail,
    exercise: Exercise,
    source: str,
    name: str,
    seed: str,
    missing: Mapping[str, Callable[..., Any]],
) -> Verdict:
    """Judge one source in sessions of a jail."""
    try:
        with jail.session() as session:
            outcome = session.run(source, name=name)
            if outcome.status != "ok":
                return nothing(exercise, f"{name} cannot be run: {outcome.error or outcome.status}")
            verdict = judge(exercise, session, seed, missing)
        if verdict.passed or not exercise.needs:
            return verdict
        with jail.session() as session:
            session.run(source, name=name)
            return judge_again(exercise, session, seed, references(find(exercise.name)[0]), verdict)
    except SessionDied as death:
        return nothing(exercise, f"{name} ended its process: {death}")
