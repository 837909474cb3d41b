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
# 01 · Sequences, and models without a memory

A sentence, a name, a melody: one thing after the other, of any length, and the order matters. In this notebook you turn
text into numbers that a network can read, and then build the models that came before networks. They only count. They
are quick, they are better than one would think, and they are what a recurrent network has to beat.

| | |
|---|---|
| **You need** | Python, a little NumPy, what a probability is |
| **You build** | eleven short functions: a vocabulary, batches, one-hot vectors, a bigram and an n-gram model, perplexity |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | `02-rnn`, a network that carries what it has read along; `06-language-model`, which beats what you build here |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise, from a nudge to a plain pointer. Figures between the exercises
are computed by your own functions, so they need the exercises above them.

**When a cell does not come to an end** (a `[*]` stays beside it), a loop in it never stops. Press the stop button, ■, above the
notebook. If it was `check` that hung, it tells you the line of your function at which it was stopped.

**The lecture notes.** Now and then the text names lecture notes 000 to 004: the notes of the lectures that
this course goes with. You do not need them, all that is used stands here. They are named for readers who have them,
where this notebook writes something in another way, or where a note has a slip.
"""

# %% setup=true
from collections import Counter

import numpy as np

from autograder import check
from seqlib.data import kitchen, names
from seqlib.plots import sequences as plots
from seqlib.widgets import sequences as widgets

PAD, UNK, EOS = "<PAD>", "<UNK>", "<EOS>"

# %% [markdown]
r"""
## 1 · What is a sequence?

| data | one step is | task | input → output |
|---|---|---|---|
| speech | a piece of sound, some hundredths of a second | write down what was said | sequence → sequence |
| text | a word or a character | translate it | sequence → sequence, of another length |
| text | a word | mark the names of persons | sequence → sequence, of the same length |
| a question | a word | answer it, as an assistant does | sequence → sequence, of another length |
| a review | a word | how many stars? | sequence → one number |
| DNA | one of four bases | where does a gene begin? | sequence → sequence |
| video | a picture | what is being done? | sequence → one class |
| a first note, or nothing | | music | one or nothing → sequence |
| a picture | | a caption | one → sequence |

Three things set them apart from a table with a row for each example. **The length differs** from one example to the next, and
nobody knows it beforehand. **Order matters**: *dog bites man* is other news than *man bites dog*. And **a thing means
the same wherever it stands**: a name is a name at the third place and at the ninth.

A plain network wants inputs of a fixed number. Could one not choose a length that is long enough, fill up what is shorter,
and be done? You will try that as soon as you can write text as numbers.
"""

# %% [markdown]
r"""
## 2 · Tokens and their numbers

A **token** is what a model reads in one step: a word, or a character. The **vocabulary** is the list of the tokens that
the model knows; a token's *index* is its place in the list. Three special tokens belong to most vocabularies:

* `<UNK>`, unknown, stands for whatever the vocabulary lacks. Real text always has a word that training text did not have. Lecture
  note 003 says that a model of characters has no such problem; it has it seldom, but it has it: the first é, 한 or emoji that comes
  along is unknown too.
* `<EOS>`, end of sentence, says that the text is over. A model has to learn when to stop, so stopping is a token.
* `<PAD>`, padding, fills up what is shorter than its neighbours in an array. It stands for nothing.

Vocabularies of words have tens of thousands of tokens. Rare words are left out: what was seen once cannot be learned
well, and each token costs weights. The specials count too: with 10,000 words, `<UNK>` and `<EOS>`, a network chooses among 10,002.
"""

# %% [markdown]
r"""
{exercise: build_vocabulary}

Texts are given as strings (then the tokens are their characters) or as lists of words. Going through a text
with `for token in text` gives its tokens in both cases, so one function serves both.

Return two things that lead in opposite directions: `tokens`, a list, from index to token; and `index`, a dict, from token to
index. The order of the tokens is:

1. the specials, in the order in which they are given, whether they occur in the texts or not;
2. then all others that occur at least `minimum_count` times in all texts together, frequent ones first;
3. equally frequent ones in alphabetical order (that of `sorted`), so that nothing depends on the order of the texts.

A special that also occurs in the texts still has one place only.

<details><summary>Hint 1: counting</summary>

A dict from token to count, or `Counter`, which is imported above. Go through all texts, and through all tokens of each.

</details>
<details><summary>Hint 2: two orders at once</summary>

`sorted` takes a `key`: a function that gives what to sort by. A key may be a pair; then the second part decides where the
first parts are equal. Largest first is the same as sorting by the negative number.

</details>
<details><summary>Hint 3: the dict</summary>

`enumerate(tokens)` gives pairs of place and token.

