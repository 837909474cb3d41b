# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 14 · Beam search, error analysis, BLEU

A decoder says how probable each next token is. It does not say which *text* is the most probable, and to try all texts is out of the question. Beam search is what nearly every system that writes does about it.
In this notebook you build the whole search, on top of any model that gives one step; then you find out whether a wrong text is the fault of the search or of the model, and measure texts against several right ones.

| | |
|---|---|
| **You need** | the decoder of `13-seq2seq`: one step from a token and a state to log-probabilities |
| **You build** | eleven functions: score, candidates, the choice, the search, error analysis, BLEU |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | `15-attention`, whose decoder you can search with the same functions |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture note 003, it means that of the course that this package belongs to. You do not
need it. Where the notebook departs from it, it says so for those who have read it.
"""

# %% setup=true
from collections import Counter

import numpy as np

from autograder import check
from seqlib import references
from seqlib.mine import decoder_step, encoder_context, lstm_cell_forward
from seqlib.plots import beam_search as plots
from seqlib.text import EOS, SOS
from seqlib.widgets import beam_search as widgets

# %% [markdown]
r"""
**Notation.** A **hypothesis** is a text that is being written. A search carries $B$ of them side by side, and a model is a function of one step:

`step(tokens, state)` takes the token that each hypothesis has written last, $(B,)$, and a state. It returns `log_p` $(V, B)$, the natural logarithms of the probabilities of the next token, one column for each hypothesis, and the state after the step.
The state is a tuple of arrays $(n, B)$, hypotheses last: activation and memory of an LSTM, or whatever else the model remembers. At first each array has one column. Your functions never need to know what is in it.

Everything is for one input: what was translated, or continued, is already in the model and its state.

## 1 · The best token is not the best text

Here is a model small enough to be written down. After each beginning it has a few words with their probabilities. Where a beginning is not in the table, the text ends.
"""

# %% setup=true
WORDS = ["<SOS>", "<EOS>", "it", "today", "is", "rains", "raining", "wet", "will", "rain"]
WEATHER = {
    "": {"it": 0.5, "today": 0.4, "rain": 0.1},
    "it": {"is": 0.45, "will": 0.3, "rains": 0.25},
    "it is": {"raining": 0.55, "wet": 0.45},
    "it will": {"rain": 0.8, "<EOS>": 0.2},
    "it rains": {"today": 0.5, "<EOS>": 0.5},
    "today": {"it": 0.9, "is": 0.1},
    "today it": {"rains": 0.7, "is": 0.3},
    "today is": {"wet": 1.0},
    "today it is": {"raining": 0.6, "wet": 0.4},
    "rain": {"today": 0.5, "<EOS>": 0.5},
}
start, end = WORDS.index("<SOS>"), WORDS.index("<EOS>")


def table_model(table):
    """One step of the model that a table describes, and its first state: the number of a row of the table."""
    rows = [*table, None]
    log_p = np.full((len(WORDS), len(rows)), -np.inf)
    following = np.full((len(WORDS), len(rows)), len(rows) - 1)
    for number, beginning in enumerate(rows):
        for word, p in table.get(beginning, {"<EOS>": 1.0}).items():
            log_p[WORDS.index(word), number] = np.log(p)
            longer = f"{beginning} {word}".strip()
            if longer in table:
                following[WORDS.index(word), number] = rows.index(longer)
    following[start] = 0

    def step(tokens, state):
        numbers = following[tokens, state[0][0]]
        return log_p[:, numbers], (numbers[np.newaxis],)

    return step, (np.zeros((1, 1), dtype=int),)


def written(tokens):
    """Tokens as words."""
    return " ".join(WORDS[token] for token in tokens)


# %% demo=true
step, state = table_model(WEATHER)
tokens, last, p = [], start, 1.0
while last != end:
    log_p, state = step(np.array([last]), state)
    last = int(log_p[:, 0].argmax())
    tokens.append(last)
    p *= np.exp(log_p[last, 0])
print(f"the best word each time:  {written(tokens)}   P = {p:.3f}")
print(f"another text:             today it rains <EOS>   P = {0.4 * 0.9 * 0.7:.3f}")

# %% [markdown]
r"""
By the chain rule, the probability of a text is the product of the probabilities of its tokens:

$$
P(y^{\langle 1 \rangle}, \dots, y^{\langle T_y \rangle} \mid x) = \prod_{t=1}^{T_y} P\left(y^{\langle t \rangle} \mid x, y^{\langle 1 \rangle}, \dots, y^{\langle t-1 \rangle}\right)
$$

The greedy choice takes the largest factor each time. *it* is the more probable first word, yet what can follow it is divided among many ways; after *today*, one way is much more probable than all others, twice in a row. To know the best text one would have to look at all of them. With $V$ tokens and $T$ steps there are about $V^T$. With the 15 tokens of the dates in `13-seq2seq`, and the 44 steps that four dates take, that is
nearly $10^{52}$, more than the Earth has atoms.

**Beam search** keeps the $B$ best hypotheses after each step. $B$ is the *width*. It costs $B$ times as much as the greedy choice, and promises nothing: what falls out of the beam is gone, even if it would have become the best.

## 2 · What hypotheses are ranked by

Two things about the product.

**It is too small.** Three hundred tokens with probability 0.05 each have the product $10^{-390}$, which a floating-point number does not hold: it becomes 0, as does every other text, and nothing is best any more. So logarithms are added.

**It prefers what is short.** Each further token makes the product smaller, however good the text is. So the sum is divided by the length to a power:

$$
\text{score} = \frac{1}{T_y^{\,\alpha}} \sum_{t=1}^{T_y} \log P\left(y^{\langle t \rangle} \mid x, y^{\langle 1 \rangle}, \dots, y^{\langle t-1 \rangle}\right)
$$

With $\alpha = 0$ it is the plain sum, with $\alpha = 1$ the mean of a token. Something between, about 0.7, is usual; it is found by trying on held-out data. $T_y$ counts the tokens that the hypothesis has written, `<EOS>` included: it was predicted like the others. The start token was not.

(Logarithms are below 0. Divided by a larger number they come *closer* to 0, that is, they get better.)
"""

# %% [markdown]
r"""
{exercise: score}

Give the score of each hypothesis. Numbers and arrays of any shapes that fit together should do.

<details><summary>Hint</summary>

One line. NumPy's `**` is the power.

</details>
"""


# %% exercise="score"
def score(log_probability, length, alpha):
    """What hypotheses are ranked by: the sum of log-probabilities over the length to the power α."""
    ### BEGIN SOLUTION
    return log_probability / length**alpha
    ### END SOLUTION


# %% check="score"
check(score)

# %% demo=true
print(f"0.05 multiplied 300 times: {0.05**300}; the logarithms added: {300 * np.log(0.05):.0f}")
sums, lengths = np.array([-2.0, -3.0]), np.array([2, 6])
for alpha in (0, 0.7, 1):
    print(f"α = {alpha:<4} log P = −2 with 2 tokens: {score(sums, lengths, alpha)[0]:6.2f}", end="")
    print(f"    log P = −3 with 6 tokens: {score(sums, lengths, alpha)[1]:6.2f}")

# %% [markdown]
r"""
## 3 · One step of the search

A step has three parts: find all ways to go on, choose the best, and let the states follow.

### All ways to go on

Each hypothesis that is not **finished** can go on with each of $V$ tokens: its sum grows by that token's log-probability, its length by 1. A finished hypothesis, one that has written `<EOS>`, must not write anything more, and must not be forgotten either: it competes with those that still grow. So it has exactly one
candidate, itself, with the sum and the length that it has. For it we take the place in the column of `<EOS>`. Its other places are no candidates: $-\infty$, the logarithm of 0.

Rows are hypotheses here, $(B, V)$. The model's `log_p` is $(V, B)$, as everywhere in this course.
"""

# %% [markdown]
r"""
{exercise: candidates}

Give the sums of all continuations, $(B, V)$, and the length of the continuations of each hypothesis, $(B,)$.

`sums` and `lengths` are those so far, `finished` is an array of `True` and `False`, `end` the end token.

<details><summary>Hint 1: all at once</summary>

`sums[:, np.newaxis]` is $(B, 1)$, and goes with $(B, V)$. What has to be done to `log_p` first?

</details>
<details><summary>Hint 2: the finished ones</summary>

An array of truth values chooses rows: `x[finished] = -np.inf`. `x[finished, end]` are the places in one column.

</details>
<details><summary>Hint 3: the lengths</summary>

`~finished` turns `True` and `False` round, and counts as 0 and 1 in a sum.

</details>
"""


# %% exercise="candidates"
def candidates(sums, lengths, finished, log_p, end):
    """All hypotheses of the next step: each unfinished one with each token, each finished one as it is."""
    ### BEGIN SOLUTION
    continued = sums[:, np.newaxis] + log_p.T
    continued[finished] = -np.inf
    continued[finished, end] = sums[finished]
    return continued, lengths + ~finished
    ### END SOLUTION


# %% check="candidates"
check(candidates)

# %% [markdown]
r"""
### The best of all

All candidates of all hypotheses compete with each other. One hypothesis may go on three times, another not at all. (To keep the best of *each* hypothesis would be $B$ greedy searches side by side: no weak one would ever be given up.)

What comes out is two lists: which hypothesis each of the chosen ones continues, its **origin**, and with which token. Equal scores need an order, so that everybody finds the same: of two, the earlier hypothesis, and of one hypothesis the smaller token comes first.
"""

# %% [markdown]
r"""
{exercise: best}

From scores $(B, V)$, give the origins (rows) and the tokens (columns) of the `width` best, the best first. Where fewer than `width` are above $-\infty$, give only these.

<details><summary>Hint 1: sorting downwards</summary>

`np.argsort` sorts upwards. What do you have to sort, so that the largest scores come first? (To turn the result round would turn equal ones round too.) Its option `kind` can keep equal ones in their order, and its option `axis` can take the table row by row as one long list.

</details>
<details><summary>Hint 2: from places to rows and columns</summary>

In one long list of rows with $V$ entries each: in which row is place $V + 2$, and in which column? Division with remainder gives both; NumPy has `np.unravel_index` for it.

</details>
<details><summary>Hint 3: fewer</summary>

`np.isfinite` says where a number is neither infinite nor NaN. Choose the origins and tokens where their score is.

</details>
"""


# %% exercise="best"
def best(scores, width):
    """The best candidates of all hypotheses together, the best first."""
    ### BEGIN SOLUTION
    order = np.argsort(-scores, axis=None, kind="stable")[:width]
    origins, tokens = np.unravel_index(order, scores.shape)
    possible = np.isfinite(scores[origins, tokens])
    return origins[possible], tokens[possible]
    ### END SOLUTION


# %% check="best"
check(best)

# %% [markdown]
r"""
### States follow

Hypothesis $k$ of the next step continues the hypothesis `origins[k]` of this one. So it needs *that one's* state: its column. This is forgotten easily, and the search then still gives texts, only that each is continued from the memory of another. Note that no state is computed anew: columns are copied.
"""

# %% [markdown]
r"""
{exercise: reorder}

