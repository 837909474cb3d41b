"""Short English sentences made from a template grammar, for a language model of words.

A noun and its verb agree in number across a relative clause; a few nouns are frequent and many are rare, as in
real text, so that a vocabulary of the frequent words leaves a part to `<UNK>`.
"""

import numpy as np

NOUNS = (
    "cat dog student teacher child bird friend singer farmer doctor rabbit pilot baker sailor painter writer "
    "gardener tailor dancer hunter driver nurse lawyer clown weaver potter miller piper jester herald"
)
OBJECTS = "fish bread apple letter song book cake stone drum lamp kettle ladder"
ADJECTIVES = "small old happy quiet clever tired brave lazy gentle proud"
VERBS = "ate saw found liked carried forgot painted counted"
STATES = "full happy late ready asleep here gone lost hungry warm"


def sentences(count: int, seed: int = 0) -> list[list[str]]:
    """Sentences such as "the cats that ate the old fish were full .", as lists of words.

    Args:
        count: how many, 1 or more.
        seed: decides them.

    Returns:
        Lists of words, each with "." as its last.

    Raises:
        ValueError: count is below 1.
    """
    if count < 1:
        raise ValueError(f"count is {count}; expected 1 or more sentences")
    rng = np.random.default_rng(seed)
    return [_sentence(rng) for _ in range(count)]


def _sentence(rng: np.random.Generator) -> list[str]:
    plural = rng.random() < 0.5
    words = ["the", *_adjective(rng), _frequent_first(rng, NOUNS.split()) + ("s" if plural else "")]
    if rng.random() < 0.6:
        verb, thing = _frequent_first(rng, VERBS.split()), _frequent_first(rng, OBJECTS.split())
        words += ["that", verb, "the", *_adjective(rng), thing]
    return [*words, "were" if plural else "was", _frequent_first(rng, STATES.split()), "."]


def _adjective(rng: np.random.Generator) -> list[str]:
    return [_frequent_first(rng, ADJECTIVES.split())] if rng.random() < 0.4 else []


def _frequent_first(rng: np.random.Generator, words: list[str]) -> str:
    """The first words are the frequent ones: the k-th is drawn in proportion to 1 / k."""
    weights = 1 / np.arange(1, len(words) + 1)
    return str(rng.choice(words, p=weights / weights.sum()))
