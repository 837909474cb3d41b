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
# 12 · Sentiment: what an average cannot see

*Not good, just long. Not long, just good.* The same words, the opposite meaning. In this notebook you build two classifiers of reviews. One
averages the vectors of the words and cannot tell these two apart, however long it is trained; you see the proof, and measure it. The other reads them in order with an LSTM.
You also find out what word vectors that were learned from other text are worth, when there is little text of one's own.

| | |
|---|---|
| **You need** | the LSTM forward and backward (`04-lstm`), embeddings as a look-up (`09-word-vectors`); padding (`01-sequences`), a gradient check (`02-rnn`) and Adam (`06-language-model`) are used as well |
| **You build** | twelve functions: padding, an average and its gradients, an LSTM that stops at the last word, their training and their scores |
| **Time** | about 3 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | the quiz on part 2; then translation, where a network reads a sentence into one vector and another one writes |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture note 003, it means that of the course that this package belongs to. You do not need it.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import softmax
from seqlib.data import reviews
from seqlib.mine import (
    gradient_error,
    look_up_backward,
    lstm_backward,
    lstm_forward,
    lstm_gates,
    numeric_gradient,
    optimisation_step,
    pad_batch,
)
from seqlib.plots import sentiment as plots
from seqlib.widgets import sentiment as widgets

# %% [markdown]
r"""
**Given to you:** `softmax(z)`, which turns each column into probabilities. From `seqlib.mine` come functions of earlier notebooks: yours where they have
passed on this computer, the course's where not. They are explained again where you need them.

**Notation.** A batch of $m$ sentences is `tokens` $(m, T_x)$, whole numbers, and `mask` $(m, T_x)$, `True` where a word stands. A word's vector is a column of $E$ $(n_e, V)$. Classes are
whole numbers from 0 to $n_y - 1$; `labels` is $(m,)$.

## 1 · Reviews in pairs

The reviews were written for this course: films, food, travel, lessons, machines. Each has one of five labels, 1 (very negative) to 5 (very positive). Half of them come in **pairs**: two orders
of exactly the same words, with different labels.
"""

# %% demo=true
parts = reviews.split()
for name, part in zip(parts._fields, parts, strict=True):
    print(f"{name:<11}{len(part.ordinary):>4} ordinary reviews and {len(part.pairs):>3} pairs")
print()
for pair in parts.train.pairs[::7]:
    for review in pair[1:]:
        print(f"{review.label}   {' '.join(review.tokens)}")

# %% [markdown]
r"""
Such pairs are rare in real reviews. They are here because they *measure* something: a model that does well on them must know the order. (A model can do quite well on ordinary reviews by
looking for *wonderful* and *terrible*.)

Two hundred sentences are far too few to learn what *not*, *but* and *never* do. So there are further ones, for training only, composed from templates of the same kinds, such as
*{thing} was not {good}, just {bad}*, with words from lists. Words of test sentences occur in them; test sentences do not. What this means for the result, we come to in section 7.
"""

# %% demo=true
composed = reviews.composed(2400)
print(f"{len(composed)} composed reviews, such as")
for review in composed[:6]:
    print(f"{review.label}   {' '.join(review.tokens)}")

# %% [markdown]
r"""
## 2 · A batch, and its padding

A batch is one array, but sentences have different lengths. Short ones are filled up at the end, with 0, and the mask says what is real. Words that the vocabulary lacks get the number of `<UNK>`.

The mask is made from the *lengths*, not from the numbers. It may be tempting to write `tokens != 0`; that goes well only as long as no word has the number 0.
"""

# %% [markdown]
r"""
{exercise: sentence_batch}

Put sentences into one array. `index` is a dict from word to number; words that are not in it get `index[unknown]`. `unknown` is `<UNK>` in this notebook; elsewhere it may have another name. A sentence may be empty: its row is padding throughout.

You may use `pad_batch(sequences, value)` of `01-sequences`. It takes lists of numbers and gives two arrays: the numbers, filled up with `value` at the end, and the mask.

<details><summary>Hint: a number for every word</summary>

`index.get(word, other)` is `index[word]`, or `other` where the word is not in the dict.

</details>
"""


# %% exercise="sentence_batch"
def sentence_batch(sentences, index, unknown):
    """Sentences as one array of whole numbers, short ones filled up with 0, and where words stand."""
    ### BEGIN SOLUTION
    numbers = [[index.get(word, index[unknown]) for word in sentence] for sentence in sentences]
    return pad_batch(numbers, 0)
    ### END SOLUTION


# %% check="sentence_batch"
check(sentence_batch)

# %% [markdown]
r"""
### One vector for a sentence

The simplest way to make one vector of a sentence is the average of its words' vectors:

$$
h = \frac{1}{n} \sum_{t=1}^{n} e_{w_t}
$$

with $n$ the number of *words*, not of steps in the array. If padding were averaged in, the vector of a sentence would depend on how long *other* sentences in its batch are.
"""

