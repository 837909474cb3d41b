"""Outputs against expected outputs: which row, where first, how far off, and which known mistake it is.

Needs no reference: the learner's check, with frozen outputs, and the judge, with fresh ones, share it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder import laws
from autograder.layout import AXES, TIME, Array, Each, Layout, LayoutError, Plain, kind, part
from autograder.outcome import CallError, CallOutcome, bearable, listed
from autograder.row import UNCHANGED, UNCHANGED_POINTS, Row
from autograder.tree import Fixture, Tree, elements, shared
from autograder.verdict import RowResult

# So many parts more than twice the right number are looked at, to say how many there are.
FURTHER_PARTS = 100
# A plain value with so many times more entries than the right one is not compared entry by entry.
MUCH_LARGER = 100
# No drawn value of the course has as many entries.
LONGEST_DRAW = 10_000
MAX_PLACE = 80

# What the rows look at, by path; a CallError where there is nothing to look at.
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Expectation:
    """One case: what went in, what should come out, and what each known mistake gives.

    Attributes:
        arguments: by name, as given to the function.
        expected: the right values, by the rows' paths.
        mistakes: what each known mistake gives, by its name, worked out when it is looked at or not; empty in
            groups that no mistake is tried on.
        dims: the sizes, for the message.
        group: "drawn" or the name of an extra group.
    """

    arguments: Mapping[str, Tree]
    expected: Mapping[str, Tree]
    mistakes: Mapping[str, Values] = field(default_factory=dict)
    dims: Mapping[str, int] = field(default_factory=dict)
    group: str = "drawn"


@dataclass(frozen=True)
class Finding:
    """What is wrong with one value of one row."""

    message: str
    error: float = np.inf


def compare(
    rows: Sequence[Row],
    layout: Layout,
    expectations: Sequence[Expectation],
    outcomes: Sequence[CallOutcome],
    mistakes: Mapping[str, str],
) -> list[RowResult]:
    """Judge every row on all of its cases; never stops at the first failure.

    Args:
        rows: what is looked at.
        layout: the layout of the result.
        expectations: one for each case.
        outcomes: one for each case, in the same order.
        mistakes: the sentence for each known mistake, by name.

    Returns:
        One result for each row, and one for leaving the arguments as they were.
    """
    findings = {row: first_finding(row, layout, expectations, outcomes) for row in rows}
    names = diagnose(rows, layout, expectations, outcomes, findings, list(mistakes))
    results: list[RowResult] = []
    told: dict[str, str] = {}
    said: dict[str, str] = {}
    for row in rows:
        finding, mistake = findings[row], names.get(row)
        if finding is None:
            results.append(RowResult(row.name, row.points, row.points, True))
            continue
        message = finding.message if finding.message not in said else f"as for {said[finding.message]}"
        said.setdefault(finding.message, row.name)
        if mistake in told:
            message = f"follows from the same mistake as {told[mistake]}"
        elif mistake is not None:
            told[mistake] = row.name
            message += f"\n{mistakes[mistake]}"
        results.append(RowResult(row.name, 0.0, row.points, False, message, mistake))
    return [*results, unchanged(expectations, outcomes, any(row.passed for row in results))]


def first_finding(
    row: Row, layout: Layout, expectations: Sequence[Expectation], outcomes: Sequence[CallOutcome]
) -> Finding | None:
    """What is wrong in the first case in which the row is wrong, with the largest error of all cases."""
    if row.law is not None:
        return law_finding(row, layout, expectations, outcomes)
    found: list[Finding] = []
    for number, (expectation, outcome) in enumerate(zip(expectations, outcomes, strict=True), 1):
        if expectation.group != row.cases:
            continue
        finding = difference(row, layout, expectation.expected[row.path], outcome)
        if finding is not None:
            written = outcome.error is None or outcome.error.type != "NotImplementedError"
            label = case_label(expectation, number) if written else ""
            found.append(Finding(finding.message + label, finding.error))
    return found[0] if found else None


def law_finding(
    row: Row, layout: Layout, expectations: Sequence[Expectation], outcomes: Sequence[CallOutcome]
) -> Finding | None:
    """How all draws of the row's group together break its law; an error in one of them comes first."""
    pairs = [
        (expectation.expected[row.path], observe(row.path, layout, outcome))
        for expectation, outcome in zip(expectations, outcomes, strict=True)
        if expectation.group == row.cases
    ]
    for expected, given in pairs:
        if isinstance(given, CallError):
            return Finding(given.describe())
        if not is_drawn(given):
            return Finding(
                f"{row.path or 'the result'} is {kind(given)}; expected something like {expected!r:.60}"
            )
    message = laws.broken(row.law or "", [expected for expected, _ in pairs], [given for _, given in pairs])
    return None if message is None else Finding(message)


