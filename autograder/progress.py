"""What a learner has passed, and what is open.

`check` writes it down on this computer alone, in the learner's own folder; nothing is sent anywhere.
"""

import html
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.syllabus import PARTS, PASS_MARK, TOTAL, Assignment, Part
from autograder.verdict import Verdict
from seqlib import mine

BAR = 20

# By topic, then exercise: the best points so far, the most there are, and the day of the best.
Records = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Standing:
    """How a learner stands in one assignment."""

    assignment: Assignment
    points: float
    right: int
    tried: int

    @property
    def passed(self) -> bool:
        """Whether the pass mark is reached."""
        return self.points >= PASS_MARK

    @property
    def words(self) -> str:
        """The standing in a word or two."""
        if self.points >= TOTAL - 1e-9:
            return "complete"
        if self.passed:
            return "passed"
        return f"{PASS_MARK - self.points:g} points to pass" if self.tried else "open"


def path() -> Path:
    """The file that the learner's points are kept in, beside the learner's own library."""
    return mine.folder().parent / "progress.json"


def records() -> Records:
    """What is written down; a file that cannot be read is put aside, and counts as empty."""
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
        return {
            topic: {name: dict(best) for name, best in entries.items()} for topic, entries in found.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError, RecursionError):
        path().replace(path().with_suffix(".json.unreadable"))
        return {}


def record(topic: str, verdict: Verdict) -> None:
    """Write down a verdict where it is better than what is there.

    Args:
        topic: the topic of the exercise.
        verdict: what `check` found.

    Raises:
        OSError: the learner's folder cannot be written.
    """
    everything = records()
    best = everything.setdefault(topic, {}).get(verdict.exercise, {})
    if verdict.points < best.get("points", -1.0) or best.get("points") == best.get("of") == verdict.points:
        return
    day = datetime.now(UTC).date().isoformat()
    everything[topic][verdict.exercise] = {"points": verdict.points, "of": verdict.max_points, "day": day}
    path().parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path().parent, prefix=".progress-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(everything, file, indent=1, ensure_ascii=False)
    os.replace(temporary, path())


def standing(assignment: Assignment, found: Records) -> Standing:
    """How a learner stands in an assignment."""
    entries = found.get(assignment.topic, {}).values()
    points = [float(entry.get("points", 0.0)) for entry in entries]
    right = sum(entry.get("points") == entry.get("of") for entry in entries)
    return Standing(assignment, min(sum(points), float(TOTAL)), right, len(points))


def next_open(parts: Sequence[Part], found: Records) -> Assignment | None:
    """The first assignment that is not passed."""
    everything = [assignment for part in parts for assignment in part.assignments]
    return next((one for one in everything if not standing(one, found).passed), None)


def text(parts: Sequence[Part] = PARTS, found: Records | None = None) -> str:
    """A learner's progress for a terminal."""
    found = records() if found is None else found
    lines = []
    for part in parts:
        lines.append(f"{heading(part, found)}\n")
        for one in (standing(assignment, found) for assignment in part.assignments):
            full = round(BAR * one.points / TOTAL)
            bar = "#" * full + "." * (BAR - full)
            hours = f"{one.assignment.hours:g} h"
            lines.append(
                f"  {one.assignment.name:<24}[{bar}] {one.points:>3.0f} / {TOTAL}  {hours:>5}  {one.words}"
            )
        lines.append("")
    return "\n".join([*lines, *closing(parts, found)])


def heading(part: Part, found: Records) -> str:
    """A part's line: its name, its hours, and how much of it is passed."""
    passed = sum(standing(assignment, found).passed for assignment in part.assignments)
    number = part.name.replace("-", " ").capitalize()
    return f"{number}: {part.title} · {passed} of {len(part.assignments)} passed · about {part.hours:g} hours"


def closing(parts: Sequence[Part], found: Records) -> list[str]:
    """What is next, and what the numbers are."""
    coming = next_open(parts, found)
    first = f"Next: {coming.name}, {coming.title}." if coming else "Everything is passed."
    rule = f"An assignment is passed with {PASS_MARK} of {TOTAL} points, here on public cases."
    return [first, f"{rule} This is kept on this computer alone."]


def page(parts: Sequence[Part] = PARTS, found: Records | None = None) -> str:
    """A learner's progress as an HTML fragment; the state is in words, not only in colour."""
    found = records() if found is None else found
    blocks = [
        f"<h4 style='margin:.6em 0 .3em'>{html.escape(heading(part, found))}</h4>"
        "<table style='border-collapse:collapse'>"
        "<tr><th scope='col' style='text-align:left;padding-right:1em'>Assignment</th>"
        "<th scope='col' style='text-align:left'>Points</th><th></th>"
        "<th scope='col' style='text-align:left;padding:0 1em'>Time</th>"
        "<th scope='col' style='text-align:left'>State</th></tr>"
        + "".join(html_row(standing(assignment, found)) for assignment in part.assignments)
        + "</table>"
        for part in parts
    ]
    notes = "".join(f"<p style='margin:.5em 0'>{html.escape(line)}</p>" for line in closing(parts, found))
    return f"<div style='font-family:system-ui,sans-serif'>{''.join(blocks)}{notes}</div>"


def html_row(one: Standing) -> str:
    """An assignment as a row of a table."""
    colour = "#1b6e3c" if one.passed else "#2f5d8c"
    track = "display:inline-block;width:10em;height:.7em;background:#ddd;border-radius:.35em;overflow:hidden"
    filled = f"display:block;height:100%;width:{one.points:.0f}%;background:{colour}"
    name = f"{one.assignment.name} · {one.assignment.title}"
    return (
        f"<tr><td style='text-align:left;padding-right:1em'>{html.escape(name)}</td>"
        f"<td style='text-align:left'><span aria-hidden='true' style='{track}'><span style='{filled}'></span></span></td>"
        f"<td style='text-align:left;padding-left:.5em'>{one.points:.0f} / {TOTAL}</td>"
        f"<td style='text-align:left;padding:0 1em'>{one.assignment.hours:g} h</td>"
        f"<td style='text-align:left'>{'✓ ' if one.passed else ''}{html.escape(one.words)}</td></tr>"
    )


class Progress:
    """A learner's progress in a notebook: the table, and a button that reads it again."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        shown: dict[str, Any] = {"text/html": page(), "text/plain": text()}
        widget = self.widget()
        return shown if widget is None else {**widget._repr_mimebundle_(), **shown}

    def widget(self) -> Any:
        """The ipywidgets object; None where ipywidgets is not installed."""
        try:
            import ipywidgets
        except ImportError:
            return None
        table = ipywidgets.HTML(page())
        button = ipywidgets.Button(description="Read again", tooltip="Read what check has written down since")
        button.on_click(lambda _: setattr(table, "value", page()))
        return ipywidgets.VBox([table, button])


def progress() -> Progress:
    """Show what has been passed, and what is open: the last line of a notebook cell."""
    return Progress()


if __name__ == "__main__":
    print(f"{text()}\n{path()}")
