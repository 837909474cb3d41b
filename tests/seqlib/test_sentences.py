"""Sentences with tagged names: parts that share nothing, tags that follow the templates, shapes and spans."""

import itertools
import subprocess
import sys

import pytest

from seqlib.data import sentences
from seqlib.data.sentences import SHAPES, TAGS, Split, choices, shape_of, shapes_of, templates
from seqlib.data.templates import MONTHS, NAMES_THAT_ARE_WORDS, TEMPLATES, THINGS, TITLES, TRAITS

PARTS = Split._fields
PAIRS = list(itertools.combinations(PARTS, 2))


def persons(part):
    """The words in lower case that are tagged as persons somewhere in a part; initials aside."""
    pairs = ((w, t) for s in getattr(sentences.split(), part) for w, t in zip(s.words, s.tags, strict=True))
    return {word.lower() for word, tag in pairs if tag != "O" and not word.endswith(".")}


@pytest.mark.parametrize("one, other", PAIRS)
def test_parts_share_no_template_no_name_no_place_and_no_sentence(one, other):
    assert set(templates(one)).isdisjoint(templates(other))
    assert persons(one) and persons(one).isdisjoint(persons(other))
    assert set(choices(one).places).isdisjoint(choices(other).places)
    words = [{s.words for s in getattr(sentences.split(), part)} for part in (one, other)]
    assert words[0].isdisjoint(words[1])


def test_there_are_enough_templates_in_every_register():
    assert sum(len(templates(part)) for part in PARTS) == sum(map(len, TEMPLATES.values())) >= 60
    assert len({text for texts in TEMPLATES.values() for text in texts}) == sum(map(len, TEMPLATES.values()))
    for part in PARTS:
        assert {register for register, _ in templates(part)} == set(TEMPLATES)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_words_as_names_and_as_words_and_capitals_that_are_no_names(part):
    pairs = [(w, t) for s in getattr(sentences.split(), part) for w, t in zip(s.words, s.tags, strict=True)]
    names = {name for name in NAMES_THAT_ARE_WORDS if name in choices(part).given_words}
    assert {word for word, tag in pairs if tag == "B-PER"} >= names
    assert len({w.lower() for w, t in pairs if t == "O"} & set(THINGS)) > 20
    assert {w for w, t in pairs if t == "O"} & set(MONTHS) and {w for w, t in pairs if t == "O"} & set(TITLES)
    assert any(tag == "B-PER" and word.islower() for word, tag in pairs)
    assert {tag for _, tag in pairs} == set(TAGS)


def test_the_lists_of_words_hold_what_they_say():
    assert all(word == word.lower() for word in (*THINGS, *TRAITS))
    names = {name.lower() for name in NAMES_THAT_ARE_WORDS}
    assert len(names & {*THINGS, *TRAITS}) >= 25
    assert not any(thing[0] in "aeiou" for thing in THINGS)  # templates have "a" before them


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_parts_share_no_phrase(one, other):
    for phrases in ("openers", "closers", "people", "others"):
        assert getattr(choices(one), phrases)
        assert set(getattr(choices(one), phrases)).isdisjoint(getattr(choices(other), phrases))


def test_a_tagger_knows_words_of_training_templates_and_no_name_that_is_no_word():
    known = sentences.common_words()
    assert known == sorted(set(known)) and {"will", "may", "bill", ",", "monday", "mr"} <= set(known)
    written = {word for texts in TEMPLATES.values() for text in texts for word in text.split()}
    assert not any("{" in word for word in known)
    assert len(set(choices("train").given) & {word.capitalize() for word in set(known) - written}) < 10


def test_a_sentence_has_a_tag_for_each_word_and_no_inside_without_a_beginning():
    for part in sentences.split():
        for sentence in part:
            assert len(sentence.words) == len(sentence.tags) > 0
            starts = zip(("O", *sentence.tags), sentence.tags, strict=False)
            assert all(before != "O" for before, tag in starts if tag == "I-PER")


def test_no_slot_is_left_and_prose_starts_with_a_capital():
    for sentence in sentences.split().train:
        assert not any("{" in word or "}" in word for word in sentence.words)
        text = " ".join(sentence.words)
        if sentence.register == "chat" or (sentence.register == "plain" and text == text.lower()):
            assert not any(map(str.isupper, text))
        else:
            assert next(filter(str.isalpha, text)).isupper()


def test_the_sentences_do_not_depend_on_the_process():
    code = "from seqlib.data import sentences; print(sentences.provenance()['sha256'])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    stated = sentences.provenance()
    assert printed.strip() == stated["sha256"]
    assert [stated[part] for part in PARTS] == [len(part) for part in sentences.split()]


@pytest.mark.parametrize(
    ("word", "first", "shape"),
    [
        ("rose", True, "lower"),
        ("Rose", True, "First"),
        ("Rose", False, "Capital"),
        ("O'Neill", False, "mixed"),
        ("J.", False, "Initial"),
        ("USA", False, "CAPITALS"),
        ("I", False, "Capital"),
        ("19", False, "digits"),
        (",", False, "mark"),
        ("'s", False, "lower"),
    ],
)
def test_shapes(word, first, shape):
    assert shape_of(word, first) == shape
    assert shape in SHAPES


def test_the_first_word_is_the_first_with_letters():
    assert shapes_of(['"', "Come", "here", ",", "Rose", '"']) == [
        "mark", "First", "lower", "mark", "Capital", "mark",
    ]  # fmt: skip
    assert shapes_of([]) == []
