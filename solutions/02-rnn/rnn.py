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
# 02 · Recurrent neural networks

A sentence has no fixed length, and a word means what it means wherever it stands. In this notebook you build a
network that reads one word after the other and carries what it has read along: first one step, then a whole
sequence, its losses, and then the backward pass through time by hand. At the end your weights go into
`torch.nn.RNN`, and both compute the same.

| | |
|---|---|
| **You need** | Python, NumPy, and a plain neural network: layers, softmax, the chain rule; one-hot inputs (`01-sequences`, or from elsewhere) |
| **You build** | eleven functions: a gradient check, the forward pass, two losses, the backward pass |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What comes next** | `03-gru` and `04-lstm`, cells that forget less |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise, from a nudge to a plain pointer.

**The lecture notes.** Now and then the text names lecture note 000, 002, 003 or 004: the notes of the lectures that
this course goes with. You do not need them, all that is used stands here. They are named for readers who have them,
where this notebook writes something in another way, or where a note has a slip.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import softmax
from seqlib.plots import rnn as plots
from seqlib.widgets import rnn as widgets

# %% [markdown]
r"""
**Given to you:** `softmax(z)` turns each column of scores into probabilities: the sum over axis 0 is 1.

**Shapes.** Arrays are *features first*. One time step of $m$ examples is $(n_x, m)$: one column for each example.
A sequence is $(n_x, m, T_x)$, time last. `parameters` is a dict of arrays. Shapes stand beside each exercise.
"""

# %% [markdown]
r"""
## 1 · Why not a plain network?

Which words of this sentence belong to the name of a person?

> Harry Potter and Hermione Granger invented a new spell.

A plain network needs a fixed number of inputs: nine word vectors side by side, say. Then two things go wrong.

- **Lengths differ.** The next sentence has five words, or forty. So does its list of answers.
- **Nothing is shared between positions.** Position 1 has weights of its own, position 7 has others. Having learned
  that *Harry* at position 1 is part of a name says nothing about *Harry* at position 7.

The next cell shows the second point with numbers. Two models with one layer each are fitted, by least squares, to
the same sentences, in which *Harry* stands at positions 1 to 3 only. One has weights for each position, the other
uses the same weights everywhere.
"""

# %% demo=true
vocabulary = ["Harry", "Hermione", "Potter", "a", "and", "invented", "met", "new", "spell", "the"]
is_name = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
rng = np.random.default_rng(0)

sentences = rng.integers(1, 10, (400, 9))  # any word but Harry, anywhere
chosen = rng.random(400) < 0.5
sentences[chosen, rng.integers(0, 3, chosen.sum())] = 0  # Harry, at positions 1 to 3
inputs, labels = np.eye(10)[sentences], is_name[sentences]  # (400, 9, 10) and (400, 9)

of_each_position = np.linalg.lstsq(inputs.reshape(400, 90), labels, rcond=None)[0]  # (90, 9)
of_all_positions = np.linalg.lstsq(inputs.reshape(3600, 10), labels.reshape(3600), rcond=None)[0]  # (10,)

scores = []
for position in range(9):
    test = rng.integers(1, 10, (200, 9))
    test[:, position] = 0
    scores.append((np.eye(10)[test].reshape(200, 90) @ of_each_position)[:, position].mean())

plots.position_scores(np.array(scores), np.full(9, of_all_positions[0]), seen=[1, 2, 3], word="Harry")

# %% [markdown]
r"""
Where *Harry* was never seen, nothing in the sentences determines its weights. Least squares then takes the smallest
ones that fit, and the first model falls back on how often any word is a name. It is the same problem that
convolution solves for images: what is learned in one place should hold in every place. Sharing also saves weights. Here
the first model has 90 inputs for each of 9 answers, 810 weights, and the second has 10. With the 10,000 words of a
real vocabulary it would be 810,000 against 10,000.

But a model that sees one word at a time has no context at all. What is missing is a memory.
"""

# %% [markdown]
r"""
## 2 · Sequences in symbols

**Steps.** $x^{\langle t \rangle}$ is the element at time step $t$ of the input, $y^{\langle t \rangle}$ that of the
output. $T_x$ is the length of the input and $T_y$ that of the output; above, $T_x = T_y = 9$.

**Examples.** $x^{(i)\langle t \rangle}$ is step $t$ of training example $i$, and $T_x^{(i)}$ is that example's
length. In arrays, example $i$ is column $i$ of the second axis.

**One-hot.** A word is written as a vector of zeros with a single 1, at the word's place in the vocabulary. With
10,000 words, $x^{\langle t \rangle}$ has 10,000 entries. Words that the vocabulary lacks share one token, `<UNK>`.

In formulas time counts from 1; in arrays from 0. So $x^{\langle 1 \rangle}$ is `x[:, :, 0]`. The cell below encodes
two sequences of letters, `hell` and `ooze`, over an alphabet of five: $n_x = 5$, $m = 2$, $T_x = 4$.
"""

# %% demo=true
texts = ["hell", "ooze"]
alphabet = sorted(set("".join(texts)))
x_letters = np.zeros((len(alphabet), len(texts), 4))
for i, text in enumerate(texts):
    for t, letter in enumerate(text):
        x_letters[alphabet.index(letter), i, t] = 1

print("alphabet:", alphabet)
print("shape (n_x, m, T_x):", x_letters.shape)
print("second letter of the first text:", x_letters[:, 0, 1])

# %% [markdown]
r"""
## 3 · Trust, but check: numeric gradients

Before there is a network, build the tool that will find your mistakes in it. A derivative is a limit of slopes, so a
slope over a small distance estimates it. Taken to both sides of the point, the estimate is far better than to one
side: its error shrinks with $\epsilon^2$, not with $\epsilon$.

For one entry $\theta_k$ of one parameter, all others held still, $e_k$ being 1 at that entry and 0 elsewhere:

$$
\frac{\partial \mathcal{L}}{\partial \theta_k} \approx
\frac{\mathcal{L}(\theta + \epsilon e_k) - \mathcal{L}(\theta - \epsilon e_k)}{2 \epsilon}
$$

This is slow, two losses for every single entry, but it knows nothing about your network. When it agrees with a
gradient that you derived by hand, both are very likely right.
"""

