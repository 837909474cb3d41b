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
# 04 · Long short-term memory

A plain recurrent network forgets. In this notebook you build the cell that was invented to remember: first one
step, then a whole sequence, then the backward pass by hand, and at the end you load your weights into
`torch.nn.LSTM` and see that both compute the same.

| | |
|---|---|
| **You need** | NumPy, the chain rule, and a plain recurrent network (`02-rnn`, or the same from elsewhere) |
| **You build** | eight functions, forward and backward |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What comes next** | `05-gradients`, which measures and tames gradients over many steps; `06-language-model`, which trains on text |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise, from a nudge to nearly there. The exercises build on each
other, but when grading, a wrong earlier function costs you only its own points.

**Lecture notes.** In some places this notebook, or a message of `check`, names lecture notes 001, 002 and 003. They are
the notes of the course that this package belongs to. They are not part of the package, and you do not need them: all that
is used is explained here. Where the notebook departs from them, it says so for those who have read them.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import sigmoid, softmax
from seqlib.mine import gradient_error, numeric_gradient, rnn_backward, rnn_forward
from seqlib.plots import lstm as plots

# %% [markdown]
r"""
**Given to you:** `sigmoid(z)` works elementwise, $\sigma(z) = 1 / (1 + e^{-z})$. `softmax(z)` turns each column
into probabilities (the sum over axis 0 is 1). From `seqlib.mine` come functions of `02-rnn`: yours where they have
passed the check on this computer, the course's where not.

**Notation.** Arrays are *features first*. One time step of $m$ examples is $(n_x, m)$, a sequence is
$(n_x, m, T_x)$. The memory has $n_a$ units. $\odot$ multiplies elementwise (`*` in NumPy); a matrix product is
written without a sign (`@` in NumPy). The superscript $\langle t \rangle$ is the time step.
"""

# %% [markdown]
r"""
## 1 · Why a plain RNN forgets

> The **cat**, which already ate the fish that the fishermen had brought home, **was** full.
>
> The **cats**, which already ate the fish that the fishermen had brought home, **were** full.

To choose between *was* and *were*, a network that reads word by word has to carry one fact, singular or plural,
past eleven words that have nothing to do with it. It also has to *learn* to carry it: the error made at the verb
must reach the step at which the noun was read.

In a plain RNN, $a^{\langle t \rangle} = \tanh(W_{aa} a^{\langle t-1 \rangle} + W_{ax} x^{\langle t \rangle} + b_a)$,
and by the chain rule the effect of step $k$ on step $T$ is a product of Jacobians, one for each step between:

$$
\frac{\partial a^{\langle T \rangle}}{\partial a^{\langle k \rangle}}
= \prod_{t=k+1}^{T} \operatorname{diag}\!\left(1 - (a^{\langle t \rangle})^2\right) W_{aa}
$$

Each factor has the same $W_{aa}$, and a diagonal with entries of at most 1. Where the factors shrink, the product
shrinks exponentially in $T - k$; where they stretch, it can grow exponentially.

**A correction to lecture note 001.** It says that the *values* shrink as they are squashed again and again, so that
what remains means nothing. They need not: every step brings new input, and the activations stay as large as they
were. What shrinks is the product above, that is, how much the present *depends* on the past. The next cell measures
both.
"""


# %% demo=true
def plain_parameters(n_x, n_a, stretch, seed=0):
    """Weights of a plain RNN; W_aa is a rotation times `stretch`, so each factor W_aa stretches by exactly that."""
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.standard_normal((n_a, n_a)))[0]
    return {
        "Waa": stretch * rotation,
        "Wax": 0.5 * rng.standard_normal((n_a, n_x)),
        "Wya": rng.standard_normal((2, n_a)),
        "ba": np.zeros((n_a, 1)),
        "by": np.zeros((2, 1)),
    }


rng = np.random.default_rng(1)
x_long = rng.standard_normal((4, 8, 60))
only_last = np.zeros((20, 8, 60))  # a loss that looks at the last step and nothing else
only_last[:, :, -1] = rng.standard_normal((20, 8))

size, reach_of_rnn = {}, {}
for stretch in (0.7, 1.0, 1.6):
    a, _, caches = rnn_forward(x_long, np.zeros((20, 8)), plain_parameters(4, 20, stretch))
    dx = rnn_backward(only_last, caches)["dx"]
    size[f"W_aa stretches by {stretch}"] = np.abs(a).mean(axis=(0, 1))
    reach_of_rnn[f"W_aa stretches by {stretch}"] = np.linalg.norm(dx, axis=(0, 1))

plots.size_and_reach(size, reach_of_rnn)

# %% [markdown]
r"""
On the left, the activations keep their size for sixty steps. On the right, the gradient of a loss at the last step as it
arrives at the input of each earlier step. The scale is logarithmic: with a $W_{aa}$ that neither stretches nor shrinks,
what arrives at the first step is more than a million million times fainter than at the last. The network is not empty; it is
deaf to its own past, and so it cannot learn from it. (The curve for 0.7 leaves the figure below $10^{-16}$: next to a number of size 1,
anything fainter is lost in rounding.) A $W_{aa}$ that stretches by 1.6 still loses against the factors
$1 - a^2$. Were it to win, the gradient would explode instead.
"""

