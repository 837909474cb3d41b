"""What is graded in 01-sequences."""

from collections.abc import Callable, Sequence

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.layout import Array, Number, Plain, Tuple
from autograder.row import Row
from seqlib import sequences as reference
from seqlib.text import EOS, PAD, UNK

# Modules of seqlib that do exercises of this topic as a whole.
WITHHELD = ("text", "ngrams")

WORDS = (
    "apple",
    "bread",
    "cup",
    "drinks",
    "eats",
    "fish",
    "green",
    "hot",
    "ice",
    "jam",
    "knife",
    "lemon",
    "milk",
    "nut",
)
LETTERS = "abcdefghijklmn"
SPECIALS = [PAD, UNK, EOS]
COUNT = Array("V", "V")
BATCH = Array("m", "T_x", holds="whole")
LOGS = Array("m", "T_x")
MASK = Array("m", "T_x", holds="bool")
TOKENS = Plain("a list of tokens, as text")
INDEX = Plain("a dict from token to index")
INDICES = Plain("a list of indices")
LISTS = Plain("a list of lists of indices")
TEXTS = Plain("a list of texts")
WHOLE = Plain("a whole number")
CONTEXTS = Plain("a dict of dicts: context, next token, count")

# How far the counts of the tokens lie above the minimum: ties, tokens just at it, tokens below it.
ABOVE_MINIMUM = (2, 0, 0, -1, 4, 1, 1, 0, -1, 1, 3, 0, 2, 1)


def token_pool(rng: np.random.Generator, dims: Dims, key: str) -> list[str]:
    """Tokens in random order: words where the size under `key` is odd, characters where it is even."""
    return [str(token) for token in rng.permutation(list(WORDS if dims[key] % 2 else LETTERS))]


def dealt(rng: np.random.Generator, tokens: Sequence[str], count: int, words: bool) -> list[list[str] | str]:
    """Tokens dealt out to so many texts, none of them empty."""
    order = [str(token) for token in rng.permutation(list(tokens))]
    cuts = np.sort(rng.choice(np.arange(1, len(order)), count - 1, replace=False)).tolist()
    pieces = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    return [piece if words else "".join(piece) for piece in pieces]