# %% [markdown]
r"""
{exercise: numeric_gradient}

`loss` is any function that takes a dict of arrays and returns a number. Estimate its derivative with respect to each
entry of each array, and return a dict with the same keys and shapes. Neither the names nor the numbers of axes are
known beforehand: the check tries several, and later you will call it with the five arrays of a network. `parameters`
must be the same after the call as before: whoever checks a gradient wants to go on with the same weights.

<details><summary>Hint 1: where to begin</summary>

Work on copies of the arrays. There are two loops: over the names in the dict, and over all positions within one
array, whatever its shape. `np.ndindex` runs through the positions of a shape.

</details>
<details><summary>Hint 2: one entry at a time</summary>

Keep the entry's value. Put in the larger value and ask for the loss; put in the smaller value and ask again. Put the
old value back before you go on, or the next entry is measured at another point.

</details>
<details><summary>Hint 3: what to check when numbers are nearly right</summary>

The two points lie $2\epsilon$ apart, not $\epsilon$. A difference to one side only gives nearly the same numbers for
tiny $\epsilon$; the check uses a large one, where they differ.

</details>
"""


# %% exercise="numeric_gradient"
def numeric_gradient(loss, parameters, epsilon=1e-5):
    """Estimate the gradient of `loss` by central differences, one entry at a time."""
    ### BEGIN SOLUTION
    gradients = {}
    shifted = {name: value.copy() for name, value in parameters.items()}
    for name, value in shifted.items():
        gradient = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            centre = value[index]
            value[index] = centre + epsilon
            loss_plus = loss(shifted)
            value[index] = centre - epsilon
            loss_minus = loss(shifted)
            value[index] = centre
            gradient[index] = (loss_plus - loss_minus) / (2 * epsilon)
        gradients[name] = gradient
    return gradients
    ### END SOLUTION


# %% check="numeric_gradient"
check(numeric_gradient)

# %% [markdown]
r"""
How near are two gradients? The distance alone says little: 0.001 is much for a gradient of size 0.002 and nothing for
one of size 1000. So divide by their sizes. With $g$ and $n$ all entries of all parameters, strung into one long
vector each:

$$
\text{error} = \frac{\lVert g - n \rVert}{\lVert g \rVert + \lVert n \rVert}
\qquad\text{with}\qquad \lVert v \rVert = \sqrt{\textstyle\sum_k v_k^2}
$$

It lies between 0 and 1: 0 when the two are equal, 1 when they point in opposite directions, and also when just one of
them is zero. In float64, with $\epsilon = 10^{-5}$, expect below $10^{-7}$ for a right
gradient; above $10^{-3}$ something is wrong.
"""

# %% [markdown]
r"""
{exercise: gradient_error}

Return one number. The two dicts have the same keys and shapes, but their keys may come in another order. Two
gradients that are both zero are equal: their error is 0, not a division by zero. When only one of them is zero, the
formula holds as it is.

<details><summary>Hint 1: one vector</summary>

The norm of a long vector is not the sum of the norms of its pieces. String the pieces together first, or add up
squares and take one root at the end.

</details>
<details><summary>Hint 2: which tools</summary>

`ravel` makes any array one-dimensional, `np.concatenate` strings a list of them together, `np.linalg.norm` is the
length of a vector. Mind that the pieces of both vectors stand in the same order.

</details>
"""


# %% exercise="gradient_error"
def gradient_error(gradients, numeric):
    """The relative distance of two gradients, over all parameters together."""
    ### BEGIN SOLUTION
    g = np.concatenate([gradients[name].ravel() for name in numeric])
    n = np.concatenate([numeric[name].ravel() for name in numeric])
    total = np.linalg.norm(g) + np.linalg.norm(n)
    return float(np.linalg.norm(g - n) / total) if total > 0 else 0.0
    ### END SOLUTION


# %% check="gradient_error"
check(gradient_error)

# %% [markdown]
r"""
Which $\epsilon$ is best? The next cell takes a loss with a gradient known exactly, $\sum \sin\theta$ with gradient
$\cos\theta$, and measures the error of your two functions for many values of $\epsilon$.
"""

# %% demo=true
rng = np.random.default_rng(1)
theta = {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=(4, 1))}
exact = {name: np.cos(value) for name, value in theta.items()}


def sum_of_sines(parameters):
    return sum(np.sin(value).sum() for value in parameters.values())


epsilons = 10.0 ** -np.arange(0, 13)
errors = [gradient_error(exact, numeric_gradient(sum_of_sines, theta, epsilon)) for epsilon in epsilons]
plots.difference_errors(epsilons, np.array(errors))

# %% [markdown]
r"""
Read from right to left. First the error falls with slope 2: a hundredth of the error for a tenth of the distance.
Then it rises again, because the two losses become so alike that their difference is mostly rounding. The best place
lies between, near $10^{-5}$, which is the default.
"""

# %% [markdown]
r"""
## 4 · A network with a memory

Read from left to right. At each step the network sees one word *and its own activation of the step before*:

$$
\begin{aligned}
a^{\langle t \rangle} &= \tanh\left(W_{aa}\, a^{\langle t-1 \rangle} + W_{ax}\, x^{\langle t \rangle} + b_a\right) \\
\hat{y}^{\langle t \rangle} &= \operatorname{softmax}\left(W_{ya}\, a^{\langle t \rangle} + b_y\right)
\end{aligned}
$$

The two subscripts of a weight say *to* and *from*: $W_{ax}$ makes an $a$ from an $x$. Before the first step there is
nothing to remember, so $a^{\langle 0 \rangle}$ is usually a vector of zeros.

Drawn over time, the loop becomes a chain. That is called *unrolling*. The chain has as many cells as the sequence has
steps, but there is only **one** set of parameters: the same $W_{aa}$, $W_{ax}$, $W_{ya}$, $b_a$ and $b_y$ at every
step. So any length will do, and what is learned at one position holds at all.
"""

# %% demo=true
plots.unrolled_network()

