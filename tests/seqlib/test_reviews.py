"""The reviews: pairs share their words and not their label, and no sentence is in two parts."""

import re
from collections import Counter

import pytest

from seqlib.data import glove_vectors, reviews
from seqlib.data import reviews_text as texts

PARTS = reviews.split()
SLOTS = list(texts.SLOTS.items())


def test_the_two_of_a_pair_have_the_same_bag_of_words_in_another_order_and_another_label():
    for pair in reviews.pairs():
        assert Counter(pair.worse.tokens) == Counter(pair.better.tokens), pair
        assert pair.worse.tokens != pair.better.tokens
        assert pair.worse.label < 3 < pair.better.label


def test_there_are_as_many_paired_as_ordinary_reviews_and_labels_are_balanced():
    paired = [review for pair in reviews.pairs() for review in pair[1:]]
    ordinary = reviews.ordinary()
    assert len(paired) == len(ordinary) == 200
    assert Counter(review.label for review in ordinary) == dict.fromkeys(reviews.LABELS, 40)
    assert min(Counter(review.label for review in paired)[label] for label in (1, 2, 4, 5)) >= 30


def test_no_sentence_stands_twice_whether_in_one_part_or_in_two():
    sentences = [review.tokens for part in PARTS for review in part.reviews]
    assert len(set(sentences)) == len(sentences) == 400


def test_every_family_and_every_label_is_in_every_part():
    families = {pair.family for pair in reviews.pairs()}
    assert len(families) == 9
    for part in PARTS:
        assert {pair.family for pair in part.pairs} == families
        assert {review.label for review in part.ordinary} == set(reviews.LABELS)
    sizes = [(len(part.ordinary), len(part.pairs)) for part in PARTS]
    assert sizes == [(110, 46), (30, 18), (60, 36)]


def test_the_two_of_a_pair_stand_side_by_side_at_the_end_of_a_part():
    part = PARTS.test
    assert part.reviews[len(part.ordinary) :: 2] == [pair.worse for pair in part.pairs]
    assert part.reviews[len(part.ordinary) + 1 :: 2] == [pair.better for pair in part.pairs]


def test_no_label_of_a_bag_gets_more_than_one_of_a_pair():
    right = 0
    for pair in PARTS.test.pairs:
        labels = Counter([pair.worse.label, pair.better.label])
        right += labels.most_common(1)[0][1]
    assert right == len(PARTS.test.pairs)


def test_composed_reviews_are_new_all_different_decided_by_the_seed_and_in_pairs():
    composed = reviews.composed(3000)
    tokens = [review.tokens for review in composed]
    assert len(set(tokens)) == len(tokens) == 3000
    assert not set(tokens) & {review.tokens for part in PARTS for review in part.reviews}
    assert composed == reviews.composed(3000) != reviews.composed(3000, seed=1)
    for worse, better in zip(composed[::3], composed[1::3], strict=True):
        assert Counter(worse.tokens) == Counter(better.tokens) and worse.label < 3 < better.label
    assert {review.label for review in composed[2::3]} == set(reviews.LABELS)
    assert not any("{" in token for review in composed for token in review.tokens)


def test_pretrained_vectors_know_nearly_all_the_words():
    words = {token for part in PARTS for review in part.reviews for token in review.tokens}
    unknown = words - set(glove_vectors.load()[0])
    assert len(unknown) / len(words) < 0.06, sorted(unknown)


def test_too_few_or_too_many_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="count is 2; expected 3 or more"):
        reviews.composed(2)
    monkeypatch.setattr(texts, "SLOTS", {name: words.split("|")[0].split()[0] for name, words in SLOTS})
    with pytest.raises(ValueError, match="count is 3000; the templates do not give so many"):
        reviews.composed(3000)


def test_every_name_in_braces_can_be_filled_and_every_list_is_used():
    names = set(re.findall(r"{(\w+)}", texts.PAIR_TEMPLATES + texts.TEMPLATES))
    assert names == set(texts.SLOTS)
    for name, words in SLOTS:
        choices = words.split("|") if "|" in words else words.split()
        assert len(set(choices)) == len(choices), name
