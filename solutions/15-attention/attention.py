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
# 15 · Attention

In `13-seq2seq` an encoder put its whole input into one vector, and the decoder had to live on that. In this notebook the
decoder may look back: at every step it asks the input a question, and reads what answers best. You build that from
the energies to the gradients, train it, watch where it looks, and end with the dot products of which transformers are made.

| | |
|---|---|
| **You need** | NumPy, `07-deep-bidirectional`, `13-seq2seq` |
| **You build** | nine functions: energies, masked weights, contexts, a decoder's step, the whole model, a translator that shows where it looked, the gradients, dot-product attention |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | the quiz on part 3; transformers, which are made of attention alone |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise. The exercises build on each other, but when grading, a wrong
earlier function costs you only its own points.

**Lecture notes.** Now and then the text names lecture note 003, one of the notes of the course that this package
belongs to. You do not need it; all that is used is explained here.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.mine import (
    bidirectional_forward,
    embed,
    exact_match,
    log_softmax,
    lstm_gates,
    teacher_forcing,
)
from seqlib.plots import attention as plots
from seqlib.widgets import attention as widgets

# %% [markdown]
r"""
**From earlier notebooks:** `bidirectional_forward(x, mask, parameters)` and `embed(tokens, E)` are those of
`07`; `lstm_gates(x, a_prev, parameters)` is that of `04` and gives forget gate, update gate, candidate and output gate; `teacher_forcing(targets, sos)`, `log_softmax(z)` and
`exact_match` are those of `13`. They are yours where yours have passed on this computer, the course's where not.

**Names and shapes.** Features first, as always.

| | shape | |
|---|---|---|
| `tokens`, `mask` | $(m, T_x)$ | inputs; the mask is 1 where a token stands, padding comes last |
| `a` | $(2 n_a, m, T_x)$ | annotations: the encoder's activations, one for each place of the input |
| `s`, `c` | $(n_a, m)$ | the decoder's activation and its memory |
| `targets` | $(m, T_y)$ | the true outputs, each with `<EOS>` at its end |
| `weights` | $(m, T_x)$ | of one step; $(m, T_y, T_x)$ of all steps |

Note 003 writes $c^{\langle t \rangle}$ for the context. Here $c$ is the LSTM's memory, so the context is written out.
"""

# %% [markdown]
r"""
## 1 · One vector is not enough

The decoder of `13` gets the encoder's last activation, and nothing else. That vector has as many numbers for a single date as
for four of them. Up to a point it holds; then it does not. This is the course's model without attention, 128 units, trained on
inputs of one to four dates, and how much of what it has never seen it translates without a mistake:
"""

# %% demo=true
from seqlib import references

MODELS = {"one vector, 128 units": "dates-seq2seq", "with attention, 64 units": "dates-attention"}


def by_dates(name):
    """From the number of dates to the share of exact translations of test inputs, from the card of a model."""
    return {int(count): share for count, share in references.card(name)["by_count"]["test"].items()}


known = {label: by_dates(name) for label, name in MODELS.items()}
plots.by_count({label: shares for label, shares in known.items() if label.startswith("one")})

# %% [markdown]
r"""
A person who translates a long sentence does not learn it by heart first. They look back at it: for each word that they write,
at the words that matter for it. **Attention** (Bahdanau et al. 2015) lets a network do so. It has three parts.

1. The encoder keeps everything. A bidirectional network reads the input; its activation at place $t'$, the **annotation**
   $a^{\langle t' \rangle}$, tells of the token there and of what stands around it. Together they are a memory with $T_x$ places.
2. Before each of its steps the decoder compares what it is about to do, its activation $s^{\langle t-1 \rangle}$, with every
   annotation. That gives a number for each place, its **energy** $e^{\langle t, t' \rangle}$, and a softmax makes **weights**
   $\alpha^{\langle t, t' \rangle}$ of them.
3. It reads the weighted sum of the annotations, the **context** of that step.

It is a look-up, but not by address: nobody says "place 7". It is a look-up *by content*, and a soft one: not one place
is read but a mixture, so that everything has a gradient and the network can learn where to look.
"""

# %% demo=true
plots.looking_back(["17.", "märz", "2024"], ["2", "0", "2", "4", "-", "0"], 6)

# %% [markdown]
r"""
## 2 · Energies

Note 003 leaves open which network compares: $e^{\langle t,t' \rangle} = \mathrm{NN}(s^{\langle t-1 \rangle}, a^{\langle t' \rangle})$.
We take the one of Bahdanau et al., with one hidden layer of $n_h$ units and one output:

$$
e^{\langle t,t' \rangle} = v \tanh\left(W_s\, s^{\langle t-1 \rangle} + W_a\, a^{\langle t' \rangle} + b\right)
$$

The query $s$ and the annotation $a$ are each brought to $n_h$ units and *added*, hence **additive attention**. $v$ is a row: it makes one number of the hidden units. Without
the tanh the two parts would not mix: $v W_s s$ would be added to all energies of an example alike, and a softmax does not see what is added to all.
"""

# %% [markdown]
r"""
{exercise: additive_energies}

Compute the energies of one step for all places, padding included; the mask comes later.

Shapes: `s_prev` $(n_a, m)$; `a` $(2 n_a, m, T_x)$; `parameters` has `Ws` $(n_h, n_a)$, `Wa` $(n_h, 2 n_a)$, `b` $(n_h, 1)$ and `v` $(1, n_h)$. Return $(m, T_x)$.

<details><summary>Hint 1: one place first</summary>

For the place $t'$ all is two-dimensional: `a[:, :, t]` has shape $(2 n_a, m)$, the hidden layer $(n_h, m)$, and `v @ hidden` $(1, m)$. A loop over the places is right.

</details>
<details><summary>Hint 2: without a loop</summary>

`np.einsum("ha,amt->hmt", Wa, a)` multiplies the matrix with the vector at each example and place. The state has no axis of places: give it one with `[:, :, np.newaxis]`. `optimize=True` lets `einsum` use
the machine's matrix product, which is several times as fast; in the training below that counts.

</details>
"""