</details>
"""


# %% exercise="build_vocabulary"
def build_vocabulary(texts, minimum_count, specials):
    """Number the tokens of some texts: specials first, then the most frequent ones."""
    ### BEGIN SOLUTION
    counts = Counter(token for text in texts for token in text)
    kept = [token for token in counts if counts[token] >= minimum_count and token not in specials]
    tokens = [*specials, *sorted(kept, key=lambda token: (-counts[token], token))]
    return tokens, {token: i for i, token in enumerate(tokens)}
    ### END SOLUTION


# %% check="build_vocabulary"
check(build_vocabulary)

# %% [markdown]
r"""
Two sets of texts go through this notebook. The first is a list of person names from all over the world, written in ASCII and
in lower case: their tokens are **characters**. The names are split once and for all: from the *training* names a model may
learn, the *validation* names are for choosing between models, and the *test* names stay untouched until
the end of the course. The second is a set of sentences about a kitchen, made by a small grammar: their tokens are **words**.
"""

# %% demo=true
train, validation, _ = names.split()
tokens, index = build_vocabulary(train, 5, [PAD, UNK, EOS])
print(len(train), "training names,", len(validation), "validation names, such as", ", ".join(train[::5000]))
print(len(tokens), "tokens, 3 of them specials; the characters:", " ".join(tokens[3:]).replace("   ", " ␣ "))

kitchen_texts = kitchen.sentences(600)
word_tokens, word_index = build_vocabulary(kitchen_texts, 3, [PAD, UNK, EOS])
print(len(kitchen_texts), "sentences, such as:", " ".join(kitchen_texts[0]))
print(len(word_tokens), "tokens, the most frequent words:", " ".join(word_tokens[3:13]))

# %% [markdown]
r"""
There and back: `encode` turns a text into indices, `decode` turns indices into tokens.
"""

# %% [markdown]
r"""
{exercise: encode}

One index for each token of the text, and that of `<EOS>` behind the last. A token that the vocabulary lacks becomes
`<UNK>`. The constants `UNK` and `EOS` hold the names of the specials. Look up their indices: they are not the same in
every vocabulary.

<details><summary>Hint 1: a look-up that may fail</summary>

`index.get(key, other)` gives `other` where the dict lacks the key.

</details>
"""


# %% exercise="encode"
def encode(text, index):
    """Turn a text into indices, with the end of the text at its end."""
    ### BEGIN SOLUTION
    unknown = index[UNK]
    return [index.get(token, unknown) for token in text] + [index[EOS]]
    ### END SOLUTION


# %% check="encode"
check(encode)

# %% [markdown]
r"""
{exercise: decode}

The text ends at the first `<EOS>`: neither it nor what follows is in the result. Where there is no `<EOS>`, all indices count.
`<PAD>` is passed over wherever it stands. `<UNK>` stays: something stood there. Return a list of tokens.

<details><summary>Hint 1: four kinds of tokens</summary>

Look up the token of each index, in order. It is `<EOS>`, or `<PAD>`, or `<UNK>`, or another one. What happens in each case?
Compare tokens, not indices: the specials may stand anywhere in `tokens`.

</details>
<details><summary>Hint 2: leaving and passing over</summary>

`break` leaves a loop for good. `continue` goes on with the next index, and what is below it in the loop is not done for this one.

</details>
"""


# %% exercise="decode"
def decode(indices, tokens):
    """Turn indices back into tokens, up to the end of the text."""
    ### BEGIN SOLUTION
    decoded = []
    for i in indices:
        if tokens[i] == EOS:
            break
        if tokens[i] != PAD:
            decoded.append(tokens[i])
    return decoded
    ### END SOLUTION


# %% check="decode"
check(decode)

# %% demo=true
for text in ("mary-ann", "zoë"):
    indices = encode(text, index)
    print(text, "→", indices, "→", "".join(decode(indices, tokens)))
sentence = "we made an apple and durian pie"
print(sentence, "→", " ".join(decode(encode(sentence.split(), word_index), word_tokens)))

# %% [markdown]
r"""
What becomes `<UNK>` is lost: nothing leads back from it.
"""

# %% [markdown]
r"""
## 3 · Batches: padding and a mask

Arrays are rectangular, texts are not. So the shorter ones of a batch are filled up at the end, and a second array, the
**mask**, remembers what is text and what is filling. Whatever is computed later, a loss, a mean, must not see the
filling, or the result depends on how long the neighbours happen to be.

$m$ examples, the longest of $T_x$ steps, give `indices` of shape $(m, T_x)$ and a mask of the same shape.
"""

# %% [markdown]
r"""
{exercise: pad_batch}

Do not work the mask out from the values: `value` may also be the index of a token that stands in a sequence. It is the lengths
that count. The mask holds True and False, not 1 and 0: only then does `x[mask]` choose entries, and `~mask` mean "not".

<details><summary>Hint 1: start full</summary>

Make the array full of `value` first (`np.full`), and the mask full of False (`np.zeros` with `dtype=bool`). How wide? As wide as the
longest sequence.

</details>
<details><summary>Hint 2: one row at a time</summary>

A slice `row[:n]` is the first `n` places. `enumerate(sequences)` gives the number of each row.