# %% [markdown]
r"""
{exercise: masked_average}

Average over the words of each sentence. Padding holds vectors like any other place (that of word 0); it must count neither in the sum nor in the number. A sentence without any word has the average zero.

Shapes: `x` $(n_e, m, T_x)$, `mask` $(m, T_x)$ of `True` and `False`; the result is $(n_e, m)$.

<details><summary>Hint 1: a sum of some</summary>

`np.where(condition, this, that)` takes from `this` where the condition holds, else from `that`, which may be a single number. A mask $(m, T_x)$ fits the last two axes of `x`.

</details>
<details><summary>Hint 2: no division by 0</summary>

For a sentence without words, the sum is zero already: divided by any number but 0, it stays zero.

</details>
"""


# %% exercise="masked_average"
def masked_average(x, mask):
    """The average of each sentence's word vectors, padding left out: (n_e, m)."""
    ### BEGIN SOLUTION
    total = np.where(mask, x, 0).sum(axis=2)
    return total / np.maximum(mask.sum(axis=1), 1)
    ### END SOLUTION


# %% check="masked_average"
check(masked_average)

# %% [markdown]
r"""
## 3 · A classifier on averages

On top stands one softmax layer:

$$
\hat y = \mathrm{softmax}(W_y\, h + b_y)
$$

with $W_y$ $(n_y, n_e)$ and $b_y$ $(n_y, 1)$. `parameters` is a dict with `E`, `Wy`, `by`.
"""

# %% [markdown]
r"""
{exercise: average_probabilities}

From words to probabilities $(n_y, m)$: look up, average, classify. Every sentence has at least one word.

<details><summary>Hint: look up</summary>

`E[:, tokens]` has the columns of $E$ at the tokens: $(n_e, m, T_x)$.

</details>
"""


# %% exercise="average_probabilities"
def average_probabilities(tokens, mask, parameters):
    """Probabilities of the classes of each sentence, from the average of its word vectors: (n_y, m)."""
    ### BEGIN SOLUTION
    h = masked_average(parameters["E"][:, tokens], mask)
    return softmax(parameters["Wy"] @ h + parameters["by"])
    ### END SOLUTION


# %% check="average_probabilities"
check(average_probabilities)

# %% [markdown]
r"""
### Loss, and the way back

The loss is the cross-entropy, $-\log \hat y$ at the true class, as a mean over the sentences of the batch. Both classifiers of this notebook end in the same layer, on some vector $h$ $(n_h, m)$. So its loss and its gradients are one function:

$$
dz = \frac{\hat y - y}{m}
\qquad dW_y = dz\, h^T
\qquad db_y = \sum_i dz^{(i)}
\qquad dh = W_y^T\, dz
$$

with $y$ one-hot. The factor $1/m$ of the mean is in $dz$, and so in all that follows from it.
"""

# %% [markdown]
r"""
{exercise: output_gradients}

Give the mean loss in nats, and a dict with `dWy` $(n_y, n_h)$, `dby` $(n_y, 1)$ and `dh` $(n_h, m)$.

`labels` $(m,)$ are indices of classes, from 0.

<details><summary>Hint 1: the probability of the true class</summary>

`y[labels, np.arange(m)]` picks one entry from each column. An index like this can also stand on the left of `-=`. But mind that after `dz = y`, both names mean the same array.

</details>
<details><summary>Hint 2: the shape of the bias</summary>

`dz.sum(axis=1, keepdims=True)` is $(n_y, 1)$.

</details>
"""


# %% exercise="output_gradients"
def output_gradients(h, labels, parameters):
    """The mean cross-entropy of a softmax layer on one vector a sentence, and its gradients."""
    ### BEGIN SOLUTION
    m = len(labels)
    y = softmax(parameters["Wy"] @ h + parameters["by"])
    true = labels, np.arange(m)
    loss = -np.log(y[true]).mean()
    dz = y / m
    dz[true] -= 1 / m
    return loss, {"dWy": dz @ h.T, "dby": dz.sum(axis=1, keepdims=True), "dh": parameters["Wy"].T @ dz}
    ### END SOLUTION


# %% check="output_gradients"
check(output_gradients)

# %% [markdown]
r"""
From $h$ on it goes back into the words. Each of the $n$ words of a sentence has a share of $1/n$ in the average, so each gets that share of the gradient; padding had no share and gets nothing:

$$
dx^{\langle t \rangle} = \frac{1}{n}\, dh \ \text{ where the mask is True, else } 0
$$

And $dE$ is the sum of the $dx$ of each word, wherever it stands. A word that comes twice, in one sentence or in two, gets both.
"""

# %% [markdown]
r"""
{exercise: average_gradients}

Give the loss, and a dict with `dE` $(n_e, V)$, `dWy` and `dby`. Every sentence has at least one word.

From `09-word-vectors` you have `look_up_backward(de, indices, V)`: `de` $(n_e, k)$ are gradients at $k$ vectors that were looked up, `indices` $(k,)$ their words; the result is $dE$ $(n_e, V)$, in which repeated words are added up.

<details><summary>Hint 1: all shares at once</summary>

`mask / mask.sum(axis=1, keepdims=True)` is $(m, T_x)$: the share of each step in the average of its sentence, 0 at padding.

</details>
<details><summary>Hint 2: shapes</summary>

`dh[:, :, np.newaxis]` is $(n_e, m, 1)$. For the look-up backward, sentences and steps become one axis: `dx.reshape(n_e, m * T_x)`, and `tokens.ravel()` has the words in the same order.

</details>
"""