# %% [markdown]
r"""
## 2 · A memory on a conveyor belt

The long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate, Gers, Schmidhuber and Cummins,
2000) keeps two things from step to step:

* the **memory** $c^{\langle t \rangle}$, which runs past all steps like a conveyor belt. At each step a part of it is
  kept and something may be put on it. No matrix and no squashing function lie on its way.
* the **activation** $a^{\langle t \rangle}$, which is what the cell shows: to the prediction, and to itself at the
  next step.

$$
c^{\langle t \rangle} = \Gamma_f^{\langle t \rangle} \odot c^{\langle t-1 \rangle}
  + \Gamma_u^{\langle t \rangle} \odot \tilde c^{\langle t \rangle}
\qquad\qquad
a^{\langle t \rangle} = \Gamma_o^{\langle t \rangle} \odot \tanh(c^{\langle t \rangle})
$$

A **gate** $\Gamma$ holds a number between 0 and 1 for each unit and example. It multiplies, so 0 shuts and 1 lets through:

| gate | its job | at 0 | at 1 |
|---|---|---|---|
| forget gate $\Gamma_f$ | how much of the old memory is kept | the old memory is dropped | the old memory is **kept** whole |
| update gate $\Gamma_u$ | how much of the candidate $\tilde c$ is written | nothing is written | the candidate is written whole |
| output gate $\Gamma_o$ | how much of the memory is shown | $a$ is 0, though the memory is still there | $a = \tanh(c)$ |

The name of the forget gate misleads: it would better be called the keep gate, since 1 *keeps*. **A correction to lecture
note 003**: it multiplies the old memory by $(1 - \Gamma_f)$. With the other formulas of that note this is a slip; note 002
and the paper have $\Gamma_f$, and so do we. Nor do $\Gamma_f$ and $\Gamma_u$ have to add up to 1: a cell may keep
everything *and* write, and so count.

### Where the gates come from

Each gate is a small layer of its own. All of them see the same thing, the previous activation and the new input, stacked on
top of each other, $[a^{\langle t-1 \rangle}, x^{\langle t \rangle}]$ with $a$ above:

$$
\begin{aligned}
\Gamma_f^{\langle t \rangle} &= \sigma(W_f [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_f) &
\Gamma_u^{\langle t \rangle} &= \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u) \\
\tilde c^{\langle t \rangle} &= \tanh(W_c [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c) &
\Gamma_o^{\langle t \rangle} &= \sigma(W_o [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_o)
\end{aligned}
$$

The candidate $\tilde c$ is no gate: it is the content that may be written, between −1 and 1. If you have read note 001, here
are its names and ours:

| here and in notes 002, 003 | in the code | note 001 |
|---|---|---|
| $a^{\langle t \rangle}$ activation | `a_next` | $h_t$ hidden state |
| $c^{\langle t \rangle}$ memory | `c_next` | $C_t$ cell state |
| $\Gamma_f$ forget gate | `ft` | $f_t$ |
| $\Gamma_u$ update gate | `ut` | $i_t$ input gate |
| $\tilde c^{\langle t \rangle}$ candidate | `cct` | $\tilde C_t$ |
| $\Gamma_o$ output gate | `ot` | $o_t$ |
"""

# %% [markdown]
r"""
{exercise: lstm_gates}

Compute the three gates and the candidate of one step, by the four formulas above.

Shapes: `xt` is $(n_x, m)$ and `a_prev` is $(n_a, m)$, so the stack is $(n_a + n_x, m)$. Each of `Wf`, `Wu`, `Wc`, `Wo`
is $(n_a, n_a + n_x)$ and each of `bf`, `bu`, `bc`, `bo` is $(n_a, 1)$, which NumPy adds to every example. The four
results are $(n_a, m)$. Mind the order of the results: `ft, ut, cct, ot`. The dict also holds `Wy` and `by`: they are for the
prediction, in the next exercise, and the gates make no use of them.

<details><summary>Hint 1: the stack</summary>

`np.concatenate` joins a list of arrays; `axis=0` puts them on top of each other. The first $n_a$ columns of each weight
matrix belong to $a$, so $a$ has to be above.

</details>
<details><summary>Hint 2: which function squashes what</summary>

A gate says how much, so it needs numbers from 0 to 1. The candidate is content, which may be negative.

</details>
<details><summary>Hint 3: one line of the four</summary>

The forget gate is `sigmoid` of: the matrix `parameters["Wf"]` times the stack, plus its bias. The other three have the same
form.

</details>
"""


# %% exercise="lstm_gates"
def lstm_gates(xt, a_prev, parameters):
    """The three gates and the candidate, each a layer on the stacked [a_prev, xt]: ft, ut, cct, ot."""
    ### BEGIN SOLUTION
    concat = np.concatenate([a_prev, xt], axis=0)
    ft = sigmoid(parameters["Wf"] @ concat + parameters["bf"])
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ concat + parameters["bo"])
    return ft, ut, cct, ot
    ### END SOLUTION


# %% check="lstm_gates"
check(lstm_gates)

# %% [markdown]
r"""
Here is what you have built, for a single unit whose weights are all 1 and whose input runs from −6 to 6. The biases
differ, which shifts the curves: $b_f = 2$, $b_u = 0$, $b_o = -2$.
"""

# %% demo=true
sweep = np.linspace(-6, 6, 121)
one_unit = {name: np.ones((1, 2)) for name in ("Wf", "Wu", "Wc", "Wo")}
one_unit.update(bf=np.full((1, 1), 2.0), bu=np.zeros((1, 1)), bc=np.zeros((1, 1)), bo=np.full((1, 1), -2.0))
plots.gate_curves(sweep, *lstm_gates(sweep[np.newaxis], np.zeros((1, 121)), one_unit))

# %% [markdown]
r"""
Look at the height of each curve where the input is 0: that is the gate *at rest*, and the bias alone decides it. We
shall come back to this.
"""

# %% [markdown]
r"""
## 3 · One step of the cell

With the gates at hand, a step is three lines: the memory, the activation, the prediction.

$$
\begin{aligned}
c^{\langle t \rangle} &= \Gamma_f^{\langle t \rangle} \odot c^{\langle t-1 \rangle}
  + \Gamma_u^{\langle t \rangle} \odot \tilde c^{\langle t \rangle} \\
a^{\langle t \rangle} &= \Gamma_o^{\langle t \rangle} \odot \tanh(c^{\langle t \rangle}) \\
\hat y^{\langle t \rangle} &= \operatorname{softmax}(W_y\, a^{\langle t \rangle} + b_y)
\end{aligned}
$$

Note what sees what. The memory $c$ stays inside: nothing but the next step's memory and, through $\Gamma_o \odot \tanh$,
the activation depend on it. The prediction sees $a$ only. And $c$ has no bound: a unit that keeps everything and goes on
writing can count to ten, which is why it passes through $\tanh$ before it is shown.
"""

# %% [markdown]
r"""
{exercise: lstm_cell_forward}

Compute one step. Use your `lstm_gates`.

Shapes: `xt` $(n_x, m)$; `a_prev`, `c_prev`, `a_next`, `c_next` $(n_a, m)$; `Wy` $(n_y, n_a)$, `by` $(n_y, 1)$,
`yt_pred` $(n_y, m)$. Return `a_next, c_next, yt_pred, cache`. The cache keeps, for the way back, in this order,

`(a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)`

<details><summary>Hint 1: which memory</summary>

The memory that is shown is the new one. First compute $c^{\langle t \rangle}$, then show it.

</details>
<details><summary>Hint 2: which product</summary>

Gates act unit by unit, so they multiply elementwise. The prediction mixes all units, so it needs a matrix product.

</details>
"""


# %% exercise="lstm_cell_forward"
def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One time step: keep part of the memory, write part of the candidate, show part of the result."""
    ### BEGIN SOLUTION
    ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
    c_next = ft * c_prev + ut * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)
    ### END SOLUTION


# %% check="lstm_cell_forward"
check(lstm_cell_forward)

# %% [markdown]
r"""
### Be the gates yourself