</details>
"""


# %% exercise="pad_batch"
def pad_batch(sequences, value):
    """Put sequences of different lengths into one array, filled up at the end."""
    ### BEGIN SOLUTION
    m, T_x = len(sequences), max(len(sequence) for sequence in sequences)
    indices = np.full((m, T_x), value)
    mask = np.zeros((m, T_x), dtype=bool)
    for i, sequence in enumerate(sequences):
        indices[i, : len(sequence)] = sequence
        mask[i, : len(sequence)] = True
    return indices, mask
    ### END SOLUTION


# %% check="pad_batch"
check(pad_batch)

# %% demo=true
shown = ["we ate two pears", "the soup is too hot to eat", "they found a pair of gloves"]
plots.batch(*pad_batch([encode(s.split(), word_index) for s in shown], word_index[PAD]), word_tokens)

# %% [markdown]
r"""
## 4 · One-hot

An index is a name, not a quantity: token 8 is not twice token 4. So a network does not get the index itself. It
gets a vector of zeros with a single 1 at the token's place, $x^{(i)\langle t \rangle}$ for example $i$ and step $t$. A
product with a matrix then picks out one column of it: each token has weights of its own.

**Features first.** By hand, this course puts the axis of the vocabulary first: one step of $m$ examples is
$(n_x, m)$, a sequence $(n_x, m, T_x)$, where $n_x$ is the size of the vocabulary. `x[:, i, t]` is the vector of one token.

**A word of lecture note 004.** It calls the characters *h, e, l, o*, written one-hot, a "multi label" problem. The usual name is
*multi-class*: exactly one class is right. With several labels, several may be right at once, and the vector would have several ones.
"""

# %% [markdown]
r"""
{exercise: one_hot}

`n_x` is given, for the vocabulary may hold tokens that do not occur in this batch.

<details><summary>Hint 1: with loops</summary>

Begin with zeros of shape $(n_x, m, T_x)$. For every example and every step one entry becomes 1. Which one?

</details>
<details><summary>Hint 2: without loops</summary>

Which well-known matrix has all the one-hot vectors as its rows? An array of indices in square brackets picks rows. Look at the shape
of what comes out, and move the axis that stands in the wrong place. (`reshape` does not move axes: it deals the numbers out anew.)

</details>
"""


# %% exercise="one_hot"
def one_hot(indices, n_x):
    """Write each index as a vector of zeros with a single 1, features first."""
    ### BEGIN SOLUTION
    return np.moveaxis(np.eye(n_x)[indices], -1, 0)
    ### END SOLUTION


# %% check="one_hot"
check(one_hot)

# %% [markdown]
r"""
### Why not just a plain network?

Now the experiment that section 1 promised. The question could not be easier: **does this name end with the letter a?** Names are padded
to 12 steps and written one-hot, and all $12 \cdot n_x$ numbers go into a network with one hidden layer. It is trained on names of 4 to 6
letters, then asked about names of other lengths. Once the padding follows the names, and once it stands in front of them, so that all
names end at the same place. The cell takes some ten seconds.
"""

# %% demo=true
import torch

LENGTHS, SEEN, STEPS = range(3, 11), range(4, 7), 12


def flat(texts, in_front):
    """All steps side by side, (texts, 12 · n_x): the input of a plain network."""
    longest = [encode("a" * (STEPS - 1), index)]  # makes every batch 12 steps wide
    reversed_texts = [text[::-1] if in_front else text for text in texts]
    indices, _ = pad_batch([encode(text, index)[:-1] for text in reversed_texts] + longest, index[PAD])
    x = one_hot(indices[:-1, :: -1 if in_front else 1], len(tokens))
    return torch.from_numpy(x.transpose(1, 2, 0).reshape(len(texts), -1).copy()).float()


def ends_with_a(texts):
    return torch.tensor([float(text.endswith("a")) for text in texts])


def balanced(texts, length, rng):
    """As many names that end with a as others, of one length."""
    of_length = [text for text in texts if len(text) == length]
    yes, no = ([t for t in of_length if t.endswith("a") == answer] for answer in (True, False))
    count = min(len(yes), len(no), 400)
    return [*rng.choice(yes, count, replace=False), *rng.choice(no, count, replace=False)]


rng = np.random.default_rng(0)
learned_from = [text for length in SEEN for text in balanced(train, length, rng)]
asked = [balanced(validation, length, rng) for length in LENGTHS]
scores = {}
for in_front, label in ((False, "padding behind"), (True, "padding in front")):
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(STEPS * len(tokens), 64), torch.nn.Tanh(), torch.nn.Linear(64, 1), torch.nn.Flatten(0)
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    x_learned, y_learned = flat(learned_from, in_front), ends_with_a(learned_from)
    for _ in range(150):
        optimiser.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(network(x_learned), y_learned).backward()
        optimiser.step()
    with torch.no_grad():
        right = [((network(flat(t, in_front)) > 0) == ends_with_a(t)).float().mean() for t in asked]
    scores[label] = np.array(right)

plots.by_length(LENGTHS, scores, SEEN, "Does the name end with a?")

# %% [markdown]
r"""
With the padding behind, the network is right on the lengths that it has seen and no better than a coin elsewhere: the last letter of
a name of nine stands at a place whose weights never learned anything about last letters. With the padding in front, the question
becomes trivial, since the last letter always stands at the last place. Ask for the *first* letter, and it is the other way round.