# %% exercise="additive_energies"
def additive_energies(s_prev, a, parameters):
    """How well each annotation answers what the decoder looks for."""
    ### BEGIN SOLUTION
    of_state = parameters["Ws"] @ s_prev + parameters["b"]
    of_annotations = np.einsum("ha,amt->hmt", parameters["Wa"], a, optimize=True)
    hidden = np.tanh(of_state[:, :, np.newaxis] + of_annotations)
    return np.einsum("h,hmt->mt", parameters["v"][0], hidden)
    ### END SOLUTION


# %% check="additive_energies"
check(additive_energies)

# %% [markdown]
r"""
## 3 · Weights

A softmax over the places of the input makes shares of energies:

$$
\alpha^{\langle t,t' \rangle} = \frac{\exp e^{\langle t,t' \rangle}}{\sum_{t''=1}^{T_x} \exp e^{\langle t,t'' \rangle}}
$$

Two things that the formula does not say:

* **Padding.** $T_x$ is the length of *this* input, not that of the longest in the batch. Padding has to be out of the sum, not only out of the result: who wipes
  its weights afterwards is left with weights that do not add up to 1. An energy of $-\infty$ does it, or an exponential that is set to 0. Energy 0 does not: $e^0 = 1$.
* **Large energies.** $e^{800}$ is no number for a computer. Subtracting the largest energy of an example changes no weight, and makes every exponent negative. But look for the largest among the *tokens*.
"""

# %% [markdown]
r"""
{exercise: attention_weights}

The masked softmax over the places, axis 1. Padding gets exactly 0. An example that is padding throughout gets zeros, not NaN, so that nothing that is computed from it
spoils the rest of a batch.

Shapes: `energies` $(m, T_x)$, any finite numbers, on padding too; `mask` $(m, T_x)$, whole numbers 0 and 1.

<details><summary>Hint 1: choosing</summary>

`np.where(mask == 1, this, that)`. Do not multiply with infinity: $-\infty \cdot 0$ is NaN.

</details>
<details><summary>Hint 2: the largest of the tokens</summary>

Put a number that is not larger than any energy, such as `energies.min()`, or $-\infty$, in the places of padding before you look for the maximum. If you take $-\infty$: what is the maximum of an example that is all padding, and what is left when it is subtracted?

</details>
<details><summary>Hint 3: divide by the sum, unless it is 0</summary>

`np.where(sums == 0, 1, sums)` below the fraction line leaves 0 / 1 = 0 where there is nothing.

</details>
"""


# %% exercise="attention_weights"
def attention_weights(energies, mask):
    """A softmax over the tokens of each example, without its padding."""
    ### BEGIN SOLUTION
    real = mask == 1
    kept = np.where(real, energies, energies.min())
    exponentials = np.where(real, np.exp(kept - kept.max(axis=1, keepdims=True)), 0)
    sums = exponentials.sum(axis=1, keepdims=True)
    return exponentials / np.where(sums == 0, 1, sums)
    ### END SOLUTION


# %% check="attention_weights"
check(attention_weights)

# %% [markdown]
r"""
How sharp the weights are depends on how far the energies lie apart. These are the same energies, made smaller and larger. With small ones everything is read a bit; with large ones
it is nearly a choice of one place. (Physicists would speak of high and low temperature.) The network finds by itself, through $v$, how sharp it should look.
"""

# %% demo=true
example = np.array([[1.0, 2.0, -1.0, 0.5, 3.0]])
everything = np.ones((1, 5), dtype=int)
plots.temperatures(
    example[0],
    {f"weights, energies × {k:g}": attention_weights(k * example, everything)[0] for k in (0.2, 1, 5)},
    ["1", "2", "3", "4", "5"],
)

# %% [markdown]
r"""
{exercise: context_vector}

What is read: $\displaystyle \text{context}^{\langle t \rangle} = \sum_{t'} \alpha^{\langle t,t' \rangle} a^{\langle t' \rangle}$, of shape $(2 n_a, m)$.

<details><summary>Hint</summary>

Every annotation is multiplied by the weight of its place, then the axis of the places is added up. NumPy lines shapes up from the last axis: what is $(m, T_x)$ fits $(2 n_a, m, T_x)$ as it is.

</details>
"""


# %% exercise="context_vector"
def context_vector(weights, a):
    """The weighted sum of the annotations of each example."""
    ### BEGIN SOLUTION
    return (weights * a).sum(axis=2)
    ### END SOLUTION


# %% check="context_vector"
check(context_vector)

# %% [markdown]
r"""
## 4 · The decoder

The decoder reads what that of `13` reads: the embedding of the token before, and below it the context. What is new is that each step has a context of its own. The order of things in a step matters:

$$
\begin{aligned}
\alpha &= \text{weights of the energies of } s_{\text{prev}} &
\text{read} &= \begin{bmatrix} E_y[:, y_{\text{before}}] \\ \text{context} \end{bmatrix} \\
c &= \Gamma_f \odot c_{\text{prev}} + \Gamma_u \odot \tilde c &
s &= \Gamma_o \odot \tanh(c) \\
\log \hat y &= \log \mathrm{softmax}(W_y s + b_y)
\end{aligned}
$$

The query is $s^{\langle t-1 \rangle}$, the activation *before* the step: the one after it does not exist yet, as it needs the context that is being looked for. (There is
another family, Luong et al. 2015, which makes the step first and looks with the new activation; then the context goes to the prediction only.) The prediction is made of the new $s$.
"""