Below, *you* are the gates of one unit, and your own `lstm_cell_forward` computes what comes of it. (The weights are zero,
and the biases are set so that the gates come out as the sliders say.) Choose a step, set its gates, and watch the belt:
what is kept from the step before, what is written, and what is shown.

Things to try:

1. Start from *write once, keep, show at the end*. Lower $\Gamma_f$ of a single step in the middle. What is lost comes back
   at no later step.
2. Choose *leak*: $\Gamma_f = 0.8$ everywhere. How much of what was written at step 1 is left at step 8?
3. Choose *count*: both gates at 1. How large does $c$ become, and how large can $a$ become?
4. Shut $\Gamma_o$ at every step but the last. Does the memory change?
"""

# %% demo=true
from seqlib.widgets.lstm import memory_belt

memory_belt(lstm_cell_forward)

# %% [markdown]
r"""
## 4 · A sequence

To read a sequence, start with a given activation $a^{\langle 0 \rangle}$ and an empty memory,
$c^{\langle 0 \rangle} = 0$, and hand *both* from step to step:

$$
a^{\langle t \rangle},\ c^{\langle t \rangle},\ \hat y^{\langle t \rangle}
= \operatorname{cell}\left(x^{\langle t \rangle},\ a^{\langle t-1 \rangle},\ c^{\langle t-1 \rangle}\right),
\qquad t = 1, \dots, T_x
$$

The same parameters serve every step. In the code, steps count from 0: `x[:, :, 0]` is $x^{\langle 1 \rangle}$.
"""

# %% [markdown]
r"""
{exercise: lstm_forward}

Run your cell over all steps of `x`.

Shapes: `x` $(n_x, m, T_x)$, `a0` $(n_a, m)$. Return `a, y, c, caches` with `a` and `c` $(n_a, m, T_x)$ and `y`
$(n_y, m, T_x)$; `caches` is the pair `(list of the cell caches in the order of time, x)`. Sizes such as $T_x = 1$ and
$m = 1$ occur.

Part of the points come from a trained network: `names-lstm`, a character model of person names, runs in *your* function on
names that it has never seen. The row *log-probabilities of held-out names* takes the logarithm of the `y` that you return and
compares that, so that small probabilities count as much as large ones. You still return the probabilities.

<details><summary>Hint 1: what the loop carries</summary>

Two things go from one step to the next. Name them before the loop, and give both new values inside it.

</details>
<details><summary>Hint 2: collecting the steps</summary>

Either make arrays of zeros with the right shapes and fill `a[:, :, t]` at each step, or append to lists and join them at
the end with `np.stack` along axis 2.

</details>
<details><summary>Hint 3: where to get the sizes</summary>

`x.shape` gives $n_x$, $m$ and $T_x$; `a0.shape` gives $n_a$; `parameters["Wy"].shape` gives $n_y$. The empty memory has the
shape of `a0`, not its values.

</details>
"""


# %% exercise="lstm_forward"
def lstm_forward(x, a0, parameters):
    """Unroll the cell over a sequence, from the activation a0 and an empty memory: a, y, c, caches."""
    ### BEGIN SOLUTION
    a_next, c_next = a0, np.zeros_like(a0)
    activations, predictions, memories, caches = [], [], [], []
    for t in range(x.shape[2]):
        a_next, c_next, yt_pred, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        memories.append(c_next)
        caches.append(cache)
    a, y, c = (np.stack(steps, axis=2) for steps in (activations, predictions, memories))
    return a, y, c, (caches, x)
    ### END SOLUTION


# %% check="lstm_forward"
check(lstm_forward)

# %% [markdown]
r"""
### The cat that was full

A single unit is enough for the sentence from the beginning, if its weights are right. In the next cell they are set by
hand (a trained network finds its own): the memory is to hold −1 for singular and +1 for plural, from the subject to the
verb. Read the comments, then look at the picture: your `lstm_forward` reads both sentences.
"""

# %% demo=true
middle = ["which", "already", "ate", "the", "fish", "that", "the", "fishermen", "had", "brought", "home"]
sentences = [["the", noun, *middle] for noun in ("cat", "cats")]
vocabulary = sorted({word for sentence in sentences for word in sentence})
column = {word: 1 + i for i, word in enumerate(vocabulary)}  # column 0 of a weight matrix belongs to a_prev

by_hand = {name: np.zeros((1, 1 + len(vocabulary))) for name in ("Wf", "Wu", "Wc", "Wo")}
by_hand.update(
    bf=np.full((1, 1), 5.0), bu=np.full((1, 1), -4.0), bc=np.zeros((1, 1)), bo=np.full((1, 1), -4.0)
)
by_hand.update(Wy=np.array([[-4.0], [4.0]]), by=np.zeros((2, 1)))  # class 0 is "was", class 1 is "were"
for noun, number in (("cat", -3), ("cats", 3)):
    by_hand["Wf"][0, column[noun]] = -10  # a new subject: drop the old memory …
    by_hand["Wu"][0, column[noun]] = 8  # … and write
    by_hand["Wc"][0, column[noun]] = number  # its number
by_hand["Wo"][0, column["home"]] = 8  # the verb comes next: show the memory

x_cats = np.zeros((len(vocabulary), 2, len(sentences[0])))
for example, sentence in enumerate(sentences):
    for t, word in enumerate(sentence):
        x_cats[column[word] - 1, example, t] = 1

a, y, c, (cell_caches, _) = lstm_forward(x_cats, np.zeros((1, 2)), by_hand)
gates = {"Γ_f keeps": 4, "Γ_u writes": 5, "Γ_o shows": 7}
plots.sentence_memory(
    words=[" / ".join(dict.fromkeys(pair)) for pair in zip(*sentences, strict=True)],
    gates={name: np.array([cache[place][0, 0] for cache in cell_caches]) for name, place in gates.items()},
    memory={"The cat …": c[0, 0], "The cats …": c[0, 1]},
    probability={"The cat …": y[1, 0], "The cats …": y[1, 1]},
    of="were",
)

# %% [markdown]
r"""
The memory is written once, at the noun, and then rides along unchanged while $\Gamma_u$ is shut and $\Gamma_f$ is open. All
that time the prediction knows next to nothing of it, 0.53 against 0.47, because $\Gamma_o$ is 0.02. Only at *home*, when the verb is next, is it shown.

Change $b_f$ from 5 to 1 in the cell above and run it again. What does $\sigma(1)$ to the power of eleven have to do with
what you see?
"""

# %% [markdown]
r"""
### A memory that was trained