So a plain network learns about *places*. Each place has its own weights, nothing that is learned at one holds at another, and what lies
beyond the longest training example does not exist for it. A model for sequences should use the *same* rule at every step. The rest of
this notebook does so, by counting.
"""

# %% [markdown]
r"""
## 5 · What comes next?

A **language model** gives a probability to a text. Speech shows what for. These two sound alike:

> we made an apple and **pear** salad
>
> we made an apple and **pair** salad

No microphone can tell them apart. A listener chooses the one that is more probable. But how can a sentence that nobody has ever said have a
probability? By the **chain rule**: the probability of the whole is a product, one factor for each token, given all the tokens before it.

$$
P\left(x^{\langle 1 \rangle}, \dots, x^{\langle T \rangle}\right)
= \prod_{t=1}^{T} P\left(x^{\langle t \rangle} \mid x^{\langle 1 \rangle}, \dots, x^{\langle t-1 \rangle}\right)
$$

This is exact, and any order of events can be written so. The question is what to do with the condition, which grows with every step. The
models of lecture note 001 answer it in four ways.
"""

# %% demo=true
plots.four_models()

# %% [markdown]
r"""
* **Naive**: look at the whole history. Nothing is lost, but the number of possible histories grows like $V^{t-1}$, and nearly every
  one of them is met for the first time.
* **Autoregressive, AR(τ)**: look at the last τ tokens only. For tokens this is called an **n-gram model**, with $n = \tau + 1$: τ tokens
  of context and the one that comes next.
* **Markov**: AR(1). Only the token before counts: a **bigram model**. It throws nearly everything away. (Your result in tomorrow's exam
  depends on what you learned today, and on nothing before, says the note.) In return it is a single table, and the joint probability
  is easily written down.
* **Latent**: keep a summary $h^{\langle t \rangle}$ of all that was read, of a fixed size, and predict from it. What should be in the
  summary, nobody says; it is learned. That is the recurrent network of `02-rnn`.

Begin with the simplest.
"""

# %% [markdown]
r"""
{exercise: bigram_counts}

Count pairs of neighbours. The first token of a sequence has no neighbour to its left; the model must learn how texts begin all the
same. So let `start` stand before the first token of *every* sequence. The sequences come from `encode` and end with `<EOS>`
already, so how texts end is counted with the rest, and you add nothing behind them.

<details><summary>Hint 1: walking</summary>

Keep the token before in a variable. What is it when a new sequence begins? What is it after each step?

</details>
<details><summary>Hint 2: if you use arrays of indices</summary>

`counts[rows, columns] += 1` adds 1 to a place *once*, even when the place is named several times. `np.add.at` adds every time.

</details>
"""


# %% exercise="bigram_counts"
def bigram_counts(sequences, V, start):
    """Count how often each token follows each other one."""
    ### BEGIN SOLUTION
    counts = np.zeros((V, V))
    for sequence in sequences:
        previous = start
        for token in sequence:
            counts[previous, token] += 1
            previous = token
    return counts
    ### END SOLUTION


# %% check="bigram_counts"
check(bigram_counts)

# %% [markdown]
r"""
### From counts to probabilities

The natural estimate of $P(j \mid i)$ is a share: of all that followed $i$, how much was $j$? But then a pair that never occurred has
probability 0, a text with a single such pair is *impossible*, and its logarithm is $-\infty$. Yet it may just not have come up so
far. **Smoothing** keeps something back for it. The oldest way, **add-k**, pretends that each pair was seen $k$ times more often than it was:

$$
P(j \mid i) = \frac{c_{ij} + k}{\sum_{j'} (c_{ij'} + k)} = \frac{c_{ij} + k}{c_i + V k}
$$

With much data $k$ hardly matters; with none, the distribution is uniform.
"""

# %% [markdown]
r"""
{exercise: bigram_probabilities}

Each *row* sums to 1: a row holds everything that may follow one token.

<details><summary>Hint 1: shapes</summary>

The sums of the rows of a $(V, V)$ array have the shape $(V,)$, and NumPy would lay such a vector along the rows, not down the columns. With
`keepdims=True` they have the shape $(V, 1)$.

</details>
"""


# %% exercise="bigram_probabilities"
def bigram_probabilities(counts, k):
    """P(next token | token before), with k added to every count."""
    ### BEGIN SOLUTION
    smoothed = counts + k
    return smoothed / smoothed.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% check="bigram_probabilities"
check(bigram_probabilities)

# %% [markdown]
r"""
For `start` this notebook takes `<EOS>`: between two texts there is always an end, so the row of `<EOS>` says how texts begin, and no further
token is needed. Here is the whole model of the names, one table.
"""

# %% demo=true
V, start = len(tokens), index[EOS]
by_pair = bigram_probabilities(bigram_counts([encode(name, index) for name in train], V, start), 0.1)
shown = [index[EOS], *sorted(range(3, V), key=lambda i: tokens[i])]
plots.followers(by_pair[np.ix_(shown, shown)], ["end"] + [tokens[i].replace(" ", "␣") for i in shown[1:]])

# %% [markdown]
r"""
Read the rows: q is mostly followed by u, and after most consonants stands a vowel. The row `end` says how names begin, the column
`end` how they end.
"""

# %% [markdown]
r"""
{exercise: sentence_log_probability}

