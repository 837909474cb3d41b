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
# 03 · Gated recurrent units

A plain recurrent network writes its whole memory anew at every step. In this notebook you build a cell that may leave it as
it is: first with one gate, then with two, then a whole sequence, then the backward pass by hand. At the end you build the
slightly different cell of `torch.nn.GRU`, and see why weights cannot simply be carried over.

| | |
|---|---|
| **You need** | NumPy, the chain rule, and a plain recurrent network (`02-rnn`, or the same from elsewhere) |
| **You build** | eight functions, forward and backward |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What comes next** | `04-lstm`, a cell with a memory apart from what it shows; `05-gradients`, which compares them all |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise, from a nudge to nearly there. The exercises build on each
other, but when grading, a wrong earlier function costs you only its own points.

**Lecture notes.** Now and then this notebook, or a message of `check`, names lecture notes 001, 002 and 003: the notes of the
course that this package goes with. You do not need them; all that is used is explained here. Where the notebook departs from
them, it says so for those who have read them.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import sigmoid, softmax
from seqlib.mine import gradient_error, numeric_gradient
from seqlib.plots import gru as plots
from seqlib.plots.lstm import names_gates, reach

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
## 1 · One gate: keep or overwrite

> The **cat**, which already ate the fish that the fishermen had brought home, **was** full.
>
> The **cats**, which already ate the fish that the fishermen had brought home, **were** full.

To choose between *was* and *were*, a network that reads word by word has to carry one fact, singular or plural, past eleven
words that have nothing to do with it. A plain network has no way to leave a fact alone. Its step,

$$
a^{\langle t \rangle} = \tanh(W [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b),
$$

writes all units anew at every word. What was known survives only if it is computed again, eleven times, each time through the
same matrix and the same tanh.

The gated recurrent unit (Cho et al., 2014) makes the new value a **candidate** only, $\tilde c$, and lets a **gate** say,
unit by unit, how much of the old value it replaces. Here is the simplified cell, with one gate:

$$
\begin{aligned}
\Gamma_u^{\langle t \rangle} &= \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u)
  && \text{update gate} \\