def is_drawn(value: Tree) -> bool:
    """Whether a value is a token or a flat list or array of tokens."""
    if elements(value) > LONGEST_DRAW:
        return False
    entries = value if isinstance(value, (list, tuple)) else [value]
    if isinstance(value, np.ndarray):
        return value.ndim <= 1 and (value.size == 0 or value.dtype.kind in "iu")
    return all(
        isinstance(entry, (int, str))
        or (isinstance(entry, np.ndarray) and entry.shape == () and entry.dtype.kind in "iu")
        for entry in entries
    )


def case_label(expectation: Expectation, number: int) -> str:
    """Which case it was, in words."""
    if expectation.group != "drawn":
        return f" (case: {expectation.group})"
    sizes = ", ".join(f"{name} = {size}" for name, size in sizes_of(expectation).items())
    return f" (case {number}: {sizes})" if sizes else f" (case {number})"


def sizes_of(expectation: Expectation) -> Mapping[str, Any]:
    """What tells a case from others: the sizes of its arrays, or, where it has none, its arguments."""
    if not expectation.dims or shared(dict(expectation.arguments)):
        return expectation.dims
    found: dict[str, Any] = {}
    for name, value in expectation.arguments.items():
        if isinstance(value, (int, float)):
            found[name] = f"{value:.4g}"
        elif isinstance(value, str):
            found[name] = repr(value)
        elif isinstance(value, (list, tuple)):
            found[f"len({name})"] = len(value)
    return found


def difference(row: Row, layout: Layout, expected: Tree, outcome: CallOutcome) -> Finding | None:
    """What is wrong with this row's value in one outcome, or None."""
    if outcome.error is not None:
        return Finding(outcome.error.describe())
    try:
        inner, value = part(layout, outcome.result, row.path)
        return value_difference(row, inner, expected, value) or misfit(row, inner, value)
    except LayoutError as error:
        return Finding(str(error))


def misfit(row: Row, layout: Layout, given: Tree) -> Finding | None:
    """The first array of a value, otherwise right, that holds another kind of numbers than it should."""
    for name, leaf, value in layout.parts(given, row.path.split(".")[-1]):
        if isinstance(leaf, Array) and (wrong := leaf.misfit(value)):
            return Finding(f"{name or 'the result'} {wrong}")
    return None


def value_difference(row: Row, layout: Layout, expected: Tree, given: Tree) -> Finding | None:
    """What is wrong with a value that lies where the row looks; raises LayoutError where it is laid out wrongly."""
    place = row.path.split(".")[-1]
    right = list(layout.parts(expected, place))
    # A result may have any number of parts: those that are too many to be right are not looked at.
    most = 2 * len(right) + FURTHER_PARTS
    found = list(islice(layout.parts(given, place), most))
    if len(found) == most:
        return Finding(f"{place or 'the result'} has {most} parts or more; expected {len(right)}")
    if [name for name, _, _ in right] != [name for name, _, _ in found]:
        item = AXES.get(layout.axis, layout.axis) if isinstance(layout, Each) else AXES[TIME]
        return Finding(other_parts(place or "the result", lengths(right), lengths(found), item))
    for (name, leaf, wanted), (_, _, value) in zip(right, found, strict=True):
        finding = leaf_difference(row, leaf, wanted, value, name or "the result")
        if finding is not None:
            return finding
    return None


