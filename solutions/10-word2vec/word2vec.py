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
# 10 · word2vec: vectors from the company that words keep

Nobody tells a network what a word means. It reads text, and learns for each word which others stand near it; words that are used alike get vectors
that are alike. In this notebook you build the skip-gram model with all three of its losses, from the pairs of words that it reads to the training, and at the end
your own code makes vectors of a real corpus in less than a minute of computing.

| | |
|---|---|
| **You need** | embeddings as a product and as a look-up (`09-word-vectors`); softmax, cross-entropy, the sigmoid |
| **You build** | thirteen functions: pairs, thinning, full softmax, Huffman's tree, hierarchical softmax, negative sampling, training |
| **Time** | about 5 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | GloVe, which learns from counts of the same pairs (`11-glove`) |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture note 003, it means that of the course that this package belongs to. You do not need it. Where the
notebook departs from it, it says so for those who have read it.
"""

# %% setup=true
import time

import numpy as np
from scipy import sparse

from autograder import check
from seqlib.activations import sigmoid, softmax
from seqlib.mine import gradient_error, nearest_words, numeric_gradient
from seqlib.plots import word2vec as plots

# %% [markdown]
r"""
**Given to you:** `sigmoid(z)` and `softmax(z)`, which turns each column into probabilities. From `seqlib.mine` come the numeric gradient check of `02-rnn` and `nearest_words` of
`09-word-vectors`: yours where they have passed on this computer, the course's where not.

**Notation.** Words are whole numbers from 0 to $V - 1$. Every word has *two* vectors of $n_e$ features:

| | as a centre | as a context |
|---|---|---|
| vector of word $c$ | $e_c$ | $\theta_c$ |
| all of them | $E$, shape $(n_e, V)$, a word a **column** | $\Theta$, shape $(V, n_e)$, a word a **row** |
| in code | `E[:, c]` | `Theta[c]` |

Two vectors, since a word seldom stands beside itself. With one vector for both roles, the score of a word beside itself would be $e_c \cdot e_c$, the square of its length: never negative, and larger the longer the vector is. So a word could not be improbable beside itself and have a long vector. A batch of $m$ pairs is two arrays, `centers` $(m,)$ and
`contexts` $(m,)$.
"""

# %% [markdown]
r"""
## 1 · Pairs of words

*You shall know a word by the company it keeps*, said the linguist J. R. Firth. Skip-gram makes a task of it: given a word, the **centre**, predict the words around it, its **contexts**. Nobody cares for the predictions themselves.
They only force the vectors to hold what decides about a word's company.

The text gives the training data for nothing. Each word of a sentence is a centre, and each word up to `window` places away, to the left or to the right, is a context. In *the cat sat on the mat* with a window of 2, *sat* has the pairs
(sat, the), (sat, cat), (sat, on), (sat, the).

> **Names in lecture note 003.** What it calls the context $c$, the word that is given, is here the centre. What it calls the target $t$ is here the context. The letters $e_c$ and $\theta_t$ mean the same in both.
"""

# %% [markdown]
r"""
{exercise: skipgram_pairs}

List all pairs, as two arrays of whole numbers: later cells use them as indices. Go through the sentences in order, in a sentence through the centres from left to right, and for each centre through its contexts from left to right.

A pair never reaches into another sentence. A sentence may be shorter than the window, even a single word, which has no pairs. And a word may stand twice in a window; only the centre's own *place* is left out.

<details><summary>Hint 1: three loops</summary>

Over the sentences; over the places `i` of the centre, with `enumerate`; over the places `j` of the context.

</details>
<details><summary>Hint 2: where j runs</summary>

From `i - window` to `i + window`, both among them, but not below 0 and not beyond the last place. `max` and `min` see to that.

</details>
"""


# %% exercise="skipgram_pairs"
def skipgram_pairs(sentences, window):
    """Every word of a sentence with each of its neighbours, up to window places away."""
    ### BEGIN SOLUTION
    centers, contexts = [], []
    for sentence in sentences:
        for i, center in enumerate(sentence):
            for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
                if j != i:
                    centers.append(center)
                    contexts.append(sentence[j])
    return np.array(centers, dtype=int), np.array(contexts, dtype=int)
    ### END SOLUTION


# %% check="skipgram_pairs"
check(skipgram_pairs)

# %% demo=true
text = [["the", "cat", "sat", "on", "the", "mat"], ["it", "was", "warm"]]
places = [list(range(6)), list(range(6, 9))]
plots.pairs(text, list(zip(*skipgram_pairs(places, 2), strict=True)))

# %% [markdown]
r"""
A band along the diagonal, cut at the end of the sentence (dashed).

### Too much of "the"

In running English every twentieth word or so is *the*. Its pairs teach little: *the* stands beside everything. Mikolov and others (2013) therefore drop frequent words by chance before pairs are made. With the relative frequency $f_w$ of a word (its count over the
sum of all counts) and a threshold $t$, a word stays with the probability

$$
P(\text{keep } w) = \min\left(1, \sqrt{t / f_w}\right)
$$

Rare words, up to $f_w = t$, always stay. There is a second gain: what is dropped leaves no gap, so the window reaches further.