# %% [markdown]
r"""
**Shapes.** With $n_a$ units in the memory and $m$ examples side by side:

| symbol | shape | | symbol | shape |
|---|---|---|---|---|
| $x^{\langle t \rangle}$ | $(n_x, m)$ | | $W_{ax}$ | $(n_a, n_x)$ |
| $a^{\langle t \rangle}$ | $(n_a, m)$ | | $W_{aa}$ | $(n_a, n_a)$ |
| $\hat{y}^{\langle t \rangle}$ | $(n_y, m)$ | | $W_{ya}$ | $(n_y, n_a)$ |
| $b_a$ | $(n_a, 1)$ | | $b_y$ | $(n_y, 1)$ |

A bias is a column: NumPy repeats it for each of the $m$ examples.

**Other names.** Texts that write $h$ for the activation call the same things by other names. Lecture note 004 is one
of them, and `torch` follows it in its own way:

| this course, notes 000, 002, 003 | $a^{\langle t \rangle}$ | $W_{aa}$ | $W_{ax}$ | $W_{ya}$ |
|---|---|---|---|---|
| note 004 | $h_t$ | $W_{hh}$ | $W_{xh}$ | $W_{hy}$ |
| `torch.nn.RNN` | $h_t$ | `weight_hh_l0` | `weight_ih_l0` | a layer of your own |

Note that $W_{xh}$ names *from* first and *to* second: the other way round than $W_{ax}$.
"""

# %% [markdown]
r"""
{exercise: rnn_cell_forward}

One step of the two equations above. Return three things: the activation, the prediction, and `cache`, the tuple
`(a_next, a_prev, xt, parameters)`: the backward pass will need these values, and this is the place where they are at
hand.

<details><summary>Hint 1: what kind of product</summary>

$W_{aa}\, a$ is a product of matrices, `@` in NumPy; `*` would multiply entry by entry. Check the shapes: $(n_a, n_a)$
times $(n_a, m)$ gives $(n_a, m)$, as does the product with the input.

</details>
<details><summary>Hint 2: the order of events</summary>

The prediction is made from the *new* activation, after tanh. Both lines add their bias before the function is applied.

</details>
"""


# %% exercise="rnn_cell_forward"
def rnn_cell_forward(xt, a_prev, parameters):
    """One time step: mix the input with the previous activation, then predict."""
    ### BEGIN SOLUTION
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    ba, by = parameters["ba"], parameters["by"]
    a_next = np.tanh(Waa @ a_prev + Wax @ xt + ba)
    yt_pred = softmax(Wya @ a_next + by)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)
    ### END SOLUTION


# %% check="rnn_cell_forward"
check(rnn_cell_forward)

# %% [markdown]
r"""
### The short way to write it

The notes also write the cell with a single matrix:

$$
a^{\langle t \rangle} = \tanh\left(W_a\, [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_a\right)
\qquad
W_a = \begin{bmatrix} W_{aa} \mid W_{ax} \end{bmatrix}
\qquad
[a^{\langle t-1 \rangle}, x^{\langle t \rangle}] = \begin{bmatrix} a^{\langle t-1 \rangle} \\ x^{\langle t \rangle} \end{bmatrix}
$$

The matrices stand *side by side*, the vectors *on top of each other*, in the same order. Multiplying the blocks gives
back the two products and their sum:

$$
\begin{bmatrix} W_{aa} \mid W_{ax} \end{bmatrix}
\begin{bmatrix} a \\ x \end{bmatrix} = W_{aa}\, a + W_{ax}\, x
$$

Nothing new is computed; there is one product where there were two. The gates of the LSTM are written this way.
"""

# %% [markdown]
r"""
{exercise: stack_parameters}

Return a dict with four keys: `Wa`, which you build from `Waa` and `Wax`, and `Wya`, `ba` and `by`, taken over as they
are.

<details><summary>Hint 1: which axis</summary>

Both matrices have $n_a$ rows. The result keeps that number of rows; its columns are those of both. Which axis counts
columns?

</details>
<details><summary>Hint 2: which comes first</summary>

The order must be that of $[a, x]$: the columns that meet $a$ stand to the left. `np.concatenate` takes a list of
arrays and an axis.

</details>
"""


# %% exercise="stack_parameters"
def stack_parameters(parameters):
    """Put Waa and Wax side by side, so that one product does the work of two."""
    ### BEGIN SOLUTION
    Wa = np.concatenate([parameters["Waa"], parameters["Wax"]], axis=1)
    return {"Wa": Wa, "Wya": parameters["Wya"], "ba": parameters["ba"], "by": parameters["by"]}
    ### END SOLUTION


# %% check="stack_parameters"
check(stack_parameters)

# %% [markdown]
r"""
{exercise: rnn_cell_forward_stacked}

One step with the stacked weights. It returns what `rnn_cell_forward` returns, without the cache.

<details><summary>Hint 1: the input of the product</summary>

Here the features are put together and the examples stay apart: $(n_a, m)$ and $(n_x, m)$ become $(n_a + n_x, m)$.

</details>
<details><summary>Hint 2: when n_a equals n_x</summary>

With the wrong order the shapes still fit, and nothing warns you. Which part of the column do the left columns of
$W_a$ multiply?

</details>
"""


# %% exercise="rnn_cell_forward_stacked"
def rnn_cell_forward_stacked(xt, a_prev, stacked):
    """One time step in the stacked form a = tanh(Wa [a_prev, x] + ba)."""
    ### BEGIN SOLUTION
    concat = np.concatenate([a_prev, xt], axis=0)
    a_next = np.tanh(stacked["Wa"] @ concat + stacked["ba"])
    yt_pred = softmax(stacked["Wya"] @ a_next + stacked["by"])
    return a_next, yt_pred
    ### END SOLUTION


# %% check="rnn_cell_forward_stacked"
check(rnn_cell_forward_stacked)

# %% [markdown]
r"""
Both forms on the same numbers. The heavy line in the picture is the seam: what lies left of it meets $a$, what lies
right of it meets $x$. The weights are those of the next section.
"""

# %% demo=true
hello = {
    "Waa": np.array([[0.9, -0.7, 0.4], [-0.8, -1.4, -0.5], [-0.5, -0.7, -0.6]]),
    "Wax": np.array([[0.4, 1.3, -0.5, -0.9], [-0.1, 0.9, 0.7, 0.9], [1.7, 0.9, 0.6, 0.9]]),
    "Wya": np.array([[0.5, -0.4, 0.8], [1.3, -2.6, 2.0], [-2.3, 0.9, -3.8], [1.1, -0.5, 4.1]]),
    "ba": np.array([[-0.1], [0.0], [-0.2]]),
    "by": np.array([[0.1], [-0.2], [1.2], [0.0]]),
}
a_some, x_some = np.array([[0.3], [-0.1], [0.9]]), np.array([[0.0], [1.0], [0.0], [0.0]])