def lengths(parts: Sequence[tuple[str, Layout, Tree]]) -> dict[str, int]:
    """How many items each list among the parts has, by the list's place; names that are in no list count as one."""
    found: dict[str, int] = {}
    for name, _, _ in parts:
        place, bracket, rest = name.partition("[")
        count = int(rest.partition("]")[0]) + 1 if bracket else 1
        found[place] = max(found.get(place, 0), count)
    return found


def other_parts(place: str, right: Mapping[str, int], found: Mapping[str, int], item: str) -> str:
    """What is wrong with a value whose parts are others than the right ones."""
    for name, count in right.items():
        if name in found and found[name] != count:
            return f"{name} is a list of {found[name]}; expected {count}, one for each {item}"
    return f"{place} {f'has the parts {listed(found)}' if found else 'is empty'}; expected {listed(right)}"


def leaf_difference(row: Row, layout: Layout, expected: Tree, given: Tree, name: str) -> Finding | None:
    """What is wrong with one array, number or plain value."""
    if isinstance(layout, Plain):
        return plain_finding(expected, given, name)
    wanted = transformed(np.asarray(expected, dtype=np.float64), row)
    misfit = other_form(given, wanted, layout)
    if misfit:
        return Finding(f"{bearable(name, MAX_PLACE)} {misfit}; expected {form(wanted, layout)}")
    value = transformed(np.asarray(given).astype(np.float64), row)
    with np.errstate(all="ignore"):
        same = (value == wanted) | (np.isnan(value) & np.isnan(wanted))
        error = np.where(same, 0.0, np.abs(value - wanted))
    error = np.where(np.isnan(error), np.inf, error)
    limit = row.tolerance * scale(wanted)
    if not (error > limit).any():
        return None
    place = bearable(name, MAX_PLACE)
    shown = f"log of {place}" if row.transform == "log" else place
    return Finding(where(layout, error > limit, error, wanted, value, shown), float(error.max()))


def other_form(given: Tree, wanted: NDArray[Any], layout: Layout) -> str:
    """How the form of a value differs from what is wanted, in words; "" where it does not.

    Nothing is converted that is larger than what is expected: nested lists may hold one array many times.
    """
    shape = outline(given)
    if shape != wanted.shape and is_numeric(first_number(given)):
        return found_form(shape)
    if not has_shape(given, wanted.shape) or not is_numeric(given):
        return f"is {kind(given)}"
    return ""


def plain_finding(expected: Tree, given: Tree, name: str) -> Finding | None:
    """What is wrong with a plain value; one that is far too large is not looked into."""
    if given is None and expected is not None:
        found = "None (is a return missing? append, sort and update return None too)"
        return Finding(f"{name} is {found}; expected {shown(plain(expected))}")
    if elements(given) > MUCH_LARGER * (elements(expected) + 1):
        return Finding(f"{name} is {kind(given)}, far larger than expected: {shown(plain(expected))}")
    message = plain_difference(plain(expected), plain(given), name)
    return None if message is None else Finding(message)


