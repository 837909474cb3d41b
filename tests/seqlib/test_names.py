"""Laws of the names: enough of them, of every locale, in a split that the name alone decides."""

from hypothesis import given
from hypothesis import strategies as st

from seqlib.data import names


def test_there_are_as_many_names_as_the_course_was_planned_with():
    assert len(names.names()) >= 58_001
    assert len(names.ascii_names()) >= 31_470
    assert all(name.isascii() and name == name.strip() and name for name in names.ascii_names())


def test_every_locale_of_faker_has_names():
    labelled = {locale for of_name in names.names().values() for locale in of_name}
    assert labelled == set(names.locales())
    assert len(labelled) >= 86
    assert all(list(of_name) == sorted(set(of_name)) for of_name in names.names().values())


def test_a_name_is_labelled_with_the_locales_that_have_it():
    from faker.providers.person.de_DE import Provider as German
    from faker.providers.person.ko_KR import Provider as Korean

    for provider, locale in ((German, "de_DE"), (Korean, "ko_KR")):
        for name in [*provider.first_names, *provider.last_names]:
            assert locale in names.names()[name.strip()]


def test_the_parts_are_disjoint_whole_and_of_the_stated_sizes():
    parts = names.split()
    everything = [name for part in parts for name in part]
    assert len(everything) == len(set(everything))
    assert set(everything) == {name.lower() for name in names.ascii_names()}
    for part, share in zip(parts, (0.8, 0.1, 0.1), strict=True):
        # five standard deviations of a binomial
        assert abs(len(part) - share * len(everything)) < 5 * (len(everything) * share * (1 - share)) ** 0.5


def test_parts_are_those_of_the_hash_as_worked_out_by_hand():
    # printf anna | sha256sum, its first 16 digits modulo 10, and so on
    first = {name: int(names.name_hash(name)[:16], 16) % 10 for name in ("anna", "kim", "smith", "zoe")}
    assert names.name_hash("anna")[:16] == "55579b557896d0ce"
    for name, tenth in first.items():
        expected = "train" if tenth < 8 else ("validation" if tenth == 8 else "test")
        assert names.part_of(name) == expected


@given(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=5))
def test_a_name_keeps_its_part_whatever_stands_beside_it(name, others):
    parts = names.split([name, *others])
    assert name in getattr(parts, names.part_of(name))
    assert names.part_of(name) == names.part_of(name.lower())


def test_the_provenance_changes_with_the_names(monkeypatch):
    before = names.provenance()
    assert before["train"] == len(names.split().train)
    kept = names.ascii_names()[1:]
    monkeypatch.setattr(names, "ascii_names", lambda: kept)
    assert names.provenance()["sha256"] != before["sha256"]