\tilde c^{\langle t \rangle} &= \tanh(W_c [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c)
  && \text{candidate} \\
a^{\langle t \rangle} &= \Gamma_u^{\langle t \rangle} \odot \tilde c^{\langle t \rangle}
  + (1 - \Gamma_u^{\langle t \rangle}) \odot a^{\langle t-1 \rangle}
  && \text{mixture} \\
\hat y^{\langle t \rangle} &= \operatorname{softmax}(W_y\, a^{\langle t \rangle} + b_y)
  && \text{prediction}
\end{aligned}
$$

$[a, x]$ is the **stack**: $a$ on top of $x$, $(n_a + n_x, m)$. A gate holds a number between 0 and 1 for each unit and example:

| $\Gamma_u$ | what happens to the unit |
|---|---|
| 0 | it keeps its value; nothing of this step is written |
| 1 | it is overwritten by the candidate; nothing of the past is kept |
| between | a mixture. The two shares add up to 1, so what is written takes the place of what is kept |

**The memory is the output.** Lecture note 002 writes $c^{\langle t \rangle}$ for the memory and adds that
$a^{\langle t \rangle} = c^{\langle t \rangle}$. So there is only one of them, and we write $a$ throughout. All that a GRU
remembers, it also shows: to the prediction, and to its own gates.
"""

# %% [markdown]
r"""
{exercise: gru_simplified_cell_forward}

Compute one step of the cell with one gate.

Shapes: `xt` $(n_x, m)$; `a_prev`, `a_next` $(n_a, m)$; `Wu`, `Wc` $(n_a, n_a + n_x)$; `bu`, `bc` $(n_a, 1)$, which NumPy adds
to every example; `Wy` $(n_y, n_a)$, `by` $(n_y, 1)$, `yt_pred` $(n_y, m)$. Return `a_next, yt_pred`.

<details><summary>Hint 1: the stack</summary>

`np.concatenate` joins a list of arrays; `axis=0` puts them on top of each other. The first $n_a$ columns of each weight
matrix belong to $a$, so $a$ has to be above.

</details>
<details><summary>Hint 2: which function squashes what</summary>

A gate says how much, so it needs numbers from 0 to 1. The candidate is content, which may be negative.

</details>
<details><summary>Hint 3: which product</summary>

A layer mixes all units: a matrix product. A gate acts unit by unit: elementwise.

</details>
"""


# %% exercise="gru_simplified_cell_forward"
def gru_simplified_cell_forward(xt, a_prev, parameters):
    """One time step with the update gate alone: a_next, yt_pred."""
    ### BEGIN SOLUTION
    concat = np.concatenate([a_prev, xt], axis=0)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    a_next = ut * cct + (1 - ut) * a_prev
    return a_next, softmax(parameters["Wy"] @ a_next + parameters["by"])
    ### END SOLUTION


# %% check="gru_simplified_cell_forward"
check(gru_simplified_cell_forward)

# %% [markdown]
r"""
### Only one end of the gate preserves

Take one unit that holds 1, a candidate that is always 0, and hold the gate at some value for thirty steps. Your function
computes what is left.
"""

# %% demo=true
left = {}
for gate in (0.01, 0.1, 0.5, 0.99):
    unit = {name: np.zeros((1, 2)) for name in ("Wu", "Wc")}
    unit.update(bu=np.full((1, 1), np.log(gate / (1 - gate))), bc=np.zeros((1, 1)))  # σ(b_u) = gate
    unit.update(Wy=np.zeros((2, 1)), by=np.zeros((2, 1)))
    values = [np.ones((1, 1))]
    for _ in range(30):
        values.append(gru_simplified_cell_forward(np.zeros((1, 1)), values[-1], unit)[0])
    left[f"Γ_u = {gate}"] = np.concatenate(values)[:, 0]

plots.fading(left)

# %% [markdown]
r"""
After $T$ steps $(1 - \Gamma_u)^T$ is left: at $\Gamma_u = 0.01$ three quarters, at $0.1$ a twenty-fifth, at $0.5$ nothing to speak of.

**A correction to lecture note 003.** It says that because $\Gamma_u$ is near 0 *or* near 1, gradients do not vanish and what is
known is kept. A sigmoid is indeed often near one of its ends, but the two ends do opposite things: near 0 the old value is kept,
and the gradient with it; near 1 it is overwritten, and the cell is a plain network at that step. Only the first preserves.

**If you read elsewhere**: many texts, and `torch.nn.GRU`, name the gate by what it keeps,
$a = (1 - z) \odot \tilde c + z \odot a^{\langle t-1 \rangle}$. Their $z$ is our $1 - \Gamma_u$. Here 1 always overwrites.
"""

# %% [markdown]
r"""
## 2 · The second gate: what the candidate may see

In the simplified cell the candidate always sees the whole old activation. Suppose a sentence ends and another begins: what was
known should not colour what is written now. The **reset gate** $\Gamma_r$ decides, unit by unit, how much of the old activation the
candidate gets to see:

$$
\begin{aligned}
\Gamma_u^{\langle t \rangle} &= \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u) \\
\Gamma_r^{\langle t \rangle} &= \sigma(W_r [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_r) \\
\tilde c^{\langle t \rangle} &= \tanh(W_c [\Gamma_r^{\langle t \rangle} \odot a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c) \\
a^{\langle t \rangle} &= \Gamma_u^{\langle t \rangle} \odot \tilde c^{\langle t \rangle}
  + (1 - \Gamma_u^{\langle t \rangle}) \odot a^{\langle t-1 \rangle}
\end{aligned}
$$

The two gates see the old activation as it is. Only the candidate's stack is another one: its upper part is weighed by $\Gamma_r$, its
lower part, the input, is not.

| | at 0 | at 1 |
|---|---|---|
| update gate $\Gamma_u$ | the unit is kept | the unit is overwritten by its candidate |
| reset gate $\Gamma_r$ | no candidate sees this unit: what is written depends on $x$ and on other units | all candidates see this unit: the simplified cell |

**Two corrections.** Lecture note 003 defines $\Gamma_r$ and then leaves it out of the candidate,
$\tilde c = \tanh(W_c [c^{\langle t-1 \rangle}, x] + b_c)$; with that formula the gate would do nothing. Note 002 has it right. And
note 001 says that the reset gate plays the part of the LSTM's forget gate. It does not: a unit with $\Gamma_u = 0$ is kept whatever
$\Gamma_r$ says. What forgets is the update gate, by keeping $1 - \Gamma_u$; the reset gate only weighs the old activation inside the
candidate.
"""

# %% [markdown]
r"""
{exercise: gru_cell_forward}

Compute one step of the whole cell.

Shapes: as before, and `Wr` $(n_a, n_a + n_x)$, `br` $(n_a, 1)$. Return `a_next, yt_pred, cache`. The cache keeps, for the way back,
in this order,

`(a_next, a_prev, ut, rt, cct, xt, parameters)`

<details><summary>Hint 1: what is new</summary>

One more gate, built as the first; and the candidate reads a stack of its own.

</details>
<details><summary>Hint 2: what the reset gate multiplies</summary>

It multiplies `a_prev`, elementwise, before the stack is built and before any matrix sees it.

</details>
<details><summary>Hint 3: the order of the lines</summary>

Stack; both gates; second stack; candidate; mixture; prediction. The mixture is that of the simplified cell, with `a_prev` as it came in.

</details>
"""


# %% exercise="gru_cell_forward"
def gru_cell_forward(xt, a_prev, parameters):
    """One time step with both gates: a_next, yt_pred, cache."""
    ### BEGIN SOLUTION
    concat = np.concatenate([a_prev, xt], axis=0)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ concat + parameters["br"])
    concat_reset = np.concatenate([rt * a_prev, xt], axis=0)
    cct = np.tanh(parameters["Wc"] @ concat_reset + parameters["bc"])
    a_next = ut * cct + (1 - ut) * a_prev
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)
    ### END SOLUTION


# %% check="gru_cell_forward"
check(gru_cell_forward)

# %% [markdown]
r"""
### Be the gates yourself

Below, *you* set the gates of one unit, step by step, and your own `gru_cell_forward` computes what comes of it. The unit's candidate is
$\tilde c = \tanh(-3\, \Gamma_r\, a^{\langle t-1 \rangle} + x)$: left alone, it wants the opposite of what the unit holds. The biases are set so
that the gates come out as the sliders say.

Things to try:

1. Start from *write once, keep*. Raise $\Gamma_u$ at a single step in the middle. What is lost there of the value written at step 1 comes back at no later
   step.
2. Still there, move $\Gamma_r$ as you like while $\Gamma_u$ is 0. Does anything that is kept change? (Note 001 says that it would.)
3. Choose *turn over at every step*. Set $\Gamma_r$ to 0 at one step: what does the candidate become there, with no input?
4. Choose *turn over, start afresh in the middle*. At step 6 it is the unit's turn to be negative. Why is it not, and what happens when you
   open $\Gamma_r$ there? (The input of that step then stands against what the unit wants: it comes to −0.90, not to −0.99.)
"""

# %% demo=true
from seqlib.widgets.gru import gate_mixer

gate_mixer(gru_cell_forward)

# %% [markdown]
r"""
## 3 · A sequence

To read a sequence, start with a given activation $a^{\langle 0 \rangle}$ and hand the activation from step to step:

$$
a^{\langle t \rangle},\ \hat y^{\langle t \rangle}
= \operatorname{cell}\left(x^{\langle t \rangle},\ a^{\langle t-1 \rangle}\right),
\qquad t = 1, \dots, T_x
$$

The same parameters serve every step. In the code, steps count from 0: `x[:, :, 0]` is $x^{\langle 1 \rangle}$.
"""

# %% [markdown]
r"""
{exercise: gru_forward}

Run your cell over all steps of `x`.

Shapes: `x` $(n_x, m, T_x)$, `a0` $(n_a, m)$. Return `a, y, caches` with `a` $(n_a, m, T_x)$ and `y` $(n_y, m, T_x)$; `caches` is the
pair `(list of the cell caches in the order of time, x)`. Sizes such as $T_x = 1$ and $m = 1$ occur.

Part of the points come from a trained network: `names-gru`, a character model of person names, runs in *your* function on
names that it has never seen. The row *log-probabilities of held-out names* takes the logarithm of the `y` that you return and
compares that, so that small probabilities count as much as large ones. You still return the probabilities.

<details><summary>Hint 1: what the loop carries</summary>

One thing goes from one step to the next. Name it before the loop, and give it its new value inside.

</details>
<details><summary>Hint 2: collecting the steps</summary>

Either make arrays of zeros with the right shapes and fill `a[:, :, t]` at each step, or append to lists and join them at
the end with `np.stack` along axis 2.

</details>
"""


# %% exercise="gru_forward"
def gru_forward(x, a0, parameters):
    """Unroll the cell over a sequence, from the activation a0: a, y, caches."""
    ### BEGIN SOLUTION
    a_next = a0
    activations, predictions, caches = [], [], []
    for t in range(x.shape[2]):
        a_next, yt_pred, cache = gru_cell_forward(x[:, :, t], a_next, parameters)
        activations.append(a_next)
        predictions.append(yt_pred)
        caches.append(cache)
    return np.stack(activations, axis=2), np.stack(predictions, axis=2), (caches, x)
    ### END SOLUTION


# %% check="gru_forward"
check(gru_forward)

# %% [markdown]
r"""
### The cat that was full

Two units are enough for the sentence from the beginning, if their weights are right. In the next cell they are set by hand (a trained
network finds its own). The first unit is to hold −1 for singular and +1 for plural, from the subject to the verb. Since all that a GRU
remembers is seen by its prediction, a second unit says when it matters: +1 where a verb is next, −1 elsewhere. Read the comments, then
look at the picture: your `gru_forward` reads both sentences.
"""

# %% demo=true
middle = ["which", "already", "ate", "the", "fish", "that", "the", "fishermen", "had", "brought", "home"]
sentences = [["the", noun, *middle] for noun in ("cat", "cats")]
vocabulary = sorted({word for sentence in sentences for word in sentence})
column = {
    word: 2 + i for i, word in enumerate(vocabulary)
}  # columns 0 and 1 of a weight matrix belong to a_prev

by_hand = {name: np.zeros((2, 2 + len(vocabulary))) for name in ("Wu", "Wr", "Wc")}
by_hand["bu"] = np.array([[-5.0], [5.0]])  # unit 0 keeps, unit 1 overwrites itself at every word …
by_hand["br"] = np.zeros((2, 1))  # half open, and without effect: no candidate has weights on a_prev
by_hand["bc"] = np.array([[0.0], [-3.0]])  # … with −1 …
by_hand["Wc"][1, column["home"]] = 6  # … but with +1 at the last word before the verb
for noun, number in (("cat", -3), ("cats", 3)):
    by_hand["Wu"][0, column[noun]] = 10  # a new subject: overwrite
    by_hand["Wc"][0, column[noun]] = number  # its number
# Classes "was", "were" and "another word".
by_hand.update(Wy=np.array([[-4.0, 4.0], [4.0, 4.0], [0.0, -4.0]]), by=np.zeros((3, 1)))

x_cats = np.zeros((len(vocabulary), 2, len(sentences[0])))
for example, sentence in enumerate(sentences):
    for t, word in enumerate(sentence):
        x_cats[column[word] - 2, example, t] = 1

a, y, (cell_caches, _) = gru_forward(x_cats, np.zeros((2, 2)), by_hand)
gate_values = np.stack(
    [[cache[place][:, 0] for cache in cell_caches] for place in (2, 3)]
)  # (gate, T_x, unit)
plots.sentence(
    words=[" / ".join(dict.fromkeys(pair)) for pair in zip(*sentences, strict=True)],
    gates={
        "Γ_u of unit 0": gate_values[0, :, 0],
        "Γ_u of unit 1": gate_values[0, :, 1],
        "Γ_r of both": gate_values[1, :, 0],
    },
    held={
        "unit 0, The cat …": a[0, 0],
        "unit 0, The cats …": a[0, 1],
        "unit 1, both": a[1, 0],
    },
    probability={"The cat …": y[1, 0], "The cats …": y[1, 1]},
    of="were",
)

# %% [markdown]
r"""
Read the table from left to right. The update gate of unit 0 is open at the subject and shut at all other words, nouns among
them: $\sigma(-5) = 0.0067$, which the table rounds to 0.01. So little of the number fades in eleven words, from 0.99 to 0.92. That of unit 1 is open at every word: this unit remembers nothing, it is a plain network. Two units, two
uses of the same gate.

Change the −5 in `bu` to −2 and run the cell again. The number is still written. How much of it is left at the verb, and why is that
0.88 to the power of eleven?
"""

# %% [markdown]
r"""
### A memory that was trained

Now weights that nobody set by hand. `names-gru` was trained on person names, character by character: at every step it gives
the probabilities of the next one, and at the end of a name that of `<EOS>`. Its parameters are laid out as yours, so your
`gru_forward` runs it. The input of step 1 is a vector of zeros (nothing read yet); then come the characters, one-hot, each one
step after it was to be predicted.

The names below were held out: the network has never seen them. The last column is the same name spelled backwards: the same
letters, an unlikely order. For comparison: to whom all tokens are equally likely, each one is a surprise of
$\log_2$(number of tokens) bits.
"""

# %% demo=true
from seqlib import references
from seqlib.data.names import split

trained, card = references.load("names-gru")
held_out = [name for name in split().test if name.isalpha() and 8 <= len(name) <= 11][::90][:8]


def bits_per_character(names):
    """How surprised the trained network is by each name, per character, `<EOS>` included; and what it did."""
    batch = references.as_batch(names, card)
    _, y, (cell_caches, _) = gru_forward(batch.x, np.zeros((trained["bu"].shape[0], len(names))), trained)
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
And this is what its gates do while it reads the first of these names. Of its many units, those whose update gate moves most are
shown, dark where a gate is open; below each character stands the one that the network thinks likeliest to follow (⏎ for the
end of the name). In which steps do these units take in what is read, and in which do they hold what they have? A row of the
left panel and the same row of the right one are the two gates of one unit. Find a unit whose gates move together, and one whose
gates move against each other.
"""

# %% demo=true
length = len(held_out[0])
gates = {
    name: np.stack([cache[place][:, 0] for cache in cell_caches[: length + 1]], axis=1)
    for name, place in {"Γ_u overwrites": 2, "Γ_r lets the candidate see": 3}.items()
}
busiest = np.argsort(-gates["Γ_u overwrites"].std(axis=1))[:30]
names_gates(
    characters=["·", *held_out[0]],
    gates={name: values[busiest] for name, values in gates.items()},
    likely=[card["vocabulary"][i].replace("<EOS>", "⏎") for i in y[:, 0, : length + 1].argmax(axis=0)],
)

# %% [markdown]
r"""
## 4 · The way back

For one step we are given `da_next` $= \partial L / \partial a^{\langle t \rangle}$, $(n_a, m)$: all that the loss $L$ sends to this step's
activation, from its own prediction and from later steps. Wanted are, first, the gradients at the three layers, *before* their σ or tanh. We
write $d\Gamma_u$ for the gradient at $z_u = W_u [a, x] + b_u$, and $d\Gamma_r$, $d\tilde c$ in the same way.

For each of them, ask three questions: **in which formula does it stand, and what arrives there? What was it multiplied by? Which
function did it come out of?** As an example, the candidate. It stands in the mixture,
$a^{\langle t \rangle} = \Gamma_u \odot \tilde c + (1 - \Gamma_u) \odot a^{\langle t-1 \rangle}$, where `da_next` arrives. Its partner is $\Gamma_u$. It came
out of a tanh, whose derivative is $\tanh' = 1 - \tanh^2$, that is $1 - \tilde c^{\,2}$:

$$
d\tilde c = \underbrace{da_{\text{next}}}_{\text{what arrives}} \odot \underbrace{\Gamma_u}_{\text{its partner}}
  \odot \underbrace{(1 - \tilde c^{\,2})}_{\text{its own derivative}}
$$

The **update gate** stands in the same formula, but *twice*, once with a minus. What is used twice gets the sum of two gradients.

The **reset gate** does not stand in the mixture at all. It stands inside the candidate, in $\Gamma_r \odot a^{\langle t-1 \rangle}$, before the
matrix $W_c$. So what arrives at that product comes from $d\tilde c$, back through $W_c$: a layer $z = W s$ sends $W^{\mathsf T} dz$ to its stack $s$,
and here only the upper $n_a$ rows of it belong to $\Gamma_r \odot a^{\langle t-1 \rangle}$.

$\sigma$ has the derivative $\sigma' = \sigma (1 - \sigma)$. Write the formulas down on paper before you write code.
"""

# %% [markdown]
r"""
{exercise: gru_gates_backward}

Compute the three gradients before the squashing functions.

Shapes: `da_next` and the three results are $(n_a, m)$. The cache is the one from `gru_cell_forward`:
`(a_next, a_prev, ut, rt, cct, xt, parameters)`. Return a dict with the keys `dut`, `dcct`, `drt`.

<details><summary>Hint 1: the update gate</summary>

Multiply the mixture out: $\Gamma_u \odot \tilde c - \Gamma_u \odot a^{\langle t-1 \rangle} + a^{\langle t-1 \rangle}$. What is $\Gamma_u$ multiplied by, all together?

</details>
<details><summary>Hint 2: the reset gate</summary>

First `dcct`. Then its way back through `parameters["Wc"]`, transposed, which gives $(n_a + n_x, m)$; cut off the rows that belong to
the old activation. What arrived there arrived at the product of $\Gamma_r$ and its partner.

</details>
<details><summary>Hint 3: the derivatives</summary>

The cache holds `ut`, `rt` *after* the σ and `cct` *after* the tanh, so their derivatives need no further call of either.

</details>
<details><summary>Hint 4: the formulas, to compare with yours</summary>

$$
\begin{aligned}
d\Gamma_u &= da_{\text{next}} \odot (\tilde c - a^{\langle t-1 \rangle}) \odot \Gamma_u \odot (1 - \Gamma_u) \\
d\Gamma_r &= \left(W_c^{\mathsf T} d\tilde c\right)_{\text{upper } n_a \text{ rows}} \odot a^{\langle t-1 \rangle} \odot \Gamma_r \odot (1 - \Gamma_r)
\end{aligned}
$$

</details>
"""


# %% exercise="gru_gates_backward"
def gru_gates_backward(da_next, cache):
    """Gradients at the three layers, before their σ or tanh: a dict with dut, dcct, drt."""
    ### BEGIN SOLUTION
    _, a_prev, ut, rt, cct, _, parameters = cache
    dut = da_next * (cct - a_prev) * ut * (1 - ut)
    dcct = da_next * ut * (1 - cct**2)
    dreset = (parameters["Wc"].T @ dcct)[: len(a_prev)]
    drt = dreset * a_prev * rt * (1 - rt)
    return {"dut": dut, "dcct": dcct, "drt": drt}
    ### END SOLUTION


# %% check="gru_gates_backward"
check(gru_gates_backward)

# %% [markdown]
r"""
### From the layers to their weights

Each of the three is a linear layer, $z = W s + b$, on a stack $s$. Its weights are shared by the $m$ examples, so their gradients are *sums*
over the examples. For a weight matrix the matrix product takes the sum; for a bias you take it yourself:

$$
dW = dz\, s^{\mathsf T}
\qquad\qquad
db = \sum_{i=1}^{m} dz^{(i)}
$$

Mind which stack each layer saw. There is no division by $m$: whether a loss is a sum or a mean is the loss's affair, and is already in
`da_next`.
"""

# %% [markdown]
r"""
{exercise: gru_parameters_backward}

From the gradients at the three layers, compute those of their weights and biases.

Shapes: `gates` is the dict of `gru_gates_backward`, each entry $(n_a, m)$. `dWu`, `dWr`, `dWc` are $(n_a, n_a + n_x)$ as the weights
themselves; `dbu`, `dbr`, `dbc` are $(n_a, 1)$. Return one dict with these six keys.

<details><summary>Hint 1: two stacks</summary>

Two layers saw one stack, the third saw another. All that is needed to build both again is in the cache.

</details>
<details><summary>Hint 2: shapes decide</summary>

$(n_a, m)$ times what gives $(n_a, n_a + n_x)$? And the sum over examples should leave $(n_a, 1)$, not $(n_a,)$: see `keepdims`.

</details>
"""


# %% exercise="gru_parameters_backward"
def gru_parameters_backward(gates, cache):
    """From the gradients at the three layers to their weights and biases: dWu, …, dbu, …"""
    ### BEGIN SOLUTION
    _, a_prev, _, rt, _, xt, _ = cache
    concat = np.concatenate([a_prev, xt], axis=0)
    concat_reset = np.concatenate([rt * a_prev, xt], axis=0)
    return {
        "dWu": gates["dut"] @ concat.T,
        "dWr": gates["drt"] @ concat.T,
        "dWc": gates["dcct"] @ concat_reset.T,
        "dbu": gates["dut"].sum(axis=1, keepdims=True),
        "dbr": gates["drt"].sum(axis=1, keepdims=True),
        "dbc": gates["dcct"].sum(axis=1, keepdims=True),
    }
    ### END SOLUTION


# %% check="gru_parameters_backward"
check(gru_parameters_backward)

# %% [markdown]
r"""
### Four paths to the old activation

$a^{\langle t-1 \rangle}$ is used in four places, so four gradients add up:

| path | where $a^{\langle t-1 \rangle}$ stands | on the way back |
|---|---|---|
| direct | in the mixture, times $1 - \Gamma_u$ | no matrix, no squashing function |
| through $\Gamma_u$ | in the stack of $W_u$ | back through $W_u$ |
| through $\Gamma_r$ | in the stack of $W_r$ | back through $W_r$ |
| through $\tilde c$ | in the stack of $W_c$, times $\Gamma_r$ | back through $W_c$, and then? |

The direct path is the one for whose sake the cell was invented. Along it, step $t$ passes to step $t - 1$ what arrives, times $1 - \Gamma_u$, and nothing
else. Where the update gates stay near 0, the gradient goes back over many steps as it is. (The other paths contain matrices and
may vanish. One that does not is enough.)

The input $x^{\langle t \rangle}$ is used in three places. Which?
"""

# %% [markdown]
r"""
{exercise: gru_inputs_backward}

Compute the gradients of the two things that came into the step.

Shapes: `da_next` $(n_a, m)$; `gates` the dict of `gru_gates_backward`, each $(n_a, m)$. Return a dict with `dxt` $(n_x, m)$ and `da_prev`
$(n_a, m)$.

<details><summary>Hint 1: stacks first, then cut</summary>

Compute the gradient of the gates' common stack, and that of the candidate's stack; both are $(n_a + n_x, m)$. Which of their rows are $a$'s,
which are $x$'s?

</details>
<details><summary>Hint 2: the candidate's path</summary>

What the upper rows of its stack get is the gradient of $\Gamma_r \odot a^{\langle t-1 \rangle}$. One factor is still to be passed.

</details>
<details><summary>Hint 3: the formulas, to compare with yours</summary>

With $g = W_u^{\mathsf T} d\Gamma_u + W_r^{\mathsf T} d\Gamma_r$ and $k = W_c^{\mathsf T} d\tilde c$:

$$
\begin{aligned}
da^{\langle t-1 \rangle} &= da_{\text{next}} \odot (1 - \Gamma_u) + g_{\text{upper}} + k_{\text{upper}} \odot \Gamma_r \\
dx^{\langle t \rangle} &= g_{\text{lower}} + k_{\text{lower}}
\end{aligned}
$$

</details>
"""


# %% exercise="gru_inputs_backward"
def gru_inputs_backward(da_next, gates, cache):
    """From the gradients at the three layers to what came in: dxt, da_prev."""
    ### BEGIN SOLUTION
    _, a_prev, ut, rt, _, _, parameters = cache
    n_a = len(a_prev)
    dconcat = parameters["Wu"].T @ gates["dut"] + parameters["Wr"].T @ gates["drt"]
    dconcat_reset = parameters["Wc"].T @ gates["dcct"]
    dxt = dconcat[n_a:] + dconcat_reset[n_a:]
    da_prev = da_next * (1 - ut) + dconcat[:n_a] + dconcat_reset[:n_a] * rt
    return {"dxt": dxt, "da_prev": da_prev}
    ### END SOLUTION


# %% check="gru_inputs_backward"
check(gru_inputs_backward)

# %% [markdown]
r"""
The next cell is given. It puts your three parts together: one whole step backward, with the keys `dxt`, `da_prev`, `dWu`, `dWr`, `dWc`,
`dbu`, `dbr`, `dbc`.
"""


# %% setup=true
def gru_cell_backward(da_next, cache):
    """One time step backward: the three parts above put together."""
    gates = gru_gates_backward(da_next, cache)
    return {**gru_inputs_backward(da_next, gates, cache), **gru_parameters_backward(gates, cache)}


# %% [markdown]
r"""
## 5 · Back through time

Now walk the sequence from the last step to the first. At step $t$, the activation $a^{\langle t \rangle}$ was used by the loss of its own
step *and* by step $t + 1$, so two gradients meet:

$$
da_{\text{next}} = da^{\langle t \rangle}_{\text{own loss}} + da_{\text{prev}}^{\langle t+1 \rangle}
$$

Behind the last step there is nothing, so what is carried starts at zero. The parameters are shared by all steps, so their gradients are sums over
time. The inputs are not shared: each $dx^{\langle t \rangle}$ stands alone. What remains when the first step is done is the gradient of
$a^{\langle 0 \rangle}$.
"""

# %% [markdown]
r"""
{exercise: gru_backward}

Backpropagate through all steps. Use `gru_cell_backward`.

Shapes: `da` $(n_a, m, T_x)$ is what each step's own loss sends to its activation; `caches` is the pair from `gru_forward`. Return a dict with
`dx` $(n_x, m, T_x)$, `da0` $(n_a, m)$, and `dWu`, `dWr`, `dWc`, `dbu`, `dbr`, `dbc`, each shaped as its parameter. `dWy` and `dby` are not among
them: the prediction comes after the activation, on the other side of `da`.

<details><summary>Hint 1: what is carried, what is summed, what is stored</summary>

`da_prev` is carried to the step before; the six parameter gradients are summed; `dxt` is stored at its own place.

</details>
<details><summary>Hint 2: counting down</summary>

`reversed(range(T_x))` runs from the last step to the first.

</details>
<details><summary>Hint 3: shapes for the sums</summary>

Each cell cache ends with the parameters. `np.zeros_like` of each makes the sums' starting values.

</details>
"""


# %% exercise="gru_backward"
def gru_backward(da, caches):
    """Backpropagation through time: dx, da0, and the gradients of the parameters summed over the steps."""
    ### BEGIN SOLUTION
    cell_caches, x = caches
    parameters = cell_caches[0][6]
    dx = np.zeros_like(x)
    da_prev = np.zeros_like(da[:, :, 0])
    gradients = {f"d{name}": np.zeros_like(parameters[name]) for name in ("Wu", "Wr", "Wc", "bu", "br", "bc")}
    for t in reversed(range(da.shape[2])):
        step = gru_cell_backward(da[:, :, t] + da_prev, cell_caches[t])
        dx[:, :, t] = step["dxt"]
        da_prev = step["da_prev"]
        for name in gradients:
            gradients[name] += step[name]
    return {"dx": dx, "da0": da_prev, **gradients}
    ### END SOLUTION


# %% check="gru_backward"
check(gru_backward)

# %% [markdown]
r"""
### Check it yourself

You need no one to tell you whether a gradient is right. Draw an array $R$ of random numbers, shaped like $a$, and take the loss
$L = \sum R \odot a$: every activation moves it, and $da = R$. Estimate its gradient by central differences with `numeric_gradient`, which
knows only your *forward* pass, and compare with your *backward* pass. In double precision the relative error of a right gradient is below
$10^{-8}$; anything above $10^{-6}$ is a mistake.
"""


# %% demo=true
def random_parameters(n_x, n_a, n_y, update_bias=0.0, scale=1.0, seed=0):
    """Weights with standard deviation scale / √(n_a + n_x), zero biases except the update gate's."""
    rng = np.random.default_rng(seed)
    parameters = {
        name: scale / np.sqrt(n_a + n_x) * rng.standard_normal((n_a, n_a + n_x))
        for name in ("Wu", "Wr", "Wc")
    }
    parameters.update({name: np.zeros((n_a, 1)) for name in ("bu", "br", "bc")})
    parameters["bu"] += update_bias
    return {**parameters, "Wy": rng.standard_normal((n_y, n_a)), "by": np.zeros((n_y, 1))}


rng = np.random.default_rng(2)
inner = random_parameters(n_x=3, n_a=4, n_y=2, scale=2.0)
x_check, a0_check = rng.standard_normal((3, 2, 6)), rng.standard_normal((4, 2))
R = rng.standard_normal((4, 2, 6))


def loss(values):
    """A number that every activation moves; x and a0 are in the same dict as the weights."""
    return np.sum(R * gru_forward(values["x"], values["a0"], values)[0])


numeric = numeric_gradient(loss, {**inner, "x": x_check, "a0": a0_check})
del numeric["Wy"], numeric["by"]  # the loss sees a, not the prediction
backward = gru_backward(R, gru_forward(x_check, a0_check, inner)[2])
for name in numeric:
    error = gradient_error({name: backward[f"d{name}"]}, {name: numeric[name]})
    print(f"d{name:<3} relative error {error:.1e}")

# %% [markdown]
r"""
### How far back is a loss heard?

A loss that looks at the last of sixty steps and nothing else, and the size of its gradient as it arrives at the input of each earlier step. The weights are
random, as at the beginning of a training; only the **bias of the update gate** differs.
"""

# %% demo=true
rng = np.random.default_rng(1)
x_long = rng.standard_normal((4, 8, 60))
only_last = np.zeros((20, 8, 60))  # a loss that looks at the last step and nothing else
only_last[:, :, -1] = rng.standard_normal((20, 8))

heard = {}
for update_bias in (6, 0, -1, -3):
    initial = random_parameters(n_x=4, n_a=20, n_y=2, update_bias=update_bias)
    dx = gru_backward(only_last, gru_forward(x_long, np.zeros((20, 8)), initial)[2])["dx"]
    arriving = np.linalg.norm(dx, axis=(0, 1))
    heard[f"b_u = {update_bias}"] = arriving
    kept = 1 - sigmoid(update_bias)
    print(
        f"b_u = {update_bias:>2}: 1 − Γ_u at rest {kept:.3f}, to the power of 59 {kept**59:.0e}; "
        f"measured at step 1, relative to step 60: {arriving[0] / arriving[-1]:.0e}"
    )

reach(heard)

# %% [markdown]
r"""
At rest, the direct path passes on $1 - \Gamma_u = \sigma(-b_u)$ of what arrives, and 59 steps lie between the first input and the last. The lines above the
figure compare what that path alone would leave with what was measured.

* $b_u = 6$: the cell overwrites itself at every step, as a plain network does. The direct path is shut; what little arrives, $4 \cdot 10^{-19}$, has come along the
  others, through the matrices. (It leaves the figure below $10^{-16}$: next to a number of size 1, anything fainter is lost in rounding.)
* $b_u = 0$: half is lost at each step, which would leave $2 \cdot 10^{-18}$; with what the other paths add, $5 \cdot 10^{-11}$ arrives. Better, and still far too faint to learn from.
* $b_u = -1$: $3 \cdot 10^{-6}$.
* $b_u = -3$: the direct path leaves $0.06$, and $0.06$ is what arrives. The first word is heard.

So the correction of section 1 can be measured: a gate near 1 is of no use to the gradient, a gate near 0 is all. A network that is to learn from far back is
best begun with update gates that are nearly shut, $b_u < 0$; it should have to learn to overwrite. (In torch, whose gate keeps, that is a positive bias.)
"""

# %% [markdown]
r"""
## 6 · The cell of `torch.nn.GRU`

Cho et al. (2014) let the reset gate multiply the old activation *before* the candidate's matrix; that is your cell. `torch.nn.GRU` lets it multiply what the
matrix has made of the old activation, *after* it. Cut $W_c$ after column $n_a$, into $W_{ca}$ on $a$ and $W_{cx}$ on $x$:

$$
\begin{aligned}
\text{before:} \quad \tilde c &= \tanh\left(W_{ca}\, (\Gamma_r \odot a^{\langle t-1 \rangle}) + W_{cx}\, x^{\langle t \rangle} + b_c\right) \\
\text{after:} \quad \tilde c &= \tanh\left(\Gamma_r \odot (W_{ca}\, a^{\langle t-1 \rangle} + b_{ca}) + W_{cx}\, x^{\langle t \rangle} + b_c\right)
\end{aligned}
$$

Before, $\Gamma_r$ says of each *old* unit whether the candidates may see it. After, it says of each *candidate* whether it sees the past. The second form
is the quicker one: all matrices on $a$ make one product, which need not wait for the gate. It needs a bias $b_{ca}$ of its own inside the
bracket, since there the gate multiplies it too.

Both learn about equally well. But the same weights give other outputs, so weights do not carry over from one to the other.
"""

# %% [markdown]
r"""
{exercise: gru_cell_forward_reset_after}

Compute one step of the cell with the reset gate after its matrix. The gates, the mixture and the prediction are those of `gru_cell_forward`.

Shapes as there; `parameters` has in addition `bca` $(n_a, 1)$. `Wc` is still one matrix $(n_a, n_a + n_x)$. Return `a_next, yt_pred`, without a cache.

<details><summary>Hint 1: two products</summary>

The candidate needs no stack here. Cut `Wc` along its columns: the first $n_a$ belong to $a$, the rest to $x$.

</details>
<details><summary>Hint 2: what the gate multiplies</summary>

A bracket with the product and one of the two biases. The other bias stands outside, with the product of $x$.

</details>
"""


# %% exercise="gru_cell_forward_reset_after"
def gru_cell_forward_reset_after(xt, a_prev, parameters):
    """One time step in which the reset gate comes after its matrix: a_next, yt_pred."""
    ### BEGIN SOLUTION
    n_a = a_prev.shape[0]
    concat = np.concatenate([a_prev, xt], axis=0)
    ut = sigmoid(parameters["Wu"] @ concat + parameters["bu"])
    rt = sigmoid(parameters["Wr"] @ concat + parameters["br"])
    Wca, Wcx = parameters["Wc"][:, :n_a], parameters["Wc"][:, n_a:]
    cct = np.tanh(Wcx @ xt + parameters["bc"] + rt * (Wca @ a_prev + parameters["bca"]))
    a_next = ut * cct + (1 - ut) * a_prev
    return a_next, softmax(parameters["Wy"] @ a_next + parameters["by"])
    ### END SOLUTION


# %% check="gru_cell_forward_reset_after"
check(gru_cell_forward_reset_after)

# %% [markdown]
r"""
### Your weights in PyTorch, and back

From here on this notebook has both, so here is the table once:

| | yours | `torch.nn.GRU` |
|---|---|---|
| a sequence | features first, $(n_x, m, T_x)$ | batch first, $(B, T, D)$, with `batch_first=True` |
| activation | $a$ | $h$ |
| update gate | $\Gamma_u$, 1 overwrites | $z = 1 - \Gamma_u$, 1 keeps |
| candidate | $\tilde c$ | $n$ |
| weights | three matrices on the stack $[a, x]$ | `weight_hh` on $h$, `weight_ih` on $x$, each with all three below each other |
| order of the three | as you name them | $r, z, n$ |
| biases | one for each layer, and $b_{ca}$ | two for each, `bias_ih` and `bias_hh`; they add up in $r$ and $z$, but not in $n$ |
| prediction | $W_y$, $b_y$ inside the cell | a `torch.nn.Linear` of its own |

Since $1 - \sigma(v) = \sigma(-v)$, torch's $z$ is your update gate with the signs of $W_u$ and $b_u$ turned.
"""

# %% demo=true
import torch


def to_torch(parameters):
    """A torch.nn.GRU with these weights, in double precision; its z is 1 − Γ_u, so W_u and b_u change sign."""
    n_a, width = parameters["Wu"].shape
    layer = torch.nn.GRU(input_size=width - n_a, hidden_size=n_a, batch_first=True, dtype=torch.float64)
    weights = np.concatenate([parameters["Wr"], -parameters["Wu"], parameters["Wc"]])  # (3 n_a, n_a + n_x)
    outer = np.concatenate([parameters["br"], -parameters["bu"], parameters["bc"]])[:, 0]  # (3 n_a,)
    inner = np.concatenate([np.zeros((2 * n_a, 1)), parameters["bca"]])[:, 0]  # (3 n_a,)
    state = {
        "weight_hh_l0": weights[:, :n_a],
        "weight_ih_l0": weights[:, n_a:],
        "bias_ih_l0": outer,
        "bias_hh_l0": inner,
    }
    layer.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})
    return layer