# %% [markdown]
r"""
{exercise: attention_step}

One step: look, read, update, predict. `parameters` has `E_y` $(n_e, V_y)$, `"attention"` (with Ws, Wa, b, v) and `"decoder"` (the eight of an LSTM on $[s_{\text{prev}}, x, \text{context}]$, and `Wy`
$(V_y, n_a)$, `by` $(V_y, 1)$).

Return `s`, `c`, `log_y` $(V_y, m)$ and `weights` $(m, T_x)$.

<details><summary>Hint 1: what the gates read</summary>

`lstm_gates(x, a_prev, parameters)` puts the activation above `x` by itself. Here `x` is the embedding above the context, put together with `np.concatenate` along axis 0.

</details>
<details><summary>Hint 2: the embedding</summary>

`parameters["E_y"][:, tokens]` has one column for each example.

</details>
"""


# %% exercise="attention_step"
def attention_step(tokens, s_prev, c_prev, a, mask, parameters):
    """One step of the decoder: look back, read the token before and what was found, predict the next token."""
    ### BEGIN SOLUTION
    weights = attention_weights(additive_energies(s_prev, a, parameters["attention"]), mask)
    read = np.concatenate([parameters["E_y"][:, tokens], context_vector(weights, a)], axis=0)
    decoder = parameters["decoder"]
    ft, ut, cct, ot = lstm_gates(read, s_prev, decoder)
    c = ft * c_prev + ut * cct
    s = ot * np.tanh(c)
    return s, c, log_softmax(decoder["Wy"] @ s + decoder["by"]), weights
    ### END SOLUTION


# %% check="attention_step"
check(attention_step)

# %% [markdown]
r"""
{exercise: attention_forward}

The whole model with the true targets fed, as in training: embed the input, read it in both directions, and make a step for each token of the target. The decoder begins with zero activation and zero memory, each $(n_a, m)$: unlike in
`13` it gets nothing from the encoder but what it looks up. $n_a$ is not handed over; the decoder's parameters tell it: `bf` has shape $(n_a, 1)$.

`parameters` has `E_x` $(n_e, V_x)$ and `"encoder"` (a bidirectional layer) besides those of a step. Return `log_y` $(V_y, m, T_y)$ and `weights` $(m, T_y, T_x)$.

<details><summary>Hint 1: who needs the mask</summary>

The encoder, so that no direction reads padding; and every step, so that nobody looks there.

</details>
<details><summary>Hint 2: before the first step</summary>

All the rest is known before the loop: the annotations, the tokens that are fed, which `teacher_forcing` makes of the targets, and two arrays of zeros with $n_a$ rows and a column for each example. Every step returns
the states that the next one is given.

</details>
<details><summary>Hint 3: putting the steps together</summary>

Collect them in lists. `np.stack(steps, axis=k)` makes the new axis the k-th of the result.

</details>
"""


# %% exercise="attention_forward"
def attention_forward(targets, tokens, mask, parameters, sos):
    """The whole model where the true targets are fed: annotations, then a step for each token of the target."""
    ### BEGIN SOLUTION
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    before = teacher_forcing(targets, sos)
    s = c = np.zeros((parameters["decoder"]["bf"].shape[0], len(tokens)))
    log_y, weights = [], []
    for t in range(targets.shape[1]):
        s, c, log_y_t, weights_t = attention_step(before[:, t], s, c, a, mask, parameters)
        log_y.append(log_y_t)
        weights.append(weights_t)
    return np.stack(log_y, axis=2), np.stack(weights, axis=1)
    ### END SOLUTION


# %% check="attention_forward"
check(attention_forward)

# %% [markdown]
r"""
{exercise: translate}

Without a target to feed: embed and read the input as in `attention_forward`, and begin with the same zeros. The first step is fed `sos`; then take the most probable token at each step and feed it to the next, as in `13`. Keep the
weights of each step: they say where you looked.

Return `found`, for each example the list of its tokens, at most `longest`, without the `sos` that is fed first and the `eos` that ends it; and `alignments`, for each example an array (tokens found, $T_x$) with the weights of the step that gave each token. A batch
is done when all of its examples are, or after `longest` steps; what has not ended then is cut. Only `eos` ends a translation: should the model itself write `sos`, it is kept like any other token.

<details><summary>Hint 1: who is finished</summary>

Keep an array of $m$ booleans. Once True, it stays True, whatever the decoder says afterwards.

</details>
<details><summary>Hint 2: an example that ends at once</summary>

Its alignment has no rows, but still $T_x$ columns: shape $(0, T_x)$. An array that is made of an empty list knows nothing of them; say the shape with `np.reshape`.

</details>
"""


# %% exercise="translate"
def translate(tokens, mask, parameters, sos, eos, longest):
    """The most probable next token at each step, and where the decoder looked for it."""
    ### BEGIN SOLUTION
    a = bidirectional_forward(embed(tokens, parameters["E_x"]), mask, parameters["encoder"])
    m, T_x = tokens.shape
    s = c = np.zeros((parameters["decoder"]["bf"].shape[0], m))
    before, finished = np.full(m, sos), np.zeros(m, dtype=bool)
    found, rows = [[] for _ in range(m)], [[] for _ in range(m)]
    for _ in range(longest):
        s, c, log_y, weights = attention_step(before, s, c, a, mask, parameters)
        before = log_y.argmax(axis=0)
        finished = finished | (before == eos)
        for i in np.flatnonzero(~finished):
            found[i].append(int(before[i]))
            rows[i].append(weights[i])
        if finished.all():
            break
    return found, [np.reshape(looked, (len(looked), T_x)) for looked in rows]
    ### END SOLUTION


