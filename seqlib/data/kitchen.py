"""Short sentences about a kitchen, made from a small grammar, in which many words sound like other words.

pear and pair, flour and flower, two and too, ate and eight, meat and meet, sea and see: a listener who hears no
difference has to choose by what is probable. Everything here is generated; no text comes from elsewhere.
"""

import numpy as np

WORDS = {
    "who": ("i", "we", "you", "they", "my friends", "the cooks"),
    "made": ("made", "wanted", "ordered", "shared"),
    "fruit": ("apple", "pear", "plum", "melon", "peach"),
    "fruits": ("apples", "pears", "plums", "melons", "peaches", "eggs"),
    "dish": ("salad", "cake", "pie", "soup"),
    "number": ("two", "three", "eight", "ten"),
    "worn": ("shoes", "gloves", "socks", "scissors"),
    "kept": ("bought", "lost", "found", "needed"),
    "powder": ("flour", "sugar", "rice"),
    "stirred": ("mixed", "weighed", "took"),
    "colour": ("red", "white", "yellow", "small"),
    "person": ("anna", "ben", "the guests", "our neighbours"),
    "seen": ("sea", "harbour", "lighthouse", "market"),
    "meal": ("soup", "fish", "rice", "cake"),
}
TEMPLATES = (
    "{who} {made} an apple and {fruit} {dish}",
    "{who} {made} a {fruit} and melon {dish}",
    "{who} {kept} a pair of {worn}",
    "{who} {kept} a new pair of {colour} {worn}",
    "{who} ate a ripe {fruit}",
    "{who} ate {number} {fruits}",
    "{who} {stirred} {number} cups of {powder}",
    "{who} put a {colour} flower in the vase",
    "{who} cooked the meat for {number} hours",
    "{who} will meet {person} at {number}",
    "{who} can see the {seen} from here",
    "{who} swam in the sea with {person}",
    "the {meal} is too hot to eat",
    "the {fruit} {dish} was too sweet for {person}",
)
# Pairs that sound alike; what is meant comes first.
SOUND_ALIKE = (
    ("we made an apple and pear salad", "we made an apple and pair salad"),
    ("they needed a new pair of gloves", "they needed a knew pear of gloves"),
    ("you took eight cups of flour", "you took ate cups of flower"),
    ("i will meet ben at two", "i will meat ben at too"),
    ("we can see the lighthouse from here", "we can sea the lighthouse from hear"),
    ("the soup is too hot to eat", "the soup is two hot to eat"),
)


def sentences(count: int, seed: int = 0) -> list[list[str]]:
    """Sentences drawn from the grammar: a template first, then a word for each of its slots.

    Args:
        count: how many; the same sentence may come more than once.
        seed: of the generator.

    Returns:
        Lists of words. None of them is among the sentences of `SOUND_ALIKE`, which are held out.

    Raises:
        ValueError: count is negative.
    """
    if count < 0:
        raise ValueError(f"count is {count}; expected a number of sentences, 0 or more")
    rng = np.random.default_rng(seed)
    held_out = {sentence for pair in SOUND_ALIKE for sentence in pair}
    drawn: list[list[str]] = []
    while len(drawn) < count:
        template = TEMPLATES[rng.integers(len(TEMPLATES))]
        words = {slot: options[rng.integers(len(options))] for slot, options in WORDS.items()}
        sentence = template.format(**words)
        if sentence not in held_out:
            drawn.append(sentence.split())
    return drawn