Give the state of the kept hypotheses: a tuple with as many arrays as `state` has, each $(n, K)$, where column $k$ is column `origins[k]` of the old one.

<details><summary>Hint</summary>

An array can be indexed with an array of whole numbers, along each of its axes; what is named twice is there twice. The parts of a state have different numbers of rows, and there may be any number of parts.

</details>
"""


# %% exercise="reorder"
def reorder(state, origins):
    """The state of the hypotheses that are kept: column k is that of the one which k continues."""
    ### BEGIN SOLUTION
    return tuple(part[:, origins] for part in state)
    ### END SOLUTION


# %% check="reorder"
check(reorder)

# %% [markdown]
r"""
## 4 · The whole search

Begin with one hypothesis that has written nothing: sum 0, length 0. Then, at each step:

1. The model reads the token that each hypothesis has written last (the start token at first), and gives `log_p` and the new state.
2. Find the candidates, their scores, and the best `width` of them.
3. Write the tokens, take over sums, lengths and whether they are finished, each *from its origin*, and reorder the state.

Sums go on as plain sums. The score is worked out anew at each step, only to rank.

**When does it end?** When all hypotheses in the beam are finished, or have `longest` tokens; those without an `<EOS>` are returned too, as not finished.

> **A correction to lecture note 003.** It says: repeat until `<EOS>` comes. That the first hypothesis has ended is no reason to stop: the others may end better. With $\alpha > 0$ even one that is behind now can overtake, since its mean may rise. (With $\alpha = 0$ sums only fall, and once the best one is finished, nothing in the beam can pass
> it. Here the search goes on all the same, so that all that it returns are whole.)
"""

# %% [markdown]
r"""
{exercise: beam_search}

Give a list of at most `width` hypotheses, the best first. Each is a dict with the keys `tokens` (a list, `end` included, the start token not), `log_probability` (the plain sum), `score`, and `finished` (`True` or `False`). Where no way on has a probability above 0, the list is empty.

`step` and `state` are the model and its first state, as in the notation above. `width`, `longest` and `alpha` are as above.

<details><summary>Hint 1: what to carry from step to step</summary>

A list of lists of tokens, beginning with `[[]]`; arrays `last` $(B,)$, `sums`, `lengths` (whole numbers) and `finished` (`dtype=bool`), of length 1 at first; and the state.

</details>
<details><summary>Hint 2: scores of all candidates</summary>

`candidates` gives sums $(B, V)$ and lengths $(B,)$. For `score` the lengths have to be $(B, 1)$.

</details>
<details><summary>Hint 3: what follows its origin</summary>

`best` gives a row and a column for each chosen candidate: its sum stands there in the table of `candidates`. Its length is that of its row. Its tokens are those of its origin and the new one, unless the origin is finished already. Two hypotheses may have the same origin: what happens if both append to the same list?

</details>
<details><summary>Hint 4: finished</summary>

A hypothesis is finished where the token chosen now is `end`. For those that were finished before, it is: that is their column.

</details>
"""


# %% exercise="beam_search"
def beam_search(step, state, start, end, width, longest, alpha):
    """The best hypotheses that a beam of this width finds, the best first."""
    ### BEGIN SOLUTION
    tokens, last = [[]], np.array([start])
    sums, lengths, finished = np.zeros(1), np.zeros(1, dtype=int), np.zeros(1, dtype=bool)
    for _ in range(longest):
        log_p, state = step(last, state)
        grown, lengths = candidates(sums, lengths, finished, log_p, end)
        scores = score(grown, lengths[:, np.newaxis], alpha)
        origins, last = best(scores, width)
        tokens = [
            tokens[b] if finished[b] else [*tokens[b], int(v)] for b, v in zip(origins, last, strict=True)
        ]
        state = reorder(state, origins)
        sums, lengths, ranked = grown[origins, last], lengths[origins], scores[origins, last]
        finished = last == end
        if finished.all():
            break
    return [
        {"tokens": t, "log_probability": float(p), "score": float(s), "finished": bool(f)}
        for t, p, s, f in zip(tokens, sums, ranked, finished, strict=True)
    ]
    ### END SOLUTION


# %% check="beam_search"
check(beam_search)

# %% [markdown]
r"""
Here is your search in the table of section 1, as a tree. Kept hypotheses have a full border, finished ones a thick one on blue; dotted ones were considered and not kept (the best three of each step). Numbers are scores. Move the width: from which on is *today it rains* found? What does width 1 do?
"""

# %% demo=true
step, state = table_model(WEATHER)


def following(tokens):
    """Log-probabilities of what comes after some tokens."""
    now = state
    for token in [start, *tokens]:
        log_p, now = step(np.array([token]), now)
    return log_p[:, 0]


widgets.tree(
    lambda width, longest, alpha: beam_search(step, state, start, end, width, longest, alpha),
    following,
    WORDS,
    longest=5,
)

# %% [markdown]
r"""
Two laws hold for every model, and are worth a look at any search that you meet. Width 1 is the greedy choice. And a beam as wide as the number of all texts throws nothing away: it finds the best of all. Here they are on your search, beside all texts of the table, which can be listed.
"""


# %% demo=true
def every_text(beginning="", p=1.0):
    """All texts of the table with their probabilities."""
    for word, share in WEATHER.get(beginning, {"<EOS>": 1.0}).items():
        if word == "<EOS>":
            yield f"{beginning} <EOS>", p * share
        else:
            yield from every_text(f"{beginning} {word}".strip(), p * share)


all_texts = sorted(every_text(), key=lambda pair: -pair[1])
wide = beam_search(step, state, start, end, 100, 6, 0.0)
print(
    f"{len(all_texts)} texts, {len(wide)} found by width 100; probabilities of all together {sum(p for _, p in all_texts):.3f}"
)
for (text, p), found in zip(all_texts[:4], wide, strict=False):
    print(f"{text:<28}{p:.4f}    found: {written(found['tokens']):<28}{np.exp(found['log_probability']):.4f}")

# %% [markdown]
r"""
## 5 · What width and α do