By the chain rule, with the Markov assumption, and `start` before the first token:

$$
\log P(\text{sentence}) = \sum_{t=1}^{T} \log P\left(x^{\langle t \rangle} \mid x^{\langle t-1 \rangle}\right),
\qquad x^{\langle 0 \rangle} = \text{start}
$$

Add up logarithms; do not multiply first. A product of a few hundred probabilities is smaller than the smallest number that a computer
can write, and becomes 0. The `<EOS>` at the end is a token like any other: that the sentence is over here, and not later, has a probability
too. Without it, sentences of all lengths together would have more than probability 1.

<details><summary>Hint 1: the same walk</summary>

It is the walk of `bigram_counts`. Where that one counted, this one looks up.

</details>
"""


# %% exercise="sentence_log_probability"
def sentence_log_probability(sentence, probabilities, start):
    """Log of P(sentence) under a bigram model, by the chain rule."""
    ### BEGIN SOLUTION
    log_probability = 0.0
    previous = start
    for token in sentence:
        log_probability += np.log(probabilities[previous, token])
        previous = token
    return float(log_probability)
    ### END SOLUTION


# %% check="sentence_log_probability"
check(sentence_log_probability)

# %% [markdown]
r"""
Now the listener's question, for the sentences of the kitchen. None of the sentences below is among the 600 from which the pairs
were counted: all are new, and yet one of each two is far more probable. (Words with a question mark are not in the vocabulary.)
"""

# %% demo=true
start_of_words = word_index[EOS]
encoded = [encode(text, word_index) for text in kitchen_texts]
words_by_pair = bigram_probabilities(bigram_counts(encoded, len(word_tokens), start_of_words), 0.05)
for pair in kitchen.SOUND_ALIKE:
    logs = [
        sentence_log_probability(encode(text.split(), word_index), words_by_pair, start_of_words)
        for text in pair
    ]
    for text, log in zip(pair, logs, strict=True):
        marked = " ".join(word if word in word_index else word + "(?)" for word in text.split())
        print(f"{'→' if log == max(logs) else ' '} {marked:<42} log P = {log:6.1f}")
    print()

# %% [markdown]
r"""
Where does the difference come from? The next figure splits $-\log_2 P$ into what each token costs, in bits: its **surprise**.
"""


# %% demo=true
def surprise(text):
    """The tokens of a sentence, the end included, and −log2 of the probability of each."""
    indices = encode(text.split(), word_index)
    steps = zip([start_of_words, *indices[:-1]], indices, strict=True)
    bits = [-sentence_log_probability([i], words_by_pair, before) / np.log(2) for before, i in steps]
    return [*text.split(), "end"], np.array(bits)


plots.surprises([surprise(text) for text in kitchen.SOUND_ALIKE[0]])

# %% [markdown]
r"""
Not only *pair* itself is a surprise, but also the word after it: after *pair* everything expects *of*. The chain rule weighs the
whole sentence, what came before and what comes after.

But look at what a bigram cannot see. *The cat, which already ate the fish, was full* and *the cats, which already ate the fish, were
full*: the verb depends on a word five places back, and all that the model knows at *was* is the word *fish*. No pair helps here.
"""

# %% [markdown]
r"""
## 6 · How good is a model?

Give it texts that it has not seen, and measure how surprised it is: the mean of $-\log_2 P$ over all tokens, in **bits per
token**. If the model knew each next token for certain, it would be 0. If it had no idea, and gave the same probability to all $V$ tokens, it would
be $\log_2 V$. Two to that power is the **perplexity**: among so many equally likely tokens the model chooses, as it were, at each step.

$$
\text{bits} = -\frac{1}{N} \sum_{\text{all tokens}} \log_2 P\left(x^{\langle t \rangle} \mid \dots\right)
= -\frac{1}{N \log 2} \sum_{\text{all tokens}} \log P\left(x^{\langle t \rangle} \mid \dots\right),
\qquad \text{PPL} = 2^{\text{bits}}
$$

$N$ is the number of all tokens, every `<EOS>` included, and no padding.
"""

# %% [markdown]
r"""
{exercise: perplexity}

`log_probabilities` are natural logarithms, as everywhere in this course, so mind the factor. Behind the end of a sequence stands
something or other, $-\infty$ for instance, which must not count. Long and short sequences count by their tokens: add up everything
first, divide once.

<details><summary>Hint 1: the mask as an index</summary>

`array[mask]` is a vector of the entries at which the mask is True, and nothing else. A product with the mask is no substitute:
$0 \cdot \infty$ is not 0.

</details>
<details><summary>Hint 2: from nats to bits</summary>

$\log_2 z = \log z / \log 2$, and $\log 2$ is 0.693: the same surprise has *more* bits than nats.