# %% check="translate"
check(translate)

# %% [markdown]
r"""
## 5 · A trained model in your functions

The course has a model with attention, `dates-attention`: 64 units in each direction and in the decoder, half of the 128 of the model without, trained on the same inputs. When it was trained,
annotations, energies, weights and log-probabilities were written down for eight inputs of the test part: the log-probabilities in double precision, the others in float32, which holds about seven digits. Your functions, with its weights, give
the same up to that, step by step and with padding masked:
"""

# %% demo=true
from seqlib.batches import pad
from seqlib.data import dates
from seqlib.text import EOS, SOS, Vocabulary

reference, card = references.load("dates-attention")
recorded = references.recorded_translations("dates-attention")
letters, digits = Vocabulary(card["source_vocabulary"]), Vocabulary(card["target_vocabulary"])
sos, eos = digits.index[SOS], digits.index[EOS]
test = dates.split().test
chosen = [test[place] for place in recorded["places"]]
inputs, real = pad([letters.encode(e.source) for e in chosen])
truths, real_targets = pad([digits.encode(e.target, end=True) for e in chosen])

a = bidirectional_forward(embed(inputs, reference["E_x"]), real, reference["encoder"])
s = c = np.zeros((len(reference["decoder"]["bf"]), len(inputs)))
apart = {"energies": 0.0, "weights": 0.0, "log-probabilities": 0.0}
before = teacher_forcing(truths, sos)
for t in range(truths.shape[1]):
    on = real_targets[:, t]
    energies = additive_energies(s, a, reference["attention"]) * real
    s, c, log_y, weights = attention_step(before[:, t], s, c, a, real, reference)
    pairs = {
        "energies": (energies[on], recorded["energies"][on, t]),
        "weights": (weights[on], recorded["weights"][on, t]),
        "log-probabilities": (log_y[:, on], recorded["log_probabilities"][:, on, t]),
    }
    apart = {name: max(apart[name], np.abs(one - other).max()) for name, (one, other) in pairs.items()}
print(f"annotations: largest difference {np.abs(a - recorded['annotations']).max():.1e}")
for name, largest in apart.items():
    print(f"{name}: largest difference {largest:.1e} over {truths.shape[1]} steps")

# %% [markdown]
r"""
And it translates. Each row of the map is a character that was written, each column a character of the input; dark is where the decoder looked. A dot marks the largest weight of a row.
"""


# %% demo=true
def looking(parameters, source_vocabulary):
    """A function from a text to the characters found, and the weights with which each was found."""

    def look(text):
        tokens = np.array([source_vocabulary.encode(text)])
        found, alignments = translate(tokens, np.ones_like(tokens), parameters, sos, eos, card["longest"])
        return digits.decode(found[0]), alignments[0]

    return look


two = next(e for e in test if e.locale == "de_DE" and e.size == 2 and "." not in e.source[3:8])
found, weights = looking(reference, letters)(two.source)
plots.alignment(weights, two.source, found, f"found: {''.join(found)}; right: {two.target}")

# %% [markdown]
r"""
The digits of a year are looked for in the year, although it stands last in the input and first in the output; those of the month at the first letters of its name, those of the day at the day; after the first date the eyes go to the
second. For a hyphen nothing in particular is needed, and the weight is spread. Not every dot is where you would look yourself: the last digit of the second year is written with nearly all weight on its *first* digit. The annotation there
tells of what follows, too, since the backward LSTM has come that way. Nobody told the network any of this:
it only ever saw inputs and outputs. Now your own: choose dates and a locale, or change the input by hand. What happens with a month that is misspelt? With a fifth date?
"""

# %% demo=true
widgets.your_dates(looking(reference, letters), dates.written, dates.LOCALES, "2024-03-17 1999-05-03")

# %% [markdown]
r"""
### Alignment is not explanation

The map is tempting: it seems to say *why*. It says where was looked, not what for. An annotation tells of more than the letter of its place, as the encoder has read the whole input in both directions: a weight on the full stop after the day may
mean that the day's digits are read *there*. Other weights may give the same output, and a place with a small weight may decide. Take a map for a hint at what to test, and then change the input and see.

### What it costs

One vector costs nothing to look at. With attention every step of the output compares with every place of the input: $T_x \cdot T_y$ energies. For dates this is nothing. For a book it is the price of the whole method; much work of the last years goes into paying less.
"""

# %% [markdown]
r"""
## 6 · Gradients

To train, the gradient has to go back through all of this. You know the ways through an LSTM and a prediction. What is new is between $s_{\text{prev}}$, the annotations and the context, and it is in two parts.

**Through the sum and the softmax.** The context is $\sum_{t'} \alpha^{\langle t' \rangle} a^{\langle t' \rangle}$. With $d$ for the gradient of the loss by what follows:

$$
da^{\langle t' \rangle} = \alpha^{\langle t' \rangle}\, d\text{context}, \qquad
d\alpha^{\langle t' \rangle} = d\text{context} \cdot a^{\langle t' \rangle}, \qquad
de^{\langle t' \rangle} = \alpha^{\langle t' \rangle} \Big( d\alpha^{\langle t' \rangle} - \sum_{t''} \alpha^{\langle t'' \rangle} d\alpha^{\langle t'' \rangle} \Big)
$$

The last one is the softmax's own: raising one energy takes weight from all others. So a place gains only by how much it is *better than the weighted mean*. The $de$ of an example add up to 0, and on padding, where $\alpha = 0$, they are 0.
"""