a_split, y_split, _ = rnn_cell_forward(x_some, a_some, hello)
a_stacked, y_stacked = rnn_cell_forward_stacked(x_some, a_some, stack_parameters(hello))
print(f"largest difference in a: {np.abs(a_split - a_stacked).max():.1e}")
print(f"largest difference in ŷ: {np.abs(y_split - y_stacked).max():.1e}")
print("Anything up to about 1e-15 is rounding, and counts as equal.")
plots.stacked_blocks(hello["Waa"], hello["Wax"], a_some, x_some)

# %% [markdown]
r"""
## 5 · A whole sequence

The cell, applied step by step. Each step starts from the activation that the step before has left. The activations
and predictions of all steps are collected in arrays with time on the last axis.
"""

# %% [markdown]
r"""
{exercise: rnn_forward}

Call your `rnn_cell_forward` for each step; writing the equations out again is right too. Start from `a0`; it need not
be zero. Return three things: the activations, the predictions, and `caches`, itself a tuple of two: first the list of
the caches of all steps, in order, then `x`.

One of the rows runs your function with trained weights, those of the model in section 9, on names that it has not
seen.

<details><summary>Hint 1: what a loop has to carry</summary>

One variable holds the activation. It is `a0` before the loop, goes into the cell, and is replaced by what comes out.

</details>
<details><summary>Hint 2: what a loop has to collect</summary>

Three lists, or two arrays of the right shape and a list. `np.stack` makes an array of a list of arrays; say which
axis is new. The last axis of `x` tells how many steps there are.

</details>
"""


# %% exercise="rnn_forward"
def rnn_forward(x, a0, parameters):
    """Unroll the cell over a sequence, handing each activation to the next step."""
    ### BEGIN SOLUTION
    a_next = a0
    activations, predictions, caches = [], [], []
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(activations, axis=2), np.stack(predictions, axis=2), (caches, x)
    ### END SOLUTION


# %% check="rnn_forward"
check(rnn_forward)

# %% [markdown]
r"""
### hello, letter by letter

Lecture note 004 lets a tiny network spell `hello`: it reads `h`, `e`, `l`, `l`, and at each step it should say which
letter comes next: `e`, `l`, `l`, `o`. There are four letters, so $n_x = n_y = 4$, and three units. The weights
`hello` above were chosen so that your own code gives, rounded to one decimal, the numbers in a picture of that note.

Move the slider: it begins at 0, where nothing has been read yet. The cell in bold is the one at work; everything that
it needs comes from below and from the left. Where sliders do not run, you see the last step instead.
"""

# %% demo=true
letters = list("helo")
x_hello = np.eye(4)[:, [0, 1, 2, 2]].reshape(4, 1, 4)  # h, e, l, l
y_hello = np.array([[1, 2, 2, 3]])  # e, l, l, o
a0_hello = np.zeros((3, 1))

a_hello, y_pred_hello, _ = rnn_forward(x_hello, a0_hello, hello)
widgets.step_by_step(x_hello, a0_hello, a_hello, y_pred_hello, tokens="hell", classes=letters)

# %% [markdown]
r"""
Steps 3 and 4 read the same letter `l` with the same weights, and yet they predict different letters. Only the
activation that came from the left differs: that is the memory at work.

How good is it? Below are the scores before the softmax, $W_{ya}\, a^{\langle t \rangle} + b_y$, with the numbers of the
note: one column for each step, one row for each letter.
"""

# %% demo=true
scores_of_note = np.array(
    [[1.0, 0.5, 0.1, 0.2], [2.2, 0.3, 0.5, -1.5], [-3.0, -1.0, 1.9, -0.1], [4.1, 1.2, -1.1, 2.2]]
)
apart = np.abs(softmax(scores_of_note) - y_pred_hello[:, 0]).max()
print(f"their softmax and your predictions differ by {apart:.3f} at most: the note rounds to one decimal")
plots.score_table(scores_of_note, tokens="hell", classes=letters, targets=y_hello[0])

# %% [markdown]
r"""
**Two slips in note 004.** It calls step 1 right. The letter wanted there is `e`, with a score of 2.2, but the largest
score is that of `o`, 4.1, so the network says `o`: wrong, as in step 2. Only steps 3 and 4 are right. And where the
note says *multi label* it means *multi-class*: exactly one of the four letters comes next, so the four probabilities
compete and add up to 1, which is what softmax is for. With several labels, each could be true or not, apart from the others.
"""

# %% [markdown]
r"""
## 6 · What this shape can and cannot do

### What one direction cannot see

> He said, "Teddy bears are on sale."
>
> He said, "Teddy Roosevelt was a great president."

In the second sentence *Teddy* is part of a name, in the first it is not. Your network reads from left to right. The
next cell runs it, with random weights, over both sentences.
"""

# %% demo=true
texts = ("He said Teddy bears are on sale", "He said Teddy Roosevelt was a great president")
pair = [text.split() for text in texts]
words = sorted({*pair[0], *pair[1]})
rng = np.random.default_rng(4)
random_weights = {
    "Waa": rng.normal(0, 0.6, (4, 4)),
    "Wax": rng.normal(0, 1, (4, len(words))),
    "Wya": rng.normal(0, 1, (2, 4)),
    "ba": rng.normal(0, 0.3, (4, 1)),
    "by": np.zeros((2, 1)),
}
strips = []
for sentence in pair:
    one_hot = np.eye(len(words))[:, [words.index(word) for word in sentence]]  # (n_x, T_x)
    strips.append(rnn_forward(one_hot[:, np.newaxis, :], np.zeros((4, 1)), random_weights)[0][:, 0, :])

plots.common_past(strips[0], strips[1], pair)

# %% [markdown]
r"""
Up to *Teddy* the columns are equal, number for number. So are the predictions made from them, whatever the weights:
no training can tell the two apart at that step, because what would tell them apart has not been read yet. Such a
network is *unidirectional*. A *bidirectional* one has a second chain, from right to left.
"""