### Names

`names-lstm` is the network of `06-language-model`, which has learned to spell names, with an LSTM's cell. Here is its step: one line around the cell of `04-lstm`. Where no character came before, it reads zeros; a start token with number $V$ stands for that.
"""

# %% demo=true
lstm, card = references.load("names-lstm")
LETTERS = card["vocabulary"]
V, n_a = len(LETTERS), len(lstm["bf"])


def letter_step(tokens, state):
    """One step of the network that spells names."""
    xt = np.eye(V + 1)[:V, tokens]  # the start token, number V, is a column of zeros
    a, c, y, _ = lstm_cell_forward(xt, state[0], state[1], lstm)
    return np.log(y), (a, c)


def continued(beginning, width, alpha, longest=16):
    """The best ends of a name."""
    state, last = (np.zeros((n_a, 1)), np.zeros((n_a, 1))), V
    for letter in beginning:
        _, state = letter_step(np.array([last]), state)
        last = LETTERS.index(letter)
    return beam_search(letter_step, state, last, LETTERS.index(EOS), width, longest, alpha)


def name_of(found):
    """The letters of a hypothesis, without the end."""
    return "".join(LETTERS[token] for token in found["tokens"] if LETTERS[token] != EOS)


for width, alpha in ((1, 0.0), (8, 0.0), (8, 0.7), (8, 1.2)):
    names = ["jo" + name_of(one) for one in continued("jo", width, alpha)]
    print(f"width {width}, α = {alpha}: ", ", ".join(names))

# %% [markdown]
r"""
The plain sum likes short names. With a larger $\alpha$ they get longer. There is no truth to tell which is right: for texts that are to be *invented*, the most probable one is not even what is wanted, as you saw when you sampled in `06-language-model`. A search is for tasks with a right answer.

### Is wider better?

What a wider beam finds has, as a rule, the better score. It is no law: of the hypotheses that a wider beam keeps in addition, some may push aside, a step later, what would have become the best. Here the network writes whole names, from nothing:
"""

# %% demo=true
for width in (1, 2, 4, 8, 16, 32, 64, 128):
    found = continued("", width, 0.0, longest=28)[0]
    print(f"width {width:>3}: {name_of(found)!r:<22} log P = {found['log_probability']:.2f}")

# %% [markdown]
r"""
Some beams lose the names that the narrowest one finds. The training data have a few long Irish names with *mac giolla*: once *mac* is followed by a space, nearly every letter is certain, so that these stay ahead of all others for many steps, and pay only later. The same in small, where it can be followed by hand:
"""

# %% demo=true
TRAP = {
    "": {"it": 0.51, "today": 0.49},
    "it": {"rains": 0.45, "is": 0.35, "<EOS>": 0.2},
    "today": {"it": 0.5, "is": 0.5},
    "today it": {"rains": 0.4, "is": 0.3, "will": 0.3},
    "today is": {"wet": 0.4, "rain": 0.3, "raining": 0.3},
    "it is": {"wet": 0.5, "raining": 0.5},
}
step_of_trap, first = table_model(TRAP)
for width in (1, 2, 3, 20):
    found = beam_search(step_of_trap, first, start, end, width, 5, 0.0)[0]
    print(f"width {width:>2}: {written(found['tokens']):<26} P = {np.exp(found['log_probability']):.3f}")

# %% [markdown]
r"""
And the better score need not be the better *text*. At width 128 the search above has found the most probable name of all: the empty one. Each of the 25,409 names in the training data stands there once, and none is empty. Yet the network gives 0.0018 to an end at once, more than forty times as much as a name deserves. The same in small: this model is quite sure of how the sentence goes on, word by word; but at the first step it gives the end some
probability, as if there were nothing to say.
"""

# %% demo=true
SHY = {
    "": {"today": 0.6, "it": 0.25, "<EOS>": 0.15},
    "today": {"it": 0.7, "is": 0.3},
    "today it": {"is": 0.6, "will": 0.4},
    "today it is": {"raining": 0.55, "wet": 0.45},
    "today it will": {"rain": 0.8, "<EOS>": 0.2},
    "today is": {"raining": 0.5, "wet": 0.5},
    "it": {"is": 0.6, "rains": 0.4},
    "it is": {"wet": 0.5, "raining": 0.5},
}
step_of_shy, first = table_model(SHY)
for alpha in (0.0, 0.7):
    for width in (1, 3, 20):
        found = beam_search(step_of_shy, first, start, end, width, 6, alpha)[0]
        print(
            f"α = {alpha}, width {width:>2}: {written(found['tokens']):<28} P = {np.exp(found['log_probability']):.4f}"
        )

# %% [markdown]
r"""
With $\alpha = 0$ width 1 writes a sentence, and a wide beam finds that silence is more probable than any sentence. The search did what it should: it is the *model* that is wrong, and the narrow beam only hid it. In large translation models the same was found: texts got worse from some width on, and with an exact search for a good part of all inputs the most probable translation was the empty one
(Stahlberg and Byrne, 2019). Length normalisation mends what one sees of it, not the cause.
"""

# %% [markdown]
r"""
## 6 · Whose fault is it?