# %% [markdown]
r"""
{exercise: attention_weights_backward}

From the gradient of the context to that of the energies, and to what the weighted sum gives to the annotations.

Shapes: `dcontext` $(2 n_a, m)$, `weights` $(m, T_x)$, `a` $(2 n_a, m, T_x)$. Return `denergies` $(m, T_x)$ and `da` $(2 n_a, m, T_x)$. No mask is needed: it is in the weights.

<details><summary>Hint 1: the gradient of the weights</summary>

A dot product over the units, for each example and place: multiply, and add up along the first axis. `einsum` does both in one; write under each array its axes as letters, and leave out of the result the one that is added up.

</details>
<details><summary>Hint 2: the weighted mean</summary>

A sum over axis 1 of weights times their gradients; keep the axis, so that it can be subtracted.

</details>
"""


# %% exercise="attention_weights_backward"
def attention_weights_backward(dcontext, weights, a):
    """From the gradient of the context back through the weighted sum and the softmax."""
    ### BEGIN SOLUTION
    da = weights * dcontext[:, :, np.newaxis]
    dweights = np.einsum("am,amt->mt", dcontext, a)
    mean = (weights * dweights).sum(axis=1, keepdims=True)
    return weights * (dweights - mean), da
    ### END SOLUTION


# %% check="attention_weights_backward"
check(attention_weights_backward)

# %% [markdown]
r"""
**Through the small network.** With $h = \tanh(z)$ and $z = W_s s + W_a a^{\langle t' \rangle} + b$ at each place, $e = v h$:

$$
dz = v^{\mathsf T} de \odot (1 - h^2), \qquad dv = \sum de\; h^{\mathsf T}, \qquad db = \sum dz, \qquad
dW_a = \sum dz\, a^{\mathsf T}, \qquad dW_s = \sum dz\, s^{\mathsf T}
$$

with sums over places and examples, and

$$
ds_{\text{prev}} = W_s^{\mathsf T} \sum_{t'} dz^{\langle t' \rangle}, \qquad
da^{\langle t' \rangle} = \alpha^{\langle t' \rangle} d\text{context} + W_a^{\mathsf T} dz^{\langle t' \rangle}
$$

One $s$ serves all places, so that its gradient is a sum over them. An annotation serves twice, as what is compared and as what is read: its gradient has two parts.
"""

# %% [markdown]
r"""
{exercise: attention_backward}

`cache` is `(s_prev, a, weights, parameters)` of the forward step; compute $h$ anew from it. Return `ds_prev`, `da`, and a dict with `dWs`, `dWa`, `db`, `dv`, each shaped as its parameter.

<details><summary>Hint 1: the shape of dz</summary>

One number for each hidden unit, example and place: $(n_h, m, T_x)$, as $h$ has. `denergies` is $(m, T_x)$ and lines up with the last two axes; `v` has to be turned and to get axes of size 1 there.

</details>
<details><summary>Hint 2: sum over places first</summary>

There is one state for all places. So add `dz` up over the places once; what is left is two-dimensional, and serves `ds_prev`, `dWs` and `db` as in a plain layer. For `dWa` that will not do: each place has its own
annotation, so multiply first and add up over examples and places together.

</details>
"""


# %% exercise="attention_backward"
def attention_backward(dcontext, cache):
    """From the gradient of the context back to the decoder's activation, the annotations and the parameters."""
    ### BEGIN SOLUTION
    s_prev, a, weights, parameters = cache
    Ws, Wa, v = parameters["Ws"], parameters["Wa"], parameters["v"]
    of_state = (Ws @ s_prev + parameters["b"])[:, :, np.newaxis]
    hidden = np.tanh(of_state + np.einsum("ha,amt->hmt", Wa, a, optimize=True))
    denergies, da = attention_weights_backward(dcontext, weights, a)
    dz = v.T[:, :, np.newaxis] * denergies * (1 - hidden**2)
    dz_state = dz.sum(axis=2)
    gradients = {
        "dWs": dz_state @ s_prev.T,
        "dWa": np.einsum("hmt,amt->ha", dz, a, optimize=True),
        "db": dz_state.sum(axis=1, keepdims=True),
        "dv": np.einsum("mt,hmt->h", denergies, hidden)[np.newaxis],
    }
    return Ws.T @ dz_state, da + np.einsum("ha,hmt->amt", Wa, dz, optimize=True), gradients
    ### END SOLUTION


# %% check="attention_backward"
check(attention_backward)

# %% [markdown]
r"""
## 7 · Training it

Now your attention learns. The LSTMs around it are torch's (you have built them and their gradients before, and theirs are faster); between them stand your four functions, forward and backward. `as_torch` of the course makes them a part of a torch
model: torch hands your forward function arrays, keeps what you want kept, and asks your backward function for gradients when their turn comes.

The inputs hold one or two dates, of four locales. The training dates and the test dates have none in common.
"""

# %% demo=true
import random
import time

import torch
from threadpoolctl import threadpool_limits
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from tqdm import tqdm

from seqlib.models.bridge import as_torch

NAMES = ("Ws", "Wa", "b", "v")