Now weights that nobody set by hand. `names-lstm` was trained on person names, character by character: at every step it gives
the probabilities of the next one, and at the end of a name that of `<EOS>`. Its parameters are laid out as yours, so your
`lstm_forward` runs it. The input of step 1 is a vector of zeros (nothing read yet); then come the characters, one-hot, each one
step after it was to be predicted.

The names below were held out: the network has never seen them. The last column is the same name spelled backwards: the same
letters, an unlikely order. For comparison: to whom all tokens are equally likely, each one is a surprise of
$\log_2$(number of tokens) bits.
"""

# %% demo=true
from seqlib import references
from seqlib.data.names import split

trained, card = references.load("names-lstm")
held_out = [name for name in split().test if name.isalpha() and 8 <= len(name) <= 11][::90][:8]


def bits_per_character(names):
    """How surprised the trained network is by each name, per character, `<EOS>` included; and what it did."""
    batch = references.as_batch(names, card)
    a0 = np.zeros((trained["bf"].shape[0], len(names)))
    _, y, _, (cell_caches, _) = lstm_forward(batch.x, a0, trained)
    true_token = np.take_along_axis(y, batch.targets[np.newaxis], axis=0)[0]  # (m, T_x)
    bits = -(np.log2(true_token) * batch.mask).sum(axis=1) / batch.mask.sum(axis=1)
    return bits, y, cell_caches


forwards, y, cell_caches = bits_per_character(held_out)
backwards, _, _ = bits_per_character([name[::-1] for name in held_out])
tokens = len(card["vocabulary"])
print(f"knowing nothing, all {tokens} tokens equally likely: {np.log2(tokens):.2f} bits per character\n")
print(f"{'name':<12} bits per character   backwards")
for name, there, back in zip(held_out, forwards, backwards, strict=True):
    print(f"{name:<12} {there:18.2f}   {back:9.2f}")

# %% [markdown]
r"""
And this is what its gates do while it reads the first of these names. Of its many units, those whose forget gate moves most are
shown, dark where a gate is open; below each character stands the one that the network thinks likeliest to follow (⏎ for the
end of the name). Look at $\Gamma_f$ from left to right: what do these units do with their memory at the first characters, and
what once a part of the name has been read? And when does the network begin to think that the name may end?
"""

# %% demo=true
length = len(held_out[0])
gates = {
    name: np.stack([cache[place][:, 0] for cache in cell_caches[: length + 1]], axis=1)
    for name, place in {"Γ_f keeps": 4, "Γ_u writes": 5, "Γ_o shows": 7}.items()
}
busiest = np.argsort(-gates["Γ_f keeps"].std(axis=1))[:30]
plots.names_gates(
    characters=["·", *held_out[0]],
    gates={name: values[busiest] for name, values in gates.items()},
    likely=[card["vocabulary"][i].replace("<EOS>", "⏎") for i in y[:, 0, : length + 1].argmax(axis=0)],
)

# %% [markdown]
r"""
## 5 · The way back

### The path along the memory

Why does this cell learn what a plain RNN cannot? Look at how the memory depends on the memory before, with the gates held as
they are:

$$
\frac{\partial c^{\langle t \rangle}}{\partial c^{\langle t-1 \rangle}} = \operatorname{diag}(\Gamma_f^{\langle t \rangle})
\qquad\text{and so}\qquad
\frac{\partial c^{\langle T \rangle}}{\partial c^{\langle k \rangle}}
= \operatorname{diag}\Big(\prod_{t=k+1}^{T} \Gamma_f^{\langle t \rangle}\Big)
$$

Compare section 1: the matrix and the derivative of the squashing function are gone from this path. What is left is a product of forget gates,
which the network itself sets. Where they are near 1, the gradient rides back on the belt as far as the memory rode forward.
(There are other paths, through the gates and $a$; they do contain matrices and may vanish. One that does not is
enough.)

### One step backward

For a step we are given two gradients of the loss $L$, each $(n_a, m)$:

* `da_next` $= \partial L / \partial a^{\langle t \rangle}$: from the prediction at this step and from all that later steps
  do with $a^{\langle t \rangle}$;
* `dc_next`: what the *later* step sends to $c^{\langle t \rangle}$ along the belt.

Wanted are the gradients at the four layers, *before* their σ or tanh. We write $d\Gamma_f$ for the gradient at
$z_f = W_f [a, x] + b_f$, and $d\Gamma_u$, $d\tilde c$, $d\Gamma_o$ in the same way. One of the four is derived here; the others are yours.

**First, all that reaches the memory.** $c^{\langle t \rangle}$ is used twice: by the next step, and by
$a^{\langle t \rangle} = \Gamma_o \odot \tanh(c^{\langle t \rangle})$. What is used twice gets the sum of two gradients. The first is
`dc_next`. For the second, go back through $a$: what arrives there is `da_next`; the product passes it to $\tanh(c)$ times its other factor,
$\Gamma_o$; and the tanh multiplies by its derivative, $\tanh' = 1 - \tanh^2$. Together:

$$
dc^{\langle t \rangle} = dc_{\text{next}}
  + da_{\text{next}} \odot \Gamma_o^{\langle t \rangle} \odot \left(1 - \tanh^2(c^{\langle t \rangle})\right)
$$

**Then, as an example, the forget gate.** It occurs once, in
$c^{\langle t \rangle} = \Gamma_f \odot c^{\langle t-1 \rangle} + \Gamma_u \odot \tilde c$. So what arrives at its product is $dc$; its partner in the product is
$c^{\langle t-1 \rangle}$; and it came out of a σ, whose derivative is $\sigma' = \sigma (1 - \sigma)$, that is $\Gamma_f (1 - \Gamma_f)$:

$$
d\Gamma_f = \underbrace{dc}_{\text{what arrives}} \odot \underbrace{c^{\langle t-1 \rangle}}_{\text{its partner}}
  \odot \underbrace{\Gamma_f \odot (1 - \Gamma_f)}_{\text{its own derivative}}
$$

For each of the other three, ask the same three questions: in which formula does it occur, and what arrives there? What was it multiplied
by? Which function did it come out of? Write the formulas down on paper before you write code.
"""

# %% [markdown]
r"""
{exercise: lstm_gates_backward}

Compute the four gradients before the squashing functions.

Shapes: `da_next`, `dc_next` and the four results are all $(n_a, m)$. The cache is the one from `lstm_cell_forward`:
`(a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)`. Return a dict with the keys
`dft`, `dut`, `dcct`, `dot`.

<details><summary>Hint 1: what arrives</summary>

Give $dc$ a line of its own before anything else. The update gate and the candidate stand in the same formula as the forget gate. The
output gate does not: it stands in the formula of $a$.

</details>
<details><summary>Hint 2: partners</summary>