A translation is wrong. Should one spend one's time on a wider beam, or on a better model? That can be found out input by input, since for held-out inputs the right text $y^*$ is known. Let the model score it, and compare with what was found, $\hat y$:

* $y^*$ ranks **above** $\hat y$: the model does prefer the right text, and the search has missed it. The **search** is at fault.
* otherwise: the search has found something that the model likes at least as much. No better search would help. The **model** is at fault.

> **A correction to lecture note 003.** It compares $P(y^* \mid x)$ with $P(\hat y \mid x)$. Where the search ranks by normalised scores, the plain probabilities say nothing about it: a search that prefers long texts may rightly have passed over a short one that is more probable. Compare what the search ranks by. And the note leaves open what to do where both are equal; then the search had no reason to prefer
> $y^*$, so it is the model's fault.

To score a given text, the model reads it: at each step the *true* token before, as in training (teacher forcing).
"""

# %% [markdown]
r"""
{exercise: rescore}

Give the log-probability of `tokens`, the sum over all of them. The list has the end token in it; the start token not.

`step` and `state` are a model and its first state, with one column.

<details><summary>Hint 1: what is read</summary>

At the first step the start token, then `tokens[0]`, and so on. The last token is never read.

</details>
<details><summary>Hint 2: shapes</summary>

`step` wants an array $(1,)$ of tokens, such as `np.array([start])`, and gives `log_p` $(V, 1)$.

</details>
"""


# %% exercise="rescore"
def rescore(step, state, tokens, start):
    """The log-probability of a given text: each token's, with the true ones before it."""
    ### BEGIN SOLUTION
    total = 0.0
    for before, token in zip([start, *tokens[:-1]], tokens, strict=True):
        log_p, state = step(np.array([before]), state)
        total += log_p[token, 0]
    return total
    ### END SOLUTION


# %% check="rescore"
check(rescore)

# %% [markdown]
r"""
A third law for every search: what it returns is worth what it says. Scored again, the tokens have the same sum. If they do not, states or sums have been mixed up.
"""

# %% demo=true
step, state = table_model(WEATHER)
for found in beam_search(step, state, start, end, 3, 6, 0.7):
    again = rescore(step, state, found["tokens"], start)
    print(f"{written(found['tokens']):<26} {found['log_probability']:.6f}   scored again {again:.6f}")

# %% [markdown]
r"""
{exercise: blame}

Say whose fault it is: `"none"` where the tokens that were found are the target, `"search"` or `"model"` where they are not.

`found` is a hypothesis as `beam_search` returns it, `target` the list of the true tokens with the end token, `target_log_probability` their sum from `rescore`, and `alpha` what the search ranked with.

<details><summary>Hint</summary>

`found["score"]` is what the search ranked by. Work out the same for the target, with its own length.

</details>
"""


# %% exercise="blame"
def blame(found, target, target_log_probability, alpha):
    """Whose fault it is that a search has not found the true text: "none", "search" or "model"."""
    ### BEGIN SOLUTION
    if list(found["tokens"]) == list(target):
        return "none"
    if score(target_log_probability, len(target), alpha) > found["score"]:
        return "search"
    return "model"
    ### END SOLUTION


# %% check="blame"
check(blame)

# %% [markdown]
r"""
{exercise: blame_shares}

Give the shares of all inputs, as a dict with the keys `"none"`, `"search"` and `"model"`.

<details><summary>Hint</summary>

A list can count how often it holds something. The three keys are there whether they occur or not.

</details>
"""


# %% exercise="blame_shares"
def blame_shares(blames):
    """How often nothing is wrong, the search is at fault, the model is at fault: shares that add up to 1."""
    ### BEGIN SOLUTION
    return {name: list(blames).count(name) / len(blames) for name in ("none", "search", "model")}
    ### END SOLUTION


# %% check="blame_shares"
check(blame_shares)

# %% [markdown]
r"""
### The mistakes of a trained model

`dates-seq2seq` is the reference model of `13-seq2seq`: it reads one to four dates, as people write them in 16 locales, and writes them as `YYYY-MM-DD`. One vector has to carry all of them, and with three or four dates it often goes wrong. Its step is your `decoder_step`; its state holds the context from your `encoder_context`, the activation, which begins with it, and the memory:
"""

# %% demo=true
from seqlib.data import dates

translator, card = references.load("dates-seq2seq")
SOURCE, TARGET, LONGEST = card["source_vocabulary"], card["target_vocabulary"], card["longest"]
SOS_OF_DATES, EOS_OF_DATES = TARGET.index(SOS), TARGET.index(EOS)


def date_step(tokens, state):
    """One step of the decoder that writes dates."""
    context, a, c = state
    a, c, log_y = decoder_step(tokens, context, a, c, translator)
    return log_y, (context, a, c)


def read(text):
    """The decoder's first state after an input."""
    tokens = np.array([[SOURCE.index(letter) if letter in SOURCE else 1 for letter in text]])
    context = encoder_context(tokens, np.ones(tokens.shape, bool), translator)
    return context, context, np.zeros_like(context)


def spelled(tokens):
    """Tokens as text, without the end."""
    return "".join(TARGET[token] for token in tokens if token != EOS_OF_DATES)


held_out = dates.split().test
example = next(e for e in held_out if e.size == 3 and e.locale == "ko_KR")
print(f"read:    {example.source}\nwanted:  {example.target}")
for found in beam_search(date_step, read(example.source), SOS_OF_DATES, EOS_OF_DATES, 4, LONGEST, 0.0):
    print(f"{found['log_probability']:7.2f}  {spelled(found['tokens'])}")