def attend(s_prev, a, mask, *values):
    """Your forward functions: the context, and what the way back needs."""
    parameters = dict(zip(NAMES, values, strict=True))
    weights = attention_weights(additive_energies(s_prev, a, parameters), mask)
    return context_vector(weights, a), (s_prev, a, weights, parameters)


def attend_backward(dcontext, cache):
    """Your gradients, in the order of the arguments of attend; a mask has none."""
    ds_prev, da, gradients = attention_backward(dcontext, cache)
    return ds_prev, da, None, *(gradients[f"d{name}"] for name in NAMES)


class Attending(torch.nn.Module):
    """An encoder and a decoder of torch with your attention between them."""

    def __init__(self, V_x, V_y, n_e=16, n_a=32, n_h=16):
        super().__init__()
        self.E_x, self.E_y = torch.nn.Embedding(V_x, n_e), torch.nn.Embedding(V_y, n_e)
        self.encoder = torch.nn.LSTM(n_e, n_a, bidirectional=True, batch_first=True)
        self.decoder = torch.nn.LSTMCell(n_e + 2 * n_a, n_a)
        self.output = torch.nn.Linear(n_a, V_y)
        shapes = {"Ws": (n_h, n_a), "Wa": (n_h, 2 * n_a), "b": (n_h, 1), "v": (1, n_h)}
        self.attention = torch.nn.ParameterDict(
            {name: torch.empty(shape).uniform_(-1, 1) / shape[1] ** 0.5 for name, shape in shapes.items()}
        )
        self.attend = as_torch(attend, attend_backward)

    def forward(self, tokens, mask, before):
        """Scores (m, T_y, V_y) of each next token where the true ones are fed."""
        packed = pack_padded_sequence(
            self.E_x(tokens), mask.sum(dim=1), batch_first=True, enforce_sorted=False
        )
        a = pad_packed_sequence(self.encoder(packed)[0], batch_first=True)[0].permute(2, 0, 1)
        s = c = torch.zeros(len(tokens), self.decoder.hidden_size)
        states = []
        for y in self.E_y(before).unbind(dim=1):
            context = self.attend(s.T, a, mask, *(self.attention[name] for name in NAMES))
            s, c = self.decoder(torch.cat([y, context.T], dim=1), (s, c))
            states.append(s)
        return self.output(torch.stack(states, dim=1))


# %% [markdown]
r"""
First: are your gradients right in there? Torch compares them with central differences, in double precision, through `attend` alone:
"""

# %% demo=true
torch.manual_seed(0)
some = [
    torch.randn(shape, dtype=torch.float64) for shape in ((3, 2), (6, 2, 5), (4, 3), (4, 6), (4, 1), (1, 4))
]
some_mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])
for tensor in some:
    tensor.requires_grad_()
bridged = as_torch(attend, attend_backward)
agree = torch.autograd.gradcheck(
    lambda s, a, *rest: bridged(s, a, some_mask, *rest), some, raise_exception=False
)
print(f"your gradients are those of central differences: {agree}")

# %% [markdown]
r"""
Then the training: 80 seconds of computing on one core. (What other programs compute meanwhile does not count; where the computer has much else to do it takes longer by the clock, but no more than four and a half minutes.) Batches of 64 inputs of
similar length; Adam, at a rate that falls to nothing; gradients clipped at norm 1, as in `05-gradients`.
"""

# %% demo=true
SECONDS, LONGEST, SIZE, RATE = 80, 270, 64, 0.01
LOCALES = ("en_US", "de_DE", "fr_FR", "ko_KR")