def plain(value: Tree) -> Any:
    """A value with lists for tuples and arrays, and plain numbers for those of NumPy."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def plain_difference(wanted: Any, given: Any, place: str) -> str | None:
    """The first difference of two plain values in words, or None."""
    if isinstance(wanted, dict) and isinstance(given, dict):
        odd = next((key for key in given if not isinstance(key, str)), None)
        if odd is not None and all(isinstance(key, str) for key in wanted):
            like = f", such as {next(iter(wanted))!r}" if wanted else ""
            return f"{place} has the key {shown(odd)} ({type(odd).__name__}); its keys should be text{like}"
        missing = next((key for key in wanted if key not in given), None)
        if missing is not None:
            return f"{place} lacks the key {missing!r}"
        added = next((key for key in given if key not in wanted), None)
        if added is not None:
            return f"{place} has the key {added!r}, which should not be there"
        pairs = [(wanted[key], given[key], f"{place}[{key!r}]") for key in wanted]
    elif isinstance(wanted, list) and isinstance(given, list):
        pairs = [
            (one, other, f"{place}[{i}]") for i, (one, other) in enumerate(zip(wanted, given, strict=False))
        ]
    else:
        return None if same_plain(wanted, given) else f"{place} is {shown(given)}; expected {shown(wanted)}"
    first = next((found for pair in pairs if (found := plain_difference(*pair)) is not None), None)
    if len(wanted) == len(given):
        return first
    counts = f"{place} has {len(given)} items; expected {len(wanted)}"
    return f"{counts}; the first difference: {first}" if first else counts


def same_plain(one: Any, other: Any) -> bool:
    """Whether two plain values that are no containers of the same kind are equal; numbers up to rounding."""
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return bool(np.isclose(one, other, rtol=1e-9, atol=0, equal_nan=True))
    return type(one) is type(other) and bool(one == other)


def shown(value: Any) -> str:
    """A plain value in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def form(wanted: NDArray[Any], layout: Layout) -> str:
    """What is expected, in words."""
    if not wanted.shape:
        return "a single number"
    axes = f" = {layout.describe()}" if isinstance(layout, Array) and layout.axes else ""
    return f"numbers of shape {wanted.shape}{axes}"


def found_form(shape: tuple[int, ...]) -> str:
    """What is there, in words."""
    return f"has shape {shape}" if shape else "is a single number"


def outline(value: Tree) -> tuple[int, ...]:
    """The shape of an array, a number or nested lists, by the first item of each list; nothing is converted."""
    if isinstance(value, (list, tuple)):
        return (len(value), *(outline(value[0]) if value else ()))
    return tuple(getattr(value, "shape", ()))