# %% [markdown]
r"""
### Five shapes

Inputs and outputs need not come in pairs. Boxes with a dashed frame are inputs, dotted arrows feed an output back in
as the next input.
"""

# %% demo=true
plots.input_output_shapes()

# %% [markdown]
r"""
- **One to one** is a plain network. **One to many** writes music from a start note or a genre. **Many to one** reads a
  whole review and says once, at the end, how many stars.
- **Many to many with $T_x = T_y$** answers at each step, as `rnn_forward` does: which words are names?
- **Many to many with $T_x \neq T_y$**, as in translation, first reads everything (the *encoder*), then writes (the
  *decoder*).
"""

# %% [markdown]
r"""
## 7 · How wrong was it?

Every step makes a prediction, so every step has a loss. The loss of a sequence is their sum.

### A yes or no at each step

"Is this word part of a name?" has two answers, so one probability $\hat{y}$, that of yes, is enough (from a sigmoid instead of
a softmax). For the label $y$, 1 or 0, the loss at each step is the *binary cross-entropy*:

$$
\mathcal{L}^{\langle t \rangle} =
-\left[\, y^{\langle t \rangle} \log \hat{y}^{\langle t \rangle}
+ \left(1 - y^{\langle t \rangle}\right) \log\left(1 - \hat{y}^{\langle t \rangle}\right) \right]
\qquad
\mathcal{L} = \sum_{i} \sum_{t} \mathcal{L}^{(i)\langle t \rangle}
$$

The logarithm is the natural one. Only one of the two terms is ever there; the label picks it.

**A slip in note 002.** It writes the sum of both terms behind one minus sign, without brackets. Read to the
letter, the minus then belongs to the first term only.
"""

# %% [markdown]
r"""
{exercise: binary_cross_entropy}

Return two things: the loss of each example at each step, $(m, T_x)$, and the sum of them all, a number. The
first axis of the arguments has length 1 and is gone from the losses.

<details><summary>Hint 1: a step that is certain and right</summary>

For $y = 1$ and $\hat{y}$ near 1 the loss should be near 0, and so it should be for $y = 0$ and $\hat{y}$ near 0. A
loss is never negative. Try both by hand.

</details>
<details><summary>Hint 2: the shape</summary>

Compute with whole arrays; no loop is needed. An index into the first axis takes that axis away.

</details>
"""


# %% exercise="binary_cross_entropy"
def binary_cross_entropy(y_pred, y):
    """The loss of a yes/no label at every step, such as "is this word part of a name?"."""
    ### BEGIN SOLUTION
    losses = -(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))[0]
    return losses, float(losses.sum())
    ### END SOLUTION


# %% check="binary_cross_entropy"
check(binary_cross_entropy)

# %% [markdown]
r"""
What the brackets are for. The dotted curve is what remains of the second term when the minus sign does not reach it: the more
surely the network calls an ordinary word a name, the *lower* its loss. Training would teach it to.
"""

# %% demo=true
plots.bracket_trap(binary_cross_entropy)

# %% [markdown]
r"""
### One of many at each step

With $n_y$ classes and a softmax, the loss looks at one probability only, the one that was given to the true class. If $k$
is the index of the true class at step $t$:

$$
\mathcal{L}^{\langle t \rangle} = -\log \hat{y}^{\langle t \rangle}_{k}
$$

A probability of 1 costs 0, a probability of $1/2$ costs $\log 2 \approx 0.69$. Guessing blindly among $n_y$ classes
costs $\log n_y$.
"""

# %% [markdown]
r"""
{exercise: cross_entropy}

Here `y` holds the *indices* of the true classes, integers of shape $(m, T_x)$, not one-hot vectors. Return the loss of
each example at each step, and the sum of them all.

<details><summary>Hint 1: picking</summary>

For each example and step, one of the $n_y$ entries is wanted, and `y` says which. Two loops would do it. Without
loops, `np.take_along_axis` picks along one axis, when the indices have as many axes as the array.

</details>
<details><summary>Hint 2: a test of your own</summary>

With two classes and equal probabilities everywhere, each loss is $\log 2$.

</details>
"""


# %% exercise="cross_entropy"
def cross_entropy(y_pred, y):
    """The loss of a softmax prediction at every step: −log of the probability of the true class."""
    ### BEGIN SOLUTION
    p_true = np.take_along_axis(y_pred, y[np.newaxis], axis=0)[0]
    losses = -np.log(p_true)
    return losses, float(losses.sum())
    ### END SOLUTION


# %% check="cross_entropy"
check(cross_entropy)

# %% [markdown]
r"""
The four steps of `hello`, with your loss:
"""

# %% demo=true
losses_hello, total_hello = cross_entropy(y_pred_hello, y_hello)
print(
    f"sum over the steps: {total_hello:.2f} nats; a blind guess at each step would cost {4 * np.log(4):.2f}"
)
plots.step_losses(losses_hello[0], tokens="hell", targets="ello")

# %% [markdown]
r"""
**What is read in training.** A network that predicts the next letter reads, at step $t + 1$, a letter of the
*training text*: the true one, not the one that it predicted. This is called *teacher forcing*. Note 000 says in words
that the second step gets the first prediction; its symbol, $y^{\langle 1 \rangle}$ without a hat, is right. In
`hello` the network said `o` at step 1 and was given `e` all the same. Only when it writes on its own, after training, does it
read what it wrote.
"""

# %% [markdown]
r"""
## 8 · Backpropagation through time

How should each weight change to make the loss smaller? Unrolled, the network is just a deep network, so
backpropagation applies. Two things are new.

- **An activation is used twice:** for the prediction of its own step, and by the next step. Its gradient is the *sum*
  of what comes back from both.
- **A weight is used at every step.** Its gradient is the *sum* over all steps.

We write $dz$ for $\partial \mathcal{L} / \partial z$; it has the shape of $z$. An activation has three such names, so that
each means one thing, in the formulas and in the code:

| name | what it is |
|---|---|
| $da^{\langle t \rangle}$ | what the loss of step $t$ *itself* sends to $a^{\langle t \rangle}$ |
| $da_{prev}^{\langle t \rangle}$ | what the cell of step $t$ sends back to its input from the left, $a^{\langle t-1 \rangle}$ |
| $da_{next}^{\langle t \rangle}$ | the *whole* gradient that arrives at $a^{\langle t \rangle}$, from both sides |
"""