def draw_texts(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Texts in which tokens are equally frequent, just frequent enough, and too rare; words have an `<EOS>` too.

    Drawn again while the order of first appearance, or the alphabet alone, would give the right order.
    """
    least, words = dims["minimum_count"], dims["tokens"] % 2 == 1
    while True:
        pool = token_pool(rng, dims, "tokens")[: dims["tokens"]]
        occurring = [
            token
            for token, above in zip(pool, ABOVE_MINIMUM, strict=False)
            for _ in range(max(0, least + above))
        ]
        texts = dealt(rng, occurring + [EOS] * 5 * words, dims["texts"], words)
        specials = [str(token) for token in rng.permutation(SPECIALS)]
        arguments = {"texts": texts, "minimum_count": least, "specials": specials}
        if not hides_order(texts, least, specials):
            return arguments


def hides_order(texts: Sequence[Sequence[str]], least: int, specials: Sequence[str]) -> bool:
    """Whether another way to order the tokens would give the right order."""
    right = reference.build_vocabulary(texts, least, specials)[0][len(specials) :]
    counts = {token: sum(list(text).count(token) for text in texts) for token in right}
    appearing = sorted(right, key=lambda token: min(place(texts, token)))
    others = (
        sorted(appearing, key=lambda token: -counts[token]),
        sorted(right),
        appearing,
        list(SPECIALS),
    )
    return right in others or list(specials) in (SPECIALS, sorted(SPECIALS))


def place(texts: Sequence[Sequence[str]], token: str) -> list[int]:
    """Where a token stands in the texts, one after the other."""
    return [i for i, other in enumerate(token for text in texts for token in text) if other == token]


def draw_vocabulary(rng: np.random.Generator, dims: Dims) -> list[str]:
    """A vocabulary of V tokens in which the specials stand anywhere but where a learner would expect them."""
    pool = token_pool(rng, dims, "V")[: dims["V"] - len(SPECIALS)]
    while True:
        tokens = [str(token) for token in rng.permutation(pool + SPECIALS)]
        if tokens[0] not in (UNK, EOS) and tokens[2] not in SPECIALS and tokens[-1] != EOS:
            return tokens


def draw_text(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A text with tokens that the vocabulary has, and one or more that it lacks."""
    tokens = draw_vocabulary(rng, dims)
    known = [token for token in tokens if token not in SPECIALS]
    pool = WORDS if dims["V"] % 2 else LETTERS
    strange = [token for token in pool if token not in known]
    count = dims["T_x"]
    text = [str(token) for token in rng.choice(known, count)]
    text[rng.integers(count)] = str(rng.choice(strange))
    index = {tokens[i]: int(i) for i in rng.permutation(len(tokens))}
    return {"text": text if dims["V"] % 2 else "".join(text), "index": index}


def draw_indices(rng: np.random.Generator, dims: Dims) -> Arguments:
    """T_x tokens, an `<UNK>` and, where V is odd, a `<PAD>` among them, then twice `<EOS>` with more between and behind.

    One token comes before the specials in the order of text. Where T_x is 1, a single token without an end.
    """
    tokens = draw_vocabulary(rng, dims)
    known = [i for i, token in enumerate(tokens) if token not in SPECIALS]
    tokens[known[0]] = ","
    if dims["T_x"] == 1:
        return {"indices": known[:1], "tokens": tokens}
    middle = [tokens.index(token) for token in (PAD, UNK)][1 - dims["V"] % 2 :]
    after = [tokens.index(EOS), *rng.choice(known, 2).tolist(), tokens.index(PAD), tokens.index(EOS)]
    text = rng.choice(known, dims["T_x"] - 2 - len(middle) - len(after)).tolist()
    return {"indices": [known[0], 2, *middle, *text, *after], "tokens": tokens}


def draw_lengths(rng: np.random.Generator, m: int, T_x: int) -> list[int]:
    """Lengths of m sequences, the first not the longest, one of them of T_x."""
    lengths = rng.integers(1, max(T_x, 2), m)
    lengths[-1 if m > 1 else 0] = T_x
    return [int(length) for length in lengths]


def draw_sequences(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sequences of different lengths, in which the value for padding is a token as well."""
    lengths = draw_lengths(rng, dims["m"], dims["T_x"])
    value = int(rng.integers(1, 9))
    sequences = [rng.integers(0, 9, length).tolist() for length in lengths]
    sequences[-1][0] = value
    return {"sequences": sequences, "value": value}


def draw_batch(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Indices of which the largest does not occur, so that the size of the vocabulary is not in them."""
    return {
        "indices": rng.integers(0, max(dims["n_x"] - 1, 1), (dims["m"], dims["T_x"])),
        "n_x": dims["n_x"],
    }


def draw_pairs(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sequences in which a pair comes again in the same sequence, the last token never, and a start that is not 0."""
    V = dims["V"]
    lengths = draw_lengths(rng, dims["m"], dims["T_x"])
    seen = V - 1
    sequences = [rng.integers(0, seen, length).tolist() for length in lengths]
    start = 1 + (dims["m"] + int(rng.integers(2))) % (seen - 1)
    if dims["T_x"] > 4:
        one, other = rng.choice(seen, 2, replace=False).tolist()
        sequences[-1][:4] = [one, other, one, other]
        sequences[-1][-1] = (sequences[0][0] + 1) % seen
    return {"sequences": sequences, "V": V, "start": start}


def draw_counts(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts in which some pairs were never seen, and no row is empty."""
    V = dims["V"]
    counts = rng.integers(0, 9, (V, V)).astype(np.float64)
    counts[:, -1] = rng.integers(10, 20, V)
    counts[0, 0] = 0 if V > 1 else 4
    return {"counts": counts, "k": float(rng.uniform(0.2, 1.7))}


def draw_empty_row(rng: np.random.Generator) -> list[Arguments]:
    """Counts of which one row is empty, as of a token that never stood before another one."""
    arguments = draw_counts(rng, {"V": 4})
    arguments["counts"][rng.integers(4)] = 0
    return [arguments]


def draw_sentence(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A sentence and a bigram model; the last of the cases is so long that a product of probabilities becomes 0."""
    V = dims["V"]
    table = rng.uniform(0.05, 1, (V, V))
    start = int(rng.integers(1, V))
    sentence = rng.integers(0, V, dims["T_x"]).tolist()
    if len(sentence) > 1:
        sentence[-1] = (sentence[0] + 1) % V  # not the first pair again
    return {
        "sentence": sentence,
        "probabilities": table / table.sum(axis=1, keepdims=True),
        "start": start,
    }


def draw_log_probabilities(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Log-probabilities of sequences of different lengths, with something else behind their ends.

    Where m is 5, −inf is among it: it must not be multiplied by 0.
    """
    m, T_x = dims["m"], dims["T_x"]
    lengths = draw_lengths(rng, m, T_x) if m > 1 else [T_x - 1]
    mask = np.arange(T_x) < np.array(lengths)[:, np.newaxis]
    numbers = np.log(rng.uniform(0.05, 0.9, (m, T_x)))
    padding = 3 * numbers - 1
    padding[0, -1] = -np.inf if m == 5 else padding[0, -1]
    return {"log_probabilities": np.where(mask, numbers, padding), "mask": mask}


def draw_corpus(rng: np.random.Generator, dims: Dims) -> list[list[str] | str]:
    """Texts over few tokens, so that contexts come again."""
    pool = token_pool(rng, dims, "texts")[:3]
    words = dims["texts"] % 2 == 1
    lengths = draw_lengths(rng, dims["texts"], dims["T_x"])
    texts = [[str(token) for token in rng.choice(pool, length)] for length in lengths]
    texts[-1][:2] = [pool[0], pool[1]]
    return [text if words else "".join(text) for text in texts]


def draw_counting(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Texts and the length of what is counted."""
    return {"texts": draw_corpus(rng, dims), "n": dims["n"]}


def draw_single_tokens(rng: np.random.Generator) -> list[Arguments]:
    """Texts of which single tokens are counted."""
    return [{"texts": draw_corpus(rng, {"texts": count, "T_x": 6}), "n": 1} for count in (2, 3)]


def draw_context(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Counts of some texts, and a context: seen whole where there are odd many texts, else without its first token.

    Where n is 1, an empty one.
    """
    texts, n = draw_corpus(rng, dims), dims["n"]
    counts = reference.ngram_counts(texts, n)
    seen = sorted({token for text in texts for token in text})
    text = list(texts[-1])
    context = text[: n - 1]
    if n > 1 and dims["texts"] % 2 == 0:
        context = [str(rng.choice(sorted({*WORDS, *LETTERS} - set(seen)))), *text[: n - 2]]
    tokens = [str(token) for token in rng.permutation([*seen, *SPECIALS])]
    return {"context": context, "counts": counts, "strength": float(rng.uniform(0.4, 2.5)), "tokens": tokens}


def public(draw: Callable[[np.random.Generator], list[Arguments]]) -> Callable[[], list[Arguments]]:
    """The same cases every time, for the public ones of an extra group."""
    return lambda: draw(np.random.default_rng(0))


build_vocabulary = Exercise(
    function=reference.build_vocabulary,
    title="A vocabulary",
    minutes=25,
    difficulty=2,
    arguments={"texts": TEXTS, "minimum_count": WHOLE, "specials": TOKENS},
    result=Tuple(tokens=TOKENS, index=INDEX),
    draw=draw_texts,
    dims=[
        {"texts": 4, "tokens": 10, "minimum_count": 2},
        {"texts": 1, "tokens": 9, "minimum_count": 3},
        {"texts": 5, "tokens": 11, "minimum_count": 1},
    ],
    rows=[
        Row("tokens in their order", "tokens", points=8),
        Row("index of each token", "index", points=3),
    ],
    mistakes=[
        Mistake(
            "specials_last",
            (
                "[*specials, *sorted(kept, key=lambda token: (-counts[token], token))]",
                "[*sorted(kept, key=lambda token: (-counts[token], token)), *specials]",
            ),
            "The specials stand behind the other tokens. They come first, in the order in which they are given.",
        ),
        Mistake(
            "specials_missing",
            ("[*specials, *sorted(", "[*sorted("),
            "The specials are missing. They stand first in the vocabulary, whether they occur in the texts or not.",
        ),
        Mistake(
            "specials_sorted",
            ("[*specials, *sorted(", "[*sorted(specials), *sorted("),
            "The specials are put in alphabetical order. They keep the order in which they are given.",
        ),
        Mistake(
            "specials_counted_too",
            (" and token not in specials]", "]"),
            "A special that occurs in the texts stands twice, once in front and once among the counted tokens. "
            "Every token has one place.",
        ),
        Mistake(
            "more_than_the_minimum",
            ("counts[token] >= minimum_count", "counts[token] > minimum_count"),
            "Tokens that occur exactly minimum_count times are missing. They are frequent enough: only what occurs "
            "fewer times is left out.",
        ),
        Mistake(
            "minimum_ignored",
            ("counts[token] >= minimum_count and ", ""),
            "Rare tokens have got a place. What occurs fewer than minimum_count times is left out, and is `<UNK>` "
            "later.",
        ),
        Mistake(
            "rarest_first",
            ("(-counts[token], token)", "(counts[token], token)"),
            "The rarest tokens come first. The most frequent one comes right after the specials.",
        ),
        Mistake(
            "ties_as_they_appear",
            ("(-counts[token], token)", "-counts[token]"),
            "Equally frequent tokens stand in the order in which they appear in the texts. Put them in alphabetical "
            "order, so that the same tokens get the same places whatever the order of the texts.",
        ),
        Mistake(
            "most_common",
            [(" and token not in specials]", "]"), ("(-counts[token], token)", "-counts[token]")],
            "Two things, as `most_common` leaves them: a special that occurs in the texts stands twice, and equally "
            "frequent tokens stand in the order in which they appear. Every token has one place, and the alphabet "
            "decides between equals.",
        ),
        Mistake(
            "ties_backwards",
            ("key=lambda token: (-counts[token], token)", "key=lambda t: (counts[t], t), reverse=True"),
            "Equally frequent tokens stand in reverse alphabetical order: turning the whole order around turns them "
            "too. The count goes down, but the alphabet up.",
        ),
        Mistake(
            "alphabet_only",
            ("sorted(kept, key=lambda token: (-counts[token], token))", "sorted(kept)"),
            "The tokens are in alphabetical order. Frequent ones come first; the alphabet decides only between "
            "equally frequent ones.",
        ),
        Mistake(
            "not_sorted",
            ("*sorted(kept, key=lambda token: (-counts[token], token))", "*kept"),
            "The tokens stand in the order in which they appear. Frequent ones come first, equally frequent ones in "
            "alphabetical order.",
        ),
        Mistake(
            "texts_counted",
            ("for token in text:", "for token in set(text):"),
            "You count in how many texts a token occurs. Count how often it occurs, several times in one text "
            "included.",
        ),
        Mistake(
            "index_from_one",
            ("enumerate(tokens)", "enumerate(tokens, 1)"),
            "The indices begin with 1. They are places in the list of tokens, which begin with 0.",
        ),
        Mistake(
            "counts_for_indices",
            (
                "{token: i for i, token in enumerate(tokens)}",
                "{token: counts.get(token, 0) for token in tokens}",
            ),
            "The dict has the count of each token. It should have the token's place in the list.",
        ),
        Mistake(
            "index_the_wrong_way_round",
            ("{token: i for i, token", "{i: token for i, token"),
            "The dict leads from index to token. The list does that already; the dict leads from token to index.",
        ),
        Mistake(
            "index_without_specials",
            ("enumerate(tokens)", "enumerate(tokens[len(specials) :])"),
            "The dict counts places from the first token behind the specials. It has all tokens, each with its place "
            "in the whole list.",
        ),
        Mistake(
            "returned_the_other_way_round",
            (
                "return tokens, {token: i for i, token in enumerate(tokens)}",
                "return {token: i for i, token in enumerate(tokens)}, tokens",
            ),
            "The dict is returned before the list. The order is tokens, index.",
        ),
    ],
)

encode = Exercise(
    function=reference.encode,
    title="From text to indices",
    minutes=10,
    difficulty=1,
    arguments={"text": Plain("a text"), "index": INDEX},
    result=INDICES,
    draw=draw_text,
    dims=[{"T_x": 6, "V": 10}, {"T_x": 5, "V": 9}, {"T_x": 1, "V": 7}],
    rows=[Row("indices", "", points=6)],
    mistakes=[
        Mistake(
            "no_end",
            (" + [index[EOS]]", ""),
            "The end is missing. The index of `<EOS>` follows the last token, so that a model can learn where texts "
            "end.",
        ),
        Mistake(
            "end_first",
            (
                "[index.get(token, unknown) for token in text] + [index[EOS]]",
                "[index[EOS]] + [index.get(token, unknown) for token in text]",
            ),
            "`<EOS>` stands in front. It follows the last token.",
        ),
        Mistake(
            "end_on_both_sides",
            ("return [index.get", "return [index[EOS]] + [index.get"),
            "`<EOS>` stands on both sides. It only follows the last token.",
        ),
        Mistake(
            "split_at_spaces",
            ("for token in text]", "for token in text.split()]"),
            "The text is split at spaces. It is a string, whose tokens are its characters, or a list of words, which has "
            "no split: go through it as it is.",
        ),
        Mistake(
            "unknown_left_out",
            ("for token in text]", "for token in text if token in index]"),
            "Tokens that the vocabulary lacks are left out. Each of them becomes `<UNK>`: something stood there.",
        ),
        Mistake(
            "unknown_is_zero",
            ("index.get(token, unknown)", "index.get(token, 0)"),
            "Tokens that the vocabulary lacks get the index 0. Their index is that of `<UNK>`, wherever it stands in "
            "the vocabulary.",
        ),
        Mistake(
            "unknown_raises",
            ("index.get(token, unknown)", "index[token]"),
            "A token that the vocabulary lacks raises KeyError. It becomes `<UNK>`.",
        ),
        Mistake(
            "unknown_is_none",
            ("index.get(token, unknown)", "index.get(token)"),
            "Tokens that the vocabulary lacks become None. They become the index of `<UNK>`.",
        ),
        Mistake(
            "unknown_is_padding",
            ("index[UNK]", "index[PAD]"),
            "Tokens that the vocabulary lacks get the index of `<PAD>`. That one fills up what is no text; these are "
            "`<UNK>`.",
        ),
        Mistake(
            "unknown_gets_a_new_index",
            ("index.get(token, unknown)", "index.get(token, len(index))"),
            "Tokens that the vocabulary lacks get an index of their own, for which a model has no place. They become "
            "`<UNK>`.",
        ),
        Mistake(
            "padding_at_the_end",
            ("[index[EOS]]", "[index[PAD]]"),
            "The text ends with `<PAD>`. The end of a text is a token of its own, `<EOS>`; padding comes later, with "
            "the batch.",
        ),
        Mistake(
            "name_of_the_unknown",
            ("index.get(token, unknown)", "index.get(token, UNK)"),
            "Tokens that the vocabulary lacks become the text '<UNK>'. The result has indices only: look up that "
            "of `<UNK>`.",
        ),
        Mistake(
            "name_of_the_end",
            ("[index[EOS]]", "[EOS]"),
            "The text '<EOS>' itself stands at the end. The result has indices only: look up that of `<EOS>`.",
        ),
        Mistake(
            "names_of_both",
            [("index.get(token, unknown)", "index.get(token, UNK)"), ("[index[EOS]]", "[EOS]")],
            "'<UNK>' and '<EOS>' stand in the result as text. They have indices like all tokens: look them up.",
        ),
        Mistake(
            "end_not_in_a_list",
            ("[index[EOS]]", "index[EOS]"),
            "A list and a number cannot be added. Put the number into a list of its own, or append it.",
        ),
    ],
)

decode = Exercise(
    function=reference.decode,
    title="And back",
    minutes=10,
    difficulty=1,
    arguments={"indices": INDICES, "tokens": TOKENS},
    result=TOKENS,
    draw=draw_indices,
    dims=[{"T_x": 13, "V": 9}, {"T_x": 11, "V": 10}, {"T_x": 1, "V": 8}],
    rows=[Row("tokens", "", points=6)],
    mistakes=[
        Mistake(
            "end_kept",
            ("        if tokens[i] == EOS:\n            break\n", ""),
            "You go on after the end. What follows the first `<EOS>` is not part of the text, nor is `<EOS>` "
            "itself.",
        ),
        Mistake(
            "end_left_out_only",
            ("            break", "            continue"),
            "`<EOS>` is left out, but what follows it is kept. The text ends at the first `<EOS>`.",
        ),
        Mistake(
            "end_included",
            (
                "        if tokens[i] == EOS:\n            break\n        if tokens[i] != PAD:\n"
                "            decoded.append(tokens[i])\n",
                "        if tokens[i] != PAD:\n            decoded.append(tokens[i])\n"
                "        if tokens[i] == EOS:\n            break\n",
            ),
            "`<EOS>` itself is in the result. It says where the text ends and is not part of it.",
        ),
        Mistake(
            "padding_kept",
            (
                "        if tokens[i] != PAD:\n            decoded.append(tokens[i])",
                "        decoded.append(tokens[i])",
            ),
            "`<PAD>` is in the result. It fills up arrays and stands for nothing.",
        ),
        Mistake(
            "stops_at_padding",
            ("if tokens[i] == EOS:", "if tokens[i] in (EOS, PAD):"),
            "You stop at the first `<PAD>`. Only `<EOS>` ends a text; `<PAD>` is passed over.",
        ),
        Mistake(
            "stops_at_padding_only",
            [
                ("if tokens[i] == EOS:", "if tokens[i] == PAD:"),
                ("if tokens[i] != PAD:", "if tokens[i] != EOS:"),
            ],
            "`<PAD>` and `<EOS>` are taken for each other. The text ends at `<EOS>`; `<PAD>` is passed over.",
        ),
        Mistake(
            "unknown_left_out",
            ("if tokens[i] != PAD:", "if tokens[i] not in (PAD, UNK):"),
            "`<UNK>` is left out. It stands for a word that was there, so it stays.",
        ),
        Mistake(
            "fixed_places",
            ("if tokens[i] == EOS:", "if i == 2:"),
            "You take the end to have the index 2. A vocabulary may have its specials anywhere: look the token up "
            "and compare it with `<EOS>`.",
        ),
        Mistake(
            "joined",
            ("return decoded", 'return "".join(decoded)'),
            "The tokens are joined to one string. Return the list: words would run together.",
        ),
        Mistake(
            "indices_returned",
            ("decoded.append(tokens[i])", "decoded.append(i)"),
            "The result has the indices still. Look up the token at each index.",
        ),
        Mistake(
            "first_place_for_padding",
            ("if tokens[i] != PAD:", "if i != 0:"),
            "You take the padding to have the index 0. A vocabulary may have its specials anywhere: look the "
            "token up and compare it with `<PAD>`.",
        ),
        Mistake(
            "indices_compared",
            [("if tokens[i] == EOS:", "if i == EOS:"), ("if tokens[i] != PAD:", "if i != PAD:")],
            "An index is compared with the text of a token, which is never equal. Look up the token first.",
        ),
        Mistake(
            "stops_at_unknown",
            ("if tokens[i] == EOS:", "if tokens[i] in (EOS, UNK):"),
            "You stop at `<UNK>`. It stands for a word that was there; only `<EOS>` ends a text.",
        ),
        Mistake(
            "end_demanded",
            ("    decoded = []\n", "    [tokens[i] for i in indices].index(EOS)\n    decoded = []\n"),
            "Indices without an `<EOS>` raise an error. Where there is none, the text goes on to the last index.",
        ),
        Mistake(
            "last_end",
            [
                ("for i in indices:", "for t, i in enumerate(indices):"),
                (
                    "if tokens[i] == EOS:",
                    "if tokens[i] == EOS and EOS not in [tokens[j] for j in indices[t + 1 :]]:",
                ),
            ],
            "You go on to the last `<EOS>`. The text ends at the first one.",
        ),
    ],
)

pad_batch = Exercise(
    function=reference.pad_batch,
    title="A batch, padded and masked",
    minutes=20,
    difficulty=2,
    arguments={"sequences": LISTS, "value": WHOLE},
    result=Tuple(indices=BATCH, mask=MASK),
    draw=draw_sequences,
    dims=[{"m": 4, "T_x": 7}, {"m": 1, "T_x": 5}, {"m": 3, "T_x": 4}],
    rows=[Row("indices", "indices", points=5), Row("mask", "mask", points=4)],
    mistakes=[
        Mistake(
            "padded_in_front",
            [
                ("indices[i, : len(sequence)]", "indices[i, T_x - len(sequence) :]"),
                ("mask[i, : len(sequence)]", "mask[i, T_x - len(sequence) :]"),
            ],
            "The padding stands in front of the shorter sequences. It follows their ends.",
        ),
        Mistake(
            "value_ignored",
            ("np.full((m, T_x), value)", "np.zeros((m, T_x), dtype=int)"),
            "The array is filled up with 0. What fills it up is the argument `value`.",
        ),
        Mistake(
            "mask_inverted",
            [("mask = np.zeros(", "mask = np.ones("), ("] = True", "] = False")],
            "The mask is True at the padding. It is True where a token stands.",
        ),
        Mistake(
            "mask_from_values",
            ("return indices, mask", "return indices, indices != value"),
            "The mask is False wherever the padding's value stands, also where it is a token of a sequence. The "
            "length of each sequence decides, not the value.",
        ),
        Mistake(
            "mask_everywhere",
            ("mask = np.zeros(", "mask = np.ones("),
            "The mask is True everywhere. It is False behind the end of each sequence.",
        ),
        Mistake(
            "cut_to_the_shortest",
            [
                ("max(len(sequence)", "min(len(sequence)"),
                ("indices[i, : len(sequence)] = sequence", "indices[i, :T_x] = sequence[:T_x]"),
            ],
            "All sequences are cut to the length of the shortest. Nothing is lost: the longest decides, and the "
            "others are filled up.",
        ),
        Mistake(
            "length_of_the_first",
            ("max(len(sequence) for sequence in sequences)", "len(sequences[0])"),
            "The array is as long as the first sequence. It is as long as the longest one.",
        ),
        Mistake(
            "one_too_long",
            ("max(len(sequence) for sequence in sequences)", "max(map(len, sequences)) + 1"),
            "The array is one step too long. It ends where the longest sequence ends.",
        ),
        Mistake(
            "time_first",
            ("return indices, mask", "return indices.T, mask.T"),
            "Time runs down the rows. There is a row for each sequence and a column for each time step.",
        ),
        Mistake(
            "last_token_lost",
            [
                ("indices[i, : len(sequence)] = sequence", "indices[i, : len(sequence) - 1] = sequence[:-1]"),
                ("mask[i, : len(sequence)]", "mask[i, : len(sequence) - 1]"),
            ],
            "The last token of each sequence is lost. A slice `[:n]` ends before n already.",
        ),
        Mistake(
            "mask_one_short",
            ("mask[i, : len(sequence)]", "mask[i, : len(sequence) - 1]"),
            "The mask ends one step too early: the last token of each sequence counts too.",
        ),
        Mistake(
            "returned_the_other_way_round",
            ("return indices, mask", "return mask, indices"),
            "The mask is returned before the indices. The order is indices, mask.",
        ),
        Mistake(
            "mask_one_long",
            ("mask[i, : len(sequence)]", "mask[i, : len(sequence) + 1]"),
            "The mask ends one step too late: the first place of the padding is True as well.",
        ),
        Mistake(
            "not_filled_up",
            ("np.full((m, T_x), value)", "np.array(sequences)"),
            "An array is made of lists that are not equally long. Fill them up first, or make an array of the "
            "full size and write each one into its row.",
        ),
    ],
)

one_hot = Exercise(
    function=reference.one_hot,
    title="One-hot, features first",
    minutes=15,
    difficulty=1,
    arguments={"indices": BATCH, "n_x": WHOLE},
    result=Array("n_x", "m", "T_x", holds="number"),
    draw=draw_batch,
    dims=[{"n_x": 6, "m": 3, "T_x": 4}, {"n_x": 3, "m": 1, "T_x": 5}, {"n_x": 5, "m": 2, "T_x": 1}],
    rows=[Row("x", "", points=7)],
    mistakes=[
        Mistake(
            "features_last",
            ("return x", "return np.moveaxis(x, 0, -1)"),
            "The axis of the vocabulary is the last one. It comes first: (n_x, m, T_x).",
        ),
        Mistake(
            "time_before_examples",
            ("return x", "return x.transpose(0, 2, 1)"),
            "Examples and time steps have changed places. The shape is (n_x, m, T_x).",
        ),
        Mistake(
            "reshaped",
            ("return x", "return np.moveaxis(x, 0, -1).reshape(n_x, *indices.shape)"),
            "The numbers have the right shape but stand in wrong places: reshape deals them out anew. To move an "
            "axis is another thing.",
        ),
        Mistake(
            "size_from_the_largest",
            ("np.zeros((n_x, *indices.shape))", "np.zeros((indices.max() + 1, *indices.shape))"),
            "The first axis is as long as the largest index asks for. It has a place for every token of the "
            "vocabulary, n_x, whether it occurs or not.",
        ),
        Mistake(
            "index_for_one",
            ("x[token, i, t] = 1", "x[token, i, t] = token"),
            "The vectors hold the index itself. They hold a 1 at the place of the index.",
        ),
        Mistake(
            "shifted_by_one",
            ("x[token, i, t] = 1", "x[token - 1, i, t] = 1"),
            "The 1 stands one place too early. Indices count from 0, as places in the array do.",
        ),
        Mistake(
            "first_step_only",
            ("x[token, i, t] = 1", "x[token, i, 0] = 1"),
            "All ones are put at time step 0. Each stands at the step of its token.",
        ),
        Mistake(
            "counts",
            ("return x", "return np.repeat(x.sum(axis=2, keepdims=True), x.shape[2], axis=2)"),
            "Every step shows the sum over all steps: a bag of tokens without order. Each step has its own token "
            "only.",
        ),
        Mistake(
            "one_too_far",
            ("x[token, i, t] = 1", "x[token + 1, i, t] = 1"),
            "The 1 stands one place too late. Indices count from 0, as places in the array do.",
        ),
        Mistake(
            "axes_mixed_up",
            ("x[token, i, t] = 1", "x[token, t, i] = 1"),
            "The axes are mixed up in the place of the 1. They are (n_x, m, T_x): token, example, time step.",
        ),
        Mistake(
            "whole_blocks",
            (
                "    for (i, t), token in np.ndenumerate(indices):\n        x[token, i, t] = 1\n",
                "    x[indices] = 1\n",
            ),
            "`x[indices] = 1` sets all that lies under a token, at every example and step. Each 1 belongs to one "
            "token at one example and one step.",
        ),
    ],
)

bigram_counts = Exercise(
    function=reference.bigram_counts,
    title="Who follows whom",
    minutes=20,
    difficulty=2,
    arguments={"sequences": LISTS, "V": WHOLE, "start": Plain("an index")},
    result=COUNT,
    draw=draw_pairs,
    dims=[{"m": 4, "V": 6, "T_x": 8}, {"m": 1, "V": 4, "T_x": 7}, {"m": 3, "V": 5, "T_x": 1}],
    rows=[Row("counts", "", points=9)],
    mistakes=[
        Mistake(
            "start_not_counted",
            (
                "        previous = start\n        for token in sequence:",
                "        previous = sequence[0]\n        for token in sequence[1:]:",
            ),
            "The first token of each sequence is not counted. Before it stands `start`, so it counts in that row: "
            "this is how the model learns how texts begin.",
        ),
        Mistake(
            "start_is_zero",
            ("previous = start", "previous = 0"),
            "The first tokens are counted in row 0. They belong into the row of `start`.",
        ),
        Mistake(
            "across_sequences",
            (
                "    for sequence in sequences:\n        previous = start\n",
                "    previous = start\n    for sequence in sequences:\n",
            ),
            "The first token of a sequence is counted behind the last token of the one before. Sequences are apart: "
            "each begins anew with `start`.",
        ),
        Mistake(
            "rows_and_columns_swapped",
            ("counts[previous, token]", "counts[token, previous]"),
            "Rows and columns are swapped. The token before says the row, the token that follows the column.",
        ),
        Mistake(
            "seen_or_not",
            ("counts[previous, token] += 1", "counts[previous, token] = 1"),
            "You note whether a pair occurs. Count how often it does.",
        ),
        Mistake(
            "repeats_lost",
            (
                "        previous = start\n        for token in sequence:\n"
                "            counts[previous, token] += 1\n            previous = token\n",
                "        counts[[start, *sequence[:-1]], sequence] += 1\n",
            ),
            "A pair that comes again within a sequence counts once only: with `counts[rows, columns] += 1` NumPy "
            "adds 1 to each place at most once. `np.add.at`, or a loop, adds every time.",
        ),
        Mistake(
            "previous_not_moved",
            ("            previous = token\n", ""),
            "Every token is counted as if `start` stood before it. The token before is another one at each step.",
        ),
        Mistake(
            "last_token_lost",
            ("for token in sequence:", "for token in sequence[:-1]:"),
            "The last token of each sequence is not counted. It is the `<EOS>` mostly, and the model must learn "
            "where texts end.",
        ),
        Mistake(
            "both_directions",
            ("counts[previous, token] += 1", "counts[previous, token] += 1; counts[token, previous] += 1"),
            "Every pair is counted in both directions. Order matters: the row is the token that comes first.",
        ),
        Mistake(
            "end_leads_to_start",
            (
                "            previous = token\n",
                "            previous = token\n        counts[previous, start] += 1\n",
            ),
            "After each sequence, `start` is counted as one more token. What the model predicts is in the sequences "
            "already, their end included.",
        ),
        Mistake(
            "last_before_first",
            ("previous = start", "previous = sequence[-1]"),
            "Before the first token of a sequence you have its last one: the index −1 counts from the end. Before"
            " it stands `start`.",
        ),
        Mistake(
            "first_sequence_only",
            ("            previous = token\n", "            previous = token\n        return counts\n"),
            "Only the first sequence is counted. Is the `return` indented too far?",
        ),
        Mistake(
            "first_pair_only",
            ("            previous = token\n", "            previous = token\n            return counts\n"),
            "Only the first pair is counted. Is the `return` indented too far?",
        ),
    ],
)

bigram_probabilities = Exercise(
    function=reference.bigram_probabilities,
    title="From counts to probabilities",
    minutes=15,
    difficulty=1,
    arguments={"counts": COUNT, "k": Number()},
    result=COUNT,
    draw=draw_counts,
    dims=[{"V": 5}, {"V": 1}, {"V": 7}],
    rows=[
        Row("probabilities", "", points=6),
        Row("after a token never seen before another", "", points=1, cases="empty row"),
    ],
    extra=[Cases("empty row", draw_empty_row, public(draw_empty_row))],
    mistakes=[
        Mistake(
            "columns_sum_to_one",
            ("axis=1", "axis=0"),
            "Each column sums to 1. A row has all that may follow one token, so it is the rows that sum to 1.",
        ),
        Mistake(
            "all_sum_to_one",
            ("smoothed.sum(axis=1, keepdims=True)", "smoothed.sum()"),
            "All entries together sum to 1: that is the probability of a pair. Asked is that of the second token, "
            "given the first, so each row sums to 1.",
        ),
        Mistake(
            "axis_lost",
            ("axis=1, keepdims=True", "axis=1"),
            "The sums of the rows are divided along the wrong axis: a vector (V,) is taken for a row and meets the "
            "columns. Keep it a column, (V, 1).",
        ),
        Mistake(
            "no_smoothing",
            ("counts + k", "counts + 0"),
            "k is not used. Without it, what never occurred is impossible, and a token that never came before "
            "another one has no distribution at all.",
        ),
        Mistake(
            "no_smoothing_and_axis_lost",
            [("counts + k", "counts + 0"), ("axis=1, keepdims=True", "axis=1")],
            "Two things: k is not used, so what never occurred is impossible; and the sums of the rows, a vector (V,), are "
            "laid along the rows. Keep them a column, (V, 1).",
        ),
        Mistake(
            "k_is_one",
            ("counts + k", "counts + 1"),
            "1 is added to every count. Add k.",
        ),
        Mistake(
            "k_above_only",
            ("/ smoothed.sum(axis=1, keepdims=True)", "/ counts.sum(axis=1, keepdims=True)"),
            "k is added above the line only, so the rows sum to more than 1. Below the line stands the sum of what "
            "stands above it.",
        ),
        Mistake(
            "k_once_below",
            ("/ smoothed.sum(axis=1, keepdims=True)", "/ (counts.sum(axis=1, keepdims=True) + k)"),
            "k is added below the line once. It is added to each of the V counts of a row, so the sum grows by V "
            "· k.",
        ),
        Mistake(
            "k_below_only",
            ("= smoothed /", "= counts /"),
            "k is added below the line only, so what never occurred stays impossible. It is added to every count.",
        ),
        Mistake(
            "k_after_the_division",
            [
                (
                    "smoothed = counts + k",
                    "shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)",
                ),
                (
                    "smoothed / smoothed.sum(axis=1, keepdims=True)",
                    "(shares + k) / (shares + k).sum(axis=1, keepdims=True)",
                ),
            ],
            "k is added to shares, not to counts. Added to counts it weighs less the more was seen; that is its "
            "point.",
        ),
        Mistake(
            "softmax",
            [
                (
                    "smoothed = counts + k",
                    "smoothed = np.exp(counts + k - counts.max(axis=1, keepdims=True))",
                ),
            ],
            "You have the softmax of the counts. Counts are no scores: twice as often means twice as probable. "
            "Divide each by the sum of its row.",
        ),
    ],
)

sentence_log_probability = Exercise(
    function=reference.sentence_log_probability,
    title="P(sentence), by the chain rule",
    minutes=20,
    difficulty=2,
    arguments={"sentence": INDICES, "probabilities": COUNT, "start": Plain("an index")},
    result=Number(),
    draw=draw_sentence,
    dims=[{"T_x": 6, "V": 5}, {"T_x": 1, "V": 4}, {"T_x": 900, "V": 7}],
    rows=[Row("log P(sentence)", "", points=8)],
    mistakes=[
        Mistake(
            "start_left_out",
            (
                "    previous = start\n    for token in sentence:",
                "    previous = sentence[0]\n    for token in sentence[1:]:",
            ),
            "The first token is not predicted. It has a probability too, in the row of `start`.",
        ),
        Mistake(
            "start_is_zero",
            ("previous = start", "previous = 0"),
            "The first token is looked up in row 0. Before it stands `start`.",
        ),
        Mistake(
            "rows_and_columns_swapped",
            ("probabilities[previous, token]", "probabilities[token, previous]"),
            "You look up P(token before | token). The row is the token before, the column the one that is "
            "predicted.",
        ),
        Mistake(
            "previous_not_moved",
            ("        previous = token\n", ""),
            "Every token is predicted as if it came first. The token before is another one at each step.",
        ),
        Mistake(
            "log_of_the_product",
            [
                ("log_probability = 0.0", "probability = 1.0"),
                (
                    "log_probability += np.log(probabilities[previous, token])",
                    "probability *= probabilities[previous, token]",
                ),
                ("float(log_probability)", "float(np.log(probability))"),
            ],
            "The probabilities are multiplied first. For a long sentence the product is too small for a computer's "
            "numbers and becomes 0. Add up the logarithms.",
        ),
        Mistake(
            "probability_itself",
            [
                ("log_probability = 0.0", "probability = 1.0"),
                (
                    "log_probability += np.log(probabilities[previous, token])",
                    "probability *= probabilities[previous, token]",
                ),
                ("float(log_probability)", "float(probability)"),
            ],
            "You have the probability itself. Return its logarithm, as a sum of logarithms.",
        ),
        Mistake(
            "probabilities_added",
            ("+= np.log(probabilities[previous, token])", "+= probabilities[previous, token]"),
            "The probabilities are added up. Independent of each other or not, they multiply: their logarithms are "
            "added.",
        ),
        Mistake(
            "sign",
            ("+= np.log", "-= np.log"),
            "The sign is turned: that is the surprise, −log P. The logarithm of a probability is negative.",
        ),
        Mistake(
            "base_two",
            ("np.log(", "np.log2("),
            "You have logarithms of base 2. Asked is the natural one.",
        ),
        Mistake(
            "mean",
            ("float(log_probability)", "float(log_probability) / len(sentence)"),
            "You have the mean over the tokens. The chain rule gives the sum.",
        ),
        Mistake(
            "last_token_lost",
            ("for token in sentence:", "for token in sentence[:-1]:"),
            "The last token is not predicted. It is the `<EOS>`: that the sentence ends here has a probability too.",
        ),
        Mistake(
            "last_before_first",
            ("previous = start", "previous = sentence[-1]"),
            "Before the first token you have the last one: the index −1 counts from the end. Before it stands "
            "`start`.",
        ),
        Mistake(
            "first_factor_only",
            (
                "        previous = token\n",
                "        previous = token\n        return float(log_probability)\n",
            ),
            "Only the first token is predicted. Is the `return` indented too far?",
        ),
        Mistake(
            "first_factor_left_out",
            ("    for token in sentence:", "    for token in sentence[1:]:"),
            "The first token is left out: `start` is followed by the second. Go through all tokens, and let "
            "`start` stand before the first.",
        ),
    ],
)

perplexity = Exercise(
    function=reference.perplexity,
    title="Bits per token, and perplexity",
    minutes=20,
    difficulty=2,
    arguments={"log_probabilities": LOGS, "mask": MASK},
    result=Tuple(bits=Number(), perplexity=Number()),
    draw=draw_log_probabilities,
    dims=[{"m": 4, "T_x": 6}, {"m": 1, "T_x": 5}, {"m": 5, "T_x": 3}],
    rows=[Row("bits per token", "bits", points=6), Row("perplexity", "perplexity", points=3)],
    mistakes=[
        Mistake(
            "padding_counts",
            [("log_probabilities[mask].sum()", "log_probabilities.sum()"), ("mask.sum()", "mask.size")],
            "The padding counts as text. Only the steps at which the mask is True count, above and below the line.",
        ),
        Mistake(
            "divided_by_all_places",
            ("/ mask.sum()", "/ mask.size"),
            "The sum is divided by the number of all places, m · T_x. Divide by the number of tokens.",
        ),
        Mistake(
            "padding_added",
            ("log_probabilities[mask].sum()", "log_probabilities.sum()"),
            "What stands at the padding is added in. Take the steps at which the mask is True.",
        ),
        Mistake(
            "mask_inverted",
            [
                ("log_probabilities[mask].sum()", "log_probabilities[~mask].sum()"),
                ("mask.sum()", "(~mask).sum()"),
            ],
            "You measure the padding. Tokens stand where the mask is True.",
        ),
        Mistake(
            "mean_of_means",
            (
                "-log_probabilities[mask].sum() / mask.sum()",
                "-np.mean([row[kept].mean() for row, kept in zip(log_probabilities, mask)])",
            ),
            "You take the mean of each sequence, and of these means the mean: so a token of a short sequence weighs "
            "more. All tokens of all sequences weigh the same.",
        ),
        Mistake(
            "per_sequence",
            ("/ mask.sum()", "/ len(mask)"),
            "The sum is divided by the number of sequences, which gives bits per sequence. Divide by the number "
            "of tokens.",
        ),
        Mistake(
            "nats",
            [(" / np.log(2)", ""), ("2**bits", "np.exp(bits)")],
            "These are nats, the unit of the natural logarithm. One bit is log 2 = 0.693 nats. (Your perplexity "
            "is right.)",
        ),
        Mistake(
            "nats_as_bits",
            (" / np.log(2)", ""),
            "These are nats, the unit of the natural logarithm. One bit is log 2 = 0.693 nats.",
        ),
        Mistake(
            "times_log_two",
            ("/ np.log(2)", "* np.log(2)"),
            "You multiply by log 2. To go from nats to bits, divide by it.",
        ),
        Mistake(
            "sign",
            ("bits = -log", "bits = log"),
            "The sign is missing. Logarithms of probabilities are negative; the bits are what they cost, and "
            "positive.",
        ),
        Mistake(
            "e_for_two",
            ("2**bits", "np.exp(bits)"),
            "The perplexity is e to the power of the bits. Bits go with base 2.",
        ),
        Mistake(
            "mean_of_perplexities",
            ("2**bits", "np.exp(-log_probabilities[mask]).mean()"),
            "The perplexity is the mean of 1/P. It is 2 to the power of the mean number of bits.",
        ),
        Mistake(
            "not_divided",
            (" / mask.sum()", ""),
            "You have the bits of the whole text. Divide by the number of tokens.",
        ),
        Mistake(
            "multiplied_by_the_mask",
            ("log_probabilities[mask].sum()", "(log_probabilities * mask).sum()"),
            "The padding is multiplied by 0, but it may hold −inf, and 0 · inf is nan. Choose the tokens by the "
            "mask instead.",
        ),
        Mistake(
            "perplexity_below_one",
            ("2**bits", "2**-bits"),
            "The perplexity has the wrong sign in its exponent. It is 2 to the power of the bits, and never below"
            " 1.",
        ),
        Mistake(
            "power_before_the_mean",
            ("2**bits", "(2 ** -(log_probabilities / np.log(2)))[mask].sum() / mask.size"),
            "The perplexity is a mean of 1/P. The mean comes first: 2 to the power of the mean number of bits.",
        ),
        Mistake(
            "mean_of_sequences",
            (
                "2**bits",
                "np.mean([2 ** (-row[kept].mean() / np.log(2)) for row, kept in zip(log_probabilities, mask)])",
            ),
            "The perplexity is the mean of one perplexity for each sequence. Take the mean number of bits of all "
            "tokens first, then the power once.",
        ),
        Mistake(
            "last_token_left_out",
            [
                ("log_probabilities[mask].sum()", "log_probabilities[:, :-1][mask[:, 1:]].sum()"),
                ("mask.sum()", "mask[:, 1:].sum()"),
            ],
            "The last token of each sequence is left out. It is the `<EOS>`, and counts like any other.",
        ),
        Mistake(
            "first_token_left_out",
            [
                ("log_probabilities[mask].sum()", "log_probabilities[:, 1:][mask[:, 1:]].sum()"),
                ("mask.sum()", "mask[:, 1:].sum()"),
            ],
            "The first token of each sequence is left out. The model has to guess it too.",
        ),
        Mistake(
            "divided_by_the_steps",
            ("/ mask.sum()", "/ mask.shape[1]"),
            "The sum is divided by T_x, the length of the array. Divide by the number of tokens.",
        ),
        Mistake(
            "returned_the_other_way_round",
            ("return float(bits), float(2**bits)", "return float(2**bits), float(bits)"),
            "The perplexity is returned before the bits. The order is bits, perplexity.",
        ),
        Mistake(
            "bits_by_log2_again",
            ("log_probabilities[mask].sum()", "np.log2(-log_probabilities[mask]).sum()"),
            "You take the logarithm once more. What is given are logarithms already; to change their base, divide.",
        ),
    ],
)

ngram_counts = Exercise(
    function=reference.ngram_counts,
    title="Counts for longer contexts",
    minutes=30,
    difficulty=3,
    arguments={"texts": TEXTS, "n": WHOLE},
    result=CONTEXTS,
    draw=draw_counting,
    dims=[
        {"texts": 4, "n": 3, "T_x": 6},
        {"texts": 1, "n": 2, "T_x": 5},
        {"texts": 3, "n": 4, "T_x": 7},
    ],
    rows=[
        Row("counts for all contexts", "", points=6),
        Row("counts of single tokens: n = 1", "", points=2, cases="n = 1"),
    ],
    extra=[Cases("n = 1", draw_single_tokens, public(draw_single_tokens))],
    mistakes=[
        Mistake(
            "no_start",
            [
                ("tokens = [EOS] * (n - 1) + [*text, EOS]", "tokens = [*text, EOS]"),
                ("range(n - 1, len(tokens))", "range(len(tokens))"),
                ("for length in range(n):", "for length in range(min(n, t + 1)):"),
            ],
            "At the beginning of a text the contexts are shorter than elsewhere. Put n − 1 `<EOS>` before the first "
            "token, so that the beginning is a context too.",
        ),
        Mistake(
            "one_start_only",
            [
                ("tokens = [EOS] * (n - 1) + [*text, EOS]", "tokens = [EOS] + [*text, EOS]"),
                ("range(n - 1, len(tokens))", "range(1, len(tokens))"),
                ("for length in range(n):", "for length in range(min(n, t + 1)):"),
            ],
            "Before the first token stands one `<EOS>`, whatever n is. The longest context has n − 1 tokens, so n − "
            "1 of them are needed.",
        ),
        Mistake(
            "start_predicted",
            [
                ("range(n - 1, len(tokens))", "range(len(tokens))"),
                ("for length in range(n):", "for length in range(min(n, t + 1)):"),
            ],
            "The `<EOS>` in front are counted as tokens that follow something. They are only there to be a context.",
        ),
        Mistake(
            "no_end",
            ("[*text, EOS]", "[*text]"),
            "The `<EOS>` at the end is missing: it follows the last token and is counted like any other.",
        ),
        Mistake(
            "longest_only",
            ("for length in range(n):", "for length in (n - 1,):"),
            "Only the longest contexts are counted. All lengths from 0 to n − 1 are needed, the empty context "
            "included.",
        ),
        Mistake(
            "empty_context_left_out",
            ("for length in range(n):", "for length in range(1, n):"),
            'The empty context is missing: under the key "" stands how often each token occurs at all.',
        ),
        Mistake(
            "one_too_long",
            [
                ("[EOS] * (n - 1)", "[EOS] * n"),
                ("range(n - 1, len(tokens))", "range(n, len(tokens))"),
                ("for length in range(n):", "for length in range(n + 1):"),
            ],
            "The longest context has n tokens. n counts the next token as well, so the longest context has n − 1.",
        ),
        Mistake(
            "one_too_short",
            ("for length in range(n):", "for length in range(n - 1):"),
            "The longest contexts are missing: lengths go from 0 to n − 1, and n − 1 is one of them.",
        ),
        Mistake(
            "context_backwards",
            ("tokens[t - length : t])", "tokens[t - length : t][::-1])"),
            "The contexts are written backwards. They read as the text does, the nearest token last.",
        ),
        Mistake(
            "context_with_the_token",
            ("tokens[t - length : t]", "tokens[t - length : t + 1]"),
            "The context holds the token that is to be predicted. It ends before it.",
        ),
        Mistake(
            "tuples_for_keys",
            ('" ".join(tokens[t - length : t])', "tuple(tokens[t - length : t])"),
            "The keys are tuples. They are texts: the tokens of the context, joined by a space.",
        ),
        Mistake(
            "not_separated",
            ('" ".join', '"".join'),
            "The tokens of a context are joined without a space, so that different contexts of words may look the "
            "same. Join them with a space.",
        ),
        Mistake(
            "seen_or_not",
            ("following.get(tokens[t], 0) + 1", "1"),
            "You note whether a token follows a context. Count how often it does.",
        ),
        Mistake(
            "last_text_only",
            (
                "    counts: Counts = {}\n    for text in texts:\n",
                "    for text in texts:\n        counts = {}\n",
            ),
            "Only the last text is counted: the dict is made anew for each text.",
        ),
        Mistake(
            "one_start_too_many",
            ("[EOS] * (n - 1)", "[EOS] * n"),
            "There is one `<EOS>` too many in front, and it is counted as a token. The longest context has n − 1 "
            "tokens, so n − 1 of them are enough.",
        ),
        Mistake(
            "from_the_first_place",
            ("range(n - 1, len(tokens))", "range(len(tokens))"),
            "You begin at the first place of the line, where an `<EOS>` stands that was put in front. Begin at "
            "the first token of the text: the `<EOS>` before it are context only.",
        ),
        Mistake(
            "first_token_left_out",
            ("range(n - 1, len(tokens))", "range(n, len(tokens))"),
            "The first token of each text is not counted. With n − 1 `<EOS>` in front, at which place does it "
            "stand?",
        ),
        Mistake(
            "lengths_from_one",
            ("for length in range(n):", "for length in range(1, n + 1):"),
            "The lengths go from 1 to n. They go from 0, the empty context, to n − 1.",
        ),
        Mistake(
            "first_text_only",
            (
                "                following[tokens[t]] = following.get(tokens[t], 0) + 1\n",
                "                following[tokens[t]] = following.get(tokens[t], 0) + 1\n        return counts\n",
            ),
            "Only the first text is counted. Is the `return` indented too far?",
        ),
    ],
)

ngram_probabilities = Exercise(
    function=reference.ngram_probabilities,
    title="The n-gram model",
    minutes=30,
    difficulty=3,
    arguments={
        "context": TOKENS,
        "counts": CONTEXTS,
        "strength": Number(),
        "tokens": TOKENS,
    },
    result=Array("V"),
    draw=draw_context,
    dims=[
        {"n": 3, "texts": 5, "T_x": 6},
        {"n": 1, "texts": 4, "T_x": 5},
        {"n": 4, "texts": 7, "T_x": 8},
        {"n": 5, "texts": 6, "T_x": 7},
    ],
    rows=[Row("probabilities", "", points=9)],
    mistakes=[
        Mistake(
            "not_mixed",
            (
                "found + strength * probabilities) / (found.sum() + strength)",
                "found + 1e-9) / (found + 1e-9).sum()",
            ),
            "You have the shares of the longest context alone. They are mixed with the estimate of the next shorter "
            "context, which counts as much as `strength` observations.",
        ),
        Mistake(
            "strength_above_only",
            ("/ (found.sum() + strength)", "/ max(found.sum(), 1)"),
            "`strength` is missing below the line, so the probabilities sum to more than 1.",
        ),
        Mistake(
            "uniform_at_every_length",
            ("strength * probabilities)", "strength / len(tokens))"),
            "Every context is mixed with the uniform distribution. It is mixed with the estimate of the next shorter "
            "context; only the empty one is mixed with the uniform distribution.",
        ),
        Mistake(
            "add_strength_to_each",
            (
                "(found + strength * probabilities) / (found.sum() + strength)",
                "(found + strength) / (found + strength).sum()",
            ),
            "`strength` is added to every count, as in the bigram model. Here it is shared out in proportion to the "
            "estimate of the next shorter context.",
        ),
        Mistake(
            "no_uniform",
            ("np.full(len(tokens), 1 / len(tokens))", "np.zeros(len(tokens))"),
            "The estimate begins with zeros, so what was never seen stays impossible and the sum is below 1. It "
            "begins with the uniform distribution.",
        ),
        Mistake(
            "begins_with_ones",
            ("np.full(len(tokens), 1 / len(tokens))", "np.ones(len(tokens))"),
            "The estimate begins with ones, so the probabilities sum to more than 1. It begins with the uniform "
            "distribution, 1/V for each token.",
        ),
        Mistake(
            "context_from_the_front",
            ("context[len(context) - length :]", "context[:length]"),
            "The shorter contexts are taken from the front. The nearest tokens count: take the last ones.",
        ),
        Mistake(
            "last_zero_is_all",
            ("context[len(context) - length :]", "context[-length:]"),
            "For length 0, `context[-length:]` is the whole context, not an empty one, so the longest context is taken in "
            "first. Count from the front: where do the last so many tokens begin?",
        ),
        Mistake(
            "unseen_raises",
            (
                'counts.get(" ".join(context[len(context) - length :]), {})',
                'counts[" ".join(context[len(context) - length :])]',
            ),
            "A context that was never seen raises KeyError. It has no counts, so the estimate of the shorter one "
            "is left.",
        ),
        Mistake(
            "longest_first",
            ("for length in range(len(context) + 1):", "for length in reversed(range(len(context) + 1)):"),
            "You begin with the longest context, so that the shortest has the last word. Begin with the empty one.",
        ),
        Mistake(
            "longest_left_out",
            ("range(len(context) + 1)", "range(len(context))"),
            "The whole context itself is not used. Lengths go from 0 to len(context), both included.",
        ),
        Mistake(
            "empty_context_left_out",
            ("range(len(context) + 1)", "range(1, len(context) + 1)"),
            'The empty context is left out: how often each token occurs at all, under the key "".',
        ),
        Mistake(
            "kinds_counted",
            ("/ (found.sum() + strength)", "/ ((found > 0).sum() + strength)"),
            "You divide by how many different tokens follow. Divide by how often the context occurs: the sum of "
            "its counts.",
        ),
        Mistake(
            "mean_of_all_lengths",
            (
                "probabilities = (found + strength * probabilities) / (found.sum() + strength)",
                "probabilities = (found / max(found.sum(), 1) + probabilities) / 2",
            ),
            "Every length gets the same weight, however often its context was seen. The share of the shorter one is "
            "strength / (c(h) + strength): it shrinks as the context is seen more.",
        ),
        Mistake(
            "shares_swapped",
            (
                "(found + strength * probabilities) / (found.sum() + strength)",
                "(strength * found / max(found.sum(), 1) + found.sum() * probabilities) / (found.sum() + strength)",
            ),
            "λ and 1 − λ are swapped. λ is the weight of this context's own shares, and grows as it is seen more.",
        ),
        Mistake(
            "divided_by_nothing",
            (
                "(found + strength * probabilities) / (found.sum() + strength)",
                "(found.sum() * (found / found.sum()) + strength * probabilities) / (found.sum() + strength)",
            ),
            "A context that was never seen has no shares: 0 / 0 is nan, and 0 · nan is nan as well. The first of "
            "the two formulas does not divide by its count alone.",
        ),
        Mistake(
            "strength_for_each_token",
            ("/ (found.sum() + strength)", "/ (found.sum() + strength * len(tokens))"),
            "Below the line `strength` stands once for each token, as in add-k smoothing. Here it is shared out "
            "among all tokens, so it stands there once.",
        ),
        Mistake(
            "strength_not_shared_out",
            ("found + strength * probabilities", "found + probabilities"),
            "Above the line `strength` is missing: the estimate of the shorter context counts as much as "
            "`strength` observations.",
        ),
        Mistake(
            "keys_not_joined",
            ('" ".join(context[len(context) - length :])', "tuple(context[len(context) - length :])"),
            "No context is found, so the uniform distribution is left. The keys are texts: the tokens of a "
            "context joined by a space.",
        ),
        Mistake(
            "not_separated",
            ('" ".join', '"".join'),
            "The tokens of a context are joined without a space, so contexts of two tokens and more are not found.",
        ),
        Mistake(
            "always_the_whole_context",
            ("context[len(context) - length :]", "context"),
            "The whole context is looked up each time. Look up its last `length` tokens.",
        ),
    ],
)

EXERCISES = [
    build_vocabulary,
    encode,
    decode,
    pad_batch,
    one_hot,
    bigram_counts,
    bigram_probabilities,
    sentence_log_probability,
    perplexity,
    ngram_counts,
    ngram_probabilities,
]

# Mutants of the reference that do the same as the reference, each with the reason.
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "build_vocabulary": {
        "tokens = [*specials, *sorted(kept, key=lambda token: (-counts[token], token))]  →  "
        "tokens = [*specials, *sorted(kept, key=lambda token: (~counts[token], token))]": "~c is −c − 1: the same order",
    },
}