</details>
"""


# %% exercise="perplexity"
def perplexity(log_probabilities, mask):
    """How hard a text is for a model: bits per token, and the perplexity."""
    ### BEGIN SOLUTION
    bits = -log_probabilities[mask].sum() / mask.sum() / np.log(2)
    return float(bits), float(2**bits)
    ### END SOLUTION


# %% check="perplexity"
check(perplexity)

# %% demo=true
indices, mask = pad_batch([encode(name, index) for name in validation], index[PAD])
before = np.concatenate([np.full((len(indices), 1), start), indices[:, :-1]], axis=1)
how_often = np.bincount(np.concatenate([encode(name, index) for name in train]), minlength=V) + 0.1
measured = {
    "uniform": perplexity(np.full(mask.shape, -np.log(V)), mask),
    "single characters": perplexity(np.log(how_often / how_often.sum())[indices], mask),
    "bigram": perplexity(np.log(by_pair)[before, indices], mask),
}
for name, (bits, ppl) in measured.items():
    print(f"{name:<20} {bits:.2f} bits per character, perplexity {ppl:5.2f}")

# %% [markdown]
r"""
The uniform model has the size of the vocabulary as its perplexity: it really does choose among 33. The second one knows which characters
are frequent, the third one knows what follows what.

**A slip in lecture note 004.** It follows a network that reads *hello*, one character after the other. After *h*, it gives the scores
1.0, 2.2, −3.0 and 4.1 to *h, e, l, o*; the right answer is *e*. The note goes on as if the network had got it right. It did not: *o* has the
largest score. Surprise says *how* wrong it was.
"""

# %% demo=true
scores_after_h = np.array([1.0, 2.2, -3.0, 4.1])
softmax_of = np.exp(scores_after_h) / np.exp(scores_after_h).sum()
for letter, p in zip("helo", softmax_of, strict=True):
    print(f"P({letter} | h) = {p:.3f}, surprise {-np.log2(p):5.2f} bits")

# %% [markdown]
r"""
## 7 · Longer contexts

A context of one token is little. Take two, or five: what stops you? First, see how much of the past can be looked up at
all. For contexts of 0 to 8 characters, the left figure shows how many of those in the validation names occur anywhere in the training
names, and the right one how many different contexts there might be.
"""


# %% demo=true
def contexts(texts, length):
    """All that stands before a character, as far as it is so many characters long."""
    return [text[t - length : t] for text in texts for t in range(length, len(text) + 1)]


known = [set(contexts(train, length)) for length in range(9)]
share = [np.mean([c in known[length] for c in contexts(validation, length)]) for length in range(9)]
plots.contexts_seen(np.array(share), float(V) ** np.arange(9))

# %% [markdown]
r"""
This is what becomes of the naive model. Its contexts are the whole history, and after a few characters the history is new. Long contexts
say much, where there are any; short ones are always there, and say little. So use **all of them**, and trust each as much as it was seen.

First count them all.
"""

# %% [markdown]
r"""
{exercise: ngram_counts}

For every text and every token in it, the `<EOS>` at the end included, and for each length from 0 to $n - 1$: the context is the so
many tokens before, and the token counts as one that followed it. So that the first tokens have contexts too, put $n - 1$ `<EOS>` before
each text. They are context only, and never counted as a token that follows.

The result is a dict of dicts. The outer key is the context, its tokens joined by a space (`" ".join`), and `""` for the empty context; the inner
key is the token that followed. For the texts `["ab"]` and $n = 2$:

`{"": {"a": 1, "b": 1, "<EOS>": 1}, "<EOS>": {"a": 1}, "a": {"b": 1}, "b": {"<EOS>": 1}}`

<details><summary>Hint 1: one line for each text</summary>

Make the list with the ends in front, the tokens, and the end behind. At which place does the first token stand that is to be counted?

</details>
<details><summary>Hint 2: three loops</summary>

Over texts, over places, over lengths. The context of length `length` before place `t` is a slice that ends before `t`. With length 0 the slice
is empty, and joining nothing gives `""`.

</details>
<details><summary>Hint 3: a dict in a dict</summary>

`counts.setdefault(key, {})` gives what stands under the key, and puts an empty dict there first if nothing does.

</details>
"""


# %% exercise="ngram_counts"
def ngram_counts(texts, n):
    """Count what follows each context of 0 to n − 1 tokens."""
    ### BEGIN SOLUTION
    counts = {}
    for text in texts:
        tokens = [EOS] * (n - 1) + [*text, EOS]
        for t in range(n - 1, len(tokens)):
            for length in range(n):
                following = counts.setdefault(" ".join(tokens[t - length : t]), {})
                following[tokens[t]] = following.get(tokens[t], 0) + 1
    return counts
    ### END SOLUTION


# %% check="ngram_counts"
check(ngram_counts)

# %% [markdown]
r"""
### Mixing the lengths

Let $h_\ell$ be the last $\ell$ tokens of the context. Begin without any knowledge, $P_{-1}(w) = 1/V$. Then take in one length after the other, from the
empty context to the longest:

$$
P_\ell(w) = \frac{c(h_\ell\, w) + s\, P_{\ell-1}(w)}{c(h_\ell) + s}
\qquad \ell = 0, 1, 2, \dots
$$

$c(h_\ell\, w)$ is how often $w$ followed $h_\ell$, and $c(h_\ell) = \sum_w c(h_\ell\, w)$. In words: the estimate of the shorter context counts as much
as $s$ further observations (the *strength*). It is add-k smoothing, but what is added is not the same for every token: it is what the
shorter context expects. The same formula as a mixture:

$$
P_\ell(w) = \lambda\, \frac{c(h_\ell\, w)}{c(h_\ell)} + (1 - \lambda)\, P_{\ell-1}(w)
\qquad\text{with}\qquad \lambda = \frac{c(h_\ell)}{c(h_\ell) + s}
$$

A context that was seen often speaks for itself, λ near 1. One that was never seen, $c = 0$, says nothing, and what is left is $P_{\ell-1}$. Each
$P_\ell$ sums to 1 if the one before does.
"""

# %% [markdown]
r"""
{exercise: ngram_probabilities}

Return $P_\ell(w)$ for the *whole* context, as an array with one entry for each of `tokens`, in their order. `context` is a list of any length, also
empty; the nearest token is the last. What a context was never followed by is not in the dict.

<details><summary>Hint 1: by hand, once</summary>

Let `tokens` be a and b, $s = 1$, the context `["a"]`, the counts `{"": {"a": 3, "b": 1}, "a": {"b": 2}}`. Begin with 1/2 and 1/2. How often
do you use the formula? What are a's and b's numbers after each time? (At the end: 0.233 and 0.767.)

</details>
<details><summary>Hint 2: the last so many tokens</summary>

A slice with a negative start counts from the end, but `context[-0:]` is the whole list, not an empty one. Where does the slice
begin, counted from the front? Try it for length 0.

</details>
<details><summary>Hint 3: the counts as an array</summary>

The formula holds for all tokens at once if the counts are an array in the order of `tokens`, and the estimate is one too. What does
a dict's `get` give you for a context, or a token, that is not in it?

</details>
"""


# %% exercise="ngram_probabilities"
def ngram_probabilities(context, counts, strength, tokens):
    """P(next token | context) for every token, the estimate of each context mixed with that of the next shorter one."""
    ### BEGIN SOLUTION
    probabilities = np.full(len(tokens), 1 / len(tokens))
    for length in range(len(context) + 1):
        following = counts.get(" ".join(context[len(context) - length :]), {})
        found = np.array([following.get(token, 0) for token in tokens])
        probabilities = (found + strength * probabilities) / (found.sum() + strength)
    return probabilities
    ### END SOLUTION


# %% check="ngram_probabilities"
check(ngram_probabilities)

# %% [markdown]
r"""
### How much context pays?

The next cell counts contexts for orders $n = 1$ to 7, measures each model on validation names and on some of the training names, and lets it
invent names: draw a token from the distribution, put it behind the context, go on until `<EOS>` comes. It takes about twenty seconds. Then move the
slider.
"""


# %% demo=true
STRENGTH, ORDERS = 10, range(1, 8)


def ngram_log_probabilities(texts, n, counts):
    """(m, T_x) log-probabilities of the tokens of some texts, and their mask."""
    indices, mask = pad_batch([encode(text, index) for text in texts], index[PAD])
    logs, met = np.zeros(mask.shape), {}
    for i, t in np.argwhere(mask):
        line = [EOS] * (n - 1) + [tokens[j] for j in indices[i, :t]]
        context = tuple(line[t : t + n - 1])
        if context not in met:
            met[context] = np.log(ngram_probabilities(list(context), counts, STRENGTH, tokens))
        logs[i, t] = met[context][indices[i, t]]
    return logs, mask


def invented(n, counts, rng):
    """A name that the model draws, at most 20 characters long."""
    line = [EOS] * (n - 1)
    while len(line) < n + 19:
        p = ngram_probabilities(line[len(line) - n + 1 :], counts, STRENGTH, tokens)
        line.append(tokens[rng.choice(V, p=p / p.sum())])
        if line[-1] == EOS:
            break
    return "".join(token for token in line if token not in (PAD, UNK, EOS))


rng = np.random.default_rng(4)
known_train = [
    decode(encode(name, index), tokens) for name in train
]  # what the vocabulary lacks is <UNK> here too
counts_of = {n: ngram_counts(known_train, n) for n in ORDERS}
some_train = [train[i] for i in rng.choice(len(train), 1500, replace=False)]
bits_train = [perplexity(*ngram_log_probabilities(some_train, n, counts_of[n]))[0] for n in ORDERS]
bits_validation = [perplexity(*ngram_log_probabilities(validation, n, counts_of[n]))[0] for n in ORDERS]
drawn = [[invented(n, counts_of[n], rng) for _ in range(9)] for n in ORDERS]

widgets.orders(np.array(bits_train), np.array(bits_validation), drawn)

# %% [markdown]
r"""
Things to see:

1. On the training names more context always pays. On names that were held out it pays up to $n = 5$, and then no more: the longest
   contexts have hardly been seen, and what they say is hearsay.
2. The gap between the two curves is what the model has learned by heart. At $n = 7$ it has whole names in its table.
3. The inventions: at $n = 1$ letters, at $n = 2$ something that can almost be spoken, at $n = 4$ names. At $n = 7$ some of them *are* names, because they are
   copied.