# %% demo=true
plots.backward_flow()

# %% [markdown]
r"""
The dashed arrows are worked off from right to left, in three functions: from the losses to the activations (down from
the top), one step of the cell, then all steps.

### From the loss to the activation

Let $s = W_{ya}\, a + b_y$ be the scores, $\hat{y} = \operatorname{softmax}(s)$, and $y$ the true classes, one-hot. The
derivatives of the softmax and of the logarithm cancel almost entirely (try it for the true class, then for
another), and what is left is the error:

$$
ds = \frac{\partial \mathcal{L}}{\partial s} = \hat{y} - y
$$

From there it is an ordinary layer. With all examples of a step as columns:

$$
dW_{ya} = \sum_t ds^{\langle t \rangle}\, a^{\langle t \rangle \top}
\qquad
db_y = \sum_t \sum_i ds^{(i)\langle t \rangle}
\qquad
da^{\langle t \rangle} = W_{ya}^\top\, ds^{\langle t \rangle}
$$

These are gradients of the *summed* loss. Nothing is divided by $m$ or $T_x$.
"""

# %% [markdown]
r"""
{exercise: rnn_output_backward}

Here `y` is one-hot, $(n_y, m, T_x)$. Return a dict with the keys `dWya`, `dby` and `da`. This `da` is what each step's
*own* loss sends to its activation; what comes from later steps is added in the last exercise.

<details><summary>Hint 1: let the shapes tell</summary>

$dW_{ya}$ is $(n_y, n_a)$ and is made of $(n_y, m, T_x)$ and $(n_a, m, T_x)$: examples and steps are summed over.
One step at a time it is an ordinary product, with one factor transposed.

</details>
<details><summary>Hint 2: all steps at once</summary>

`np.einsum` says it as the shapes do: letters that are missing to the right of the arrow are summed over. For
$db_y$ mind the shape $(n_y, 1)$.

</details>
"""


# %% exercise="rnn_output_backward"
def rnn_output_backward(y_pred, y, a, parameters):
    """From the summed cross-entropy back through the softmax layer, for all steps at once."""
    ### BEGIN SOLUTION
    ds = y_pred - y
    return {
        "dWya": np.einsum("ymt,amt->ya", ds, a),
        "dby": ds.sum(axis=(1, 2))[:, np.newaxis],
        "da": np.einsum("ya,ymt->amt", parameters["Wya"], ds),
    }
    ### END SOLUTION


# %% check="rnn_output_backward"
check(rnn_output_backward)

# %% [markdown]
r"""
### One step back

Name what goes into the tanh: $z^{\langle t \rangle} = W_{aa}\, a^{\langle t-1 \rangle} + W_{ax}\, x^{\langle t \rangle} + b_a$,
so that $a^{\langle t \rangle} = \tanh(z^{\langle t \rangle})$. The derivative of tanh can be written with its *value*:
$\tanh'(z) = 1 - \tanh^2(z)$. So the forward pass has already computed what is needed:

$$
dz^{\langle t \rangle} = da_{next}^{\langle t \rangle} \odot \left(1 - \left(a^{\langle t \rangle}\right)^2\right)
$$

where $\odot$ multiplies entry by entry. It begins with the whole gradient of the activation. Then, by the chain rule,
one line for each thing that went into $z$:

$$
\begin{aligned}
dW_{aa} &= dz^{\langle t \rangle}\, a^{\langle t-1 \rangle \top} &
dW_{ax} &= dz^{\langle t \rangle}\, x^{\langle t \rangle \top} &
db_a &= \textstyle\sum_i dz^{(i)\langle t \rangle} \\
da_{prev}^{\langle t \rangle} &= W_{aa}^\top\, dz^{\langle t \rangle} &
dx^{\langle t \rangle} &= W_{ax}^\top\, dz^{\langle t \rangle} &&
\end{aligned}
$$

The bias was repeated for each example, so its gradient is the sum over the examples. The product in $dW_{aa}$ sums
over the examples by itself.
"""

# %% [markdown]
r"""
{exercise: rnn_cell_backward}

`da_next` is the whole gradient with respect to `a_next`. Take what you need from the cache. Return a dict with the keys
`dxt`, `da_prev`, `dWax`, `dWaa` and `dba`.

<details><summary>Hint 1: begin with dz</summary>

Every line uses it. Which of the two activations in the cache belongs in the derivative: the one that came out of the
tanh, or the one that went into the step?

</details>
<details><summary>Hint 2: transposed or not</summary>

Begin with the two results of $W_{ax}$: write down the shape each must have and the shapes of its two factors. There is
one way to multiply them that fits. The two of $W_{aa}$ go the same way, but there shapes do not help you: $W_{aa}$ is
square, so a transpose too many or too few raises no error. Follow the pattern of $W_{ax}$.

</details>
<details><summary>Hint 3: the shape of the bias</summary>

A sum over one axis takes the axis away, and $(n_a,)$ is not $(n_a, 1)$. `keepdims` keeps it.

</details>
"""


# %% exercise="rnn_cell_backward"
def rnn_cell_backward(da_next, cache):
    """One time step backward."""
    ### BEGIN SOLUTION
    a_next, a_prev, xt, parameters = cache
    dz = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }
    ### END SOLUTION


# %% check="rnn_cell_backward"
check(rnn_cell_backward)

# %% [markdown]
r"""
### All steps back

Write the chain out for three steps. The last activation is used by its own loss alone; each earlier one also feeds
the next step, so its whole gradient has two parts:

$$
\begin{aligned}
da_{next}^{\langle 3 \rangle} &= da^{\langle 3 \rangle} \\
da_{next}^{\langle 2 \rangle} &= da^{\langle 2 \rangle} + da_{prev}^{\langle 3 \rangle} \\
da_{next}^{\langle 1 \rangle} &= da^{\langle 1 \rangle} + da_{prev}^{\langle 2 \rangle} \\
\text{gradient of } a^{\langle 0 \rangle} &= da_{prev}^{\langle 1 \rangle}
\end{aligned}
$$

The plain $da^{\langle t \rangle}$ is what `rnn_output_backward` gave. The weights collect a contribution at every step:

$$
dW_{aa} = \sum_{t=1}^{T_x} dz^{\langle t \rangle}\, a^{\langle t-1 \rangle \top}
\qquad
dW_{ax} = \sum_{t=1}^{T_x} dz^{\langle t \rangle}\, x^{\langle t \rangle \top}
\qquad
db_a = \sum_{t=1}^{T_x} \sum_i dz^{(i)\langle t \rangle}
$$
"""

