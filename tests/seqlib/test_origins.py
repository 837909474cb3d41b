"""The names of the origin classifier: folded, with one locale each, no name in two parts."""

from collections import Counter

import pytest

from seqlib.data import names, origins
from seqlib.data.origins import LOCALES, Split, fold


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Čučković", "cuckovic"),
        ("Müßig", "mussig"),
        ("İçten", "icten"),
        ("Yıldız", "yildiz"),
        ("José", "jose"),
        ("Đurđa", "durda"),
        ("van 't Hof", "van 't hof"),
    ],
)
def test_marks_are_taken_off(written, read):
    assert fold(written) == read == fold(read)


def test_every_name_is_ascii_so_that_no_letter_alone_tells_the_locale():
    assert all(name.isascii() and name == name.lower() for name in origins.origins())


def test_no_name_is_in_two_parts_or_in_two_locales():
    parts = origins.split()
    together = [example.name for part in parts for example in part]
    assert len(together) == len(set(together))
    assert all(len(origins.origins()[name]) == 1 for name in together)
    several = {name for name, locales in origins.origins().items() if len(locales) > 1}
    assert several.isdisjoint(together) and "anna" in several


def test_the_part_is_that_of_the_names_hash():
    for part in Split._fields:
        examples = getattr(origins.split(), part)
        assert examples == sorted(examples)
        assert {names.part_of(example.name) for example in examples} == {part}


def test_every_locale_is_in_every_part_and_none_is_more_than_a_sixth():
    for part in origins.split():
        counts = Counter(example.locale for example in part)
        assert set(counts) == set(LOCALES)
        assert max(counts.values()) < len(part) / 6


def test_a_label_is_the_locale_of_the_package():
    for part in origins.split():
        for name, locale in part[::200]:
            assert any(fold(written) == name and locale in there for written, there in names.names().items())


def test_the_provenance_counts_what_is_there():
    stated, parts = origins.provenance(), origins.split()
    assert [stated[part] for part in Split._fields] == [len(part) for part in parts]
    assert stated["left_out_in_several_locales"] + sum(map(len, parts)) == len(origins.origins())
    assert len(str(stated["sha256"])) == 64