In a product, the gradient of one factor contains the other. Who is the partner of $\Gamma_u$? Of $\tilde c$? And of $\Gamma_o$ in $a$?

</details>
<details><summary>Hint 3: the derivatives</summary>

The cache holds `ft`, `ut`, `ot` *after* the σ and `cct` *after* the tanh, so σ′ and tanh′ need no further call of either: for the
forget gate it is `ft` times one minus `ft`. The candidate came out of a tanh; it has the derivative of that.

</details>
<details><summary>Hint 4: the three formulas, to compare with yours</summary>

$$
\begin{aligned}
d\Gamma_u &= dc \odot \tilde c \odot \Gamma_u \odot (1 - \Gamma_u) \\
d\tilde c &= dc \odot \Gamma_u \odot (1 - \tilde c^{\,2}) \\
d\Gamma_o &= da_{\text{next}} \odot \tanh(c^{\langle t \rangle}) \odot \Gamma_o \odot (1 - \Gamma_o)
\end{aligned}
$$

</details>
"""


# %% exercise="lstm_gates_backward"
def lstm_gates_backward(da_next, dc_next, cache):
    """Gradients at the four layers, before their σ or tanh: a dict with dft, dut, dcct, dot."""
    ### BEGIN SOLUTION
    _, c_next, _, c_prev, ft, ut, cct, ot, _, _ = cache
    tanh_c = np.tanh(c_next)
    dc = dc_next + da_next * ot * (1 - tanh_c**2)
    return {
        "dft": dc * c_prev * ft * (1 - ft),
        "dut": dc * cct * ut * (1 - ut),
        "dcct": dc * ut * (1 - cct**2),
        "dot": da_next * tanh_c * ot * (1 - ot),
    }
    ### END SOLUTION


# %% check="lstm_gates_backward"
check(lstm_gates_backward)

# %% [markdown]
r"""
### From the layers to their weights

