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
# 11 · GloVe: vectors from counts

Skip-gram reads a text pair by pair, and sees the same pairs again and again. GloVe (*global vectors*, Pennington, Socher and Manning 2014) counts first: one table says how often each word stands near each other word in the whole corpus. Then it looks for vectors whose products are the logarithms of the
counts. In this notebook you count, weigh, fit, and at the end train vectors on the corpus of `10-word2vec` in about a minute, and put both methods side by side.

| | |
|---|---|
| **You need** | skip-gram (`10-word2vec`); gradients of a product; look-ups and repeated indices (`09-word-vectors`) |
| **You build** | ten functions: counts, ratios of probabilities, weights, loss, gradients, AdaGrad, training |
| **Time** | about 3 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | vectors as the input of a classifier (`12-sentiment`) |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture note 003, it means that of the course that this package belongs to. You do not need it.
"""

# %% setup=true
import numpy as np
from scipy import sparse

from autograder import check
from seqlib.mine import gradient_error, nearest_words, numeric_gradient
from seqlib.plots import glove as plots

# %% [markdown]
r"""
**Given to you** by `seqlib.mine`: the numeric gradient check of `02-rnn` and `nearest_words` of `09-word-vectors`; yours where they have passed on this computer, the course's where not.

**Notation.** Words are whole numbers from 0 to $V - 1$. As in skip-gram, every word has two vectors of $n_e$ features, and here two numbers besides:

| | in the row of an entry | in its column |
|---|---|---|
| vector of word $i$ | $\theta_i$, row of $\Theta$ $(V, n_e)$: `Theta[i]` | $e_i$, column of $E$ $(n_e, V)$: `E[:, i]` |
| bias of word $i$ | $b_i$: `b[i]`, of `b` $(V,)$ | $b'_i$: `b_prime[i]`, of `b_prime` $(V,)$ |

All four together are the dict `parameters`, with the keys `"E"`, `"Theta"`, `"b"` and `"b_prime"`.
"""

# %% [markdown]
r"""
## 1 · What a ratio says

How could counts hold meaning? Here are probabilities from the paper, counted in 6 billion words. $P(k \mid \text{ice})$ is the share of word $k$ among all words near *ice*:

| $k$ | *solid* | *gas* | *water* | *fashion* |
|---|---|---|---|---|
| $P(k \mid \text{ice})$ | 0.000 19 | 0.000 066 | 0.003 0 | 0.000 017 |
| $P(k \mid \text{steam})$ | 0.000 022 | 0.000 78 | 0.002 2 | 0.000 018 |
| ratio | **8.9** | **0.085** | 1.36 | 0.96 |

(The ratios are of probabilities with more digits.) The probabilities themselves say little: *water* is frequent near both, *fashion* near neither. The **ratio** says it all. It is large for what goes with ice and not with steam, small for what goes with steam and not with ice, and near 1 for what goes with both or with neither.

So vectors should be made so that *differences of vectors give ratios of probabilities*. You will count, look at ratios in a corpus of your own, and come to the model from there.
"""

# %% [markdown]
r"""
## 2 · Counts

$X_{ij}$ is how often word $j$ stands near word $i$: in the same sentence, at most `window` places away, to the left or to the right. GloVe lets near neighbours count more: at a distance of $d$ places, $1/d$.

In *the cat sat on the mat* with a window of 2, *sat* has *cat* and *on* at a distance of 1, and *the* twice at a distance of 2. So row *sat* has 1 for *cat*, 1 for *on*, and ½ + ½ = 1 for *the*.

Nearly all pairs of words never meet. A table of 12 000 words has 144 million places, of which 98 in 100 are 0. So we keep only the others, the **entries**, in three arrays of the same length $K$: `rows`, `columns` and `values`.
"""

# %% [markdown]
r"""
{exercise: cooccurrence_counts}

Give the entries that are not 0, **by row, and within a row by column**. `rows` and `columns` are arrays of whole numbers.

The sentences are lists or arrays of whole numbers. Nothing is counted from one into another. A sentence may be shorter than the window, even a single word, or empty: some are when rare words have been left out. And a word may stand near itself: in *very very good* each *very* is a neighbour of the other, so the entry (*very*, *very*) is 2.

Loops get all points. Further down you count 1.3 million words; loops in Python take half a minute or more for that and much memory, whole arrays five to ten seconds (hints 3 and 4).

<details><summary>Hint 1: loops and a dict</summary>

The keys are pairs of words. `X.get(pair, 0)` is what a pair has so far, 0 at first. The loops are those of `skipgram_pairs`.

</details>
<details><summary>Hint 2: in order</summary>

`sorted(X)` gives the keys of a dict of pairs in just the order that is asked for.

</details>
<details><summary>Hint 3: all pairs of one distance at once</summary>

Put the sentences one after the other into one array `tokens`, and beside it the number of each token's sentence: `np.repeat(np.arange(len(sentences)), lengths)`. The pairs at a distance of `d` are `tokens[:-d]` and `tokens[d:]`, where both numbers are the same.

</details>
<details><summary>Hint 4: adding up</summary>

A place of the table as one number: `i * V + j`. `np.unique(numbers, return_inverse=True)` sorts these and says which is which; `np.bincount(which, weights)` adds up the weights of each. `//` and `%` take the number apart.