def from_torch(state):
    """The weights of a torch.nn.GRU, by torch's names, in your layout."""
    arrays = {name: value.detach().numpy() for name, value in state.items()}
    Wr, Wz, Wc = np.split(np.concatenate([arrays["weight_hh_l0"], arrays["weight_ih_l0"]], axis=1), 3)
    br, bz, bc = np.split(arrays["bias_ih_l0"][:, np.newaxis], 3)
    br_inner, bz_inner, bca = np.split(arrays["bias_hh_l0"][:, np.newaxis], 3)
    return {"Wr": Wr, "br": br + br_inner, "Wu": -Wz, "bu": -(bz + bz_inner), "Wc": Wc, "bc": bc, "bca": bca}


def unroll(cell, x, a0, parameters):
    """The activations (n_a, m, T_x) of any cell of this notebook."""
    steps = [a0]
    for xt in np.moveaxis(x, 2, 0):
        steps.append(cell(xt, steps[-1], parameters)[0])
    return np.stack(steps[1:], axis=2)


def run_torch(layer, x, a0):
    """The activations of a torch layer, in your layout."""
    with torch.no_grad():
        h, _ = layer(torch.from_numpy(x.transpose(1, 2, 0).copy()), torch.from_numpy(a0.T.copy())[None])
    return h.numpy().transpose(2, 0, 1)