Each of the four is a linear layer $z = W [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b$. Its weights are shared by the $m$
examples, so their gradients are *sums* over the examples. For a weight matrix the matrix product takes the sum; for a bias you
take it yourself:

$$
dW_f = d\Gamma_f\, [a^{\langle t-1 \rangle}, x^{\langle t \rangle}]^{\mathsf T}
\qquad\qquad
db_f = \sum_{i=1}^{m} d\Gamma_f^{(i)}
$$

and in the same way $dW_u, db_u$ from $d\Gamma_u$, $dW_c, db_c$ from $d\tilde c$, $dW_o, db_o$ from $d\Gamma_o$. There is no division by
$m$: whether a loss is a sum or a mean is the loss's affair, and is already in `da_next`.
"""

# %% [markdown]
r"""
{exercise: lstm_parameters_backward}

From the gradients at the four layers, compute those of their weights and biases.

Shapes: `gates` is the dict of `lstm_gates_backward`, each entry $(n_a, m)$. `dWf`, `dWu`, `dWc`, `dWo` are
$(n_a, n_a + n_x)$ as the weights themselves; `dbf`, `dbu`, `dbc`, `dbo` are $(n_a, 1)$. Return one dict with these eight
keys. Of the cache you need `a_prev` and `xt`.

<details><summary>Hint 1: the same stack</summary>

The layer saw the stack $[a^{\langle t-1 \rangle}, x^{\langle t \rangle}]$, with $a$ above. Build it again, in the same order.

</details>
<details><summary>Hint 2: shapes decide</summary>

$(n_a, m)$ times what gives $(n_a, n_a + n_x)$? And the sum over examples should leave $(n_a, 1)$, not $(n_a,)$: see `keepdims`.

</details>
"""


# %% exercise="lstm_parameters_backward"
def lstm_parameters_backward(gates, cache):
    """From the gradients at the four layers to their weights and biases: dWf, …, dbf, …"""
    ### BEGIN SOLUTION
    a_prev, xt = cache[2], cache[8]
    concat = np.concatenate([a_prev, xt], axis=0)
    return {
        "dWf": gates["dft"] @ concat.T,
        "dWu": gates["dut"] @ concat.T,
        "dWc": gates["dcct"] @ concat.T,
        "dWo": gates["dot"] @ concat.T,
        "dbf": gates["dft"].sum(axis=1, keepdims=True),
        "dbu": gates["dut"].sum(axis=1, keepdims=True),
        "dbc": gates["dcct"].sum(axis=1, keepdims=True),
        "dbo": gates["dot"].sum(axis=1, keepdims=True),
    }
    ### END SOLUTION


# %% check="lstm_parameters_backward"
check(lstm_parameters_backward)

# %% [markdown]
r"""
### From the layers to what came in

Two of the three things that came into the step, $a^{\langle t-1 \rangle}$ and $x^{\langle t \rangle}$, came in as the stack. Take one layer alone,
$z_f = W_f [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_f$: entry $j$ of the stack moves unit $i$ of $z_f$ by $(W_f)_{ij}$, so
it gets $\sum_i (W_f)_{ij}\, (d\Gamma_f)_i$, which for all entries and examples at once is

$$
W_f^{\mathsf T}\, d\Gamma_f
$$

But all four layers are fed by the stack. And the third thing, the memory $c^{\langle t-1 \rangle}$, came in by another way: look at the
formula in which it occurs, and ask the three questions again. What follows from both is your exercise.
"""

# %% [markdown]
r"""
{exercise: lstm_inputs_backward}

Compute the gradients of the three things that came into the step.

Shapes: `da_next`, `dc_next` $(n_a, m)$; `gates` the dict of `lstm_gates_backward`, each $(n_a, m)$. Return a dict with `dxt`
$(n_x, m)$, `da_prev` $(n_a, m)$, `dc_prev` $(n_a, m)$.

<details><summary>Hint 1: one stack, then cut it</summary>

What feeds several layers gets a sum. Compute the gradient of the whole stack, $(n_a + n_x, m)$, first. Which of its rows are $a$'s, which
are $x$'s? The order is that of the stack.

</details>
<details><summary>Hint 2: transposes</summary>

`parameters["Wf"]` is $(n_a, n_a + n_x)$ and `gates["dft"]` is $(n_a, m)$; only the transposed matrix fits.

</details>
<details><summary>Hint 3: the memory</summary>

$c^{\langle t-1 \rangle}$ is a factor of one product, and no σ or tanh comes before it. What arrives at that product is not `dc_next` alone:
compute $dc$ as in `lstm_gates_backward`. What is the partner?

</details>
<details><summary>Hint 4: the formulas, to compare with yours</summary>

$$
\begin{aligned}
d[a^{\langle t-1 \rangle}, x^{\langle t \rangle}]
&= W_f^{\mathsf T} d\Gamma_f + W_u^{\mathsf T} d\Gamma_u + W_c^{\mathsf T} d\tilde c + W_o^{\mathsf T} d\Gamma_o \\
dc^{\langle t-1 \rangle} &= dc^{\langle t \rangle} \odot \Gamma_f^{\langle t \rangle}
\end{aligned}
$$

</details>
"""


# %% exercise="lstm_inputs_backward"
def lstm_inputs_backward(da_next, dc_next, gates, cache):
    """From the gradients at the four layers to what came in: dxt, da_prev, dc_prev."""
    ### BEGIN SOLUTION
    _, c_next, a_prev, _, ft, _, _, ot, _, parameters = cache
    dconcat = (
        parameters["Wf"].T @ gates["dft"]
        + parameters["Wu"].T @ gates["dut"]
        + parameters["Wc"].T @ gates["dcct"]
        + parameters["Wo"].T @ gates["dot"]
    )
    n_a = a_prev.shape[0]
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    return {"dxt": dconcat[n_a:], "da_prev": dconcat[:n_a], "dc_prev": dc * ft}
    ### END SOLUTION


# %% check="lstm_inputs_backward"
check(lstm_inputs_backward)

# %% [markdown]
r"""
Look at what you wrote for `dc_prev`: no matrix and no derivative of a squashing function, only the forget gate. It *is* the path along the
memory from the beginning of this section.

The next cell is given. It puts your three parts together: one whole step backward, with the keys `dxt`, `da_prev`, `dc_prev`,
`dWf`, `dWu`, `dWc`, `dWo`, `dbf`, `dbu`, `dbc`, `dbo`.
"""


# %% setup=true
def lstm_cell_backward(da_next, dc_next, cache):
    """One time step backward: the three parts above put together."""
    gates = lstm_gates_backward(da_next, dc_next, cache)
    inputs = lstm_inputs_backward(da_next, dc_next, gates, cache)
    return {**inputs, **lstm_parameters_backward(gates, cache)}


# %% [markdown]
r"""
## 6 · Back through time

Now walk the sequence from the last step to the first. At step $t$, the activation $a^{\langle t \rangle}$ was used by the loss of its own
step *and* by step $t + 1$, so two gradients meet:

$$
da_{\text{next}} = da^{\langle t \rangle}_{\text{own loss}} + da_{\text{prev}}^{\langle t+1 \rangle}
\qquad\qquad
dc_{\text{next}} = dc_{\text{prev}}^{\langle t+1 \rangle}
$$

Behind the last step there is nothing, so both carried gradients start at zero. And the parameters are shared by all steps, so their gradients
are sums over time:

$$
dW_f = \sum_{t=1}^{T_x} dW_f^{\langle t \rangle}, \quad db_f = \sum_{t=1}^{T_x} db_f^{\langle t \rangle}, \quad\dots
$$

The inputs are not shared: each $dx^{\langle t \rangle}$ stands alone. What remains when the first step is done is the gradient of
$a^{\langle 0 \rangle}$.
"""

# %% [markdown]
r"""
{exercise: lstm_backward}

Backpropagate through all steps. Use `lstm_cell_backward`.

Shapes: `da` $(n_a, m, T_x)$ is what each step's own loss sends to its activation; `caches` is the pair from `lstm_forward`. Return a dict with
`dx` $(n_x, m, T_x)$, `da0` $(n_a, m)$, and `dWf`, `dWu`, `dWc`, `dWo`, `dbf`, `dbu`, `dbc`, `dbo`, each shaped as its parameter.
`dWy` and `dby` are not among them: the prediction comes after the activation, on the other side of `da`. Whoever knows the loss goes back through
$W_y a + b_y$ first, and gets $dW_y$, $db_y$ and `da` there.

<details><summary>Hint 1: what is carried, what is summed, what is stored</summary>

`da_prev` and `dc_prev` are carried to the step before; the eight parameter gradients are summed; `dxt` is stored at its own place.

</details>
<details><summary>Hint 2: counting down</summary>

`reversed(range(T_x))` runs from the last step to the first.

</details>
<details><summary>Hint 3: shapes for the sums</summary>

Each cell cache ends with the parameters. `np.zeros_like` of each makes the sums' starting values.

</details>
"""


# %% exercise="lstm_backward"
def lstm_backward(da, caches):
    """Backpropagation through time: dx, da0, and the gradients of the parameters summed over the steps."""
    ### BEGIN SOLUTION
    cell_caches, x = caches
    parameters = cell_caches[0][9]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    dc_prev = np.zeros_like(da[:, :, 0])
    names = ("Wf", "Wu", "Wc", "Wo", "bf", "bu", "bc", "bo")
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in names}
    for t in reversed(range(da.shape[2])):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev, dc_prev = step["da_prev"], step["dc_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}
    ### END SOLUTION


# %% check="lstm_backward"
check(lstm_backward)

# %% [markdown]
r"""
### Check it yourself

You need no one to tell you whether a gradient is right. Draw an array $R$ of random numbers, shaped like $a$, and take the loss
$L = \sum R \odot a$. Every activation moves it, each by another amount, and $da = R$. Estimate the gradient of $L$ by central differences
with `numeric_gradient`, which knows only your *forward* pass, and compare with your *backward* pass. In double precision the relative error of a right
gradient is far below $10^{-8}$ (the course's own has $10^{-11}$ to $10^{-10}$ here); anything above $10^{-6}$ is a mistake.
"""


# %% demo=true
def random_parameters(n_x, n_a, n_y, forget_bias=0.0, scale=1.0, seed=0):
    """Weights with standard deviation scale / √(n_a + n_x), zero biases except the forget gate's."""
    rng = np.random.default_rng(seed)
    shapes = {"Wf": (n_a, n_a + n_x), "Wu": (n_a, n_a + n_x), "Wc": (n_a, n_a + n_x), "Wo": (n_a, n_a + n_x)}
    parameters = {
        name: scale / np.sqrt(n_a + n_x) * rng.standard_normal(shape) for name, shape in shapes.items()
    }
    parameters.update({name: np.zeros((n_a, 1)) for name in ("bf", "bu", "bc", "bo")})
    parameters["bf"] += forget_bias
    return {**parameters, "Wy": rng.standard_normal((n_y, n_a)), "by": np.zeros((n_y, 1))}


rng = np.random.default_rng(2)
inner = random_parameters(n_x=3, n_a=4, n_y=2, scale=2.0)
x_check, a0_check = rng.standard_normal((3, 2, 6)), rng.standard_normal((4, 2))
R = rng.standard_normal((4, 2, 6))


def loss(values):
    """A number that every activation moves; x and a0 are in the same dict as the weights."""
    return np.sum(R * lstm_forward(values["x"], values["a0"], values)[0])


values = {name: inner[name] for name in ("Wf", "Wu", "Wc", "Wo", "bf", "bu", "bc", "bo", "Wy", "by")}
values.update(x=x_check, a0=a0_check)
numeric = numeric_gradient(loss, values)
del numeric["Wy"], numeric["by"]  # the loss sees a, not the prediction
backward = lstm_backward(R, lstm_forward(x_check, a0_check, inner)[3])
for name in numeric:
    error = gradient_error({name: backward[f"d{name}"]}, {name: numeric[name]})
    print(f"d{name:<4} relative error {error:.1e}")

# %% [markdown]
r"""
### How far back is a loss heard?

The experiment of section 1 again, now with your LSTM: a loss at the last of sixty steps, and the size of its gradient at the input of each earlier
step. The weights are random and small, as at the beginning of a training; only the **bias of the forget gate** differs.
"""

# %% demo=true
reach = {"plain RNN, stretch 1.0": reach_of_rnn["W_aa stretches by 1.0"]}
for forget_bias in (0, 1, 3):
    initial = random_parameters(n_x=4, n_a=20, n_y=2, forget_bias=forget_bias)
    dx = lstm_backward(only_last, lstm_forward(x_long, np.zeros((20, 8)), initial)[3])["dx"]
    arriving = np.linalg.norm(dx, axis=(0, 1))
    reach[f"LSTM, b_f = {forget_bias}"] = arriving
    kept = sigmoid(forget_bias)
    print(
        f"b_f = {forget_bias}: Γ_f at rest {kept:.2f}, to the power of 59 {kept**59:.0e}; "
        f"measured at step 1, relative to step 60: {arriving[0] / arriving[-1]:.0e}"
    )

plots.reach(reach)

# %% [markdown]
r"""
At rest, $\Gamma_f = \sigma(b_f)$, and 59 steps lie between the first input and the last. The lines above the figure compare what the belt alone would
leave, $\sigma(b_f)^{59}$, with what was measured. What was measured is more, because the belt is not the only way back: the paths through $a$ and the
gates add to it.

* $b_f = 0$: the belt loses half of its load at each step, which would leave $2 \cdot 10^{-18}$; $3 \cdot 10^{-11}$ arrives. That is some five hundred times
  what the plain RNN has, $6 \cdot 10^{-14}$, and still far too faint to learn from. Such an LSTM is deaf until it has learned to open its forget gates,
  and how should it learn that from a gradient that never arrives?
* $b_f = 1$: $3 \cdot 10^{-4}$ arrives. Faint, but it is heard.
* $b_f = 3$: the belt keeps $0.95$ at each step and alone would leave $0.06$; $0.7$ arrives. The curve falls to about a quarter and rises again towards
  step 1. There the memory is still nearly empty, so $1 - \tanh^2(c)$ is near 1 and the paths through $a$ are at their strongest; with a memory that is already
  full at step 1, the rise is gone.

This is why forget gates are given a positive bias, usually 1 or more, before training begins (Gers et al., 2000; Józefowicz et al., 2015). A cell may
forget; it should have to learn to.
"""

# %% [markdown]
r"""
## 7 · Peepholes: gates that look at the memory

A gate of the cell above sees $a^{\langle t-1 \rangle}$ and $x^{\langle t \rangle}$. It does not see the memory that it governs: when the output gate is shut, $a$
is 0, and whether there is something in the memory is invisible to all gates. Gers and Schmidhuber (2000) gave the gates a **peephole**, one weight for
each unit, to its own memory only:

$$
\begin{aligned}
\Gamma_f^{\langle t \rangle} &= \sigma(W_f [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + p_f \odot c^{\langle t-1 \rangle} + b_f) \\
\Gamma_u^{\langle t \rangle} &= \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + p_u \odot c^{\langle t-1 \rangle} + b_u) \\
c^{\langle t \rangle} &= \Gamma_f^{\langle t \rangle} \odot c^{\langle t-1 \rangle} + \Gamma_u^{\langle t \rangle} \odot \tilde c^{\langle t \rangle} \\
\Gamma_o^{\langle t \rangle} &= \sigma(W_o [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + p_o \odot c^{\langle t \rangle} + b_o)
\end{aligned}
$$

The candidate, the activation and the prediction are as before. $p_f, p_u, p_o$ are $(n_a, 1)$: diagonal matrices, of which only the diagonal is kept.

**Where lecture note 002 differs.** It says that the gates get $c^{\langle t-1 \rangle}$, all of them. In the paper, and here, the output gate sees the
*new* memory $c^{\langle t \rangle}$, which is the one it is about to show. So it can be computed only after the memory.
"""

# %% [markdown]
r"""
{exercise: lstm_peephole_cell_forward}

Compute one step of the cell with peepholes.

Shapes as in `lstm_cell_forward`; `parameters` has in addition `pf`, `pu`, `po`, each $(n_a, 1)$. Return `a_next, c_next, yt_pred`, without a cache. Your
`lstm_gates` is of no use here, since it squashes before the peephole can be added.

<details><summary>Hint 1: the order of the lines</summary>

Stack; forget gate, update gate, candidate; memory; output gate; activation; prediction.

</details>
<details><summary>Hint 2: what multiplies the memory</summary>

A peephole is one number for each unit. `(n_a, 1)` times `(n_a, m)`, elementwise, uses it for all examples. It is added inside the σ.

</details>
"""


# %% exercise="lstm_peephole_cell_forward"
def lstm_peephole_cell_forward(xt, a_prev, c_prev, parameters):
    """One time step in which the gates look at the memory, one weight a unit: a_next, c_next, yt_pred."""
    ### BEGIN SOLUTION
    concat = np.concatenate([a_prev, xt], axis=0)
    ft = sigmoid(parameters["Wf"] @ concat + parameters["pf"] * c_prev + parameters["bf"])
    ut = sigmoid(parameters["Wu"] @ concat + parameters["pu"] * c_prev + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    c_next = ft * c_prev + ut * cct
    ot = sigmoid(parameters["Wo"] @ concat + parameters["po"] * c_next + parameters["bo"])
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, c_next, yt_pred
    ### END SOLUTION


# %% check="lstm_peephole_cell_forward"
check(lstm_peephole_cell_forward)

# %% [markdown]
r"""
What a peephole is good for: a unit that counts to three and starts again, with no help from the input. It adds a third at each step. Its forget gate looks
at the memory and drops it once it has come near 1; its output gate looks too, and stays shut until then. Without peepholes (all three zero) the same
unit cannot see its own count, because what it shows is nearly nothing.
"""

# %% demo=true
from itertools import accumulate

NOTHING = np.zeros((1, 1))


def count(peephole, steps=18):
    """Memory and activation of one unit over time, with no input at all; peephole is 0 or 1."""
    unit = {name: np.zeros((1, 2)) for name in ("Wf", "Wu", "Wc", "Wo")}
    unit.update(bf=NOTHING + 20, bu=NOTHING - 0.7, bc=NOTHING + 5, bo=NOTHING - 20)
    unit.update(pf=NOTHING - 25 * peephole, pu=NOTHING, po=NOTHING + 25 * peephole)
    unit.update(Wy=np.zeros((2, 1)), by=np.zeros((2, 1)))
    states = accumulate(
        range(steps),
        lambda state, _: lstm_peephole_cell_forward(NOTHING, state[0], state[1], unit),
        initial=(NOTHING, NOTHING, None),
    )
    return np.array([(c.item(), a.item()) for a, c, _ in states]).T


plots.counter({"without peepholes": count(0), "with peepholes": count(1)})

# %% [markdown]
r"""
## 8 · Your weights in PyTorch, and back

`torch.nn.LSTM` computes the same cell (without peepholes) with another layout. From here on this notebook has both, so here is the table once:

| | yours | `torch.nn.LSTM` |
|---|---|---|
| a sequence | features first, $(n_x, m, T_x)$ | batch first, $(B, T, D)$, with `batch_first=True` |
| activation, memory | $a$, $c$ | $h$, $c$ |
| update gate | $\Gamma_u$ | input gate $i$ |
| candidate | $\tilde c$ | $g$ |
| weights | four matrices on the stack $[a, x]$ | `weight_hh` on $h$, `weight_ih` on $x$, each with all four below each other |
| order of the four | as you name them | $i, f, g, o$ |
| biases | one for each layer | two for each, `bias_ih` and `bias_hh`, which are added |
| initial memory | always 0 in `lstm_forward` | an argument |
| prediction | $W_y$, $b_y$ inside the cell | a `torch.nn.Linear` of its own |

To go over: cut each of your matrices after column $n_a$, put the pieces below each other in torch's order, and give one of the two biases all and the other nothing. To
come back, add the two biases.
"""

# %% demo=true
import torch

TORCH_ORDER = ("u", "f", "c", "o")  # torch's i, f, g, o


def to_torch(parameters):
    """A torch.nn.LSTM with these weights, in double precision."""
    n_a, width = parameters["Wf"].shape
    layer = torch.nn.LSTM(input_size=width - n_a, hidden_size=n_a, batch_first=True, dtype=torch.float64)
    weights = np.concatenate([parameters[f"W{gate}"] for gate in TORCH_ORDER])  # (4 n_a, n_a + n_x)
    biases = np.concatenate([parameters[f"b{gate}"] for gate in TORCH_ORDER])[:, 0]  # (4 n_a,)
    state = {
        "weight_hh_l0": weights[:, :n_a],
        "weight_ih_l0": weights[:, n_a:],
        "bias_ih_l0": biases,
        "bias_hh_l0": np.zeros_like(biases),
    }
    layer.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})
    return layer


def from_torch(state):
    """The weights of a torch.nn.LSTM, by torch's names, in your layout."""
    arrays = {name: value.detach().numpy() for name, value in state.items()}
    weights = np.concatenate([arrays["weight_hh_l0"], arrays["weight_ih_l0"]], axis=1)
    biases = (arrays["bias_ih_l0"] + arrays["bias_hh_l0"])[:, np.newaxis]
    pieces = zip(TORCH_ORDER, np.split(weights, 4), np.split(biases, 4), strict=True)
    return {f"{kind}{gate}": value for gate, W, b in pieces for kind, value in (("W", W), ("b", b))}


mine = random_parameters(n_x=3, n_a=5, n_y=2, forget_bias=1.0, scale=2.0, seed=3)
x_mine, a0_mine = rng.standard_normal((3, 4, 12)), rng.standard_normal((5, 4))
a, _, c, _ = lstm_forward(x_mine, a0_mine, mine)

layer = to_torch(mine)
x_torch = torch.from_numpy(x_mine.transpose(1, 2, 0).copy())  # (n_x, m, T_x) to (B, T, D)
start = (torch.from_numpy(a0_mine.T.copy())[None], torch.zeros(1, 4, 5, dtype=torch.float64))
with torch.no_grad():
    h, (_, c_last) = layer(x_torch, start)
print(f"activations: largest difference {np.abs(h.numpy().transpose(2, 0, 1) - a).max():.1e}")
print(f"last memory: largest difference {np.abs(c_last[0].numpy().T - c[:, :, -1]).max():.1e}")

# %% [markdown]
r"""
And the other way: a fresh `torch.nn.LSTM`, with torch's own random weights and both biases in use, runs in your function. Its gradients, by torch's automatic
differentiation, are the ones that you derived by hand.
"""

# %% demo=true
torch.manual_seed(0)
fresh = torch.nn.LSTM(input_size=3, hidden_size=5, batch_first=True, dtype=torch.float64)
theirs = {**from_torch(fresh.state_dict()), "Wy": mine["Wy"], "by": mine["by"]}
a, _, _, caches = lstm_forward(x_mine, a0_mine, theirs)
h, _ = fresh(x_torch, start)
print(f"activations: largest difference {np.abs(h.detach().numpy().transpose(2, 0, 1) - a).max():.1e}")

R = rng.standard_normal(a.shape)
(h * torch.from_numpy(R.transpose(1, 2, 0).copy())).sum().backward()
yours = lstm_backward(R, caches)
automatic = from_torch({name: parameter.grad for name, parameter in fresh.named_parameters()})
for name, value in automatic.items():
    # Each of torch's two biases has the whole gradient of the sum, and from_torch has added them.
    expected = value / 2 if name.startswith("b") else value
    print(f"d{name}: largest difference {np.abs(yours[f'd{name}'] - expected).max():.1e}")

# %% [markdown]
r"""
## 9 · What you have

* A cell with a memory of its own, and three gates which decide what is kept, written and shown. $\Gamma_f = 1$ keeps.
* Its backward pass, in which the gradient rides along the memory, times the forget gates and nothing else.
* A reason to start forget gates open, and the peephole variant, in which they see what they govern.
* The same cell in PyTorch, weight for weight.

All that passed is kept in your own library, `seqlib.mine`, from which other notebooks take it. Two questions are left open. Forget gates help against
gradients that vanish; what helps against those that explode (`05-gradients`)? And how are such weights found, rather than set by
hand or loaded (`06-language-model`)? The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
