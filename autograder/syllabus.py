"""The course: its parts, and the assignments of each in the order in which they build on one another."""

import re
from dataclasses import dataclass

PASS_MARK = 80
TOTAL = 100


@dataclass(frozen=True)
class Assignment:
    """One notebook of the course, worth 100 points.

    Attributes:
        name: the folder, such as "04-lstm".
        title: a few words.
        hours: how long it takes.
        needs: the assignments that it builds on.
    """

    name: str
    title: str
    hours: float
    needs: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        """The name of the topic in every room of the house: "lstm" for "04-lstm"."""
        return topic_of(self.name)


@dataclass(frozen=True)
class Part:
    """A part of the course."""

    name: str
    title: str
    assignments: tuple[Assignment, ...]

    @property
    def hours(self) -> float:
        """How long the part takes."""
        return sum(assignment.hours for assignment in self.assignments)


def topic_of(assignment: str) -> str:
    """`lstm` of `04-lstm`."""
    return re.sub(r"^\d+-", "", assignment).replace("-", "_")


PARTS = (
    Part(
        "part-1",
        "Recurrent networks",
        (
            Assignment("01-sequences", "Sequences, and models without a memory", 4),
            Assignment("02-rnn", "The recurrent network", 4, ("01-sequences",)),
            Assignment("03-gru", "Gated recurrent units", 4, ("02-rnn",)),
            Assignment("04-lstm", "Long short-term memory", 4, ("02-rnn",)),
            Assignment("05-gradients", "Gradients through many steps", 3, ("02-rnn", "03-gru", "04-lstm")),
            Assignment("06-language-model", "A language model of names", 4, ("01-sequences", "02-rnn")),
            Assignment("07-deep-bidirectional", "Deep and bidirectional networks", 4, ("02-rnn", "04-lstm")),
            Assignment("part-1-quiz", "Quiz on part 1", 0.5, ("07-deep-bidirectional",)),
        ),
    ),
    Part(
        "part-2",
        "Embeddings",
        (
            Assignment("09-word-vectors", "Word vectors", 3, ("01-sequences",)),
            Assignment(
                "10-word2vec", "Skip-gram, hierarchical softmax, negative sampling", 5, ("09-word-vectors",)
            ),
            Assignment("11-glove", "GloVe: vectors from counts", 3, ("10-word2vec",)),
            Assignment(
                "12-sentiment", "Sentiment: what an average cannot see", 3, ("04-lstm", "09-word-vectors")
            ),
            Assignment("part-2-quiz", "Quiz on part 2", 0.5, ("12-sentiment",)),
        ),
    ),
    Part(
        "part-3",
        "Sequence to sequence, search and attention",
        (
            Assignment(
                "13-seq2seq",
                "Sequence to sequence: an encoder and a decoder",
                4,
                ("04-lstm", "07-deep-bidirectional"),
            ),
            Assignment("14-beam-search", "Beam search, error analysis and BLEU", 4, ("13-seq2seq",)),
            Assignment("15-attention", "Attention", 4, ("07-deep-bidirectional", "13-seq2seq")),
            Assignment("part-3-quiz", "Quiz on part 3", 0.5, ("15-attention",)),
        ),
    ),
)


def every_assignment() -> list[Assignment]:
    """All assignments, in the order of the course."""
    return [assignment for part in PARTS for assignment in part.assignments]
