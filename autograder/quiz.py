"""Questions with choices: what is asked, which choices are right, and what to say to whoever picks a wrong one.

The learner's file of public cases holds each question sealed: which letters are right as digests, the explanations
hidden under the letters that they belong to. That keeps answers from being read by accident; `check` tells right from
wrong as often as it is asked, so nothing stronger would help.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.row import Row
from autograder.tree import Tree
from autograder.verdict import RowResult, Verdict

ANSWER = "answer"


@dataclass(frozen=True)
class Choice:
    """One of the answers offered.

    Attributes:
        text: the answer.
        reply: why it is right, or what is wrong with it; said to whoever picks it.
        right: whether it is right.
    """

    text: str
    reply: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question of a quiz; the learner's cell sets a variable of its name to a letter, or to several.

    Attributes:
        name: the name of the variable.
        title: a few words.
        text: the question, in markdown.
        choices: the answers offered, in order; they are lettered a, b, c, …
        worth: points.
        minutes: how long it takes a learner.
        difficulty: 1 to 3.
    """

    name: str
    title: str
    text: str
    choices: tuple[Choice, ...]
    worth: float = 10
    minutes: int = 3
    difficulty: int = 1
    kind: str = "choice"
    needs: tuple[str, ...] = ()
    mistakes: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """This question as JSON-able data, its answer left out."""
        return {
            "arguments": {},
            "result": {"plain": "a letter, or several"},
            "rows": [row.to_json() for row in self.rows],
            "choices": {a: choice.text for a, choice in zip(self.letters, self.choices, strict=True)},
        }

    @property
    def points(self) -> float:
        """What the question is worth."""
        return self.worth

    @property
    def rows(self) -> list[Row]:
        """The single row of a question."""
        return [Row(ANSWER, "", self.worth)]

    @property
    def signature(self) -> str:
        """What the learner writes."""
        return f'{self.name} = "ac"' if self.several else f'{self.name} = "a"'

    @property
    def letters(self) -> str:
        """The letters of the choices, in order."""
        return "".join(chr(ord("a") + number) for number in range(len(self.choices)))

    @property
    def answer(self) -> str:
        """The letters of the right choices."""
        pairs = zip(self.letters, self.choices, strict=True)
        return "".join(letter for letter, choice in pairs if choice.right)

    @property
    def several(self) -> bool:
        """Whether more than one choice is right."""
        return len(self.answer) > 1

    def sealed(self) -> dict[str, Tree]:
        """The question as the learner's file of public cases holds it."""
        pairs = list(zip(self.letters, self.choices, strict=True))
        return {
            "points": self.worth,
            "several": self.several,
            "right": [digest(self.name, letter) for letter, choice in pairs if choice.right],
            "replies": {letter: hidden(choice.reply, self.name, letter).hex() for letter, choice in pairs},
        }


def judged(name: str, sealed: Mapping[str, Any], value: Tree) -> Verdict:
    """The verdict on an answer.

    Args:
        name: the question.
        sealed: what `Question.sealed` gave.
        value: a letter, or several as a text, list or set of letters; capitals and spaces do not matter.
    """
    points = float(sealed["points"])
    try:
        picked = letters_in(value, list(sealed["replies"]), several=bool(sealed["several"]))
    except ValueError as error:
        return Verdict(name, [RowResult(ANSWER, 0.0, points, False, str(error))])
    wrong = [letter for letter in picked if digest(name, letter) not in sealed["right"]]
    missing = len(sealed["right"]) - (len(picked) - len(wrong))
    if not wrong and not missing:
        return Verdict(
            name, [RowResult(ANSWER, points, points, True, "\n".join(replies(name, sealed, picked)))]
        )
    said = replies(name, sealed, wrong) or [
        f"What you picked is right, but {missing} more belong{'s' * (missing == 1)} to it."
    ]
    mistake = f"picked_{''.join(wrong)}" if wrong else "incomplete"
    return Verdict(name, [RowResult(ANSWER, 0.0, points, False, "\n".join(said), mistake)])


def letters_in(value: Tree, known: list[str], *, several: bool) -> list[str]:
    """The letters of an answer, each once, in order.

    Raises:
        ValueError: not answered, or no letters of this question; the message is for the learner.
    """
    wanted = (
        f"one of {', '.join(known)}" if not several else f'letters among {", ".join(known)}, such as "ac"'
    )
    if value is None or value is ... or value == "":
        raise ValueError(f"not answered yet: expected {wanted}")
    if not isinstance(value, (str, list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"the answer is {str(value)[:40]!r} ({type(value).__name__}); expected {wanted}")
    found = sorted({letter for item in value for letter in item.lower() if letter.isalnum()})
    strange = [letter for letter in found if letter not in known]
    if strange or not found or (len(found) > 1 and not several):
        raise ValueError(f"the answer is {str(value)[:40]!r}; expected {wanted}")
    return found


def replies(name: str, sealed: Mapping[str, Any], letters: list[str]) -> list[str]:
    """What is said to whoever picks these letters."""
    return [
        hidden_text(bytes.fromhex(sealed["replies"][letter]), name, letter)
        if len(letters) == 1
        else f"{letter}: {hidden_text(bytes.fromhex(sealed['replies'][letter]), name, letter)}"
        for letter in letters
    ]


def digest(name: str, letter: str) -> str:
    """A letter of a question, not to be read at a glance."""
    return hashlib.sha256(f"{name}\0{letter}\0right".encode()).hexdigest()[:16]


def hidden(text: str, name: str, letter: str) -> bytes:
    """A text, not to be read without the letter that it belongs to."""
    return masked(text.encode(), name, letter)


def hidden_text(data: bytes, name: str, letter: str) -> str:
    """The text that `hidden` hid."""
    return masked(data, name, letter).decode()


def masked(data: bytes, name: str, letter: str) -> bytes:
    """Bytes combined with a stream that a question and a letter give; done twice, they are as before."""
    stream = hashlib.shake_256(f"{name}\0{letter}".encode()).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))