# %% exercise="average_gradients"
def average_gradients(tokens, mask, labels, parameters):
    """Loss of the average classifier and its gradients, those of the word vectors included."""
    ### BEGIN SOLUTION
    E = parameters["E"]
    loss, out = output_gradients(masked_average(E[:, tokens], mask), labels, parameters)
    shares = mask / mask.sum(axis=1, keepdims=True)
    dx = out["dh"][:, :, np.newaxis] * shares
    dE = look_up_backward(dx.reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])
    return loss, {"dE": dE, "dWy": out["dWy"], "dby": out["dby"]}
    ### END SOLUTION


# %% check="average_gradients"
check(average_gradients)

# %% [markdown]
r"""
As always, look for yourself: against central differences, the relative error should be far below $10^{-6}$.
"""


# %% setup=true
def random_parameters(rng, n_e, V, n_y, n_a=None):
    """Random weights of the average classifier, or with n_a units of the one with an LSTM."""
    n_h = n_a or n_e
    parameters = {"E": rng.normal(0, 0.4, (n_e, V))}
    for gate in "fuco" if n_a else "":
        parameters[f"W{gate}"] = rng.normal(0, 1 / np.sqrt(n_a + n_e), (n_a, n_a + n_e))
        # A forget gate that begins open: the memory is kept until there is a reason not to.
        parameters[f"b{gate}"] = np.full((n_a, 1), 1.0 if gate == "f" else 0.0)
    return {**parameters, "Wy": rng.normal(0, 1 / np.sqrt(n_h), (n_y, n_h)), "by": np.zeros((n_y, 1))}


def compared(gradients, parameters):
    """The relative error of a classifier's gradients against central differences, on three short sentences."""
    tokens, mask = (
        np.array([[3, 3, 1], [2, 0, 0], [1, 3, 0]]),
        np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0]], bool),
    )
    labels = np.array([2, 0, 1])
    numeric = numeric_gradient(lambda p: gradients(tokens, mask, labels, p)[0], parameters)
    own = gradients(tokens, mask, labels, parameters)[1]
    return gradient_error({name: own[f"d{name}"] for name in parameters}, numeric)


# %% demo=true
rng = np.random.default_rng(0)
print(f"relative error {compared(average_gradients, random_parameters(rng, 4, 5, 3)):.1e}")

# %% [markdown]
r"""
### Training, with something frozen

A step of gradient descent changes every parameter, or not quite every one. Word vectors that were learned elsewhere, from billions of words, are often kept as they are: they are **frozen**, and only what stands on top of them is trained.
"""

# %% [markdown]
r"""
{exercise: train_average}

Take one step for each batch, in order: $p \leftarrow p - \alpha\, dp$ for every parameter $p$ whose name is not in `frozen`.

`batches` is a list of `(tokens, mask, labels)`, `frozen` a list of names, such as `["E"]` or `[]`. Return the parameters after the last step, and a list with the loss of each batch *before* its own step. What you are given must stay as it was, so make new arrays.

<details><summary>Hint: new parameters at each step</summary>

A dict comprehension over `parameters.items()`. The gradient of `name` is `gradients[f"d{name}"]`.

</details>
"""


# %% exercise="train_average"
def train_average(parameters, batches, learning_rate, frozen):
    """One step of gradient descent for each batch; frozen parameters stay as they are."""
    ### BEGIN SOLUTION
    losses = []
    for tokens, mask, labels in batches:
        loss, gradients = average_gradients(tokens, mask, labels, parameters)
        losses.append(loss)
        parameters = {
            name: value if name in frozen else value - learning_rate * gradients[f"d{name}"]
            for name, value in parameters.items()
        }
    return parameters, losses
    ### END SOLUTION


# %% check="train_average"
check(train_average)

# %% [markdown]
r"""
## 4 · What an average cannot see

An average does not depend on the order of what is averaged. So two orders of the same words have the same $h$, the same scores, the same probabilities, and get the same label. If their true labels differ, **at most one of the two is right**. This holds for every classifier on top of
the average, for any vectors, trained on any amount of text: what the average threw away, nothing behind it can bring back. The same goes for counts of words, and for everything else that sees a sentence as a *bag* of words.

For a set of such pairs, the ceiling of every bag is

* one half of the sentences,
* none of the pairs with both sentences right.

Two functions measure it.
"""

# %% [markdown]
r"""
{exercise: confusion}

Give the share of sentences that are right, and a table $(n_y, n_y)$ of counts: row $k$, column $l$ is how many sentences of class $k$ were given class $l$.

<details><summary>Hint: pairs that come several times</summary>

`counts[labels, predicted] += 1` adds 1 only once for each place in the table. `np.add.at` adds as often as a place comes; so does a loop.

</details>
"""