draw = random.Random(0)
days = dates.days("train")
train = []
for number in range(6000):
    picked = [draw.choice(days) for _ in range(1 + number % 2)]
    locale = LOCALES[number // 2 % len(LOCALES)]
    source = dates.written(picked, locale, draw.choice(dates.FORMS))
    train.append((source, " ".join(day.isoformat() for day in picked)))
own_letters = Vocabulary.of([source for source, _ in train], specials=("<PAD>", "<UNK>"))


def batch_of(pairs):
    """Inputs, mask, the tokens before and the targets, -1 after their ends, of some pairs of texts."""
    tokens, mask = pad([own_letters.encode(source) for source, _ in pairs])
    targets, _ = pad([digits.encode(target, end=True) for _, target in pairs], value=-1)
    before = teacher_forcing(np.where(targets < 0, 0, targets), sos)
    return [torch.from_numpy(part) for part in (tokens, mask.astype(int), before, targets)]


def batches():
    """All training pairs in batches of similar length, in random order."""
    order = sorted(train, key=lambda pair: len(pair[0]) + 4 * draw.random())
    found = [order[k : k + SIZE] for k in range(0, len(order), SIZE)]
    draw.shuffle(found)
    return found


threads = torch.get_num_threads()
torch.set_num_threads(1)  # batches this small gain nothing from more
numpy_threads = threadpool_limits(1, user_api="blas")
torch.manual_seed(0)
network = Attending(len(own_letters), len(digits))
optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
curve, done = [], 0.0
bar = tqdm(total=100, unit="%", mininterval=2, bar_format="{l_bar}{bar}| {elapsed}{postfix}")
begin, computed = time.monotonic(), time.process_time()
while done < 1:
    for pairs in batches():
        *given, targets = batch_of(pairs)
        scores = network(*given)
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        curve.append(loss.item())
        done = max((time.process_time() - computed) / SECONDS, (time.monotonic() - begin) / LONGEST)
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(0.02, 1 - done)
        bar.set_postfix_str(f"loss {np.mean(curve[-20:]):.3f}", refresh=False)
        bar.update(min(100, round(100 * done)) - bar.n)
        if done >= 1:
            break
bar.close()
torch.set_num_threads(threads)
numpy_threads.restore_original_limits()
print(
    f"{len(curve)} batches in {time.process_time() - computed:.0f} s of computing, {time.monotonic() - begin:.0f} s by the clock"
)

# %% demo=true
every = max(1, len(curve) // 60)
means = [np.mean(curve[k : k + every]) for k in range(0, len(curve), every)]
plots.losses([min(k + every, len(curve)) for k in range(0, len(curve), every)], means)

# %% [markdown]
r"""
There is a moment at which the loss falls: before it the decoder writes what dates look like, after it the dates that are there. It has found where to look.

The weights go into the layout of your functions, and your `translate` reads test inputs: of dates that no training input had. Those with three and four dates are longer than anything it was trained on.
"""


# %% demo=true
def lstm_by_hand(hidden, inputs, *biases):
    """The eight arrays of one LSTM from torch's blocks, which stand in the order i, f, g, o."""
    W = torch.cat([hidden, inputs], dim=1).detach().double().numpy()
    b = sum(biases).detach().double().numpy()[:, np.newaxis]
    rows = zip("ufco", np.split(W, 4), np.split(b, 4), strict=True)
    return {name: value for gate, Wg, bg in rows for name, value in ((f"W{gate}", Wg), (f"b{gate}", bg))}


def by_hand(model):
    """All parameters of an Attending in the layout of attention_forward."""

    def array(tensor):
        return tensor.detach().double().numpy()

    parts = ("weight_hh_l0", "weight_ih_l0", "bias_hh_l0", "bias_ih_l0")
    encoder = {
        side: lstm_by_hand(*(getattr(model.encoder, part + suffix) for part in parts))
        for side, suffix in (("forward", ""), ("backward", "_reverse"))
    }
    cell = model.decoder
    decoder = lstm_by_hand(cell.weight_hh, cell.weight_ih, cell.bias_hh, cell.bias_ih)
    decoder |= {"Wy": array(model.output.weight), "by": array(model.output.bias)[:, np.newaxis]}
    attention = {name: array(value) for name, value in model.attention.items()}
    tables = {"E_x": array(model.E_x.weight).T, "E_y": array(model.E_y.weight).T}
    return {**tables, "encoder": encoder, "attention": attention, "decoder": decoder}


own = by_hand(network)
*given, _ = batch_of(train[:40])
with torch.no_grad():
    theirs = torch.log_softmax(network(*given), dim=-1).permute(2, 0, 1).numpy()
targets_fed = np.concatenate([given[2][:, 1:], np.zeros((40, 1), dtype=int)], axis=1)
yours, _ = attention_forward(targets_fed, given[0].numpy(), given[1].numpy(), own, sos)
print(f"the torch model and attention_forward: largest difference {np.abs(yours - theirs).max():.1e}")


def shares(parameters, vocabulary, examples):
    """The share of inputs translated without a mistake, by the number of dates."""
    ordered = sorted(examples, key=lambda e: len(e.source))
    decoded = []
    for k in range(0, len(ordered), 64):
        tokens, mask = pad([vocabulary.encode(e.source) for e in ordered[k : k + 64]])
        decoded += translate(tokens, mask, parameters, sos, eos, card["longest"])[0]
    targets = [digits.encode(e.target) for e in ordered]
    found = exact_match(decoded, targets, [e.size for e in ordered])
    return {size: found[size] for size in sorted(found)}


held_out = [e for e in test if e.locale in LOCALES]
held_out = [e for size in range(1, 5) for e in [e for e in held_out if e.size == size][:100]]
own_shares = shares(own, own_letters, held_out)
reference_shares = shares(reference, letters, held_out)
print(f"exact matches, {len(held_out)} test inputs of {len(LOCALES)} locales")
print(f"{'dates in the input':<34}" + "".join(f"{size:>8}" for size in own_shares))
for name, found in (
    ("your attention, trained here", own_shares),
    ("the course's, by your functions", reference_shares),
):
    print(f"{name:<34}" + "".join(f"{share:>8.0%}" for share in found.values()))

# %% [markdown]
r"""
With all of its 80 seconds your attention gets nearly every input right that has one date or two. Where a busy computer left it less (the line under the bar tells), it misses more of those with two. Three and four dates it has never seen, and attention alone does not
carry it there: it lets a network look anywhere, but *how to go on* after the second date is something that it never had to learn. All test inputs of the course's models, from their cards, with the one vector of section 1:
"""

# %% demo=true
yours = "yours, 32 units, trained on one and two"
plots.by_count({**known, yours: own_shares}, {yours: 2})

# %% [markdown]
r"""
And where does yours look? The same kind of map as before, of a test input:
"""

# %% demo=true
seen = next(e for e in held_out if e.locale == "en_US" and e.size == 2)
found, weights = looking(own, own_letters)(seen.source)
plots.alignment(weights, seen.source, found, f"found: {''.join(found)}; right: {seen.target}")

# %% [markdown]
r"""
## 8 · Dot products: the shorter way

Additive attention needs a small network at each pair of places. If query and annotation are brought to the same $d$ units beforehand, a *dot product* says as well how alike they are. It has no parameters, and all pairs at once are one matrix product. Three names are
usual: **queries** look, **keys** are compared with, and **values** are what is read. (In additive attention the annotations are both keys and values.)

$$
e_{q,t} = \frac{q \cdot k_t}{\sqrt d}, \qquad \alpha_{q,\cdot} = \text{masked softmax}(e_{q,\cdot}), \qquad \text{context}_q = \sum_t \alpha_{q,t}\, v_t
$$

**Why $\sqrt d$.** Let the numbers in $q$ and $k$ be independent, of mean 0 and variance 1. Each product $q_i k_i$ has variance 1, and a sum of $d$ of them has variance $d$: the energies lie about $\sqrt d$ apart. For $d = 256$ that is a factor
of 16, at which a softmax hardly mixes at all. Then its slope $\alpha(1 - \alpha)$ is nearly 0 everywhere, and nothing is learned. Divided by $\sqrt d$ the variance is 1 for every $d$; divided by $d$ it would be $1/d$, and
the weights all but equal.
"""

# %% [markdown]
r"""
{exercise: dot_product_attention}

All queries at once. Shapes: `queries` $(d, m, T_q)$, `keys` $(d, m, T_x)$, `values` $(d_v, m, T_x)$, `mask` $(m, T_x)$. Return `contexts` $(d_v, m, T_q)$ and `weights` $(m, T_q, T_x)$.

<details><summary>Hint 1: the energies</summary>

$(m, T_q, T_x)$: for each example a sum over $d$, `np.einsum("dmq,dmt->mqt", queries, keys)`.

</details>
<details><summary>Hint 2: the weights, with what you have</summary>

Your `attention_weights` takes energies $(m, T_x)$: those of one query. Call it for each, `energies[:, q]`, and stack.

</details>
"""


# %% exercise="dot_product_attention"
def dot_product_attention(queries, keys, values, mask):
    """All queries at once: scaled dot products with the keys, weighted sums of the values."""
    ### BEGIN SOLUTION
    energies = np.einsum("dmq,dmt->mqt", queries, keys) / np.sqrt(len(keys))
    weights = np.stack([attention_weights(energies[:, q], mask) for q in range(queries.shape[2])], axis=1)
    return np.einsum("mqt,vmt->vmq", weights, values), weights
    ### END SOLUTION


# %% check="dot_product_attention"
check(dot_product_attention)

# %% [markdown]
r"""
The saturation, measured: random queries and keys, 20 places, with your function. To see what no scale or another one would do, the queries are multiplied by what your function divides by too much. On the right is the slope. Without
a scale it falls away. Divided by $d$ it even stays a little above that of $\sqrt d$, as $\alpha(1 - \alpha)$ is largest where all weights are equal; but look at the left, where the largest weight nears 1/20: such attention moves easily and
tells nothing apart. Only $\sqrt d$ keeps both, whatever $d$ is.
"""

# %% demo=true
sizes = [4, 16, 64, 256, 1024]
factors = {"not scaled": lambda d: np.sqrt(d), "√d": lambda d: 1.0, "d": lambda d: 1 / np.sqrt(d)}
random_numbers = np.random.default_rng(0)
largest, slopes = {name: [] for name in factors}, {name: [] for name in factors}
for d in sizes:
    queries, keys = (random_numbers.standard_normal((d, 100, length)) for length in (1, 20))
    for name, factor in factors.items():
        _, alpha = dot_product_attention(factor(d) * queries, keys, keys, np.ones((100, 20), dtype=int))
        largest[name].append(alpha.max(axis=2).mean())
        slopes[name].append((alpha * (1 - alpha)).mean())
plots.saturation(sizes, largest, slopes)

# %% [markdown]
r"""
A look-up in a table is the extreme case: with keys that are one-hot and far apart, and a query that is one of them, all weight goes to one place.
"""

# %% demo=true
keys = 100 * np.eye(4)[:, np.newaxis]
values = np.array([[[10.0, 20.0, 30.0, 40.0]]])
contexts, weights = dot_product_attention(keys[:, :, [2, 0]], keys, values, np.ones((1, 4), dtype=int))
print(f"asked for the places 2 and 0: {contexts.ravel()}")

# %% [markdown]
r"""
## 9 · In PyTorch

`torch.nn.functional.scaled_dot_product_attention` is what transformers call. It is batch first, $(B, T, D)$, and its mask is True where may be looked.
"""

# %% demo=true
queries, keys, values = (random_numbers.standard_normal(shape) for shape in ((8, 3, 2), (8, 3, 6), (5, 3, 6)))
mask = (np.arange(6) < np.array([[6], [2], [4]])).astype(int)
contexts, _ = dot_product_attention(queries, keys, values, mask)
q, k, v = (torch.from_numpy(part.transpose(1, 2, 0).copy()) for part in (queries, keys, values))
theirs = torch.nn.functional.scaled_dot_product_attention(
    q, k, v, attn_mask=torch.from_numpy(mask == 1)[:, None]
)
print(f"largest difference {np.abs(theirs.numpy().transpose(2, 0, 1) - contexts).max():.1e}")

# %% [markdown]
r"""
`torch.nn.MultiheadAttention` puts learned matrices before it, which make queries, keys and values, and runs several such attentions side by side, each on a part of the units.

## 10 · What you have built

* A memory with a place for each token, looked up by content: energies, masked weights, a weighted sum.
* A decoder that looks back before each step, and a translator that can show where it looked.
* The gradients of all that, by hand, and a model trained through them.
* Dot products in place of the small network, scaled so that they can learn.

**What comes next.** `part-3-quiz` asks about the ideas of this part. Then ask: if every step may look anywhere, what is the recurrence still for? A transformer drops it. There the *input looks at itself*: each token makes a query, a key and a value, and
`dot_product_attention` is all that connects them. Nothing needs to wait for the step before, and order has to be told in another way.
"""

# %% demo=true
from autograder.progress import progress

progress()