# %% [markdown]
r"""
For some inputs with two, three and four dates that the model has never seen: how many it gets right at several widths, and whose fault the others are.
"""

# %% demo=true
WIDTHS, OF_EACH = (1, 2, 4, 8), 32


def analysed(inputs, start, end, longest, width, alpha=0.0):
    """Of each input, (step, state, target, its log P): the best hypothesis, and whose fault it is."""
    results = []
    for step, state, target, total in inputs:
        found = beam_search(step, state, start, end, width, longest, alpha)[0]
        found = {**found, "tokens": list(found["tokens"])}
        results.append((found, blame(found, target, total, alpha)))
    return results


def with_target(step, state, target, start):
    """A model after an input, its target, and how probable that is."""
    return step, state, target, rescore(step, state, target, start)


def table(by_width):
    """Print what each width reaches, and whose fault the rest is."""
    print(f"{'width':>5}{'exact':>9}{'mean score':>13}{'search':>9}{'model':>9}")
    for width, results in by_width.items():
        shares, mean = (
            blame_shares([fault for _, fault in results]),
            np.mean([found["score"] for found, _ in results]),
        )
        print(f"{width:>5}{shares['none']:>9.1%}{mean:>13.3f}{shares['search']:>9.1%}{shares['model']:>9.1%}")


examples = [e for count in (2, 3, 4) for e in [e for e in held_out if e.size == count][:OF_EACH]]
targets = [[*(TARGET.index(letter) for letter in e.target), EOS_OF_DATES] for e in examples]
inputs = [
    with_target(date_step, read(e.source), target, SOS_OF_DATES)
    for e, target in zip(examples, targets, strict=True)
]
of_dates = {width: analysed(inputs, SOS_OF_DATES, EOS_OF_DATES, LONGEST, width) for width in WIDTHS}
table(of_dates)

# %% demo=true
plots.blames({f"width {width}": blame_shares([fault for _, fault in r]) for width, r in of_dates.items()})

# %% [markdown]
r"""
Read the bars as advice. The part that a wider beam can win at most is the search's fault at width 1, and it shrinks as the beam grows. It need not become right by that: here it all goes over to the model, which likes another wrong output even better than the right one. Its one context vector does not hold what it should write, and no search brings it back. The mean score rises with the width, since the search does find what the model likes better; the share of right outputs does not.

### A better model

`numbers-attention` translates numbers in words, from English into Korean, French or German, with the attention of the next notebook. Nearly all held-out numbers are right; but the part *longer* has inputs with more words than any in training. Here are the 200 French ones: first with width 1, then those that it gets wrong with wider beams. (The model comes from a module that belongs to the next notebook. Where that is not here yet, the cell says so, and you find its figures below.)
"""

# %% demo=true
from importlib.util import find_spec

from seqlib.data import numbers

ATTENTION = (
    find_spec("seqlib.models.translation") is not None and "numbers-attention" in references.available()
)


def number_model(network, source):
    """One step of the network after it has read an input, and its first state."""
    tokens = torch.tensor([source])
    with torch.no_grad():
        encoded = network.encode(tokens, torch.tensor([len(source)]))

    @torch.no_grad()
    def step(tokens, state):
        parts = tuple(torch.from_numpy(part.T.copy())[None] for part in state)  # torch has hypotheses first
        log_p, after = network.step(torch.as_tensor(tokens)[None], parts, encoded)
        return log_p[0].T.numpy(), tuple(part[0].T.numpy() for part in after)

    return step, tuple(part[0].T.numpy() for part in network.start(encoded))


if ATTENTION:
    import torch

    from seqlib.models.translation import from_by_hand

    weights, of_card = references.load("numbers-attention")
    network = from_by_hand(references.flat(weights))
    LETTERS_OF_NUMBERS, WORDS_OF_NUMBERS = of_card["target_vocabulary"], of_card["source_vocabulary"]
    limits = LETTERS_OF_NUMBERS.index(SOS), LETTERS_OF_NUMBERS.index(EOS), of_card["longest"]
    longer = [e for e in numbers.split().longer if e.language == "fr"]
    inputs = []
    for e in longer:
        model = number_model(network, [WORDS_OF_NUMBERS.index(word) for word in e.source])
        target = [*(LETTERS_OF_NUMBERS.index(letter) for letter in e.target), limits[1]]
        inputs.append(with_target(*model, target, limits[0]))
    greedy = analysed(inputs, *limits, 1)
    wrong = [i for i, (_, fault) in enumerate(greedy) if fault != "none"]
    print(f"width 1 gets {len(inputs) - len(wrong)} of {len(inputs)} right; the other {len(wrong)}:\n")
    wider = {width: analysed([inputs[i] for i in wrong], *limits, width) for width in (2, 4, 8)}
    table({1: [greedy[i] for i in wrong], **wider})
    for i in wrong[:12]:
        found, fault = greedy[i]
        text = "".join(LETTERS_OF_NUMBERS[token] for token in found["tokens"] if token != limits[1])
        print(f"\nwidth 1, fault of the {fault}\n  wanted  {longer[i].target}\n  found   {text}")
else:
    print("The model comes with the next notebook, and is not here yet.")