# %% exercise="confusion"
def confusion(labels, predicted, n_y):
    """How often a classifier is right, and what it takes for what."""
    ### BEGIN SOLUTION
    counts = np.zeros((n_y, n_y), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    return np.trace(counts) / len(labels), counts
    ### END SOLUTION


# %% check="confusion"
check(confusion)

# %% [markdown]
r"""
{exercise: pair_scores}

`labels` and `predicted` are $(n, 2)$: a row for each pair, its two sentences side by side. Give the share of *sentences* that are right, and the share of *pairs* of which both are.

<details><summary>Hint</summary>

`a.all(axis=1)` says for each row of an array of `True` and `False` whether all of it is `True`. The mean of such an array is a share.

</details>
"""


# %% exercise="pair_scores"
def pair_scores(labels, predicted):
    """How often a classifier is right about a sentence of a pair, and how often about both."""
    ### BEGIN SOLUTION
    right = labels == predicted
    return right.mean(), right.all(axis=1).mean()
    ### END SOLUTION


# %% check="pair_scores"
check(pair_scores)

# %% [markdown]
r"""
Now train. The vocabulary has all words of the reviews, those of the test sentences among them: their vectors are there from the beginning, as they are when one takes a large list of word vectors; what the test sentences *say* about them
is not used. `fit` takes steps of Adam, your `optimisation_step` of `06-language-model`, and keeps the parameters that did best on the validation part.
"""

# %% setup=true
PAD, UNK = "<PAD>", "<UNK>"
N_Y = len(reviews.LABELS)


def vocabulary_of(texts):
    """The words of some reviews in sorted order, after padding and the unknown word; and the number of each."""
    words = [PAD, UNK, *sorted({word for review in texts for word in review.tokens})]
    return words, {word: i for i, word in enumerate(words)}


def batch_of(texts):
    """Tokens, mask and labels of some reviews; classes begin with 0, labels with 1."""
    tokens, mask = sentence_batch([review.tokens for review in texts], index, UNK)
    return tokens, mask, np.array([review.label for review in texts]) - 1


def measured(probabilities, part, parameters):
    """Accuracy on ordinary reviews and the table; of the pairs, the share of sentences and of pairs."""
    tokens, mask, labels = batch_of(part.reviews)
    predicted, n = probabilities(tokens, mask, parameters).argmax(axis=0), len(part.ordinary)
    accuracy, counts = confusion(labels[:n], predicted[:n], N_Y)
    sentences, both = pair_scores(labels[n:].reshape(-1, 2), predicted[n:].reshape(-1, 2))
    return {"ordinary": accuracy, "sentences": sentences, "pairs": both, "counts": counts}


def fit(model, parameters, texts, passes, rate, frozen=(), size=32, seed=0, each_pass=lambda: None):
    """Train with Adam, and keep what did best on the validation part: parameters, losses, scores after each pass.

    model is a pair of functions: gradients and probabilities.
    """
    gradients_of, probabilities = model
    rng, losses, scores, best = np.random.default_rng(seed), [], [], parameters
    zeros = {name: np.zeros_like(parameters[name]) for name in parameters if name not in frozen}
    state = {"t": 0, "m": zeros, "v": zeros}
    for _ in range(passes):
        order = rng.permutation(len(texts))
        for k in range(0, len(order), size):
            loss, gradients = gradients_of(*batch_of([texts[i] for i in order[k : k + size]]), parameters)
            free = {name: parameters[name] for name in zeros}
            wanted = {f"d{name}": gradients[f"d{name}"] for name in zeros}
            free, state = optimisation_step(free, wanted, state, rate, 1.0)
            parameters = {**parameters, **free}
            losses.append(loss)
        found = measured(probabilities, parts.validation, parameters)
        scores.append((found["ordinary"], found["sentences"]))
        if sum(scores[-1]) > max(map(sum, scores[:-1]), default=0):
            best = parameters
        each_pass()
    return best, losses, scores


# %% demo=true
words, index = vocabulary_of([review for part in parts for review in part.reviews] + composed)
# The reviews that people wrote count four times beside the composed ones.
texts = composed + 4 * parts.train.reviews
print(f"{len(words)} words, {len(texts)} reviews to train on")
AVERAGE = average_gradients, average_probabilities
start = random_parameters(np.random.default_rng(0), 50, len(words), N_Y)
average, _, scores = fit(AVERAGE, start, texts, passes=5, rate=0.01)
for number, (ordinary, sentences) in enumerate(scores, 1):
    print(
        f"pass {number}, validation part: {ordinary:.2f} of ordinary reviews, {sentences:.2f} of sentences of pairs"
    )
found = measured(average_probabilities, parts.test, average)
print(
    f"test part: {found['ordinary']:.2f} of ordinary reviews, {found['sentences']:.2f} of sentences of pairs, "
    f"{found['pairs']:.2f} of pairs both"
)

# %% [markdown]
r"""
Near one half of the sentences, and not one pair: both of a pair get the same label, at best that of one of them. More training does not help, nor would more text.

One can see why. The score of a class is an average of scores of words, $W_y h = \frac{1}{n} \sum_t W_y e_{w_t}$, so each word adds the same amount wherever it stands. Here is the score of *very positive* minus that of *very negative*, word by word:
"""

# %% demo=true
example = ["not", "long", ",", "just", "good"]
e = average["E"][:, [index[word] for word in example]]
lean = (average["Wy"][-1] - average["Wy"][0]) @ e / len(example)
plots.word_shares(example, lean, "score for 5 minus 1")

# %% [markdown]
r"""
Shuffle the bars: their sum stays. In particular *not* adds its own amount; it does nothing to the word behind it.

You may wonder why *good* adds no more than *not*. In a pair, the same words stand once under the bad label and once under the good one. From pairs, an average cannot even learn which words are good. *just* stands under bad labels exactly as often as under good
ones and should add nothing; its long bar is chance, and from another random beginning it may point up.

## 5 · Reading in order

An LSTM reads the words one after the other, and what it does with *good* depends on what is in its memory. The sentence's vector is its activation after the last word:

$$
h = a^{\langle n \rangle}
$$

After the last *word*. A short sentence has padding behind it, and if the LSTM goes on reading there, activation and memory drift away from what they were. So **a masked step changes nothing**: activation and memory both stay as they were.

$$
\begin{aligned}
c_{\text{new}} &= \Gamma_f \odot c + \Gamma_u \odot \tilde c &
c &\leftarrow c_{\text{new}} \text{ where the mask is True, else } c \\
a_{\text{new}} &= \Gamma_o \odot \tanh(c_{\text{new}}) &
a &\leftarrow a_{\text{new}} \text{ where the mask is True, else } a
\end{aligned}
$$

> **A correction to lecture note 003.** It has $(1 - \Gamma_f)$ where $\Gamma_f$ stands here. $\Gamma_f$ is the part of the old memory that is kept, as in note 002.

(In `07-deep-bidirectional`, such a layer *shows* 0 at masked steps. Here the activation is carried on to the end, since the end is where we read it.)
"""

# %% [markdown]
r"""
{exercise: lstm_last_state}

Read each sentence from zero activation and zero memory, and return the activation after its last word, $(n_a, m)$. A masked step may stand anywhere, also between two words; a sentence without any word ends with zero.

From `04-lstm` you have `lstm_gates(xt, a_prev, parameters)`. It takes the input $(n_e, m)$ and the activation $(n_a, m)$ of one step and gives `ft, ut, cct, ot`, each $(n_a, m)$: forget gate, update gate, candidate, output gate.

<details><summary>Hint 1: choosing sentence by sentence</summary>

`np.where(condition, this, that)` takes from `this` where the condition holds, else from `that`. A condition of shape $(m,)$ chooses columns of arrays $(n_a, m)$.

</details>
<details><summary>Hint 2: what is there at the end</summary>

If masked steps change nothing, then after the last step of the array, the activation is that after the last word.

</details>
"""


# %% exercise="lstm_last_state"
def lstm_last_state(x, mask, parameters):
    """Read each sentence with an LSTM, from zero states; a masked step keeps activation and memory: (n_a, m)."""
    ### BEGIN SOLUTION
    a = c = np.zeros((parameters["bf"].shape[0], x.shape[1]))
    for t in range(x.shape[2]):
        ft, ut, cct, ot = lstm_gates(x[:, :, t], a, parameters)
        c_new = ft * c + ut * cct
        a_new = ot * np.tanh(c_new)
        c = np.where(mask[:, t], c_new, c)
        a = np.where(mask[:, t], a_new, a)
    return a
    ### END SOLUTION


# %% check="lstm_last_state"
check(lstm_last_state)

# %% [markdown]
r"""
{exercise: lstm_probabilities}

The whole classifier: look up, read, classify. Every sentence has at least one word. `parameters` has `E`, the weights of the LSTM, `Wy` $(n_y, n_a)$ and `by` $(n_y, 1)$.

<details><summary>Hint</summary>

It differs from `average_probabilities` in one line.

</details>
"""


# %% exercise="lstm_probabilities"
def lstm_probabilities(tokens, mask, parameters):
    """Probabilities of the classes of each sentence, from an LSTM's activation after its last word: (n_y, m)."""
    ### BEGIN SOLUTION
    a = lstm_last_state(parameters["E"][:, tokens], mask, parameters)
    return softmax(parameters["Wy"] @ a + parameters["by"])
    ### END SOLUTION


# %% check="lstm_probabilities"
check(lstm_probabilities)

# %% [markdown]
r"""
### The way back

For training you need no new backward pass. When padding stands at the end, what the LSTM reads there comes *after* the activation that you use. So one can read everything with the plain `lstm_forward` of `04-lstm`, pick the activation at each sentence's last word, and ignore the rest. On the way back, $da$ is $dh$ at that one step of each sentence and zero at
all others; no gradient ever comes from the padding, and `lstm_backward` does not need to know that there is any.
"""

# %% [markdown]
r"""
{exercise: lstm_gradients}

Give the loss, and a dict with a gradient for each parameter: `dE`, `dWf`, `dbf`, …, `dWy`, `dby`. (Further entries do no harm.) Padding is at the end, and every sentence has a word.

* `lstm_forward(x, a0, parameters)` takes inputs $(n_e, m, T_x)$ and the first activation $(n_a, m)$, and gives `a, y, c, caches`; `a` is $(n_a, m, T_x)$. It looks for `Wy` and `by`, which are there; its predictions at every step you leave aside.
* `lstm_backward(da, caches)` takes $da$ $(n_a, m, T_x)$, and gives a dict with `dx` $(n_e, m, T_x)$ and `dWf`, `dbf`, … for all gates.

<details><summary>Hint 1: one step of each sentence</summary>

With `last = mask.sum(axis=1) - 1`, `a[:, np.arange(m), last]` is $(n_a, m)$. The same index puts something there.

</details>
<details><summary>Hint 2: into E</summary>

As in `average_gradients`: `look_up_backward` on `dx`, with sentences and steps made one axis.

</details>
"""


# %% exercise="lstm_gradients"
def lstm_gradients(tokens, mask, labels, parameters):
    """Loss of the LSTM classifier and its gradients, through time and into the word vectors."""
    ### BEGIN SOLUTION
    E, m = parameters["E"], len(labels)
    a, _, _, caches = lstm_forward(E[:, tokens], np.zeros((len(parameters["bf"]), m)), parameters)
    sentences, last = np.arange(m), mask.sum(axis=1) - 1
    loss, out = output_gradients(a[:, sentences, last], labels, parameters)
    da = np.zeros_like(a)
    da[:, sentences, last] = out["dh"]
    gradients = lstm_backward(da, caches)
    dE = look_up_backward(gradients["dx"].reshape(len(E), tokens.size), tokens.ravel(), E.shape[1])
    return loss, {**gradients, **out, "dE": dE}
    ### END SOLUTION


# %% check="lstm_gradients"
check(lstm_gradients)

# %% demo=true
rng = np.random.default_rng(0)
print(f"relative error {compared(lstm_gradients, random_parameters(rng, 3, 5, 3, n_a=4)):.1e}")

# %% [markdown]
r"""
## 6 · Vectors from elsewhere

The reviews are few. What *embarrassment* means cannot be learned from them: it is in a test sentence, but in none for training. GloVe's vectors were learned from six billion words: there, *embarrassment* lies beside *disappointment*, which training has. The course has 20,000 of them, with $n_e = 50$.
"""

# %% [markdown]
r"""
{exercise: start_from}

Put known vectors in the place of those of the same words. `E` $(n_e, V)$ has a column for each of `words`, `E_known` one for each of `known`; the two lists have their own orders. Words that are not known keep their column of `E`. Return the new `E`, and an array $(V,)$ of `True` and `False`: which words were known. `E` itself stays as it was.

<details><summary>Hint</summary>

A dict from each known word to its place; `known.index(word)` would search 20,000 words each time.

</details>
"""


# %% exercise="start_from"
def start_from(E, words, known, E_known):
    """Put known vectors in the place of those of the same words; others stay as they are."""
    ### BEGIN SOLUTION
    place = {word: i for i, word in enumerate(known)}
    found = np.array([word in place for word in words])
    started = E.copy()
    started[:, found] = E_known[:, [place[word] for word in words if word in place]]
    return started, found
    ### END SOLUTION


# %% check="start_from"
check(start_from)

# %% demo=true
from seqlib.data import glove_vectors

known, E_known = glove_vectors.load()
_, known_here = start_from(start["E"], words, known, E_known)
missing = [word for word, here in zip(words, known_here, strict=True) if not here]
seen = {word for review in texts for word in review.tokens}
new = [review for review in parts.test.ordinary if not seen.issuperset(review.tokens)]
print(
    f"{len(new)} of {len(parts.test.ordinary)} ordinary reviews of the test part have a word that training lacks"
)
print(
    f"{known_here.mean():.0%} of the {len(words)} words are known; not, among others: {', '.join(missing[2:14])}"
)

# %% [markdown]
r"""
## 7 · Training, and what came of it

Seven models, each from three random beginnings: the average and the LSTM with random vectors that are trained, with GloVe's vectors frozen, and with GloVe's vectors trained further; and one LSTM that gets no composed sentences. It takes about two minutes. Of each, the parameters of the best pass on the validation part are kept.
"""

# %% demo=true
from tqdm import tqdm

LSTM = lstm_gradients, lstm_probabilities
N_A, SEEDS = 32, (0, 1, 2)


def beginning(model, with_glove, seed):
    """Random parameters, where asked with GloVe's vectors in them; padding and the unknown word are zero."""
    n_a = N_A if model is LSTM else None
    parameters = random_parameters(np.random.default_rng(seed), 50, len(words), N_Y, n_a)
    E = start_from(parameters["E"], words, known, E_known)[0] if with_glove else parameters["E"].copy()
    E[:, :2] = 0
    return {**parameters, "E": E}


plans = {
    "average, own vectors": (AVERAGE, False, (), texts, 4, 0.01),
    "average, GloVe frozen": (AVERAGE, True, ("E",), texts, 4, 0.01),
    "average, GloVe trained": (AVERAGE, True, (), texts, 4, 0.01),
    "LSTM without composed": (LSTM, True, (), parts.train.reviews, 20, 0.004),
    "LSTM, own vectors": (LSTM, False, (), texts, 4, 0.004),
    "LSTM, GloVe frozen": (LSTM, True, ("E",), texts, 4, 0.004),
    "LSTM, GloVe trained": (LSTM, True, (), texts, 4, 0.004),
}
trained, losses = {}, {}
# A pass of the LSTM takes about five times as long as one of the average.
work = {label: len(plan[3]) * (5 if plan[0] is LSTM else 1) for label, plan in plans.items()}
total = len(SEEDS) * sum(plan[4] * work[label] for label, plan in plans.items())
bar = tqdm(total=total, mininterval=2, bar_format="{l_bar}{bar}| {elapsed}, {remaining} to go")
for label, (model, with_glove, frozen, chosen, passes, rate) in plans.items():
    for seed in SEEDS:
        trained[label, seed], losses[label, seed], _ = fit(
            model,
            beginning(model, with_glove, seed),
            chosen,
            passes,
            rate,
            frozen,
            seed=seed,
            each_pass=lambda: bar.update(work[label]),
        )
bar.close()

# %% demo=true
plots.training({label: losses[label, 0] for label in ("average, GloVe trained", "LSTM, GloVe trained")}, 20)

# %% [markdown]
r"""
The loss of the average comes to a halt: it cannot tell the two of a pair apart even where it has been told their labels. That of the LSTM goes to almost nothing. What this is worth, new sentences say:
"""

# %% demo=true
found = {
    label: [measured(plans[label][0][1], parts.test, trained[label, seed]) for seed in SEEDS]
    for label in plans
}
print("Test part: shares that are right, mean of three beginnings (from the lowest to the highest)")
print(f"{'':<26}{'ordinary reviews':>21}{'sentences of pairs':>22}{'both of a pair':>22}")
for label, runs in found.items():
    line = f"{label:<26}"
    for name in ("ordinary", "sentences", "pairs"):
        shares = [run[name] for run in runs]
        line += f"{np.mean(shares):>9.2f} ({min(shares):.2f}-{max(shares):.2f})" + "  "
    print(line)

# %% demo=true
measures = {"ordinary": "ordinary reviews", "sentences": "sentences of pairs", "pairs": "both of a pair"}
shown = ("average, GloVe frozen", "average, GloVe trained", "LSTM, GloVe frozen", "LSTM, GloVe trained")
plots.scores(
    {label: [np.mean([run[name] for run in found[label]]) for name in measures] for label in shown},
    list(measures.values()),
    {"sentences of pairs": 0.5, "both of a pair": 0.0},
)

# %% [markdown]
r"""
What to read from it:

* **No average gets a single pair**, with whatever vectors. Every LSTM that had the composed sentences gets most of them, from every beginning: the worst of these runs is far above the best of the averages.
* **Half of the sentences** is the most that an average can get, and only if the one label that it gives to both is always that of one of them. With frozen vectors it is often neither, such as *negative* for a pair of *very negative* and *very positive*: hence a third.
* **Without the composed sentences** the LSTM gets about a quarter of the pairs, and not even half of the sentences. That a network *can* know the order does not mean that two hundred sentences teach it. And the other way round: that it knows it now means that it knows *these* nine kinds of sentences. The test sentences are others, with words of which some
  were never seen in training, but of the same kinds as the templates. *A sentence of your own*, below, shows where it ends.
* **On ordinary reviews** the LSTM is no better than the average. Here it is the words that count, and three of four of these reviews have one that training never had. GloVe's vectors help a little, if they are trained further. Mind how little sixty sentences say: 0.05 is three of them, which may be chance, as the spread over three beginnings shows.
* **Frozen or trained?** Frozen vectors keep what GloVe knows: a word that is only in the test part still lies where similar words lie. Trained vectors move, and words that training does not show stay behind. Here training is better all the same, most clearly on the pairs. A look at the vectors hints at why:
"""

# %% demo=true
moved = trained["LSTM, GloVe trained", 0]["E"]
print("cosine of two words' vectors   in GloVe   after training")
for one, other in (
    ("good", "bad"),
    ("great", "awful"),
    ("fast", "slow"),
    ("funny", "boring"),
    ("good", "great"),
):
    cosines = []
    for vectors in (start_from(start["E"], words, known, E_known)[0], moved):
        a, b = vectors[:, index[one]], vectors[:, index[other]]
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    print(f"{one + ' and ' + other:<31}{cosines[0]:>8.2f}{cosines[1]:>17.2f}")

# %% [markdown]
r"""
GloVe puts words together that stand in the same places, and *good* and *bad* do: to GloVe, *good* is as near to *bad* as to *great*. What tells opposites apart must lie in the little in which they differ. Training hardly turns the vectors, as the second column shows; the little that it adds is what the classifier asked for.

And what is taken for what, on the ordinary reviews of the test part, the three runs added up:
"""

# %% demo=true
tables = {
    label: sum(run["counts"] for run in found[label])
    for label in ("average, GloVe trained", "LSTM, GloVe trained")
}
off = np.abs(np.subtract.outer(np.arange(N_Y), np.arange(N_Y)))
for label, counts in tables.items():
    wrong = counts[off > 0].sum()
    print(f"{label}: {wrong} of {counts.sum()} wrong, {counts[off == 1].sum()} of these by one label")
plots.confusions(tables, reviews.NAMES)

# %% [markdown]
r"""
If errors fell anywhere beside the diagonal, 8 of 20 places, 40 %, would be off by one label. Of the average's errors nearly half are; of the LSTM's, fewer than 40 %. Nothing in softmax and cross-entropy says that *very positive* is nearer to *positive* than to *very negative*: for them, the labels are five names without any order.

### One bag, two orders

A pair of the test part. On the left the two averages: the same, number for number. On the right the activations of the LSTM, drawn in the two directions in which they vary most. Both paths begin in the same place, and part where the order parts.
"""


# %% demo=true
def prefixes(sentence):
    """A batch of the first word, the first two, and so on: tokens and mask, each (T, T)."""
    T = len(sentence)
    tokens, _ = sentence_batch([sentence], index, UNK)
    return np.repeat(tokens, T, axis=0), np.tri(T, dtype=bool)


own = trained["LSTM, GloVe trained", 0]
own_average = trained["average, GloVe trained", 0]


def path(sentence):
    """The LSTM's activation after each word, (n_a, T)."""
    tokens, mask = prefixes(sentence)
    return lstm_last_state(own["E"][:, tokens], mask, own)


two = [list(review.tokens) for review in min(parts.test.pairs, key=lambda pair: len(pair.worse.tokens))[1:]]
tokens, mask = sentence_batch(two, index, UNK)
plots.one_bag_two_orders(
    two, masked_average(own_average["E"][:, tokens], mask), [path(sentence) for sentence in two]
)

# %% [markdown]
r"""
### A sentence of your own

What each model thinks after every word: probabilities of the five labels in grey, and as a line their mean label. The average can be read word by word too; each further word moves it a little, in a direction of its own. Type a sentence and press Enter.

Try: the same words in another order. A double negation. *but* twice. Then a kind of sentence that no template has, such as *i have seen worse*. And a word that is not in the vocabulary.
"""

# %% demo=true
import re


def split_words(text):
    """A text as lower-case words and commas, as the reviews have them."""
    return re.findall(r"[a-z]+|,", text.lower())


def read(sentence):
    """Probabilities (n_y, T) after each word, by model."""
    batch = prefixes(sentence)
    return {
        "the average": average_probabilities(*batch, own_average),
        "the LSTM": lstm_probabilities(*batch, own),
    }


widgets.your_review(read, split_words, reviews.NAMES, "the food was great but the service was slow")

# %% [markdown]
r"""
Where the line of the LSTM jumps, a word has changed what the sentence says. At *but* it takes back some of what it thought, before anything bad has been said.

## 8 · The same in PyTorch

| | yours | torch |
|---|---|---|
| vectors | $E$ $(n_e, V)$, a word a column | `nn.Embedding(V, n_e)`, a word a row |
| gates | `Wu`, `Wf`, `Wc`, `Wo` on $[a, x]$ | `weight_hh`, `weight_ih`, in the order u, f, c, o |
| padding | a mask | `pack_padded_sequence`: only real steps are computed at all |
| the last real state | the activation that was carried on | the second result of the LSTM, `h` |

The weights of your trained LSTM go into torch's; probabilities, loss, and the gradient of the vectors are the same.
"""

# %% demo=true
import torch
from torch.nn.utils.rnn import pack_padded_sequence

N_A = own["bf"].shape[0]
embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(own["E"].T.copy()), freeze=False)
layer = torch.nn.LSTM(own["E"].shape[0], N_A, batch_first=True).double()
with torch.no_grad():
    stacked = np.vstack([own[f"W{gate}"] for gate in "ufco"])
    layer.weight_hh_l0.copy_(torch.from_numpy(stacked[:, :N_A]))
    layer.weight_ih_l0.copy_(torch.from_numpy(stacked[:, N_A:]))
    layer.bias_ih_l0.copy_(torch.from_numpy(np.vstack([own[f"b{gate}"] for gate in "ufco"])[:, 0]))
    layer.bias_hh_l0.zero_()