</details>
"""


# %% exercise="cooccurrence_counts"
def cooccurrence_counts(sentences, window):
    """How often each word stands near each other, up to window places away; d places away count 1 / d."""
    ### BEGIN SOLUTION
    tokens = np.concatenate([np.asarray(sentence, dtype=int) for sentence in sentences])
    numbers = np.repeat(np.arange(len(sentences)), [len(sentence) for sentence in sentences])
    V = tokens.max(initial=0) + 1
    places, weights = [], []
    for d in range(1, window + 1):
        together = numbers[:-d] == numbers[d:]
        left, right = tokens[:-d][together], tokens[d:][together]
        places += [left * V + right, right * V + left]
        weights.append(np.full(2 * len(left), 1 / d))
    entries, which = np.unique(np.concatenate(places), return_inverse=True)
    return entries // V, entries % V, np.bincount(which, np.concatenate(weights))
    ### END SOLUTION


# %% check="cooccurrence_counts"
check(cooccurrence_counts)

# %% [markdown]
r"""
A window that reaches as far to the left as to the right makes the table **symmetric**: whenever $j$ stands near $i$, $i$ stands near $j$ at the same distance, so $X_{ij} = X_{ji}$. (Lecture note 003 says that this *may* be so, by how $i$ and $j$ are defined. With only the words to the right it would not.)

That is a good test of any code that counts.
"""

# %% [markdown]
r"""
{exercise: asymmetry}

Give the largest $|X_{ij} - X_{ji}|$ of a table. What is not listed is 0, so an entry without its mirror differs from it by its whole value. Each place comes at most once; the entries may be in any order.

<details><summary>Hint 1: a dict</summary>

From (row, column) to value. `get` with a second argument gives that where there is no such key.

</details>
<details><summary>Hint 2: or a sparse table</summary>

`sparse.csr_array((values, (rows, columns)), shape=(V, V))` makes one, with $V$ above every row and every column. It knows `.T`, `-`, `abs` and `.max()`, and is quick for millions of entries.

</details>
"""


# %% exercise="asymmetry"
def asymmetry(rows, columns, values):
    """How far a table is from being symmetric: the largest difference of an entry and its mirror."""
    ### BEGIN SOLUTION
    V = max(rows.max(), columns.max()) + 1
    X = sparse.csr_array((values, (rows, columns)), shape=(V, V))
    return abs(X - X.T).max()
    ### END SOLUTION


# %% check="asymmetry"
check(asymmetry)

# %% [markdown]
r"""
Now the corpus: the definitions of a dictionary, as in `10-word2vec`. Words that come fewer than ten times are left out. Nothing is thinned out here: the weights further down take care of frequent words.
"""

# %% setup=true
from collections import Counter

from seqlib.data.corpus import sentences

WINDOW = 8


def vocabulary_of(sentences, least=10):
    """The words that come often enough, the frequent ones first, and how often they come."""
    counter = Counter(word for sentence in sentences for word in sentence)
    words = [word for word, count in counter.most_common() if count >= least]
    return words, np.array([counter[word] for word in words])


# %% demo=true
corpus = sentences()
words, counts = vocabulary_of(corpus)
index = {word: i for i, word in enumerate(words)}
encoded = [np.array([index[word] for word in s if word in index], dtype=int) for s in corpus]
V = len(words)
print(f"{len(corpus):,} sentences with {counts.sum():,} words, of a vocabulary of {V:,}")

rows, columns, values = cooccurrence_counts(encoded, WINDOW)
print(f"{len(values):,} entries, {len(values) / V**2:.1%} of the places of the table")
print(f"asymmetry {asymmetry(rows, columns, values):.1e}")
print(f"values from {values.min():.3f} to {values.max():,.0f}; {np.mean(values < 1):.0%} are below 1")
for k in np.argsort(-values)[:8:2]:
    print(f"   {words[rows[k]]:>4} near {words[columns[k]]:<4} {values[k]:>10,.1f}")

# %% [markdown]
r"""
The asymmetry is 0, or as little as sums that were rounded in another order make it.

### Ratios in this corpus

With $X_i = \sum_k X_{ik}$, the sum of a row,

$$
P(k \mid i) = \frac{X_{ik}}{X_i}
\qquad
\text{ratio of } k = \frac{P(k \mid i)}{P(k \mid j)}
$$
"""

# %% [markdown]
r"""
{exercise: probability_ratios}

For each word $k$ in `probes`, give $P(k \mid \text{first}) \,/\, P(k \mid \text{second})$. Every probe stands near the second word, so that nothing is divided by 0. Near the first it may never stand; then the ratio is 0. The check's tables are not symmetric, so that it sees whether rows or columns are taken.

<details><summary>Hint 1: one row</summary>

A mask, `rows == …`, marks the entries of a row. What it picks from `values` adds up to $X_i$.

</details>
<details><summary>Hint 2: one entry</summary>

`&` joins two masks: entries in this row *and* in that column. That is one entry or none, and the sum of nothing is 0, just what is needed.