def first_number(value: Tree) -> Tree:
    """What nested lists hold first."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def has_shape(value: Tree, shape: tuple[int, ...]) -> bool:
    """Whether an array, a number or nested lists have exactly this shape; looks at no more items than it has."""
    if isinstance(value, (list, tuple)):
        return bool(shape) and len(value) == shape[0] and all(has_shape(item, shape[1:]) for item in value)
    return tuple(getattr(value, "shape", ())) == shape


def is_numeric(value: Tree) -> bool:
    """Whether NumPy makes numbers of it."""
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except (ValueError, OverflowError):
        return False


def transformed(array: NDArray[Any], row: Row) -> NDArray[Any]:
    """The array as the row compares it."""
    if row.transform == "log":
        with np.errstate(divide="ignore", invalid="ignore"):
            array = np.log(array)
    return array


def scale(wanted: NDArray[Any]) -> float:
    """The size that errors are measured by: the largest expected value; 1 where all are zero."""
    finite = np.abs(wanted[np.isfinite(wanted)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def where(
    layout: Layout,
    wrong: NDArray[Any],
    error: NDArray[Any],
    wanted: NDArray[Any],
    value: NDArray[Any],
    name: str,
) -> str:
    """The largest error and the first wrong place, that of the earliest step."""
    if not wrong.shape:
        return f"{name} is {value:.6g}; expected {wanted:.6g}{source_of(float(value))}"
    places = np.argwhere(wrong)
    if isinstance(layout, Array):
        places = places[np.lexsort(places.T[layout.order[::-1]])]
    first = tuple(int(i) for i in places[0])
    at = layout.place(first) if isinstance(layout, Array) else f"index {first}"
    strange = int((wrong & ~np.isfinite(value)).sum())
    extent = f"{strange} of them nan or inf" if strange else f"largest error {error.max():.2g}"
    return (
        f"{name}: {int(wrong.sum())} of {wrong.size} values are wrong, {extent}; "
        f"the first at {at} is {value[first]:.4g}, expected {wanted[first]:.4g}{source_of(float(value[first]))}"
    )


def source_of(value: float) -> str:
    """Where nan or an infinite number may come from, in words; "" for other numbers."""
    if np.isnan(value):
        return " (nan comes from 0 / 0, inf − inf, 0 · inf, or a root or logarithm of a negative number)"
    if np.isinf(value):
        return " (inf comes from a division by 0, from log 0, or from a number that grows too large)"
    return ""


def diagnose(
    rows: Sequence[Row],
    layout: Layout,
    expectations: Sequence[Expectation],
    outcomes: Sequence[CallOutcome],
    findings: Mapping[Row, Finding | None],
    mistakes: Sequence[str],
) -> dict[Row, str]:
    """The known mistake behind each wrong row, where there is one.

    A mistake that explains all rows, right and wrong, is preferred; otherwise each row may have its own.
    """
    tried = [
        (expectation, outcome)
        for expectation, outcome in zip(expectations, outcomes, strict=True)
        if expectation.mistakes
    ]
    wrong = [row for row in rows if findings[row] is not None and row.cases == "drawn"]
    if not tried or not wrong:
        return {}
    tried.sort(key=lambda pair: extent(pair[0].arguments))
    right = [row for row in rows if findings[row] is None and row.cases == "drawn"]
    matching: dict[str, list[Row]] = {}
    for name in mistakes:
        matching[name] = [row for row in wrong if gives(name, row, layout, tried)]
        if matching[name] == wrong and not any(alters(name, row, layout, tried) for row in right):
            return dict.fromkeys(wrong, name)
    by_reach = sorted((name for name in mistakes if matching[name]), key=lambda name: -len(matching[name]))
    return {row: name for name in reversed(by_reach) for row in matching[name]}


def extent(value: Tree) -> int:
    """How many numbers a tree holds."""
    if isinstance(value, Mapping):
        return sum(map(extent, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(extent, value))
    return int(getattr(value, "size", 1))


def gives(mistake: str, row: Row, layout: Layout, tried: Sequence[tuple[Expectation, CallOutcome]]) -> bool:
    """Whether the learner's values in this row are those of the mistake in every case, and are wrong.

    Stops at the first case that tells them apart: what a mistake gives is worked out when it is looked at.
    """
    if row.law is not None:
        drawn = [observe(row.path, layout, outcome) for _, outcome in tried]
        return same_draws(row, of_mistake(mistake, row, tried), drawn) and alters(mistake, row, layout, tried)
    return all(
        same(row, layout, expectation.mistakes[mistake][row.path], outcome) for expectation, outcome in tried
    ) and alters(mistake, row, layout, tried)


def alters(mistake: str, row: Row, layout: Layout, tried: Sequence[tuple[Expectation, CallOutcome]]) -> bool:
    """Whether the mistake changes this row in any case."""
    if row.law is not None:
        right = [expectation.expected[row.path] for expectation, _ in tried]
        return not same_draws(row, right, of_mistake(mistake, row, tried))
    return any(
        isinstance(value := expectation.mistakes[mistake][row.path], CallError)
        or not agree(row, layout, expectation.expected[row.path], value)
        for expectation, _ in tried
    )


def of_mistake(mistake: str, row: Row, tried: Sequence[tuple[Expectation, CallOutcome]]) -> list[Any]:
    """What the mistake gives in each case, in this row."""
    return [expectation.mistakes[mistake][row.path] for expectation, _ in tried]


def same_draws(row: Row, wanted: Sequence[Any], given: Sequence[Any]) -> bool:
    """Whether two samples may follow the same law; of samples with errors, whether the errors are the same."""
    errors = [isinstance(value, CallError) for value in (*wanted, *given)]
    if any(errors):
        return all(errors) and all(same_error(one, other) for one, other in zip(wanted, given, strict=True))
    if not all(map(is_drawn, (*wanted, *given))):
        return False
    return laws.broken(row.law or "", wanted, given) is None


def same(row: Row, layout: Layout, value: Tree | CallError, outcome: CallOutcome) -> bool:
    """Whether an outcome is what the mistake gives, in this row."""
    observed = observe(row.path, layout, outcome)
    if isinstance(value, CallError):
        return isinstance(observed, CallError) and same_error(value, observed)
    return not isinstance(observed, CallError) and agree(row, layout, value, observed)


def agree(row: Row, layout: Layout, one: Tree, other: Tree) -> bool:
    """Whether two values are equal as far as this row looks; what is laid out wrongly agrees with nothing."""
    inner = layout
    for name in row.path.split(".") if row.path else []:
        inner = inner.child(name)[1]
    try:
        return value_difference(row, inner, one, other) is None
    except LayoutError:
        return False


def observe(path: str, layout: Layout, outcome: CallOutcome) -> Tree | CallError:
    """What an outcome has where a row looks: a value, its exception, or what is wrong with its layout."""
    if outcome.error is not None:
        return outcome.error
    try:
        return part(layout, outcome.result, path)[1]
    except LayoutError as error:
        return CallError("layout", "LayoutError", str(error))


def same_error(mistake: CallError, given: CallError) -> bool:
    """Whether two errors are the same for our purpose: their type, and the numbers that they speak of."""
    if mistake.type != given.type:
        return False
    if mistake.type == "KeyError":
        return mistake.message == given.message
    return sorted(re.findall(r"\d+", mistake.message)) == sorted(re.findall(r"\d+", given.message))


def unchanged(
    expectations: Sequence[Expectation], outcomes: Sequence[CallOutcome], something_right: bool
) -> RowResult:
    """The row that looks at the arguments after the call; it needs a function that does something right."""
    points = UNCHANGED_POINTS
    if not something_right or all(outcome.error is not None for outcome in outcomes):
        return RowResult(UNCHANGED, 0.0, points, False, "counts once another row is right")
    for expectation, outcome in zip(expectations, outcomes, strict=True):
        if outcome.error is not None:
            continue
        after = outcome.arguments
        values = list(after.values()) if isinstance(after, dict) else list(after or [])
        # What is no plain data any more does not come back: then nothing says that it is as it was.
        values += [None] * (len(expectation.arguments) - len(values))
        for (name, before), value in zip(expectation.arguments.items(), values, strict=False):
            place = changed(before, value, name)
            if place is not None:
                text = (
                    f"your function changes its argument {place}; work on a copy, the caller still needs it"
                )
                return RowResult(UNCHANGED, 0.0, points, False, text)
    return RowResult(UNCHANGED, points, points, True)


def changed(before: Tree, after: Tree, place: str) -> str | None:
    """The first place at which two trees are not equal, or None; fixtures are not looked at."""
    if isinstance(before, Fixture):
        return None
    if isinstance(before, dict):
        if not isinstance(after, dict) or list(before) != list(after):
            return place
        pairs = [(before[key], after[key], f"{place}[{key!r}]") for key in before]
    elif isinstance(before, (list, tuple)):
        if not isinstance(after, (list, tuple)) or len(before) != len(after):
            return place
        pairs = [
            (one, other, f"{place}[{i}]") for i, (one, other) in enumerate(zip(before, after, strict=True))
        ]
    elif isinstance(before, np.ndarray):
        return None if isinstance(after, np.ndarray) and restored(before, after) else place
    else:
        both_nan = before != before and after != after
        return None if type(before) is type(after) and (before == after or both_nan) else place
    return next((found for pair in pairs if (found := changed(*pair)) is not None), None)


def restored(before: NDArray[Any], after: NDArray[Any]) -> bool:
    """Whether an array is as it was, but for the rounding of steps that were taken back."""
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    if np.array_equal(before, after):
        return True
    return before.dtype.kind == "f" and np.allclose(before, after, rtol=1e-9, atol=1e-12, equal_nan=True)