# %% [markdown]
r"""
Width 1 gets 194 of the 200 right. Of the other 6, width 2 gets the one in which the search was at fault; widths 4 and 8 get no more. Where the model is sure of itself, as this one is, there is little for a search to win: a wider beam mends the few texts in which the greedy choice has taken a wrong turn, and then nothing more. What is wrong with the others is that the model prefers another text: mostly one in which a round number goes on, *trente-trois* where *trente* was wanted. Only a better model helps, or training on longer numbers.
"""

# %% [markdown]
r"""
## 7 · BLEU

Dates have one right form. A sentence has many right translations, and to be right in every token is too much to ask. BLEU (Papineni and others, 2002) compares a text, the *candidate*, with one or several right ones, the *references*: which of its n-grams, pieces of $n$ tokens in a row, stand in a reference too? It is quick, knows nothing of meaning, and is still the number that most papers report.

### Clipped matches

The share of the candidate's n-grams that stand in a reference is its *precision*. Plain precision is easily deceived. The paper's own example is the candidate *the the the the the the the*, with the references *the cat is on the mat* and *there is a cat on the mat*. All its seven words stand in a reference: precision 1.

So matches are **clipped**. An n-gram counts at most as often as it stands in *one* reference, the one that has it most often:

$$
\text{matches}_n = \sum_{g} \min\left(\text{count}(g), \max_{r} \text{count}_r(g)\right)
$$

where $g$ goes over the different n-grams of the candidate, and $r$ over the references. *the* stands in the first reference twice, so the candidate has 2 matches among 7.
"""

# %% [markdown]
r"""
{exercise: clipped_matches}

Give the clipped matches, and the number of all n-grams of the candidate. All texts are lists of tokens. A text with fewer than $n$ tokens has no n-gram.

<details><summary>Hint 1: the n-grams of a text</summary>

One begins at each place from which $n$ tokens are left: `tuple(text[i : i + n])` for `i` in `range(len(text) - n + 1)`. (Lists cannot be keys of a dict, tuples can.)

</details>
<details><summary>Hint 2: counting</summary>

`Counter(items)` is a dict from item to count, and gives 0 for what it does not have. It is imported above.

</details>
"""


# %% exercise="clipped_matches"
def clipped_matches(candidate, references, n):
    """How many n-grams of a text stand in a reference too, clipped, and how many there are."""

    ### BEGIN SOLUTION
    def counted(text):
        return Counter(tuple(text[i : i + n]) for i in range(len(text) - n + 1))

    of_candidate, of_references = counted(candidate), [counted(text) for text in references]
    matches = sum(
        min(count, max(counts[ngram] for counts in of_references)) for ngram, count in of_candidate.items()
    )
    return matches, of_candidate.total()
    ### END SOLUTION


# %% check="clipped_matches"
check(clipped_matches)

# %% demo=true
RIGHT = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
for text in (["the"] * 7, ["the", "cat"], ["the", "cat", "on", "the", "mat"]):
    parts = ["{} of {}".format(*clipped_matches(text, RIGHT, n)) for n in (1, 2)]
    print(f"{' '.join(text):<28} single words: {parts[0]}, pairs: {parts[1]}")

# %% [markdown]
r"""
### Too short

*the cat* has precision 1 as well: nothing of it is wrong. What is missing does not show in a precision. Recall, the share of the reference that is found, is no way out when there are several references: nobody should write all of them at once. So BLEU punishes candidates that are too short:

$$
\text{BP} = \begin{cases} 1 & c \ge r \\ e^{\,1 - r/c} & c < r \end{cases}
$$

$c$ is the length of all candidates together. $r$ adds up, for each candidate, the length of the reference that comes **closest** to the candidate's length; of two that are equally close, the shorter. Both are sums over the whole corpus, so that a short sentence here may be made up for by a longer one there. A corpus of nothing but empty candidates, with $c = 0 < r$, has BP 0.
"""

# %% [markdown]
r"""
{exercise: brevity_penalty}

`candidates` is a list of texts; `references[i]` is the list of the references of `candidates[i]`. Give BP, one number.

<details><summary>Hint 1: the closest, and of two the shorter</summary>

`min` of pairs compares their first entries, and where these are equal, the second: `min((distance, length), …)`.

</details>
<details><summary>Hint 2: c = 0</summary>

Look at it before you divide.

</details>
"""


# %% exercise="brevity_penalty"
def brevity_penalty(candidates, references):
    """The factor by which BLEU falls where a corpus is too short: exp(1 - r / c) below 1."""
    ### BEGIN SOLUTION
    c, r = 0, 0
    for candidate, several in zip(candidates, references, strict=True):
        c += len(candidate)
        r += min((abs(len(text) - len(candidate)), len(text)) for text in several)[1]
    if c >= r:
        return 1.0
    return np.exp(1 - r / c) if c else 0.0
    ### END SOLUTION


# %% check="brevity_penalty"
check(brevity_penalty)

# %% [markdown]
r"""
### Together

$p_n$ is the precision of n-grams over the whole corpus: all clipped matches over all n-grams of all candidates. BLEU takes the geometric mean of the first four:

$$
\text{BLEU} = \text{BP} \cdot \exp\left(\frac{1}{4} \sum_{n=1}^{4} \log p_n\right)
$$

The precisions fall quickly with $n$, so an arithmetic mean would hear little of the longer ones. If nothing matches for some $n$, the product is 0, and so is BLEU. For a single sentence that happens all the time: BLEU is made for corpora, and the mean of the BLEU of sentences is another number.
"""

# %% [markdown]
r"""
{exercise: bleu}

Give the BLEU of a corpus, from 0 to 1. (It is often written times 100.) Where there is no match for some $n$, or no n-gram at all, it is 0.

<details><summary>Hint 1: sums first</summary>

For each $n$, add up matches and numbers of n-grams over all texts, and divide once.

</details>
<details><summary>Hint 2: no logarithm of 0</summary>

As soon as an $n$ has no matches, return 0.

</details>
"""