mine = random_parameters(n_x=3, n_a=5, n_y=2, scale=2.0, seed=3)
mine["bca"] = rng.standard_normal((5, 1))
x_mine, a0_mine = rng.standard_normal((3, 4, 12)), rng.standard_normal((5, 4))
h = run_torch(to_torch(mine), x_mine, a0_mine)
print(
    f"reset after its matrix:  largest difference {np.abs(unroll(gru_cell_forward_reset_after, x_mine, a0_mine, mine) - h).max():.1e}"
)

without = {**mine, "bca": np.zeros((5, 1))}  # the two cells differ in the gate's place alone
h = run_torch(to_torch(without), x_mine, a0_mine)
print(
    f"reset before its matrix: largest difference {np.abs(unroll(gru_cell_forward, x_mine, a0_mine, without) - h).max():.1e}"
)

opened = {**without, "br": np.full((5, 1), 40.0)}  # Γ_r = 1: its place does not matter
h = run_torch(to_torch(opened), x_mine, a0_mine)
print(
    f"… with Γ_r = 1 always:   largest difference {np.abs(unroll(gru_cell_forward, x_mine, a0_mine, opened) - h).max():.1e}"
)

# %% [markdown]
r"""
And the other way: a fresh `torch.nn.GRU`, with torch's own random weights and all biases in use, runs in your function.
"""