# %% [markdown]
r"""
{exercise: rnn_backward}

Call your `rnn_cell_backward` for each step; writing it out again is right too. `da` holds what each step's own loss
sends. `caches` is what `rnn_forward` returned: a tuple of the list of all steps' caches and `x`. Return a dict with the
keys `dx`, `da0`, `dWax`, `dWaa` and `dba`.

<details><summary>Hint 1: the direction</summary>

A step needs what the step after it sends back. So which step comes first? What does the first one in this order
receive from the other side?

</details>
<details><summary>Hint 2: what to carry, what to collect, what to add up</summary>

Sort the five results of a step: which belongs to that step alone, which are shares of a sum over all steps, and which
is wanted by the next round of the loop?

</details>
<details><summary>Hint 3: da0</summary>

Look at the last line of the chain above. Which step has $a^{\langle 0 \rangle}$ as its input from the left?

</details>
"""


# %% exercise="rnn_backward"
def rnn_backward(da, caches):
    """Backpropagation through time."""
    ### BEGIN SOLUTION
    cell_caches, x = caches
    parameters = cell_caches[0][3]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in ("Wax", "Waa", "ba")}
    for t in reversed(range(da.shape[2])):
        step = rnn_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev = step["da_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}
    ### END SOLUTION


# %% check="rnn_backward"
check(rnn_backward)

# %% [markdown]
r"""
### Your own proof

Nobody has to tell you whether your backward pass is right: you have built the tool for that in section 3. The next
cell puts your functions together for the loss of `hello`, and compares them with your numeric gradient, one parameter after
the other.
"""


# %% demo=true
def loss_of_hello(parameters):
    return cross_entropy(rnn_forward(x_hello, a0_hello, parameters)[1], y_hello)[1]


def gradients_of_hello(parameters):
    a, y_pred, caches = rnn_forward(x_hello, a0_hello, parameters)
    one_hot = np.eye(4)[:, y_hello]  # (n_y, m, T_x)
    output = rnn_output_backward(y_pred, one_hot, a, parameters)
    through_time = rnn_backward(output["da"], caches)
    everything = {**output, **through_time}
    return {name: everything[f"d{name}"] for name in parameters}


by_hand, by_numbers = gradients_of_hello(hello), numeric_gradient(loss_of_hello, hello)
for name in hello:
    print(f"{name:>4}  error {gradient_error({name: by_hand[name]}, {name: by_numbers[name]}):.1e}")
print(f" all  error {gradient_error(by_hand, by_numbers):.1e}   (below 1e-7: right)")

# %% [markdown]
r"""
And it learns. Twenty steps against the gradient, and the loss of `hello` falls; then the letter that wins at each step:
"""

# %% demo=true
learned = {name: value.copy() for name, value in hello.items()}
for step in range(21):
    if step % 5 == 0:
        print(f"after {step:>2} steps: loss {loss_of_hello(learned):.3f} nats")
    gradients = gradients_of_hello(learned)
    learned = {name: value - 0.1 * gradients[name] for name, value in learned.items()}

best = rnn_forward(x_hello, a0_hello, learned)[1][:, 0].argmax(axis=0)
print("reads h e l l, says", *(letters[k] for k in best))

# %% [markdown]
r"""
How far does a loss reach back? Below, only the last of 20 steps has a loss, and the picture shows the size of the gradient
that arrives at the input of each step. It shrinks about equally much at each step, because each step
multiplies by the same $W_{aa}^\top$ and by factors $1 - a^2$ that are at most 1. This is the *vanishing gradient*, and the
reason for the LSTM, the network of the assignment `04-lstm`.

How much it shrinks depends on the weights: here they are random and small, with a standard deviation of
$0.7 / \sqrt{30}$ for 30 units, so that $W_{aa}^\top$ makes a vector shorter by about a third. Write 2 in place of
0.7 and run the cell again: now the gradient grows on its way back. That is the *exploding gradient*.
"""

# %% demo=true
rng = np.random.default_rng(7)
long_weights = {
    "Waa": rng.normal(0, 0.7 / np.sqrt(30), (30, 30)),
    "Wax": rng.normal(0, 0.5, (30, 5)),
    "Wya": rng.normal(0, 1, (2, 30)),
    "ba": np.zeros((30, 1)),
    "by": np.zeros((2, 1)),
}
_, _, long_caches = rnn_forward(rng.normal(size=(5, 8, 20)), np.zeros((30, 8)), long_weights)
only_last = np.zeros((30, 8, 20))
only_last[:, :, -1] = rng.normal(size=(30, 8))
norms = np.linalg.norm(rnn_backward(only_last, long_caches)["dx"], axis=(0, 1))
plots.gradient_by_step(norms, loss_step=20)

# %% [markdown]
r"""
## 9 · A trained network in your hands

The course brings a network of exactly this kind, trained on some 25,000 names from many countries. At each step
it reads the letter before (nothing at the first step: a vector of zeros) and predicts the next one; `<EOS>` ends a
name. Its weights are the five arrays that you know, so **your** `rnn_forward` can run it.

The sum of the log-probabilities of all letters is the log-probability of the name. The next cell compares names that the network
has never seen with the same letters shuffled. `load` gives the weights and a `card` that says how they were made,
with the list of letters. `as_batch` turns names into the inputs `batch.x` and the letters to predict,
`batch.targets`. Names differ in length, so shorter ones are filled up at the end; `batch.mask` is `True` up to
a name's `<EOS>` and `False` behind it, so that what was filled up does not count.
"""

# %% demo=true
from seqlib.data.names import split
from seqlib.references import as_batch, load

trained, card = load("names-rnn")
rng = np.random.default_rng(5)
unseen = [name for name in split().test if name.isalpha() and 5 <= len(name) <= 9]
some_names = [str(name) for name in rng.choice(unseen, 12, replace=False)]
shuffled = ["".join(rng.permutation(list(name))) for name in some_names]


def score_per_letter(names):
    """Mean log-probability of a letter, from your own forward pass and your own loss."""
    batch = as_batch(names, card)
    a0 = np.zeros((trained["Waa"].shape[0], len(names)))
    losses, _ = cross_entropy(rnn_forward(batch.x, a0, trained)[1], batch.targets)  # (m, T_x)
    return -(losses * batch.mask).sum(axis=1) / batch.mask.sum(axis=1)


print({name: value.shape for name, value in trained.items()})
plots.name_scores(some_names, score_per_letter(some_names), shuffled, score_per_letter(shuffled))

# %% [markdown]
r"""
In most pairs the real name is more probable, though the letters are the same: what the network has learned is their
*order*. One pair goes the other way: `kuusk`, an Estonian name, loses to `kuuks`. In the training data four times as
many names end in *ks* as in *sk*, and what was frequent there is all that the network knows.
"""

# %% [markdown]
r"""
## 10 · The same network in torch

`torch.nn.RNN` is this network, in another notation:

| | by hand | `torch.nn.RNN(batch_first=True)` |
|---|---|---|
| a sequence | $(n_x, m, T_x)$, features first | $(m, T_x, n_x)$: batch, time, features |
| initial activation | $(n_a, m)$ | $(1, m, n_a)$: one layer |
| input to activation | `Wax` $(n_a, n_x)$ | `weight_ih_l0`, the same shape |
| activation to activation | `Waa` $(n_a, n_a)$ | `weight_hh_l0`, the same shape |
| bias | `ba` $(n_a, 1)$ | two: `bias_ih_l0` and `bias_hh_l0`, each $(n_a,)$; only their sum matters |
| output layer | `Wya`, `by` | not part of it: a `torch.nn.Linear` |

The next cell loads your weights into torch, runs both on the same sequences, and compares outputs and gradients.
Then it goes the other way: it takes the weights of a fresh torch layer into your functions.
"""

# %% demo=true
import torch

rng = np.random.default_rng(11)
n_x, n_a, n_y, m, T_x = 6, 5, 3, 4, 9
mine = {
    "Waa": rng.normal(0, 0.5, (n_a, n_a)),
    "Wax": rng.normal(0, 0.5, (n_a, n_x)),
    "Wya": rng.normal(0, 1, (n_y, n_a)),
    "ba": rng.normal(0, 0.5, (n_a, 1)),
    "by": rng.normal(0, 0.5, (n_y, 1)),
}
x, a0 = rng.normal(size=(n_x, m, T_x)), rng.uniform(-0.8, 0.8, (n_a, m))
true_class = rng.integers(0, n_y, (m, T_x))

layer = torch.nn.RNN(n_x, n_a, batch_first=True, dtype=torch.float64)
output_layer = torch.nn.Linear(n_a, n_y, dtype=torch.float64)
with torch.no_grad():
    layer.weight_ih_l0.copy_(torch.tensor(mine["Wax"]))
    layer.weight_hh_l0.copy_(torch.tensor(mine["Waa"]))
    layer.bias_ih_l0.copy_(torch.tensor(mine["ba"][:, 0]))
    layer.bias_hh_l0.zero_()
    output_layer.weight.copy_(torch.tensor(mine["Wya"]))
    output_layer.bias.copy_(torch.tensor(mine["by"][:, 0]))

activations, _ = layer(torch.tensor(x.transpose(1, 2, 0)), torch.tensor(a0.T[np.newaxis]))
scores = output_layer(activations)  # (m, T_x, n_y)
loss = torch.nn.CrossEntropyLoss(reduction="sum")
loss(scores.flatten(0, 1), torch.tensor(true_class).flatten()).backward()

a, y_pred, caches = rnn_forward(x, a0, mine)
output = rnn_output_backward(y_pred, np.eye(n_y)[true_class].transpose(2, 0, 1), a, mine)
through_time = rnn_backward(output["da"], caches)


def difference(by_hand, by_torch):
    return np.abs(by_hand - by_torch.detach().numpy()).max()


print("largest differences, your weights in torch")
print(f"  a      {difference(a.transpose(1, 2, 0), activations):.1e}")
print(f"  ŷ      {difference(y_pred.transpose(1, 2, 0), scores.softmax(dim=2)):.1e}")
print(f"  dWax   {difference(through_time['dWax'], layer.weight_ih_l0.grad):.1e}")
print(f"  dWaa   {difference(through_time['dWaa'], layer.weight_hh_l0.grad):.1e}")
print(f"  dba    {difference(through_time['dba'][:, 0], layer.bias_ih_l0.grad):.1e}")
print(f"  dWya   {difference(output['dWya'], output_layer.weight.grad):.1e}")

# %% demo=true
torch.manual_seed(0)
fresh = torch.nn.RNN(n_x, n_a, batch_first=True, dtype=torch.float64)  # its own random weights
weights = {name: value.detach().numpy() for name, value in fresh.named_parameters()}
back = {
    "Wax": weights["weight_ih_l0"],
    "Waa": weights["weight_hh_l0"],
    "ba": (weights["bias_ih_l0"] + weights["bias_hh_l0"])[:, np.newaxis],
    "Wya": mine["Wya"],
    "by": mine["by"],
}
activations, _ = fresh(torch.tensor(x.transpose(1, 2, 0)), torch.tensor(a0.T[np.newaxis]))
a_back = rnn_forward(x, a0, back)[0]
print(
    f"torch's weights in your functions: a differs by {difference(a_back.transpose(1, 2, 0), activations):.1e}"
)

# %% [markdown]
r"""
## What you have built

- A network whose weights are shared over time, so that it reads sequences of any length.
- Its losses, one for each step, and its backward pass: right to left, the gradient of an activation summed over
  its two uses, the gradient of a weight summed over all steps.
- A numeric check which proves such work without anyone's answer. Keep it; later notebooks use it again.

What is left is its weakness: the memory fades, and with it the gradient. **`03-gru`** and **`04-lstm`** build cells that
keep. The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