# %% exercise="bleu"
def bleu(candidates, references):
    """BLEU of a corpus: the geometric mean of four clipped precisions, times the brevity penalty."""
    ### BEGIN SOLUTION
    logarithms = 0.0
    for n in range(1, 5):
        pairs = zip(candidates, references, strict=True)
        matches, total = np.sum([clipped_matches(text, several, n) for text, several in pairs], axis=0)
        if not matches:
            return 0.0
        logarithms += np.log(matches / total)
    return brevity_penalty(candidates, references) * np.exp(logarithms / 4)
    ### END SOLUTION


# %% check="bleu"
check(bleu)

# %% [markdown]
r"""
### Beside sacreBLEU

Numbers of different papers can only be compared if all cut texts into tokens in the same way. sacreBLEU (Post, 2018) was written for that, and is what one uses today. On texts that are cut already it has to give what yours gives, times 100. Here both are on random texts, with several references and some empty candidates:
"""

# %% demo=true
import logging

from sacrebleu.metrics import BLEU

logging.getLogger("sacrebleu").setLevel(logging.ERROR)  # it warns of texts that are cut into tokens already
sacrebleu = BLEU(tokenize="none", smooth_method="none", force=True)


def of_sacrebleu(candidates, references):
    """BLEU by the library; references by their place, None where a text has fewer."""
    most = max(map(len, references))
    streams = [[" ".join(r[i]) if i < len(r) else None for r in references] for i in range(most)]
    return sacrebleu.corpus_score([" ".join(c) for c in candidates], streams).score / 100


rng = np.random.default_rng(0)


def random_text(low, high):
    """A text of few different words."""
    return [str(word) for word in rng.choice(WORDS[2:7], rng.integers(low, high))]


gaps = []
for _ in range(50):
    right = [[random_text(4, 12) for _ in range(rng.integers(1, 4))] for _ in range(6)]
    texts = [several[0][: rng.integers(0, 12)] + random_text(0, 3) for several in right]
    yours, theirs = bleu(texts, right), of_sacrebleu(texts, right)
    gaps.append(abs(yours - theirs))
print(
    f"the last corpus: yours {yours:.6f}, sacreBLEU {theirs:.6f}; largest difference in 50: {max(gaps):.0e}"
)

# %% [markdown]
r"""
And on what the reference model has written, at each width, with characters as tokens (the space between dates is left out):
"""


# %% demo=true
def letters(text):
    """Characters as tokens, without spaces."""
    return [letter for letter in text if letter != " "]


right, values = [[letters(e.target)] for e in examples], []
for width, results in of_dates.items():
    texts = [letters(spelled(found["tokens"])) for found, _ in results]
    exact = blame_shares([fault for _, fault in results])["none"]
    values.append(bleu(texts, right))
    print(
        f"width {width}: BLEU {values[-1]:.4f}, sacreBLEU {of_sacrebleu(texts, right):.4f}; exact {exact:.1%}"
    )
plots.by_width(WIDTHS, {"BLEU": values}, "BLEU of characters", lowest=0)

# %% [markdown]
r"""
The width hardly matters here. The share of texts that are right stays as it is, and BLEU moves by a hundredth or so, down at width 2 and up again: a wider beam finds what the *model* likes better, and that may be further from the right text, or nearer.

Mind how high BLEU is beside the share of texts that are right: pieces of four characters are often right in a wrong date, and every date has its hyphens. A measure says what it measures, and not more.
"""

# %% [markdown]
r"""
## 8 · Your search and the library's

The course has its own beam search in PyTorch, for many inputs at once, which wrote down the four best translations of some held-out inputs when the reference model was trained. Your search, with your decoder from `13-seq2seq`, should find the same ones, with the same sums:
"""

# %% demo=true
known = references.recorded_translations("dates-seq2seq")
apart, same, of = 0.0, 0, 0
for place, tokens_of, sums_of in zip(
    known["places"], known["beam_tokens"], known["beam_log_probabilities"], strict=True
):
    state = read(held_out[place].source)
    found = beam_search(date_step, state, SOS_OF_DATES, EOS_OF_DATES, len(sums_of), LONGEST, 0.0)
    for one, tokens, total in zip(found, tokens_of.tolist(), sums_of, strict=True):
        same, of = same + (list(one["tokens"]) == tokens[: len(one["tokens"])]), of + 1
        apart = max(apart, abs(one["log_probability"] - total))
print(f"{same} of {of} recorded hypotheses found, sums at most {apart:.0e} apart")

# %% [markdown]
r"""
What makes the library's faster is that nothing is done one by one: all hypotheses of all inputs go through the model in one step, as $(m, B)$, and the choice is one sort for each input. Your functions are half of the way there: they carry all hypotheses of one input at once.

## 9 · What you have

* A search that works on any model with one step, in log space, with finished hypotheses that keep competing, and with length normalisation.
* Three laws by which to test any search: width 1 is greedy, a beam as wide as the space is exhaustive, what is returned is worth the same when scored again.
* An analysis that tells whether to work on the search or on the model.
* BLEU, equal to that of the standard tool, and some distrust of it.

All that passed is kept in your own library, `seqlib.mine`.

**What comes next.** Most mistakes above are the model's: one vector is too little for four dates. `15-attention` lets the decoder look back at every place of the input.
"""

# %% demo=true
from autograder.progress import progress

progress()