# %% demo=true
torch.manual_seed(0)
fresh = torch.nn.GRU(input_size=3, hidden_size=5, batch_first=True, dtype=torch.float64)
theirs = {**from_torch(fresh.state_dict()), "Wy": mine["Wy"], "by": mine["by"]}
h = run_torch(fresh, x_mine, a0_mine)
print(
    f"torch's weights in your cell: largest difference {np.abs(unroll(gru_cell_forward_reset_after, x_mine, a0_mine, theirs) - h).max():.1e}"
)

# %% [markdown]
r"""
Torch has no layer for the cell with the gate before its matrix. The course has written one, with torch's operations: it is the layer in which `names-gru` was
trained. Torch finds its gradients by automatic differentiation; they are the ones that you derived by hand. (That layer starts from $a^{\langle 0 \rangle} = 0$.)
"""

# %% demo=true
from seqlib.models.gru import ResetBeforeGRU

layer = ResetBeforeGRU(n_x=3, n_a=5).double()  # its blocks are those of Γ_u, Γ_r and the candidate
weights = np.concatenate([mine["Wu"], mine["Wr"], mine["Wc"]])
biases = np.concatenate([mine["bu"], mine["br"], mine["bc"]])[:, 0]
state = {"weight_hh_l0": weights[:, :5], "weight_ih_l0": weights[:, 5:], "bias_ih_l0": biases}
layer.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})