tokens, mask, labels = batch_of(parts.test.reviews)
x = embedding(torch.from_numpy(tokens))
packed = pack_padded_sequence(x, torch.from_numpy(mask.sum(axis=1)), batch_first=True, enforce_sorted=False)
_, (h, _) = layer(packed)
scores = h[0] @ torch.from_numpy(own["Wy"].T) + torch.from_numpy(own["by"][:, 0])
loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(labels))
loss.backward()

own_loss, own_gradients = lstm_gradients(tokens, mask, labels, own)
gap = np.abs(softmax(scores.detach().numpy().T) - lstm_probabilities(tokens, mask, own)).max()
print(f"probabilities: largest difference {gap:.1e}")
print(f"loss: yours {own_loss:.10f}, torch's {loss.item():.10f}")
print(
    f"gradient of E: largest difference {np.abs(embedding.weight.grad.numpy().T - own_gradients['dE']).max():.1e}"
)

# %% [markdown]
r"""
## 9 · What you have

* Two classifiers of sentences with their gradients, the word vectors included.
* A proof that no bag of words tells two orders apart, and data that measure it.
* An LSTM that stops at the last word of each sentence, going forward and going back.
* An idea of what vectors from elsewhere are worth, frozen and trained.

**What comes next.** `part-2-quiz` asks ten questions on the ideas of this part. In part 3, one network reads a sentence into a vector, as here, and another one writes from it.
"""

# %% demo=true
from autograder.progress import progress

progress()