(The paper writes the probability of being *dropped*, $1 - \sqrt{t / f_w}$. The program that came with it has a slightly different formula; we use the paper's.)
"""

# %% [markdown]
r"""
{exercise: keep_probabilities}

Give the probability of each word, as an array.

<details><summary>Hint: the smaller of two, entry by entry</summary>

`np.minimum(1, values)`.

</details>
"""


# %% exercise="keep_probabilities"
def keep_probabilities(counts, threshold):
    """How likely each word is kept, so that frequent ones are thinned out."""
    ### BEGIN SOLUTION
    frequencies = counts / counts.sum()
    return np.minimum(1, np.sqrt(threshold / frequencies))
    ### END SOLUTION


# %% check="keep_probabilities"
check(keep_probabilities)

# %% [markdown]
r"""
Now the draw. What is random cannot be compared word by word. The check calls your function 800 times on one sentence, and compares *how often* so many words stay, and how often each word comes first and last, with how often they should. For this it uses Hoeffding's inequality, which bounds how far
frequencies stray from what they should be, for any distribution and number of draws. How far two frequencies may differ depends on how many draws there are and how many values they can take, here by about 0.15; a row that fails says it. Right code is further off less than once in ten million times for each row, so a rejection means a mistake.
One row more gives your function a generator with the same seed ten times over, and wants the same words each time: draw with `rng`, and nothing else.
"""

# %% [markdown]
r"""
{exercise: subsample}

Drop words from a sentence with the generator `rng`. Each *place* is decided on its own, also where a word comes twice. What stays, stays in order.

<details><summary>Hint 1: one place</summary>

`rng.random()` is a number between 0 and 1. It is below 0.3 in three cases of ten.

</details>
<details><summary>Hint 2: all places at once</summary>

`rng.random(n)` gives $n$ of them. An array indexed with an array of True and False keeps the places where it is True.

</details>
"""


# %% exercise="subsample"
def subsample(sentence, keep, rng):
    """Drop words of a sentence by chance, each place on its own."""
    ### BEGIN SOLUTION
    tokens = np.array(sentence, dtype=int)
    return tokens[rng.random(len(tokens)) < keep[tokens]]
    ### END SOLUTION


# %% check="subsample"
check(subsample)

# %% [markdown]
r"""
Here is the corpus that you will train on at the end. It is the text of a dictionary: definitions, each after its word. Words that come fewer than ten times have too little company to learn from, and are left out.
"""

# %% setup=true
from collections import Counter

from seqlib.data.corpus import sentences

THRESHOLD = 1e-3  # of the relative frequency


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
print(
    f"{len(corpus):,} sentences, {sum(map(len, corpus)):,} words, of which {counts.sum():,} are in the vocabulary of {V:,}"
)

keep = keep_probabilities(counts, THRESHOLD)
example = next(s for s in encoded if 12 <= len(s) <= 16)
rng = np.random.default_rng(0)
print("a sentence:  ", " ".join(words[i] for i in example))
for _ in range(3):
    print("thinned out: ", " ".join(words[i] for i in subsample(example, keep, rng)))
plots.thinning(counts / counts.sum(), keep, {words[i]: i for i in (0, 10, 40, 150, 1500)})

# %% [markdown]
r"""
## 2 · The full softmax

How likely is word $t$ beside the centre $c$? Every word gets a score, the product of its context vector with the centre's vector, and the softmax makes probabilities of the scores:

$$
P(t \mid c) = \frac{e^{\theta_t \cdot e_c}}{\sum_{j=1}^{V} e^{\theta_j \cdot e_c}}
\qquad\text{or, for all words at once,}\qquad
\hat y = \mathrm{softmax}(\Theta\, e_c)
$$

> **A correction to lecture note 003.** It writes $\hat y = \mathrm{softmax}(e_c)$. But $e_c$ has $n_e$ entries, one for each feature, and $\hat y$ needs $V$, one for each word. The scores are $\Theta\, e_c$, as the note's own fraction under "Hierarchical Softmax" has it.
"""

# %% [markdown]
r"""
{exercise: skipgram_probabilities}

For each centre of a batch, give the probabilities of all words, $(V, m)$.

<details><summary>Hint: the vectors of all centres</summary>

`E[:, centers]` is $(n_e, m)$: a column for each, the same column twice where a centre comes twice.

</details>
"""


# %% exercise="skipgram_probabilities"
def skipgram_probabilities(E, Theta, centers):
    """How probable each word is beside each centre."""
    ### BEGIN SOLUTION
    return softmax(Theta @ E[:, centers])
    ### END SOLUTION


# %% check="skipgram_probabilities"
check(skipgram_probabilities)

# %% [markdown]
r"""
The loss of a pair $(c, o)$ is the cross-entropy $-\log \hat y_o$, and that of a batch the mean over its pairs. You know the gradient at the scores: $\hat y - y$, with $y$ one-hot at the true context. From there it goes back into both matrices, since $z = \Theta\, e_c$:

$$
dz^{(i)} = \frac{\hat y^{(i)} - y^{(i)}}{m}
\qquad
d\Theta = \sum_i dz^{(i)}\, e_{c_i}^T
\qquad
de_{c_i} \mathrel{+}= \Theta^T dz^{(i)}
$$

Every row of $\Theta$ gets a gradient from every pair: each word is pulled towards the centre or, which is true of nearly all, pushed away from it. Of $E$, only the columns of the centres get any. And where a centre comes twice in the batch, its column gets **both** gradients.

NumPy has a trap here, which you met in `09-word-vectors`: `x[indices] += g` reads, adds and writes each index *once*, and all but one of the gradients of a repeated word are lost without a word of warning.
"""

# %% [markdown]
r"""
{exercise: softmax_gradients}

Give the mean loss in nats and its gradients: $dE$ of the shape of $E$, $d\Theta$ of the shape of $\Theta$.

<details><summary>Hint 1: the probability of the true contexts</summary>

`y_pred[contexts, np.arange(m)]` picks one entry from each column. In the same way you can subtract from them. (A one-hot $y$ made with `np.eye(V)` needs $V^2$ numbers: fine here, too many for a real vocabulary.)

</details>
<details><summary>Hint 2: repeated centres</summary>

`np.add.at(rows, indices, values)` adds up: it goes through the indices one after the other. It works on the rows of its first argument; the rows of `dE.T` are the columns of `dE`. Or loop over the pairs.

</details>
"""


# %% exercise="softmax_gradients"
def softmax_gradients(E, Theta, centers, contexts):
    """The mean cross-entropy of the contexts under the full softmax, and its gradients."""
    ### BEGIN SOLUTION
    m = len(centers)
    y_pred = skipgram_probabilities(E, Theta, centers)
    true = contexts, np.arange(m)
    loss = -np.log(y_pred[true]).mean()
    dz = y_pred / m
    dz[true] -= 1 / m
    dTheta = dz @ E[:, centers].T
    dE = np.zeros_like(E)
    np.add.at(dE.T, centers, dz.T @ Theta)
    return loss, dE, dTheta
    ### END SOLUTION


# %% check="softmax_gradients"
check(softmax_gradients)

# %% [markdown]
r"""
As always, you can look for yourself: the relative error against central differences should be far below $10^{-6}$.
"""


# %% setup=true
def compared(gradients, E, other, *batch):
    """The relative error of both gradients of a loss against central differences."""
    _, dE, dother = gradients(E, other, *batch)
    numeric = numeric_gradient(lambda p: gradients(p["E"], p["other"], *batch)[0], {"E": E, "other": other})
    return gradient_error({"E": dE, "other": dother}, numeric)


# %% demo=true
rng = np.random.default_rng(0)
small_E, small_Theta = rng.normal(size=(3, 8)), rng.normal(size=(8, 3))
few = np.array([4, 1, 4, 4]), np.array([0, 2, 2, 7])
print(f"relative error {compared(softmax_gradients, small_E, small_Theta, *few):.1e}")

# %% [markdown]
r"""
The sum in the denominator runs over the whole vocabulary, for every single pair. With 100 000 words and a billion pairs that is hopeless. The next three sections have two ways out. The first changes how the probability is made, the second changes the question.
"""

# %% [markdown]
r"""
## 3 · Huffman's tree

A word can be found by questions with two answers. With $V$ words at the leaves of a balanced binary tree, about $\log_2 V$ questions are enough: 17 for 100 000 words. And a balanced tree is not the best. If frequent words sit near the root, most searches are shorter. The **expected code length**

$$
\bar L = \sum_w f_w L_w
$$

with the frequency $f_w$ of a word and the number $L_w$ of steps to it, should be as small as it can be. Huffman found in 1952 how: join the two rarest nodes into a new one that has the count of both together; repeat until a single node is left, the root.

The nodes have numbers. Words are $0$ to $V-1$, and each new node gets the next free number: the first to be made is node $V$, the root is node $2V - 2$.
"""

# %% [markdown]
r"""
{exercise: huffman_merges}

List the pairs of nodes in the order in which they are joined, and the count of each node that is so made. In a pair, the rarer stands first; of two nodes that are equally rare, the one with the smaller number is taken first, and counts as the rarer.

<details><summary>Hint 1: an example</summary>

Counts 5, 1, 2 give the pairs (1, 2), (3, 0): words 1 and 2 are joined into node 3, with count 3, which is joined with word 0 into node 4, with count 8.

</details>
<details><summary>Hint 2: pairs of count and number</summary>

Python compares tuples entry by entry. So the smallest of some pairs (count, number) is the rarest node, and among equals that with the smallest number.

</details>
<details><summary>Hint 3: a heap</summary>

A list that is sorted again for each step will do. Quicker is the module `heapq`: `heapq.heapify(items)`, `heapq.heappop(items)` takes the smallest, `heapq.heappush(items, item)` puts one in.

</details>
"""


# %% exercise="huffman_merges"
def huffman_merges(counts):
    """Build Huffman's tree: join the two rarest nodes until one is left."""
    ### BEGIN SOLUTION
    import heapq

    V = len(counts)
    heap = [(int(count), word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    merges, totals = [], []
    for node in range(V, 2 * V - 1):
        (count, rarest), (other, second) = heapq.heappop(heap), heapq.heappop(heap)
        merges.append((rarest, second))
        totals.append(count + other)
        heapq.heappush(heap, (count + other, node))
    return merges, totals
    ### END SOLUTION


# %% check="huffman_merges"
check(huffman_merges)

# %% [markdown]
r"""
Now the way down. At each inner node one bit decides: **0 leads to the first of its pair, 1 to the second**. The bits from the root to a word are its **code**. The inner nodes that are passed are its **path**; they are counted from 0 in the order in which they were made, so node $V + k$ is inner node $k$, and the root is
inner node $V - 2$. Code and path have the same length: at node `path[i]`, the bit `code[i]` is decided.
"""

# %% [markdown]
r"""
{exercise: codes_and_paths}

From the list of pairs, give the codes and the paths of words 0 to $V - 1$, as two lists of lists, from the root down.

Below, your function meets a tree of 100 000 words. Who searches the whole list of pairs for the parent of each node, looks at $V$ pairs in every one of about $V \log_2 V$ steps: seconds for a thousand words, hours for 100 000. Go through the pairs once.

<details><summary>Hint 1: the same example</summary>

Of the pairs (1, 2), (3, 0), word 0 has the code [1] and the path [1]: at the root, inner node 1, the second. Word 1 has the code [0, 0] and the path [1, 0].

</details>
<details><summary>Hint 2: from the root down</summary>

A child's code is its parent's code and one bit more, its path its parent's path and the parent. So go through the pairs from the last to the first: a parent is made later than its children.

</details>
<details><summary>Hint 3: or from the leaves up</summary>

Keep for each node its parent and its bit. Climb from each word to the root, and turn round what you have collected.

</details>
"""


# %% exercise="codes_and_paths"
def codes_and_paths(merges):
    """Go down Huffman's tree: the bits on the way to each word, and the inner nodes."""
    ### BEGIN SOLUTION
    V = len(merges) + 1
    codes, paths = {2 * V - 2: []}, {2 * V - 2: []}
    for k in range(V - 2, -1, -1):
        for bit, child in enumerate(merges[k]):
            codes[child] = [*codes[V + k], bit]
            paths[child] = [*paths[V + k], k]
    return [codes[word] for word in range(V)], [paths[word] for word in range(V)]
    ### END SOLUTION


# %% check="codes_and_paths"
check(codes_and_paths)

# %% [markdown]
r"""
Choose a word, and follow it.
"""

# %% demo=true
from seqlib.widgets.word2vec import way_chooser

animals = {
    "the": 90,
    "of": 60,
    "a": 45,
    "cat": 22,
    "dog": 19,
    "horse": 13,
    "lion": 6,
    "newt": 4,
    "yak": 3,
    "gnu": 1,
}
names, animal_counts = list(animals), np.array(list(animals.values()))
merges, totals = huffman_merges(animal_counts)
codes, paths = codes_and_paths(merges)


def said(word):
    """The steps to a word in one line."""
    steps = zip(paths[names.index(word)], codes[names.index(word)], strict=True)
    return f"{word}: " + ", ".join(f"bit {bit} at inner node {k}" for k, bit in steps)


way_chooser(names, animal_counts, merges, said, "cat")

# %% [markdown]
r"""
How good is the tree? No code that can be read bit by bit has an expected length below the entropy $-\sum_w f_w \log_2 f_w$. A *Shannon code*, with $\lceil -\log_2 f_w \rceil$ bits for each word, is at most one bit longer. Huffman's is the shortest of all. Its expected length can be read off without the codes: each join costs every word below it one bit,
so it is the sum of the joined counts over the sum of all. (That is why the check looks at these counts: they prove that the tree is the best one, whichever of equal nodes come first.)
"""

# %% demo=true
f = animal_counts / animal_counts.sum()
lengths = np.array([len(code) for code in codes])
print(f"entropy        {-(f * np.log2(f)).sum():.3f} bits")
print(
    f"Huffman        {(f * lengths).sum():.3f}, by the joined counts {sum(totals) / animal_counts.sum():.3f}"
)
print(f"Shannon        {(f * np.ceil(-np.log2(f))).sum():.3f}")
print(f"all the same   {np.ceil(np.log2(len(f))):.3f}")
print(f"sum of 2^-length over the words: {(2.0**-lengths).sum()} (1: the tree has no loose ends)")

# %% [markdown]
r"""
## 4 · Hierarchical softmax

Now let the centre answer the questions. Each inner node $k$ gets a vector $\psi_k$, the row `Psi[k]` of $\Psi$, shape $(V - 1, n_e)$. At node $k$ the walk takes

$$
P(\text{bit } 0) = \sigma(\psi_k \cdot e_c)
\qquad
P(\text{bit } 1) = 1 - \sigma(\psi_k \cdot e_c) = \sigma(-\psi_k \cdot e_c)
$$

and the probability of a word is the product along its path. With the sign $s = +1$ for bit 0 and $s = -1$ for bit 1:

$$
P(w \mid c) = \prod_{k \in \text{path}(w)} \sigma\left(s_k\, \psi_k \cdot e_c\right)
$$

At each node the two sides have 1 together, so what comes to the leaves is 1 together, **whatever the vectors are**. No sum over the vocabulary is needed to make it so: this is where the time is saved. (The sign convention is a choice; turned round, it gives other vectors and the same model.)
"""

# %% [markdown]
r"""
{exercise: leaf_probabilities}

For one centre with the vector `e`, give the probabilities of all words, as an array $(V,)$.

<details><summary>Hint 1: the scores along a path</summary>

`Psi[path] @ e`, with a list as index, is one number for each node of the path.

</details>
<details><summary>Hint 2: signs</summary>

$1 - 2 \cdot \text{bit}$ is $+1$ for bit 0 and $-1$ for bit 1.

</details>
"""


# %% exercise="leaf_probabilities"
def leaf_probabilities(e, Psi, codes, paths):
    """How probable each word is beside a centre by the tree: the product of the decisions on its path."""
    ### BEGIN SOLUTION
    probabilities = []
    for code, path in zip(codes, paths, strict=True):
        signs = 1 - 2 * np.array(code)
        probabilities.append(sigmoid(signs * (Psi[path] @ e)).prod())
    return np.array(probabilities)
    ### END SOLUTION


# %% check="leaf_probabilities"
check(leaf_probabilities)

# %% demo=true
rng = np.random.default_rng(0)
for size in (0.0, 1.0, 30.0):
    p = leaf_probabilities(rng.normal(size=5), size * rng.normal(size=(len(names) - 1, 5)), codes, paths)
    likely = names[int(p.argmax())]
    print(
        f"vectors of size {size:>4}: the sum is {p.sum():.12f}; the likeliest is {likely} with {p.max():.3f}"
    )

# %% [markdown]
r"""
With vectors of zero every decision is a toss of a coin, and a word has the probability $2^{-L_w}$.

The loss of a pair $(c, o)$ is $-\log P(o \mid c)$: a sum of $-\log \sigma(s_k\, \psi_k \cdot e_c)$ along the path of the *context*. The derivative of $-\log \sigma(x)$ is $\sigma(x) - 1 = -\sigma(-x)$, so with $x = s_k\, \psi_k \cdot e_c$, and the mean over the $m$ pairs,

$$
dz_k = -\frac{s_k\, \sigma(-x)}{m}
\qquad
d\psi_k \mathrel{+}= dz_k\, e_c
\qquad
de_c \mathrel{+}= \sum_{k \in \text{path}(o)} dz_k\, \psi_k
$$

Only the nodes on the path are touched, about $\log_2 V$ of them. Note the pluses: the root lies on *every* path.
"""

# %% [markdown]
r"""
{exercise: hierarchical_gradients}

Give the mean loss in nats, $dE$ and $d\Psi$. Scores may be large, in the hundreds and more; the loss has to stay finite (hint 2).

<details><summary>Hint 1: a loop over the pairs</summary>

For each pair: the path and the signs of the context, the vector of the centre, the scores along the path, the loss, `dz`, and the two gradients. A loop is fine here.

</details>
<details><summary>Hint 2: a logarithm that does not break</summary>

For a very negative $x$, $\sigma(x)$ is rounded to 0 and its logarithm to −∞. `np.logaddexp(0, -x)` is $-\log \sigma(x)$ and exact.

</details>
<details><summary>Hint 3: a path at once</summary>

`np.outer(dz, e)` has a row for each node of the path. Within one path no node comes twice, so here `dPsi[path] += …` loses nothing.

</details>
"""


# %% exercise="hierarchical_gradients"
def hierarchical_gradients(E, Psi, centers, contexts, codes, paths):
    """The mean cross-entropy of the contexts under the hierarchical softmax, and its gradients."""
    ### BEGIN SOLUTION
    m = len(centers)
    loss, dE, dPsi = 0.0, np.zeros(E.shape), np.zeros(Psi.shape)
    for center, context in zip(centers, contexts, strict=True):
        path = paths[context]
        e = E[:, center]
        signs = 1 - 2 * np.array(codes[context])
        scores = signs * (Psi[path] @ e)
        loss += np.logaddexp(0, -scores).sum() / m
        dz = -signs * sigmoid(-scores) / m
        dPsi[path] += np.outer(dz, e)
        dE[:, center] += dz @ Psi[path]
    return loss, dE, dPsi
    ### END SOLUTION


# %% check="hierarchical_gradients"
check(hierarchical_gradients)

# %% demo=true
rng = np.random.default_rng(0)
tree_E, Psi = rng.normal(size=(3, len(names))), rng.normal(size=(len(names) - 1, 3))
print(f"relative error {compared(hierarchical_gradients, tree_E, Psi, *few, codes, paths):.1e}")

# %% [markdown]
r"""
## 5 · Negative sampling

The second way out asks another question. Not *which of all words stands here?*, but of one word at a time: *is this pair from the text, or made up?* The pair (orange, juice) is from the text, and has label 1. To make up pairs, draw $k$ words by chance and put each beside the same centre: (orange, king), (orange, book), label 0. They are the **negatives**.

That is $k + 1$ yes-or-no questions for each pair, with $k$ from 5 to 20 for small corpora and 2 to 5 for large ones, whatever the size of the vocabulary. The price: what comes out is no probability $P(t \mid c)$ any more. For vectors that is no loss.

### From what are negatives drawn?

Uniformly from the vocabulary, nearly all would be rare words, and the task easy. By frequency, every other one would be among the hundred commonest words, *the* and *of* and their like. Mikolov and others found that something in between works best, with the power 3/4:

$$
P(w) = \frac{f_w^{3/4}}{\sum_j f_j^{3/4}}
$$
"""

# %% [markdown]
r"""
{exercise: noise_distribution}

From the counts, give the probability of each word, as an array. (Counts and relative frequencies give the same. Why?)

<details><summary>Hint: brackets</summary>

An array to a power is taken entry by entry. In Python, `**` goes before `/`: what is the whole power?

</details>
"""


# %% exercise="noise_distribution"
def noise_distribution(counts):
    """The distribution that negatives are drawn from: the power 3/4 of the frequencies, normalised."""
    ### BEGIN SOLUTION
    powers = counts**0.75
    return powers / powers.sum()
    ### END SOLUTION


# %% check="noise_distribution"
check(noise_distribution)

# %% demo=true
noise = noise_distribution(counts)
shown = np.unique(np.geomspace(1, V, 12).astype(int) - 1)
plots.noise(
    [words[i] for i in shown],
    {
        "frequency": (counts / counts.sum())[shown],
        "power 3/4": noise[shown],
        "uniform": np.full(len(shown), 1 / V),
    },
)

# %% [markdown]
r"""
A negative must not be the context itself: the same pair would be taught as true and as made up in one breath. So where the **positive** is drawn, draw again. (It may still be another true neighbour of the centre. Those are rare enough not to matter.)

The check works as for `subsample`: your function is called 700 times for 11 places, and how often each word is among these 7700 draws is compared with how often it should be, by Hoeffding's bound: the two may differ by about 0.05. Other rows look at one draw of each call, only 700 in all: there it is about 0.16. Right code fails a row less than once in ten million times. The usual test for this is
Pearson's χ², whose false alarms are known only for many draws; Hoeffding's bound holds for any number.
"""

# %% [markdown]
r"""
{exercise: sample_negatives}

For each entry of `positives`, draw one word from `noise` that is not that entry. Each place rules out its *own* positive only. To get $k$ negatives for each of $m$ pairs, the contexts are repeated $k$ times beforehand.

Draw again only in the places that have met their positive. Who draws *all* places again waits until no place at all meets its own: with the ten thousand places of a batch, for ever. A loop over the places is right and gets all points, but takes seconds for each batch of your training, which has some thousand batches: draw for all places at once.

<details><summary>Hint 1: all places at once</summary>

`rng.choice(V, size=n, p=noise)` draws $n$ words.

</details>
<details><summary>Hint 2: again, until there is nothing to draw again</summary>

Comparing two arrays gives True where the positive was drawn. An array of True and False as an index picks these places, for reading and for writing; its sum is how many they are.

</details>
"""


# %% exercise="sample_negatives"
def sample_negatives(positives, noise, rng):
    """Draw a negative for each positive word: any other, in proportion to the noise."""
    ### BEGIN SOLUTION
    V = len(noise)
    drawn = rng.choice(V, size=len(positives), p=noise)
    while (again := drawn == positives).any():
        drawn[again] = rng.choice(V, size=again.sum(), p=noise)
    return drawn
    ### END SOLUTION


# %% check="sample_negatives"
check(sample_negatives)

# %% [markdown]
r"""
### The loss

For the context $o$ and the negatives $n_1 \dots n_k$ of a pair with centre $c$:

$$
\mathcal L = -\log \sigma(\theta_o \cdot e_c) - \sum_{j=1}^{k} \log \sigma(-\theta_{n_j} \cdot e_c)
$$

Written with labels $y$, 1 for the context and 0 for a negative, every one of the $k + 1$ words has the gradient of a logistic regression at its score $z = \theta \cdot e_c$. With the mean over the $m$ pairs:

$$
dz = \frac{\sigma(z) - y}{m}
\qquad
d\theta \mathrel{+}= dz\, e_c
\qquad
de_c \mathrel{+}= \sum dz\, \theta
$$

The context is drawn towards the centre, the negatives are pushed away. A centre, a context, a negative: each may come several times in a batch, also in different roles, and all its gradients add up.
"""

# %% [markdown]
r"""
{exercise: negative_sampling_gradients}

`negatives` is $(m, k)$, a row for each pair. Give the mean loss in nats, $dE$ and $d\Theta$. The negatives of a pair are *added up*; the mean is over the pairs. As before, the loss has to stay finite where scores are large (hint 2 of `hierarchical_gradients`).

Your training at the end calls this some thousand times with 2048 pairs. Loops are right and get all points, and are about a hundred times too slow for it: work with whole arrays.

<details><summary>Hint 1: the k + 1 words of each pair side by side</summary>

`np.column_stack([contexts, negatives])` is $(m, 1 + k)$. `Theta[words]` is $(m, 1 + k, n_e)$.

</details>
<details><summary>Hint 2: the scores</summary>

Each of the $1 + k$ vectors of a pair times the vector of its centre: `np.einsum("mkn,mn->mk", theta, e)`, with `e` of shape $(m, n_e)$.

</details>
<details><summary>Hint 3: adding up</summary>

`np.add.at(dTheta, words, values)` takes an index of two axes as well; the values are then $(m, 1 + k, n_e)$.

</details>
<details><summary>Hint 4: three times as fast</summary>

Most of the time goes into `np.add.at`. A look-up is a product with a one-hot matrix (`09-word-vectors`), and its gradient one with the transposed matrix. As a sparse matrix, with one number for each word that is looked up, that is quick:
`sparse.csr_matrix((numbers, (rows, columns)), shape=(V, m))`. Where a place comes twice, the numbers are added.

</details>
"""


# %% exercise="negative_sampling_gradients"
def negative_sampling_gradients(E, Theta, centers, contexts, negatives):
    """The mean loss of telling each context from its k negatives, and its gradients."""
    ### BEGIN SOLUTION
    (m, k), V = negatives.shape, len(Theta)
    e = E[:, centers].T
    words = np.column_stack([contexts, negatives])
    labels = np.zeros(words.shape, dtype=E.dtype)
    labels[:, 0] = 1
    theta = Theta[words]
    z = np.einsum("mkn,mn->mk", theta, e)
    loss = (np.logaddexp(0, z) - labels * z).sum() / m
    dz = (sigmoid(z) - labels) / m
    pair = np.arange(m)
    of_centers = sparse.csr_matrix((np.ones(m, dtype=E.dtype), (centers, pair)), shape=(V, m))
    of_words = sparse.csr_matrix((dz.ravel(), (words.ravel(), np.repeat(pair, k + 1))), shape=(V, m))
    dE = (of_centers @ np.einsum("mk,mkn->mn", dz, theta)).T
    return loss, dE, of_words @ e
    ### END SOLUTION


# %% check="negative_sampling_gradients"
check(negative_sampling_gradients)

# %% demo=true
few_negatives = np.array([[3, 3], [0, 5], [7, 4], [2, 3]])
error = compared(negative_sampling_gradients, small_E, small_Theta, *few, few_negatives)
print(f"relative error {error:.1e}")

# %% [markdown]
r"""
## 6 · What it costs

Here are your three functions on one batch of 32 pairs, measured now on this computer, as the vocabulary grows. (For the hierarchical softmax the pairs are those of a balanced tree; `codes_and_paths` is yours, and not in the time.) A function that takes longer than a second is not tried on the next size.
"""

# %% demo=true
SIZES, PAIRS = (1_000, 3_000, 10_000, 30_000, 100_000), 32


def balanced_merges(size):
    """A tree in which all words are about equally deep: nodes are joined in the order of their numbers."""
    return [(2 * k, 2 * k + 1) for k in range(size - 1)]


def seconds_of(gradients, *arguments):
    """The shortest of three times; NaN where the arrays do not fit into memory."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        try:
            gradients(*arguments)
        except MemoryError:
            return float("nan")
        times.append(time.perf_counter() - begin)
        if times[-1] > 1:
            break
    return min(times)


labels = ("full softmax", "hierarchical softmax", "negative sampling, k = 5")
seconds = {label: [] for label in labels}
for size in SIZES:
    rng = np.random.default_rng(0)
    E, Theta = rng.normal(0, 0.1, (50, size)), rng.normal(0, 0.1, (size, 50))
    pairs = rng.integers(0, size, PAIRS), rng.integers(0, size, PAIRS)
    runs = (
        (softmax_gradients, (E, Theta, *pairs)),
        (hierarchical_gradients, (E, Theta[1:], *pairs, *codes_and_paths(balanced_merges(size)))),
        (negative_sampling_gradients, (E, Theta, *pairs, rng.integers(0, size, (PAIRS, 5)))),
    )
    for label, (function, arguments) in zip(labels, runs, strict=True):
        slow = seconds[label] and not seconds[label][-1] <= 1
        seconds[label].append(float("nan") if slow else seconds_of(function, *arguments))

print(f"{'words':>8}" + "".join(f"{label:>28}" for label in labels))
for i, size in enumerate(SIZES):
    print(f"{size:>8}" + "".join(f"{1000 * seconds[label][i]:>25.2f} ms" for label in labels))
plots.speed(SIZES, seconds, PAIRS)

# %% [markdown]
r"""
The full softmax grows with the vocabulary. For small vocabularies it may be the quicker one nevertheless: it is a few products of whole matrices, while the hierarchical softmax goes through the pairs in a Python loop, whose steps cost the same for any vocabulary. From some thousand words on, the loop is the cheaper. The other two need only $\log_2 V$ nodes or $k + 1$ words for a pair. What still grows in them is not the loss: your functions return gradients of the shape of the whole matrices, and to make so many zeros takes its time. Programs for large vocabularies return the rows that were touched, and
nothing else.

The two are no worse vectors for being cheaper. Negative sampling is usually a little better for frequent words, the hierarchical softmax for rare ones.
"""

# %% [markdown]
r"""
## 7 · Training

Plain gradient descent, on batches of pairs with their negatives. One thing more: the learning rate falls on a straight line. Step $i$ of $n$, counted from 0, has

$$
\eta_i = \eta \left(1 - \frac{i}{n}\right)
$$

Large steps at first go far, small ones at last settle. What is graded is five steps on given batches. The long run below is yours.
"""

# %% [markdown]
r"""
{exercise: train_skipgram}

Take one step for each batch, in order, with the gradients of `negative_sampling_gradients`. Return both matrices after the last step, and the list of the losses, each *before* the step of its own batch.

<details><summary>Hint: leave what was given as it was</summary>

`E -= …` would change the array that the caller has. `E = E - …` makes a new one.

</details>
"""


# %% exercise="train_skipgram"
def train_skipgram(E, Theta, batches, learning_rate):
    """Train by negative sampling: a step for each batch, with a learning rate that falls on a line towards 0."""
    ### BEGIN SOLUTION
    losses = []
    for i, (centers, contexts, negatives) in enumerate(batches):
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, centers, contexts, negatives)
        rate = learning_rate * (1 - i / len(batches))
        E, Theta = E - rate * dE, Theta - rate * dTheta
        losses.append(loss)
    return E, Theta, losses
    ### END SOLUTION


# %% check="train_skipgram"
check(train_skipgram)

# %% [markdown]
r"""
### The long run

Now in earnest: 50 features, a window of 4, 5 negatives, batches of 2048 pairs, at most 55 seconds of computing. (What other programs compute meanwhile does not count: where the computer has much else to do, it takes longer by the clock, and the vectors are as good.) The loop is that of `train_skipgram`, with a clock; pairs, thinning, negatives and gradients are yours. word2vec takes a step of 0.025 for *each pair*, and goes through its text several times. You have less time, so each pair gets 0.07. A mean over $m$ pairs has $1/m$ in it, so the rate to go with it is $m$ times as large. (Much more, and the steps overshoot: a frequent word gets a hundred of them in one batch.)

$\Theta$ begins at zero, so that every first answer is one half; $E$ with small random numbers, so that the words are not all the same.

These are the ten words whose neighbours we will look at. They were chosen before the first training.
"""

# %% demo=true
from tqdm import tqdm

PROBES = ["bread", "dog", "doctor", "king", "mother", "music", "red", "river", "ship", "war"]
SECONDS, EPOCHS, SIZE, RATE, WINDOW, K, N_E = 55, 5, 2048, 0.07, 4, 5, 50
MOMENTS = (0.02, 0.15, 0.5, 1.0)


def batches_of(some, rng):
    """Batches of centres, contexts and negatives from some sentences, in random order."""
    centers, contexts = skipgram_pairs([subsample(s, keep, rng) for s in some], WINDOW)
    order = rng.permutation(len(centers))
    for k in range(0, len(order) - SIZE + 1, SIZE):
        chosen = order[k : k + SIZE]
        negatives = sample_negatives(np.repeat(contexts[chosen], K), noise, rng)
        yield centers[chosen], contexts[chosen], np.reshape(negatives, (SIZE, K))


rng = np.random.default_rng(0)
E = np.asfortranarray(rng.uniform(-0.5, 0.5, (N_E, V)), dtype=np.float32) / N_E  # a column lies in one piece
Theta = np.zeros((V, N_E), dtype=np.float32)
curve, snapshots, done, read = [], {}, 0.0, 0
bar = tqdm(total=100, unit="%", mininterval=2, bar_format="{l_bar}{bar}| {elapsed}{postfix}")
begin, computed = time.monotonic(), time.thread_time()
while done < 1:
    some = [encoded[i] for i in rng.choice(len(encoded), 500)]
    for batch in batches_of(some, rng):
        loss, dE, dTheta = negative_sampling_gradients(E, Theta, *batch)
        rate = RATE * SIZE * (1 - done)
        E, Theta = E - np.float32(rate) * dE, Theta - np.float32(rate) * dTheta
        curve.append(loss)
    read += len(some)
    done = max(read / (EPOCHS * len(encoded)), (time.thread_time() - computed) / SECONDS)
    if len(snapshots) < len(MOMENTS) and done >= MOMENTS[len(snapshots)]:
        snapshots[len(curve) * SIZE / 1e6] = E
    bar.set_postfix_str(f"loss {np.mean(curve[-50:]):.2f}", refresh=False)
    bar.update(min(100, round(100 * done)) - bar.n)
bar.close()
print(
    f"{len(curve) * SIZE / 1e6:.1f} million pairs in {time.thread_time() - computed:.0f} s of computing, {time.monotonic() - begin:.0f} s by the clock; {read / len(encoded):.1f} times through the corpus"
)

# %% demo=true
shown = max(1, len(curve) // 200)
means = [np.mean(curve[i : i + shown]) for i in range(0, len(curve), shown)]
millions = [min(i + shown, len(curve)) * SIZE / 1e6 for i in range(0, len(curve), shown)]
plots.training(millions, means, list(snapshots))

# %% [markdown]
r"""
At first every question is a toss of a coin, and six of them cost $6 \log 2 = 4.16$ nats. Soon the vectors know which words are frequent, and then which go together. That is seen in the neighbours, the words whose vectors have the largest cosine. Those that are there at the end are marked, in every column; a word may come, go and come back.
"""


# %% demo=true
def near(word, words, vectors, k):
    """The k words whose vectors have the largest cosine with that of a word."""
    place = words.index(word)
    return [words[i] for i in nearest_words(vectors[:, place], vectors, k, [place])[0]]


moments = {f"{millions:.1f} M pairs": vectors for millions, vectors in snapshots.items()}
plots.neighbours(
    {
        probe: {label: near(probe, words, vectors, 6) for label, vectors in moments.items()}
        for probe in ("bread", "king", "red")
    }
)

# %% demo=true
for probe in PROBES:
    print(f"{probe:<8}", ", ".join(near(probe, words, E, 8)))

# %% [markdown]
r"""
Nobody has told the network that these words have anything to do with each other. Some neighbours mean nearly the same; some are opposites or rivals, for those keep the same company; and some tell more about the dictionaries of a hundred years ago than about the language.

### Beside a reference

How good are the vectors? In WordSim-353 people have said, for 353 pairs of words, how alike they find the two. Spearman's $\rho$ is the rank correlation of their answers with the cosines of the vectors: 1 if both put the pairs into the same order, 0 if they have nothing to do with each other. Only pairs whose words are both in the vocabulary can
be asked. With some 240 pairs, chance alone moves $\rho$ by about 0.06, so small differences say nothing.

`vectors-skipgram` is a reference model of the course: the same model on the same corpus, trained for longer by a faster program. Its card says how, and what gensim, a well-known library, reaches on the same corpus with the same settings, but for one: gensim has its own learning rate of 0.025, the reference 0.05. That makes the difference between the two. With 0.05 gensim reaches 0.56.
"""

# %% demo=true
from importlib.util import find_spec

from seqlib import references
from seqlib.data import similarity

if find_spec("gensim"):
    found = similarity.agreement(words, E)
    print(f"your vectors: ρ = {found.rho:.2f} over {found.covered} of {found.pairs} pairs")
else:
    print(
        "your vectors: WordSim-353 is read from the test data of gensim, which is not installed (pip install gensim)"
    )
    print("Compare their neighbours with those of the reference, whose ρ is known.")

if "vectors-skipgram" in references.available():
    card = references.card("vectors-skipgram")
    trained = references.load("vectors-skipgram")[0]["E"].astype(float)
    rho, of_gensim = card["metrics"]["rho"], card["gensim_metrics"]["rho"]
    print(
        f"vectors-skipgram: ρ = {rho['mean']:.2f}; gensim: ρ = {of_gensim['mean']:.2f} (means of {len(card['runs'])} seeds)"
    )
    for probe in PROBES:
        print(f"\n{probe:<8}yours:     ", ", ".join(near(probe, words, E, 8)))
        print(f"{'':<8}reference: ", ", ".join(near(probe, card["vocabulary"], trained, 8)))

# %% [markdown]
r"""
## 8 · The same in PyTorch

| | yours | torch |
|---|---|---|
| vectors of the centres | $E$, $(n_e, V)$, a word a column | `nn.Embedding(V, n_e)`, a word a row |
| vectors of the contexts | $\Theta$, $(V, n_e)$ | a second `nn.Embedding` |
| $\log \sigma$ | `np.logaddexp` | `logsigmoid` |
| repeated words | `np.add.at` or a sparse product | its backward pass adds them up |
| only the rows that were touched | a question of how you write it | `sparse=True` |
"""

# %% demo=true
import torch
from torch.nn.functional import cross_entropy, logsigmoid

rng = np.random.default_rng(1)
your_E, your_Theta = rng.normal(0, 0.5, (8, 200)), rng.normal(0, 0.5, (200, 8))
centers, contexts, negatives = rng.integers(0, 20, 64), rng.integers(0, 20, 64), rng.integers(0, 20, (64, 5))
rows = torch.nn.Embedding.from_pretrained(torch.from_numpy(your_E.T.copy()), freeze=False)
outputs = torch.nn.Embedding.from_pretrained(torch.from_numpy(your_Theta.copy()), freeze=False)
c, o, n = map(torch.from_numpy, (centers, contexts, negatives))


def difference(loss, yours):
    """The largest differences of loss and gradients."""
    rows.weight.grad = outputs.weight.grad = None
    loss.backward()
    own_loss, dE, dTheta = yours
    gaps = (rows.weight.grad.T.numpy() - dE, outputs.weight.grad.numpy() - dTheta)
    return f"loss {own_loss:.12f}, torch's {loss.item():.12f}; gradients differ by {max(np.abs(g).max() for g in gaps):.1e}"


e = rows(c)
good = logsigmoid((outputs(o) * e).sum(dim=1))
bad = logsigmoid(-torch.einsum("mkn,mn->mk", outputs(n), e)).sum(dim=1)
own = negative_sampling_gradients(your_E, your_Theta, centers, contexts, negatives)
print("negative sampling:", difference(-(good + bad).mean(), own))

full = cross_entropy(rows(c) @ outputs.weight.T, o)
print("full softmax:     ", difference(full, softmax_gradients(your_E, your_Theta, centers, contexts)))

# %% [markdown]
r"""
## 9 · What you have

* Pairs from running text, thinned out where words are frequent; and the knowledge that two vectors for each word are needed.
* The full softmax with its gradients, right also where a word comes twice in a batch.
* Huffman's tree, whose expected code length no other beats, and a softmax on it whose probabilities add up to 1 by themselves.
* Negatives by the power 3/4, never the positive, and a loss that costs the same for any vocabulary.
* Vectors of your own, of words that nobody explained.

All that passed is kept in your own library, `seqlib.mine`.

**What comes next.** Your training saw each pair where it stood, one after the other. `11-glove` counts first how often two words stand near each other in the whole corpus, and fits vectors to the counts.
"""

# %% demo=true
from autograder.progress import progress

progress()
