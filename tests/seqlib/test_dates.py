"""Dates in many languages: every input has one answer, and no date stands in two parts."""

from collections import Counter
from datetime import date

import pytest

from seqlib.data import dates

PARTS = dates.split()


def test_sizes_locales_and_numbers_of_dates_are_balanced():
    for name, part in zip(dates.Split._fields, PARTS, strict=True):
        assert len(part) == dates.SIZES[name]
        for kinds in (Counter(e.locale for e in part), Counter(e.size for e in part)):
            assert len(set(kinds.values())) == 1
        assert {e.locale for e in part} == set(dates.LOCALES)
        assert {e.size for e in part} == {1, 2, 3, 4}
    assert len(dates.LOCALES) >= 12
    assert "ko_KR" in dates.LOCALES


def test_no_date_stands_in_two_parts():
    days = [{day for e in part for day in e.target.split(" ")} for part in PARTS]
    assert not (days[0] & days[1] or days[0] & days[2] or days[1] & days[2])
    for name, part in zip(dates.Split._fields, days, strict=True):
        assert {dates.part_of(date.fromisoformat(day)) for day in part} == {name}


def test_a_text_reads_as_one_date_in_every_locale():
    read = {}
    for day in dates.days("validation")[::7]:
        for locale in dates.LOCALES:
            for form in dates.FORMS:
                assert read.setdefault(dates.written([day], locale, form), day) == day


def test_what_is_written():
    days = [date(2024, 3, 5), date(1999, 12, 31)]
    assert dates.written(days, "ko_KR") == "2024년 3월 5일 및 1999년 12월 31일"
    assert dates.written(days[:1], "en_US", "full") == "tuesday, march 5, 2024"
    assert dates.written(days, "fr_FR") == "5 mars 2024 et 31 décembre 1999"


def test_targets_are_the_dates_in_their_order():
    example = next(e for e in PARTS.test if e.size == 4 and e.locale == "en_US")
    years = [day[:4] for day in example.target.split(" ")]
    assert len(years) == 4
    places = [example.source.index(year) for year in years]
    assert places == sorted(places)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="days is empty"):
        dates.written([], "en_US")
    with pytest.raises(ValueError, match="form is 'short'"):
        dates.written([date(2024, 1, 1)], "en_US", "short")
    with pytest.raises(ValueError, match="part is 'tests'"):
        dates.days("tests")


def test_provenance_counts_what_is_there():
    stated = dates.provenance()
    assert stated["package"] == "babel"
    assert [stated[name] for name in dates.Split._fields] == [len(part) for part in PARTS]
    assert len(stated["sha256"]) == 64
