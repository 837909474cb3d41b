"""Numbers in words: parts that share no number, a part of longer ones, and every token seen in training."""

from collections import Counter

import pytest

from seqlib.data import numbers

PARTS = numbers.split()


def test_sizes_and_languages_are_balanced():
    for name, part in zip(numbers.Split._fields, PARTS, strict=True):
        assert len(part) == numbers.SIZES[name]
        assert set(Counter(e.language for e in part).values()) == {len(part) // 3}


def test_no_number_stands_in_two_parts():
    found = [{e.number for e in part} for part in PARTS]
    assert sum(map(len, found)) == len(set().union(*found))


def test_longer_inputs_are_longer_than_any_in_training_yet_hold_nothing_new():
    assert min(len(e.source) for e in PARTS.longer) > max(len(e.source) for e in PARTS.train)
    for of in (lambda e: e.source, lambda e: e.target):
        seen = {token for e in PARTS.train for token in of(e)}
        for part in PARTS[1:]:
            assert {token for e in part for token in of(e)} <= seen


def test_what_is_written():
    assert numbers.written(1984, "ko") == "천구백팔십사"
    assert numbers.written(21, "de") == "einundzwanzig"
    assert numbers.written(84, "fr") == "quatre-vingt-quatre"
    assert numbers.source_of(121, "ko") == ("<ko>", "one", "hundred", "twenty", "one")


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="language is 'it'"):
        numbers.written(3, "it")
    with pytest.raises(ValueError, match="number is -1"):
        numbers.written(-1, "de")


def test_provenance_counts_what_is_there():
    stated = numbers.provenance()
    assert stated["package"] == "unicode-rbnf"
    assert [stated[name] for name in numbers.Split._fields] == [len(part) for part in PARTS]