Change `STRENGTH` to 1 and run the cell again: contexts that were seen once are then believed, and the validation curve turns up.
"""

# %% [markdown]
r"""
## 8 · What a network has to beat

All on the same validation names, in bits per character; the last lines are the course's own reference networks, which you will drive with your own
functions from `02-rnn` on.
"""

# %% demo=true
from seqlib import references

best = int(np.argmin(bits_validation))
table = {name: bits for name, (bits, _) in measured.items()}
table[f"{ORDERS[best]}-gram, mixed"] = bits_validation[best]
units = {}
for network in ("RNN", "LSTM"):
    card = references.card(f"names-{network.lower()}")
    units[network] = card["recipe"]["n_a"]
    table[f"reference {network}"] = card["metrics"]["validation"]["kept"]
plots.to_beat(table)

# %% [markdown]
r"""
Your n-gram model is level with the plain RNN, which has seen the same names and has a memory without a fixed limit; the LSTM is clearly better.
(There is finer smoothing than yours: Kneser and Ney's brings n-grams a little below the plain RNN.) So counting is not a straw man. Names are
short, though, and four characters of context say nearly all there is to say. Longer texts are another matter: no table of contexts
will ever hold *the cat, which already ate the fish …*. And the n-gram model pays for what it knows: see how many numbers it has to store.
"""

# %% demo=true
for n in (2, 5, 7):
    numbers = sum(len(following) for following in counts_of[n].values())
    print(f"{n}-gram: {numbers:7,} counts")
n_a = units["RNN"]
print(f"the RNN, {n_a} units: {n_a * (n_a + V + 1) + V * (n_a + 1):7,} weights")

# %% [markdown]
r"""
## 9 · The same in PyTorch

PyTorch puts the **batch first**: a batch of one-hot sequences is $(B, T, D)$, where this course, by hand, has $(n_x, m, T_x)$ with
$B = m$, $T = T_x$, $D = n_x$. Padding, one-hot and the surprise are one call each.

| yours | PyTorch |
|---|---|
| `pad_batch` | `torch.nn.utils.rnn.pad_sequence(…, batch_first=True)`; the mask you make yourself |
| `one_hot`, $(n_x, m, T_x)$ | `torch.nn.functional.one_hot`, $(B, T, D)$ |
| bits per token times $\log 2$ | `torch.nn.functional.cross_entropy(…, ignore_index=…)`, in nats |
"""

# %% demo=true
some = [torch.tensor(encode(name, index)) for name in validation[:200]]
padded = torch.nn.utils.rnn.pad_sequence(some, batch_first=True, padding_value=index[PAD])
yours, mask = pad_batch([row.tolist() for row in some], index[PAD])
print("pad_sequence gives your indices:", np.array_equal(padded, yours))

hot = torch.nn.functional.one_hot(padded, V)  # (B, T, D)
print("one_hot gives your x, batch first:", np.array_equal(hot.permute(2, 0, 1), one_hot(yours, V)))

previous = torch.cat([torch.full((len(some), 1), start), padded[:, :-1]], dim=1)
logits = torch.from_numpy(np.log(by_pair))[previous]  # (B, T, D)
nats = torch.nn.functional.cross_entropy(logits.transpose(1, 2), padded, ignore_index=index[PAD])
bits, _ = perplexity(np.log(by_pair)[previous.numpy(), yours], mask)
print(f"cross_entropy / log 2 = {nats.item() / np.log(2):.6f}, your bits = {bits:.6f}")

# %% [markdown]
r"""
**Counting is learning.** A bigram model can also be a network: one matrix of scores, a row for each token before, and a softmax. Nobody
counts; gradient descent lowers the cross-entropy. It ends up where your shares are.
"""

# %% demo=true
counted = torch.from_numpy(bigram_counts([encode(name, index) for name in train], V, start))
scores_by_pair = torch.zeros(V, V, dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.Adam([scores_by_pair], lr=0.1)
for step in range(401):
    loss = -(counted * torch.log_softmax(scores_by_pair, dim=1)).sum() / counted.sum()
    if step % 100 == 0:
        print(f"step {step:3}: {loss.item() / np.log(2):.4f} bits per character on the training names")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
shares = bigram_probabilities(counted.numpy(), 1e-9)
print(
    f"your shares: {-(counted.numpy() * np.log(shares)).sum() / counted.numpy().sum() / np.log(2):.4f} bits"
)

# %% [markdown]
r"""
## 10 · What you have

* Text as numbers: a vocabulary with `<UNK>`, `<EOS>` and `<PAD>`, encoded and decoded, in batches with a mask, one-hot.
* The chain rule, which turns "how probable is this sentence" into "what comes next", and bits per token, which say how good the answer is.
* A bigram model, an n-gram model with smoothing, and the numbers that a network has to beat.
* Two reasons for what comes next: a plain network learns about places, and a table of contexts forgets all that is further away than its
  longest context.

All that passed is kept in your own library, `seqlib.mine`, from which later notebooks take it. **What comes next:** `02-rnn` builds the latent model of section 5: a
network that reads one token after the other, uses the same weights at every step, and carries a summary of everything that it has read.
"""

# %% demo=true
from autograder.progress import progress

progress()
