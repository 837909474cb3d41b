"""The verdict on one exercise: rows with points and messages, as data, as text, as HTML."""

import html
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.outcome import bearable

WIDTH = 88
NAME_WIDTH = 30


@dataclass(frozen=True)
class RowResult:
    """What was found in one row.

    Attributes:
        name: the row's name.
        points: points earned.
        max_points: points to be had.
        passed: whether the row is right.
        message: what is wrong and where, one sentence a line; may hold a remark on a row that is right. Cut to a
            bearable length here, whoever wrote it.
        mistake: the name of the known mistake that was recognised.
    """

    name: str
    points: float
    max_points: float
    passed: bool
    message: str = ""
    mistake: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", bearable(self.message))


@dataclass(frozen=True)
class Verdict:
    """What was found in one exercise.

    Attributes:
        exercise: its name.
        rows: what was found in each row.
        flags: what a person should look at.
        note: a remark on the whole.
        pending: whether it has no points only because an error of the autograder's own kept it from being judged.
    """

    exercise: str
    rows: list[RowResult]
    flags: list[str] = field(default_factory=list)
    note: str = ""
    pending: bool = False

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(row.points for row in self.rows)

    @property
    def max_points(self) -> float:
        """Points to be had."""
        return sum(row.max_points for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether every row is right."""
        return all(row.passed for row in self.rows)

    @property
    def mistakes(self) -> list[str]:
        """The known mistakes that were recognised, each once, in the order of the rows."""
        return list(dict.fromkeys(row.mistake for row in self.rows if row.mistake))

    def to_dict(self) -> dict[str, Any]:
        """This verdict as JSON-able data."""
        return {
            "exercise": self.exercise,
            "points": self.points,
            "max_points": self.max_points,
            "passed": self.passed,
            "rows": [asdict(row) for row in self.rows],
            "flags": self.flags,
            "note": self.note,
            "pending": self.pending,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Verdict":
        """The verdict that `to_dict` wrote."""
        rows = [RowResult(**row) for row in data["rows"]]
        return cls(
            data["exercise"], rows, list(data["flags"]), data.get("note", ""), data.get("pending", False)
        )

    def text(self) -> str:
        """This verdict for a terminal or a plain notebook, at most 88 columns wide."""
        score = f"{self.points:g} / {self.max_points:g} points"
        lines = [f"{self.exercise:<{WIDTH - len(score)}}{score}"]
        for row in self.rows:
            status = "ok   " if row.passed else "WRONG"
            lines.append(f"  {status} {row.name:<{NAME_WIDTH}} {row.points:g} / {row.max_points:g}")
            for sentence in row.message.splitlines():
                lines += textwrap.wrap(sentence, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
        lines += [f"  {sentence}" for sentence in [*self.flags, self.note] if sentence]
        return "\n".join(lines)

    def html(self) -> str:
        """This verdict as an HTML fragment; all text is escaped, status is a word and a sign, not only a colour."""
        rows = "".join(html_row(row) for row in self.rows)
        notes = "".join(
            f'<p style="margin:.4em 0;color:#444">{html.escape(sentence)}</p>'
            for sentence in [*self.flags, self.note]
            if sentence
        )
        return (
            '<div style="font-family:system-ui,sans-serif;max-width:52em;color:#1a1a1a;background:#fff;'
            'border:1px solid #c8c8c8;border-radius:6px;padding:.6em .9em">'
            f'<div style="display:flex;justify-content:space-between;font-weight:600">'
            f'<code style="background:none;color:inherit">{html.escape(self.exercise)}</code>'
            f"<span>{self.points:g} / {self.max_points:g} points</span></div>"
            f'<table style="border-collapse:collapse;width:100%;margin-top:.4em">{rows}</table>{notes}</div>'
        )


def html_row(row: RowResult) -> str:
    """One row as table rows: status, name, points; below it the message."""
    colour, sign, word = ("#1b6e3c", "✓", "ok") if row.passed else ("#a3231f", "✗", "WRONG")
    cell = "padding:.15em .6em .15em 0;text-align:left;vertical-align:top;background:#fff;color:#1a1a1a"
    sentences = "<br>".join(html.escape(sentence) for sentence in row.message.splitlines())
    message = (
        f'<tr><td style="{cell}"></td><td colspan="2" style="{cell};color:#333;padding-bottom:.5em">{sentences}'
        "</td></tr>"
        if sentences
        else ""
    )
    return (
        f'<tr><td style="{cell};color:{colour};font-weight:600;white-space:nowrap;width:5em">{sign} {word}</td>'
        f'<td style="{cell}">{html.escape(row.name)}</td>'
        f'<td style="{cell};text-align:right;white-space:nowrap">{row.points:g} / {row.max_points:g}</td></tr>{message}'
    )