</details>
"""


# %% exercise="probability_ratios"
def probability_ratios(rows, columns, values, first, second, probes):
    """How many times likelier each probe word is near one word than near another."""
    ### BEGIN SOLUTION
    V = max(columns.max(), max(probes)) + 1
    P = []
    for word in (first, second):
        of_word = rows == word
        P.append(np.bincount(columns[of_word], values[of_word], minlength=V) / values[of_word].sum())
    return P[0][probes] / P[1][probes]
    ### END SOLUTION


# %% check="probability_ratios"
check(probability_ratios)

# %% [markdown]
r"""
*Ice* and *steam* come too seldom in our small corpus (109 and 160 times). *Horse* and *ship* come nearly 500 times each: both carry people and goods, one on land and one at sea.
"""

# %% demo=true
probes = ["rider", "used", "carry", "large", "the", "part", "sails", "sea", "draw", "mast", "board", "deck"]
ratios = probability_ratios(
    rows, columns, values, index["horse"], index["ship"], np.array([index[k] for k in probes])
)
plots.ratios("horse", "ship", probes, ratios)

# %% [markdown]
r"""
*The* and *large* are near 1; *used* and *carry*, which go with both, are not far from it. *Sea*, *sails* and *mast* are on the ship's side, and *draw* is as well: a ship *draws ten feet of water* when it reaches so far down. Rare pairs are noisy. *Deck* never stands near *horse* here, and one chance meeting would change that. The 21 of *rider* rests on such a meeting: 2.52 near *horse*, and near *ship* 0.125, which is one *rider* eight places away, a part of a ship's frame.

## 3 · The model

We want vectors in which **differences give ratios**. Ratios become differences when logarithms are taken:

$$
(\theta_i - \theta_j) \cdot e_k = \log \frac{P(k \mid i)}{P(k \mid j)} = \log P(k \mid i) - \log P(k \mid j)
$$

That holds if $\theta_i \cdot e_k = \log P(k \mid i) = \log X_{ik} - \log X_i$ for all pairs. The term $\log X_i$ does not depend on $k$; call it a bias $b_i$ and bring it to the other side. And since the table is symmetric, the column should have one too. So the model is

$$
\theta_i \cdot e_j + b_i + b'_j \;\approx\; \log X_{ij}
$$

The biases take up how frequent each word is. The vectors are left with what is special about the *pair*.
"""

# %% [markdown]
r"""
{exercise: glove_errors}

For each entry, give how far the model is off: $\theta_i \cdot e_j + b_i + b'_j - \log X_{ij}$, with the natural logarithm. Whoever cuts a batch out of a full table may hand you entries of **0**. Their error is 0: in the loss they count nothing, and what comes of $\log 0$ must not get into the result ($0 \cdot \infty$ is no number).

Work out the $K$ products of a row with its column, not all $K^2$: below, $K$ is three million, and no computer has room for the square of that.

<details><summary>Hint 1: the vectors of all entries</summary>

`Theta[rows]` is $(K, n_e)$, `E[:, columns]` is $(n_e, K)$. The $k$-th row goes with the $k$-th column: `np.einsum("kn,nk->k", …)`, or multiply entry by entry and sum.

</details>
<details><summary>Hint 2: where there is no logarithm</summary>

`there = values > 0`; then work with `np.where(there, values, 1)`, whose logarithm is 0 where the count was, and put 0 into those places at the end.

</details>
"""


# %% exercise="glove_errors"
def glove_errors(parameters, rows, columns, values):
    """How far the model is from the logarithm of each count."""
    ### BEGIN SOLUTION
    scores = np.einsum("kn,kn->k", parameters["Theta"][rows], parameters["E"].T[columns])
    scores = scores + parameters["b"][rows] + parameters["b_prime"][columns]
    there = values > 0
    return np.where(there, scores - np.log(np.where(there, values, 1)), 0)
    ### END SOLUTION


# %% check="glove_errors"
check(glove_errors)

# %% [markdown]
r"""
### How much an entry counts

Most entries are small and come of one or two chance meetings; a few are huge. In a plain sum of squares, the many small ones would decide. With weights by the count itself, *of the* would. GloVe takes something in between:

$$
f(X) = \begin{cases} (X / x_{\max})^{\alpha} & X < x_{\max} \\ 1 & \text{otherwise} \end{cases}
$$

with $\alpha = 3/4$, found by trial (and the same power as that of the negatives in `10-word2vec`). $f(0) = 0$: pairs that never meet are left out. Lecture note 003 lets its sum run over all $i$ and $j$; at $X_{ij} = 0$ that has the product of 0 and $\log 0$, which only means that such a term is not there.
"""

# %% [markdown]
r"""
{exercise: glove_weights}

Give the weight of each count.

<details><summary>Hint</summary>

The smaller of two numbers, entry by entry: `np.minimum(1, …)`.

</details>
"""


# %% exercise="glove_weights"
def glove_weights(values, x_max, alpha):
    """What an entry of the table counts in the loss."""
    ### BEGIN SOLUTION
    return np.minimum(1, (values / x_max) ** alpha)
    ### END SOLUTION


# %% check="glove_weights"
check(glove_weights)

# %% [markdown]
r"""
The paper takes $x_{\max} = 100$, for billions of words. In our corpus only one entry in 700 is that large. We take 10.
"""

# %% demo=true
X_MAX, ALPHA = 10.0, 0.75
some_counts = np.linspace(0, 30, 301)
plots.weighting(
    some_counts,
    {
        f"x_max = {x_max}, α = {alpha}": glove_weights(some_counts, x_max, alpha)
        for x_max, alpha in ((10, 0.75), (10, 1.0), (25, 0.75))
    },
)

# %% [markdown]
r"""
Now all together:

$$
L = \sum_{i,j} f(X_{ij}) \left(\theta_i \cdot e_j + b_i + b'_j - \log X_{ij}\right)^2
$$

It is a **sum** over the entries, and there is no factor ½, as in the paper and in the note. (GloVe's own program has the ½. That halves the gradient, and is made good by a larger rate.)
"""

# %% [markdown]
r"""
{exercise: glove_loss}

Give the loss, with `glove_errors` and `glove_weights`.

<details><summary>Hint: two lines</summary>

The weights and the errors are both $(K,)$. Square the errors only.

</details>
"""


# %% exercise="glove_loss"
def glove_loss(parameters, rows, columns, values, x_max, alpha):
    """The weighted sum of the squared errors."""
    ### BEGIN SOLUTION
    errors = glove_errors(parameters, rows, columns, values)
    return (glove_weights(values, x_max, alpha) * errors**2).sum()
    ### END SOLUTION


# %% check="glove_loss"
check(glove_loss)

# %% [markdown]
r"""
If the model fits every logarithm exactly, the loss is 0. Here is a small table made *from* vectors, and its loss at these vectors and at others.
"""


# %% setup=true
def random_parameters(rng, n_e, size, scale=1.0):
    """All four arrays, drawn from a normal distribution."""
    return {
        "E": scale * rng.normal(size=(n_e, size)),
        "Theta": scale * rng.normal(size=(size, n_e)),
        "b": scale * rng.normal(size=size),
        "b_prime": scale * rng.normal(size=size),
    }


# %% demo=true
rng = np.random.default_rng(0)
small = random_parameters(rng, 3, 6)
i, j = np.array([0, 0, 1, 3, 3, 3, 5]), np.array([2, 4, 1, 0, 2, 5, 3])
made = np.exp(
    np.einsum("kn,nk->k", small["Theta"][i], small["E"][:, j]) + small["b"][i] + small["b_prime"][j]
)
print(f"loss where the counts come from: {glove_loss(small, i, j, made, X_MAX, ALPHA):.1e}")
print(f"loss elsewhere: {glove_loss(random_parameters(rng, 3, 6), i, j, made, X_MAX, ALPHA):.2f}")

# %% [markdown]
r"""
Which entries does the loss listen to? Below, the entries of the corpus are sorted by size, from those of one far meeting at the left to *of the* at the right. Before training, with all scores 0, the error of an entry is $-\log X$. Move $x_{\max}$ and $\alpha$, and find settings at which rare pairs decide, and others at which
only the most frequent do.
"""

# %% demo=true
from seqlib.widgets.glove import weigher

zeros = {"E": np.zeros((1, V)), "Theta": np.zeros((V, 1)), "b": np.zeros(V), "b_prime": np.zeros(V)}
weigher(glove_weights, values, glove_errors(zeros, rows, columns, values) ** 2)

# %% [markdown]
r"""
## 4 · The gradients

The loss is a weighted sum of squares, so what comes to the score of entry $(i, j)$ is

$$
d_{ij} = 2\, f(X_{ij}) \left(\theta_i \cdot e_j + b_i + b'_j - \log X_{ij}\right)
$$

The weight does not depend on the parameters, and passes as a factor. From the score it goes on to its four parts:

$$
d\theta_i \mathrel{+}= d_{ij}\, e_j
\qquad
de_j \mathrel{+}= d_{ij}\, \theta_i
\qquad
db_i \mathrel{+}= d_{ij}
\qquad
db'_j \mathrel{+}= d_{ij}
$$

The pluses matter as ever: a word stands in the rows of many entries and in the columns of many, and all that comes to it adds up. `x[indices] += g` would lose all but one.
"""

# %% [markdown]
r"""
{exercise: glove_gradients}

Give a dict with the keys `"dE"`, `"dTheta"`, `"db"` and `"db_prime"`, each of the shape of its parameter.

The training below calls this a thousand times with 32 768 entries. Loops get all points, and are about fifty times too slow for it.

<details><summary>Hint 1: entry by entry</summary>

A loop over `zip(rows, columns, d)` with four lines, one for each of the formulas.

</details>
<details><summary>Hint 2: whole arrays</summary>

`np.add.at(rows_of_something, indices, values)` adds up. For $\Theta$ the values are $(K, n_e)$: `d[:, np.newaxis] * …`. The rows of `dE.T` are the columns of `dE`.

</details>
<details><summary>Hint 3: the table of all d</summary>

Let $D$ be the table $(V, V)$ with $d_{ij}$ at its entries and 0 elsewhere. Then $d\Theta = D\, E^T$ and $dE = \Theta^T D$, and the biases get the sums of its rows and columns. As a sparse table, a `sparse.csr_array` of shape $(V, V)$, that is the quickest way.

</details>
"""


# %% exercise="glove_gradients"
def glove_gradients(parameters, rows, columns, values, x_max, alpha):
    """The gradients of the loss."""
    ### BEGIN SOLUTION
    d = 2 * glove_weights(values, x_max, alpha) * glove_errors(parameters, rows, columns, values)
    V = len(parameters["b"])
    D = sparse.csr_array((d, (rows, columns)), shape=(V, V))
    return {
        "dE": (D.T @ parameters["Theta"]).T,
        "dTheta": D @ parameters["E"].T,
        "db": D.sum(axis=1),
        "db_prime": D.sum(axis=0),
    }
    ### END SOLUTION


# %% check="glove_gradients"
check(glove_gradients)

# %% [markdown]
r"""
Against central differences, the relative error should be far below $10^{-6}$. The table has a row that comes three times and a column that comes twice.
"""

# %% demo=true
other = random_parameters(np.random.default_rng(1), 3, 6)
numeric = numeric_gradient(lambda p: glove_loss(p, i, j, made, X_MAX, ALPHA), other)
analytic = glove_gradients(other, i, j, made, X_MAX, ALPHA)
error = gradient_error({name: analytic[f"d{name}"] for name in numeric}, numeric)
print(f"relative error {error:.1e}")

# %% [markdown]
r"""
## 5 · AdaGrad

In our table the row of *the* has 12 500 entries, that of *otter* has 56. With one learning rate for all, *the* would overshoot before *otter* has moved. AdaGrad (Duchi, Hazan and Singer 2011) gives every single number its own rate: it keeps the sum $G$ of the squares of all its gradients so far, and divides by the root.

$$
G \leftarrow G + g^2
\qquad
w \leftarrow w - \eta\, \frac{g}{\sqrt{G}}
$$

Who has seen much gradient takes small steps. The sums only grow, so that all steps shrink by themselves as training goes on. (Where that is not wanted, the sum becomes a running mean: that is RMSProp, and half of Adam.)

Our sums begin at **1**, as in GloVe's program, and so nothing is ever divided by 0. That program divides first and adds afterwards; we do as the paper on AdaGrad, and as torch does: the new gradient is in the sum by which it is divided.
"""

# %% [markdown]
r"""
{exercise: adagrad_step}

`gradients` has the keys `"dE"` and so on, `parameters` and `sums` have `"E"` and so on. Return the new parameters and the new sums, and leave what was given as it was.

<details><summary>Hint: for each name</summary>

`for name in parameters:` with `g = gradients[f"d{name}"]`. New arrays go into new dicts.

</details>
"""


# %% exercise="adagrad_step"
def adagrad_step(parameters, gradients, sums, learning_rate):
    """One step of AdaGrad: each number has its own rate, the smaller the more gradient it has seen."""
    ### BEGIN SOLUTION
    new, new_sums = {}, {}
    for name in parameters:
        g = gradients[f"d{name}"]
        new_sums[name] = sums[name] + g**2
        new[name] = parameters[name] - learning_rate * g / np.sqrt(new_sums[name])
    return new, new_sums
    ### END SOLUTION


# %% check="adagrad_step"
check(adagrad_step)

# %% [markdown]
r"""
A batch is a part of the entries, `(rows, columns, values)`. The order of entries in the table says nothing, so for each **epoch**, one time through all entries, they are shuffled and cut into batches.
"""

# %% [markdown]
r"""
{exercise: train_glove}

Take one step of AdaGrad for each batch, in order, from sums of 1. Return the parameters after the last step, and the losses, one for each batch, in a list or an array: that of a batch *before* its own step. There may be any number of batches.

<details><summary>Hint: sums of 1</summary>

`np.ones_like(value)` for each of the four.

</details>
"""


# %% exercise="train_glove"
def train_glove(parameters, batches, x_max, alpha, learning_rate):
    """Train by AdaGrad, a step for each batch of entries; the sums of squares begin at 1."""
    ### BEGIN SOLUTION
    sums = {name: np.ones_like(value) for name, value in parameters.items()}
    losses = []
    for rows, columns, values in batches:
        losses.append(glove_loss(parameters, rows, columns, values, x_max, alpha))
        gradients = glove_gradients(parameters, rows, columns, values, x_max, alpha)
        parameters, sums = adagrad_step(parameters, gradients, sums, learning_rate)
    return parameters, losses
    ### END SOLUTION


# %% check="train_glove"
check(train_glove)

# %% [markdown]
r"""
### The long run

Now all entries, with your `train_glove`: 50 features, batches of 32 768, 12 epochs, or as much of that as should fit into 50 seconds. `Batches` below acts as a list, makes each batch when it is asked for, and moves a bar. How many batches there is time for is judged by the first twenty of them; when the computer gets busier afterwards, they take longer.

GloVe's program takes a step of 0.05 for each *entry*. Here a word's gradients of a whole batch make one step, so there are fewer steps, and each may be larger: 0.4.

The ten words whose neighbours we will look at are those of `10-word2vec`. They were chosen before the first training.
"""

# %% setup=true
import time

from tqdm import tqdm

PROBES = ["bread", "dog", "doctor", "king", "mother", "music", "red", "river", "ship", "war"]
SECONDS, EPOCHS, SIZE, RATE, N_E = 50, 12, 32768, 0.4, 50


class Batches:
    """So many batches of a table, whose entries are in a new order in each epoch."""

    def __init__(self, table, size, steps):
        self.table, self.size, self.steps, self.epoch, self.times = table, size, steps, -1, []
        self.in_epoch = int(np.ceil(len(table[0]) / size))
        self.bar = tqdm(total=steps, unit=" steps", mininterval=2)

    def __len__(self):
        return self.steps

    def __getitem__(self, step):
        if step >= self.steps:
            self.bar.close()
            raise IndexError(step)
        epoch, part = divmod(step, self.in_epoch)
        if epoch != self.epoch:
            self.epoch, self.order = epoch, np.random.default_rng(epoch).permutation(len(self.table[0]))
        chosen = self.order[part * self.size : (part + 1) * self.size]
        self.times.append(time.monotonic())
        self.bar.update()
        return tuple(array[chosen] for array in self.table)


# %% demo=true
rng = np.random.default_rng(0)
start = {
    "E": rng.uniform(-0.5, 0.5, (N_E, V)).astype(np.float32) / N_E,
    "Theta": rng.uniform(-0.5, 0.5, (V, N_E)).astype(np.float32) / N_E,
    "b": np.zeros(V, dtype=np.float32),
    "b_prime": np.zeros(V, dtype=np.float32),
}
table = rows, columns, values.astype(np.float32)
few = Batches(table, SIZE, 20)
train_glove(start, few, X_MAX, ALPHA, RATE)
affordable = int(SECONDS / np.median(np.diff(few.times)))

begin = time.monotonic()
batches = Batches(table, SIZE, min(affordable, EPOCHS * few.in_epoch))
parameters, losses = train_glove(start, batches, X_MAX, ALPHA, RATE)
n = batches.in_epoch
# Whole epochs only; what there is where not even one was reached.
whole = range(0, max(1, len(losses) - n + 1), n)
curve = [sum(part) / min(len(values), len(part) * SIZE) for part in (losses[k : k + n] for k in whole)]
print(f"{len(batches)} steps, {len(batches) / n:.1f} epochs, in {time.monotonic() - begin:.0f} s")

# %% demo=true
plots.training(curve)

# %% [markdown]
r"""
How well do scores fit logarithms? Here are some words with one another. Where a pair never meets, the model has no count to fit, and still has an answer: what the counts of all other pairs make likely.
"""

# %% demo=true
chosen = ["the", "water", "sea", "river", "ship", "horse", "king", "crown"]
of_chosen = np.array([index[word] for word in chosen])
counted = sparse.csr_array((values, (rows, columns)), shape=(V, V))
dense = counted[of_chosen][:, of_chosen].toarray()
logs = np.where(dense > 0, np.log(np.where(dense > 0, dense, 1)), np.nan)
scores = parameters["Theta"][of_chosen] @ parameters["E"][:, of_chosen]
scores = scores + parameters["b"][of_chosen, np.newaxis] + parameters["b_prime"][of_chosen]
plots.fit(chosen, logs, scores)

# %% [markdown]
r"""
## 6 · One vector a word

The table is symmetric, so $\Theta$ and $E$ have the same task and differ only by the numbers they began with. Adding them takes out some of that chance; the paper found the sum a little better than either. Section 7 shows what it does here.
"""

# %% [markdown]
r"""
{exercise: final_vectors}

Give $e_c + \theta_c$ for each word, in the shape of $E$.

<details><summary>Hint</summary>

Words are columns of one matrix and rows of the other.

</details>
"""


# %% exercise="final_vectors"
def final_vectors(E, Theta):
    """One vector a word: the sum of its two."""
    ### BEGIN SOLUTION
    return E + Theta.T
    ### END SOLUTION


# %% check="final_vectors"
check(final_vectors)

# %% demo=true
vectors = final_vectors(parameters["E"], parameters["Theta"])


def near(word, words, E, k=8):
    """The words whose vectors have the largest cosine with that of a word."""
    place = words.index(word)
    return [words[i] for i in nearest_words(E[:, place], E, k, [place])[0]]


for probe in PROBES:
    print(f"{probe:<7}{counts[index[probe]]:>5}  ", ", ".join(near(probe, words, vectors)))

# %% [markdown]
r"""
Frequent words find company that makes sense; of rarer ones, many do not. The number after each word says how often it comes. At the end of section 7 stand the neighbours that other vectors, made of the same table, give these ten words.

## 7 · Two methods, the same pairs

In WordSim-353 people have said how alike they find two words, for 353 pairs. Spearman's $\rho$ is the rank correlation of their answers with the cosines of vectors; only pairs whose words all methods know can be compared. With some 240 pairs, chance alone moves $\rho$ by about 0.06. The numbers that training begins with move it, too: in four runs of 12 epochs, each begun with other numbers, this notebook's program gave 0.41 to 0.49.

Beside your vectors stand the course's reference models, trained on the same corpus by faster programs (`vectors-glove` also learns something that yours does not; we come to that), and a part of the published GloVe vectors, trained on 6 billion words: 4500 times as much text. To see what the sum does, your $E$ is there alone as well.

WordSim-353 comes with gensim, which this course does not install. Without it, only what the cards of the reference models state is printed.
"""

# %% demo=true
from importlib.util import find_spec

from seqlib import references
from seqlib.data import glove_vectors, similarity

methods = {
    "your GloVe": (words, vectors.astype(float)),
    "your GloVe, E alone": (words, parameters["E"].astype(float)),
}
for name in ("vectors-skipgram", "vectors-glove"):
    if name in references.available():
        trained, card = references.load(name)
        one = trained["E"] if name == "vectors-skipgram" else final_vectors(trained["E"], trained["Theta"])
        methods[name] = card["vocabulary"], one
        rho, seeds = card["metrics"]["rho"], len(card["runs"])
        print(
            f"{name}: over {seeds} seeds ρ = {rho['mean']:.2f} on average, standard deviation {rho['standard_deviation']:.2f}"
        )
published, their_vectors = glove_vectors.load()
methods["GloVe, 6 billion words"] = published, their_vectors.astype(float)

if find_spec("gensim"):
    asked = similarity.pairs()
    known = [set(known) for known, _ in methods.values()]
    shared = [pair for pair in asked if all({pair.first, pair.second} <= those for those in known)]
    cosines = {}
    for name, (known, one) in methods.items():
        human, cosines[name], _ = similarity.cosines(known, one, shared)
        print(f"{name:<24} ρ = {similarity.spearman(human, cosines[name]):.2f}")
    print(f"over the {len(shared)} of {len(asked)} pairs whose words all know")
else:
    print("For ρ of your own vectors, and the figure below, install gensim, whose test data has WordSim-353:")
    print("pip install gensim")

# %% demo=true
if find_spec("gensim"):
    beside = "vectors-skipgram" if "vectors-skipgram" in methods else "GloVe, 6 billion words"
    one, two = cosines[beside], cosines["your GloVe"]
    gap = np.argsort(two - one)
    marked = {f"{shared[k].first}, {shared[k].second}": int(k) for k in (*gap[:3], *gap[-3:])}
    lines = [
        f"{name}: ρ = {similarity.spearman(human, cosines[name]):.2f} with people"
        for name in (beside, "your GloVe")
    ]
    picture = plots.methods(one, two, (beside, "your GloVe"), marked, lines)
else:
    picture = None
picture

# %% [markdown]
r"""
In the figure, which is there with gensim, each dot is a pair of words; the marked ones are those about which the two disagree most.

### What was never seen

On this corpus GloVe as you wrote it falls behind skip-gram: 0.41 to 0.49 in the four runs above, against 0.58 on the card of `vectors-skipgram`. Part of the reason is what it does *not* fit. The table has a place for every pair of words, and in 98 of 100 of them stands a 0. GloVe leaves these out: $f(0) = 0$. What does your model say there? The count that it claims is $e^{\text{score}}$. Beside it, the count that chance would give:
if the neighbours of $i$ were drawn from all neighbours, $X_{ij}$ would be $X_i X_j / \sum X$.
"""

# %% demo=true
rng = np.random.default_rng(0)
here, there = rng.integers(0, V, (2, 200_000))
apart = np.asarray(counted[here, there]).ravel() == 0
here, there = here[apart], there[apart]
scores = np.einsum("kn,kn->k", parameters["Theta"][here], parameters["E"].T[there])
claimed = np.exp(scores + parameters["b"][here] + parameters["b_prime"][there])
of_row = counted.sum(axis=1)
by_chance = of_row[here] * of_row[there] / of_row.sum()
print(f"{len(here):,} pairs that never meet")
for name, values_there in (("the model claims", claimed), ("by chance", by_chance)):
    low, middle, high = np.quantile(values_there, (0.1, 0.5, 0.9))
    print(f"   {name:<17} {middle:.3f} (8 of 10 pairs: {low:.4f} to {high:.3f})")

# %% [markdown]
r"""
To most pairs that never meet, the model gives more than a hundred times the count that chance would give: that of a meeting two or three places apart. Nothing told it otherwise. On its own, each of these zeros says little. Together they say that most words have nothing to do with each other, and skip-gram is told so: its negatives are
mostly such pairs. With 6 billion words this matters less, since most pairs that have anything to do with each other do meet.

So let the zeros speak, with your own table. The **pointwise mutual information** is how much likelier a pair is than by chance, as a logarithm; what is below 0 or was never seen becomes 0, which means *no likelier than by chance*:

$$
\text{PPMI}_{ij} = \max\left(0, \log \frac{X_{ij} \sum X}{X_i\, X_j}\right)
$$

The truncated singular value decomposition gives the $n_e$ features that fit this table best, *all* of its places, in a few seconds.
"""

# %% demo=true
from scipy.sparse.linalg import svds

information = np.log(values * of_row.sum() / (of_row[rows] * of_row[columns]))
likelier = information > 0
ppmi = sparse.csr_array((information[likelier], (rows[likelier], columns[likelier])), shape=(V, V))
left, sizes, _ = svds(ppmi, k=N_E, random_state=0)
of_ppmi = (left * np.sqrt(sizes)).T
if find_spec("gensim"):
    human, cosine, _ = similarity.cosines(words, of_ppmi, shared)
    print(f"PPMI and SVD of your table: ρ = {similarity.spearman(human, cosine):.2f} over the same pairs")
for probe in PROBES:
    print(f"{probe:<7}{counts[index[probe]]:>5}  ", ", ".join(near(probe, words, of_ppmi)))

# %% [markdown]
r"""
The same counts and as many features give better vectors once a 0 counts as something seen: their ρ is about 0.63. Rarer words show it as well: *doctor*, which comes 43 times, now has *physician* and *surgeon* beside it. The zeros are not the only difference: here chance is divided out and not learned as a bias, and all places weigh the same.

GloVe itself can be told as well. That is the one thing in which `vectors-glove` above departs from the paper: in each epoch it also draws about as many empty places as there are entries, and each stands for a count of 0.1 with a weight of 0.1. Its card says so, and what came of it:
"""

# %% demo=true
if "vectors-glove" in references.available():
    card = references.card("vectors-glove")
    print(card["departure"])
    print("WordSim-353, seed by seed: ρ =", ", ".join(f"{run['rho']:.2f}" for run in card["runs"]))

# %% [markdown]
r"""
Skip-gram is no stranger to such tables. Levy and Goldberg (2014) showed that skip-gram with $k$ negatives would, with enough features, have $\theta_j \cdot e_i = \log \frac{X_{ij} \sum X}{X_i\, X_j} - \log k$: the same table, shifted. All three methods make vectors from logarithms of counts. They differ in what they do about frequent words, in the weights,
and in what a pair that never meets is worth.

## 8 · The same in PyTorch

| | yours | torch |
|---|---|---|
| vectors | $E$ $(n_e, V)$, $\Theta$ $(V, n_e)$ | two `nn.Embedding(V, n_e)`, a word a row |
| biases | `b`, `b_prime`, $(V,)$ | two `nn.Embedding(V, 1)` |
| repeated words | a sum over entries | its backward pass adds them up |
| words that are not in the batch | zeros in a whole matrix | no row at all, with `sparse=True` |
| AdaGrad | sums from 1 | `Adagrad(initial_accumulator_value=1, eps=0)` |

With a vocabulary of 400 000 words, the last line but one is what makes training possible: a gradient then holds only the rows of the words in the batch.
"""

# %% demo=true
import torch

torch.sparse.check_sparse_tensor_invariants.enable()
rng = np.random.default_rng(2)
yours = random_parameters(rng, 8, 200, 0.5)
batches = []
for _ in range(5):
    places = rng.permutation(40 * 40)[:60]
    batches.append((places // 40, places % 40, np.exp(rng.normal(1, 1.5, 60))))


def a_word_a_row(E, Theta, b, b_prime):
    """The four arrays as torch keeps them."""
    return {"E": E.T, "Theta": Theta, "b": b[:, np.newaxis], "b_prime": b_prime[:, np.newaxis]}


layers = {
    name: torch.nn.Embedding.from_pretrained(torch.from_numpy(rows.copy()), freeze=False, sparse=True)
    for name, rows in a_word_a_row(**yours).items()
}


def torch_loss(rows, columns, values):
    """The loss of a batch."""
    i, j, X = map(torch.from_numpy, (rows, columns, values))
    dots = (layers["Theta"](i) * layers["E"](j)).sum(dim=1)
    scores = dots + layers["b"](i)[:, 0] + layers["b_prime"](j)[:, 0]
    f = ((X / X_MAX) ** ALPHA).clamp(max=1)
    return (f * (scores - X.log()) ** 2).sum()


loss = torch_loss(*batches[0])
loss.backward()
print(f"loss {glove_loss(yours, *batches[0], X_MAX, ALPHA):.12f}, torch's {loss.item():.12f}")
own = glove_gradients(yours, *batches[0], X_MAX, ALPHA)
own = a_word_a_row(own["dE"], own["dTheta"], own["db"], own["db_prime"])
for name, layer in layers.items():
    gradient = layer.weight.grad.coalesce()
    gap = np.abs(gradient.to_dense().numpy() - own[name]).max()
    print(f"{name:<8} {gradient.indices().shape[1]:>3} of 200 rows have a gradient; it differs by {gap:.1e}")

optimizer = torch.optim.Adagrad(
    [layer.weight for layer in layers.values()], lr=0.1, initial_accumulator_value=1.0, eps=0.0
)
for batch in batches:
    optimizer.zero_grad()
    torch_loss(*batch).backward()
    optimizer.step()
trained, _ = train_glove(yours, batches, X_MAX, ALPHA, 0.1)
trained = a_word_a_row(**trained)
gap = max(np.abs(trained[name] - layer.weight.detach().numpy()).max() for name, layer in layers.items())
print(f"after five steps of AdaGrad the parameters differ by {gap:.1e}")

# %% [markdown]
r"""
## 9 · What you have

* A table of counts, near neighbours more than far ones, symmetric as it should be, and ratios that tell what goes with what.
* A model whose differences of vectors are logarithms of ratios, with biases for how frequent words are.
* A weight that keeps both the rarest and the most frequent pairs from deciding.
* Gradients that add up over repeated words, and AdaGrad, which gives each number its own rate.
* Vectors of your own, beside those of other methods and those of a corpus 4500 times as large; and a reason why on a small corpus what was *not* seen should count.

All that passed is kept in your own library, `seqlib.mine`.

**What comes next.** In `12-sentiment` vectors like these are the input of a classifier, and you see what an average of them cannot tell.
"""

# %% demo=true
from autograder.progress import progress

progress()