h, _ = layer(torch.from_numpy(x_mine.transpose(1, 2, 0).copy()))
a, _, caches = gru_forward(x_mine, np.zeros((5, 4)), mine)
print(f"activations: largest difference {np.abs(h.detach().numpy().transpose(2, 0, 1) - a).max():.1e}")

R = rng.standard_normal(a.shape)
(h * torch.from_numpy(R.transpose(1, 2, 0).copy())).sum().backward()
yours = gru_backward(R, caches)
automatic = {name: value.grad.numpy() for name, value in layer.named_parameters()}
dW = np.split(np.concatenate([automatic["weight_hh_l0"], automatic["weight_ih_l0"]], axis=1), 3)
db = np.split(automatic["bias_ih_l0"][:, np.newaxis], 3)
for gate, dW_gate, db_gate in zip("urc", dW, db, strict=True):
    print(f"dW{gate}: largest difference {np.abs(yours[f'dW{gate}'] - dW_gate).max():.1e}")
    print(f"db{gate}: largest difference {np.abs(yours[f'db{gate}'] - db_gate).max():.1e}")

# %% [markdown]
r"""
## 7 · What you have

* A cell that may leave its memory alone. $\Gamma_u = 0$ keeps, $\Gamma_u = 1$ overwrites, and only the first preserves.
* A reset gate, which decides what the candidate sees of the past. It forgets nothing by itself.
* Its backward pass along four paths, one of which has no matrix on it, and the bias that holds this path open when a training begins.
* The variant of PyTorch, weight for weight, and the reason why weights of one do not fit the other.

A GRU shows all that it remembers. `04-lstm` builds a cell whose memory is apart from what it shows, with a gate for each of keeping, writing and
showing; `05-gradients` measures all of them side by side. All that passed is kept in your own library, `seqlib.mine`, from which other notebooks take it.
The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
