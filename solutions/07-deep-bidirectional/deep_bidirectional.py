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
# 07 · Deep and bidirectional networks

So far a network has read from left to right, and known nothing of what comes. In this notebook you build one that reads
from both ends, stack it, and put it to work: it finds the names of persons in sentences, and tells where a name is from.
You also find out what it costs: who waits for the end cannot answer at once.

| | |
|---|---|
| **You need** | NumPy, a recurrent network (`02-rnn`) and the LSTM's gates (`04-lstm`) |
| **You build** | ten functions: a masked LSTM layer, both directions, layers on layers, a tagger, a classifier, and their score |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | the quiz on part 1; then embeddings and translation, whose encoders are such networks |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise. The exercises build on each other, but when grading, a wrong
earlier function costs you only its own points.

**Lecture notes.** Now and then the text names lecture notes 000, 002 or 003: the notes of the course that this package
belongs to. You do not need them; all that is used is explained here.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import softmax
from seqlib.mine import lstm_gates
from seqlib.plots import deep_bidirectional as plots
from seqlib.widgets import deep_bidirectional as widgets

# %% [markdown]
r"""
**Given to you:** `softmax(z)` turns scores into probabilities: the sum over axis 0 is 1, however many axes follow.
`lstm_gates(xt, a_prev, parameters)` of `04-lstm` takes the input $(n_x, m)$ and the activation $(n_a, m)$ of one step and
gives `ft, ut, cct, ot`, each $(n_a, m)$; it is yours where yours has passed on
this computer, the course's where not.

**Shapes.** Arrays are *features first*: $(n_x, m)$ for one step of $m$ examples, $(n_x, m, T_x)$ for a sequence.
"""

# %% [markdown]
r"""
## 1 · What comes later can matter

> Yesterday, **Ashford** Steel lost its case.
>
> Yesterday, **Ashford** lost his case.

Is *Ashford* a person? When the word is read, both sentences are the same. Only what follows tells. A network
that reads from the left has to answer before it can know; notes 000 and 002 name this as what is missing in the plain
RNN.

The way out is a second network, with weights of its own, that reads from the right. Each has a chain of activations, and
the two chains do not touch. They meet in the prediction:

$$
\hat y^{\langle t \rangle} = g\left(W_y\, [\overrightarrow{a}^{\langle t \rangle}, \overleftarrow{a}^{\langle t \rangle}] + b_y\right)
$$

$\overrightarrow{a}^{\langle t \rangle}$ has read steps $1$ to $t$, $\overleftarrow{a}^{\langle t \rangle}$ has read steps
$T_x$ down to $t$. Together they have read everything, step $t$ twice.
"""

# %% demo=true
plots.two_directions(["Yesterday", "Ashford", "Steel", "lost", "its", "case"])

# %% [markdown]
r"""
Both arrows over the $a$ are about *reading*, not about learning: this is all one forward pass. The backward *pass*, of
gradients, goes through both chains, each against its own direction of reading.

### Which tasks may look ahead

| task (notes 000, 002) | shape | may it read from the right? |
|---|---|---|
| find names in a text | many-to-many, $T_x = T_y$ | yes, the text is there |
| tell where a name is from; the mood of a review | many-to-one | yes |
| tell what happens in a recorded film; which stretch of DNA is a gene | many-to-one, many-to-many | yes |
| read, in order to translate a finished text | the encoder of many-to-many, $T_x \ne T_y$ | yes |
| *write* a translation; compose music; predict the next word | one-to-many, the decoder | no: what comes is what it is to make |
| recognise speech while someone is speaking; translate live | many-to-many | only as far as one is willing to wait |

The last row is note 002's warning: a bidirectional network has its first answer when the last input is in. We come back to
it in section 4.
"""

# %% [markdown]
r"""
## 2 · Sentences of different lengths in one batch

A batch is one array, but sentences have different lengths. Short ones are filled up at the end, and a **mask** says what is
real: `mask[i, t]` is 1 where example $i$ has a step $t$, and 0 where it is padded.

For a network that reads from the left, padding at the end would be harmless. From the right, it would be read *first*. So
from now on a layer knows its mask, and keeps one law: **a masked step changes nothing**. At a masked step

* the activation and the memory inside wait: they stay what they were after the last real step;
* the output is 0, so that nobody takes it for an answer.

$$
\begin{aligned}
c_{\text{new}} &= \Gamma_f \odot c + \Gamma_u \odot \tilde c &
c &\leftarrow c_{\text{new}} \text{ where the mask is 1, else } c \\
a_{\text{new}} &= \Gamma_o \odot \tanh(c_{\text{new}}) &
a &\leftarrow a_{\text{new}} \text{ where the mask is 1, else } a
\end{aligned}
$$
"""

# %% [markdown]
r"""
{exercise: lstm_layer_forward}

Run an LSTM over a padded batch, from zero activation and zero memory. Use `lstm_gates`.

Shapes: `x` $(n_x, m, T_x)$; `mask` $(m, T_x)$, whole numbers 0 and 1, and a 0 may stand anywhere; `parameters` has `Wf, bf,
Wu, bu, Wc, bc, Wo, bo`. Return `a` $(n_a, m, T_x)$: the activation of each step, and 0 where the mask is 0. There is no
prediction in this layer: that is left to whoever reads it.

<details><summary>Hint 1: three things, not one</summary>

At a masked step, the memory waits, the activation waits, and the output is 0. The activation that waits inside and the
output are two different things.

</details>
<details><summary>Hint 2: choosing example by example</summary>

`np.where(condition, this, that)` takes from `this` where the condition holds, else from `that`. A condition of shape
$(m,)$ chooses columns of arrays $(n_a, m)$.

</details>
<details><summary>Hint 3: how many units</summary>

$n_a$ is the length of any bias.

</details>
"""


# %% exercise="lstm_layer_forward"
def lstm_layer_forward(x, mask, parameters):
    """An LSTM over a batch of padded sequences, from zero states; a masked step changes nothing and shows zero."""
    ### BEGIN SOLUTION
    n_a, m = parameters["bf"].shape[0], x.shape[1]
    a, c = np.zeros((n_a, m)), np.zeros((n_a, m))
    activations = []
    for t in range(x.shape[2]):
        real = mask[:, t] == 1
        ft, ut, cct, ot = lstm_gates(x[:, :, t], a, parameters)
        c_new = ft * c + ut * cct
        a_new = ot * np.tanh(c_new)
        c = np.where(real, c_new, c)
        a = np.where(real, a_new, a)
        activations.append(np.where(real, a_new, 0))
    return np.stack(activations, axis=2)
    ### END SOLUTION


# %% check="lstm_layer_forward"
check(lstm_layer_forward)

# %% [markdown]
r"""
## 3 · From the right

To read from the right, turn the sequences around, read from the left, and turn the result around again. But mind the
padding. Turned around as a whole, a short sentence *begins* with its padding:

| | | | | | |
|---|---|---|---|---|---|
| the sentence | Hope | left | · | · | · |
| the whole row turned | · | · | · | left | Hope |
| turned within its own length | left | Hope | · | · | · |

With a mask that is turned along, the second row could do as well, since our layer skips masked steps. The third keeps every sentence at
the beginning of its row, where one mask fits both directions. Libraries call it `reverse_sequence`.
"""

# %% [markdown]
r"""
{exercise: reverse_sequences}

Turn each example around within its own length. The padding stays where it is, as it is; so done twice, it gives `x` again.

Shapes: `x` $(n_x, m, T_x)$; `mask` $(m, T_x)$ has in each row ones, then zeros. The result is shaped as `x`. It is a new array:
`x` stays as it was.

<details><summary>Hint 1: the length of an example</summary>

The ones in a row of the mask, added up.

</details>
<details><summary>Hint 2: one example at a time</summary>

Start from a copy of `x`. In a loop over the examples, write the turned real steps over the real steps. `[:, ::-1]` turns a
two-dimensional array around along its second axis.

</details>
"""


# %% exercise="reverse_sequences"
def reverse_sequences(x, mask):
    """Turn each example around within its own length; the padding stays at the end."""
    ### BEGIN SOLUTION
    turned = x.copy()
    for i in range(x.shape[1]):
        length = int(mask[i].sum())
        turned[:, i, :length] = x[:, i, :length][:, ::-1]
    return turned
    ### END SOLUTION


# %% check="reverse_sequences"
check(reverse_sequences)

# %% [markdown]
r"""
{exercise: bidirectional_forward}

Read each sequence in both directions, and put the two on top of each other.

`parameters` is `{"forward": …, "backward": …}`, each with the weights of one LSTM of $n_a$ units. Return $(2 n_a, m, T_x)$: at each step
the forward activation on top, the backward activation *of the same step* below.

<details><summary>Hint 1: how often something is turned</summary>

Twice: the input, before the backward LSTM reads it, and what comes out of it, so that step $t$ stands at $t$.

</details>
<details><summary>Hint 2: which axis</summary>

On top of each other means along the features, the first axis.

</details>
"""


# %% exercise="bidirectional_forward"
def bidirectional_forward(x, mask, parameters):
    """One layer that reads each sequence from the left and from the right: (2 n_a, m, T_x)."""
    ### BEGIN SOLUTION
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    backward = lstm_layer_forward(reverse_sequences(x, mask), mask, parameters["backward"])
    return np.concatenate([forward, reverse_sequences(backward, mask)], axis=0)
    ### END SOLUTION


# %% check="bidirectional_forward"
check(bidirectional_forward)

# %% [markdown]
r"""
### Who sees what

Does the output at *Ashford* depend on *Steel*? Ask the network: change one input, and see which outputs move. The next cell does so for each
input, with random weights. A dot means that the output moved at all; the darker, the more.
"""


# %% demo=true
def random_lstm(rng, n_x, n_a):
    """Random weights of one LSTM."""
    weights = {f"W{gate}": rng.normal(0, 1.5 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "fuco"}
    return {**weights, **{f"b{gate}": np.zeros((n_a, 1)) for gate in "fuco"}}


rng = np.random.default_rng(0)
words = ["Yesterday", "Ashford", "Steel", "lost", "its", "case"]
x_words = rng.standard_normal((5, 1, len(words)))
everything = np.ones((1, len(words)), dtype=int)
pair = {"forward": random_lstm(rng, 5, 8), "backward": random_lstm(rng, 5, 8)}

plots.influence(
    {
        "one direction": widgets.influences(
            lambda x: lstm_layer_forward(x, everything, pair["forward"]), x_words
        ),
        "both directions": widgets.influences(lambda x: bidirectional_forward(x, everything, pair), x_words),
    },
    words,
)

# %% [markdown]
r"""
On the left nothing stands above the diagonal: such a network is called **causal**. *Ashford*, in the second row, has no dot at *Steel*. On the right
every output sees every input. Go down a column: the shade fades with the
distance from the diagonal. Seeing is not yet *remembering*; that the LSTM has to learn.
"""

# %% [markdown]
r"""
## 4 · Real time: how long will you wait?

Speech is recognised while someone speaks. A bidirectional layer would be silent until the end: the backward chain *starts* at the last
step. No faster computer helps, for what is missing is not computing time but the input (note 002 warns of it for live translation).

A compromise: wait for $k$ further steps, no more. The forward chain runs as ever. For the output at $t$ a backward LSTM starts at step
$t + k$, from zero states, and reads back to $t$. Then the answer for step $t$ can be given when step $t + k$ is in.

$$
\overleftarrow{a}^{\langle t \rangle}_k = \text{the backward LSTM over } x^{\langle t + k \rangle}, \dots, x^{\langle t + 1 \rangle}, x^{\langle t \rangle}
$$

$k = 0$ answers at once. With $k \ge T_x - 1$ this is the bidirectional layer. The price is computing: a window is read anew for each step.
"""

# %% [markdown]
r"""
{exercise: lookahead_forward}

Compute the layer that waits for `ahead` steps, for a padded batch.

Shapes as in `bidirectional_forward`; `ahead` is a whole number from 0. At each step, the forward activation on top, and below it
$\overleftarrow{a}^{\langle t \rangle}_k$ with $k$ = `ahead`. Where the sequence ends before $t + k$, the backward LSTM starts at the end. Where the mask is 0, the
result is 0.

<details><summary>Hint 1: the window of one step</summary>

Step $t$ and `ahead` further ones: a slice of `x` along time, and the same slice of the mask. A slice that runs over the end of an array stops
there by itself.

</details>
<details><summary>Hint 2: what to keep of a window</summary>

Read the window as in `bidirectional_forward`: turn, run the backward LSTM, turn back. Of the result, one step is wanted, that of $t$.

</details>
<details><summary>Hint 3: where step t stands in its window</summary>

At the beginning, once the result is turned back.

</details>
"""


# %% exercise="lookahead_forward"
def lookahead_forward(x, mask, parameters, ahead):
    """A bidirectional layer that waits for `ahead` steps only: (2 n_a, m, T_x)."""
    ### BEGIN SOLUTION
    forward = lstm_layer_forward(x, mask, parameters["forward"])
    backward = np.zeros_like(forward)
    for t in range(x.shape[2]):
        window, real = x[:, :, t : t + ahead + 1], mask[:, t : t + ahead + 1]
        states = lstm_layer_forward(reverse_sequences(window, real), real, parameters["backward"])
        backward[:, :, t] = reverse_sequences(states, real)[:, :, 0]
    return np.concatenate([forward, backward], axis=0)
    ### END SOLUTION


# %% check="lookahead_forward"
check(lookahead_forward)

# %% [markdown]
r"""
Move the slider. How many words must be waited for until *Ashford* sees *Steel*? And how late is then the answer for the *last* word?
"""

# %% demo=true
widgets.waiting(lambda x, ahead: lookahead_forward(x, everything, pair, ahead), x_words, words)

# %% [markdown]
r"""
One word is enough for *Ashford*. And the last word of a sentence is never late: after it, there is nothing to wait for. Where a trained network's answers
improve with each further word, and where they stop improving, is measured in section 8.
"""

# %% [markdown]
r"""
## 5 · Layers on layers

What a layer shows is a sequence again, so another layer can read it. The lowest reads the words, the second reads what the lowest has made of them,
and so on:

$$
a^{[1]} = \operatorname{layer}_1(x), \qquad a^{[2]} = \operatorname{layer}_2(a^{[1]}), \qquad \dots
$$

From the second layer on, an LSTM has $2 n_a$ inputs, both directions of the layer below. So *both* chains of the second layer see the whole sentence at
every step. With plain images one stacks a hundred layers; here three are already many (note 002), since each layer is as deep in time as the sequence is
long, and must be gone through step by step. On top come dense layers without any connection in time, the same at every step: in this notebook one, $W_y$
with a softmax.
"""

# %% [markdown]
r"""
{exercise: deep_forward}

Go through all layers, and return what the top one shows.

`layers` is a list, the lowest first; each item is a dict as for `bidirectional_forward`. All layers share the mask. Return $(2 n_a, m, T_x)$.

<details><summary>Hint</summary>

A loop over the list, in which one variable holds what the next layer reads. At the beginning it is `x`.

</details>
"""


# %% exercise="deep_forward"
def deep_forward(x, mask, layers):
    """Bidirectional layers on top of each other: the activations of the top one."""
    ### BEGIN SOLUTION
    a = x
    for parameters in layers:
        a = bidirectional_forward(a, mask, parameters)
    return a
    ### END SOLUTION


# %% check="deep_forward"
check(deep_forward)

# %% [markdown]
r"""
## 6 · Names in sentences: many-to-many

A **tagger** gives a tag to each word. Here there are three:

| tag | meaning |
|---|---|
| `B-PER` | the name of a person **b**egins here |
| `I-PER` | **i**nside: the name goes on |
| `O` | no name |

Why not just yes and no? In *I showed Rose Grace 's letter* two names stand side by side: `O O B-PER B-PER O O`. With yes and no, they would be one name
of two words.

### What goes in

A word is a number, its place in the vocabulary. One-hot vectors times a matrix $E$ pick out a column of it, so nobody computes the product: the column is
**looked up**. It has $n_e$ numbers, which are trained like all other weights. (What such columns come to mean is part 2.)

For names there is a catch: the names in a new text are in no vocabulary, they are all `<UNK>`. What remains is the context, and *how the word is written*: with
a capital, in digits, as an initial. So each word has a second number, its **shape**, with a table $E_{\text{shape}}$ of its own:

$$
x^{\langle t \rangle} = [E_{:,\, \text{token}},\ E_{\text{shape}\; :,\, \text{shape}}]
\qquad\qquad
\hat y^{\langle t \rangle} = \operatorname{softmax}\left(W_y\, a^{\langle t \rangle} + b_y\right)
$$
"""

# %% [markdown]
r"""
{exercise: embed}

Look up the column of each token.

Shapes: `tokens` $(m, T_x)$, whole numbers from 0; `E` $(n_e, V)$, a column for each of the $V$ tokens. Return $(n_e, m, T_x)$.

<details><summary>Hint</summary>

An array of whole numbers can stand in an index: `v[[2, 0, 2]]` takes items 2, 0 and 2. The result takes on the shape of the index. Mind which axis of `E`
the tokens count along.

</details>
"""


# %% exercise="embed"
def embed(tokens, E):
    """Look up the column of each token: (n_e, m, T_x)."""
    ### BEGIN SOLUTION
    return E[:, tokens]
    ### END SOLUTION


# %% check="embed"
check(embed)

# %% [markdown]
r"""
{exercise: tagger_forward}

The whole tagger: look up, go through the layers, predict a tag for each step.

`parameters` has `E` $(n_e, V)$, `E_shape` $(n_s, S)$, `layers`, `Wy` $(n_y, 2 n_a)$ and `by` $(n_y, 1)$. The input of a word is its column of `E` on top of its column of
`E_shape`. Return the probabilities $(n_y, m, T_x)$; for each word of each example they add up to 1. What stands at padding is of no interest, but let it be
computed like the rest: from activations of 0.

<details><summary>Hint 1: one matrix for all steps</summary>

`Wy` meets the first axis of an array with three. `np.einsum("ya,amt->ymt", Wy, a)` says just that; a loop over the steps will do as well.

</details>
<details><summary>Hint 2: the bias</summary>

`by` is $(n_y, 1)$ and the scores are $(n_y, m, T_x)$. It needs one further axis to be added to each step: `by[:, :, np.newaxis]`.

</details>
"""


# %% exercise="tagger_forward"
def tagger_forward(tokens, shapes, mask, parameters):
    """Probabilities of the tags of each word: (n_y, m, T_x)."""
    ### BEGIN SOLUTION
    x = np.concatenate([embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])], axis=0)
    a = deep_forward(x, mask, parameters["layers"])
    scores = np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, np.newaxis]
    return softmax(scores)
    ### END SOLUTION


# %% check="tagger_forward"
check(tagger_forward)

# %% [markdown]
r"""
### From tags to names

A **span** is `[start, end, kind]`: the words from `start` to `end` $- 1$, counted from 0, as in a slice. A tag is `O`, or `B-` or `I-` with a kind: `PER` for a person, and in
other data `LOC` for a place, and so on.

* `B-KIND` always begins a span.
* `I-KIND` continues the span before it, if that is of the same kind and ends just there.
* An `I-KIND` that continues nothing (after `O`, after another kind, or at the beginning) is a slip of the tagger. We count it as the *beginning* of a span, as the
  usual evaluation script does.

| | | | | | | |
|---|---|---|---|---|---|---|
| words | Rose | Grace | May | left | for | Bath |
| tags | `B-PER` | `B-PER` | `I-PER` | `O` | `O` | `I-LOC` |

gives `[[0, 1, "PER"], [1, 3, "PER"], [5, 6, "LOC"]]`.
"""

# %% [markdown]
r"""
{exercise: tags_to_spans}

The spans that the tags of one sentence mark, from left to right.

`tags` is a list of text, such as `["B-PER", "I-PER", "O"]`; it may be empty. Return a list of `[start, end, kind]`; `kind` without `B-` or `I-`.

<details><summary>Hint 1: what to remember</summary>

While you go through the tags, remember whether a span is open, where it started, and of which kind it is.

</details>
<details><summary>Hint 2: two questions at each word</summary>

First: is a span open that this word does not continue? Then it ends here. Second: does a span begin here? Both can be true of one word.

</details>
<details><summary>Hint 3: the end of the sentence</summary>

A span may still be open after the last word. Go through the tags as if an `O` followed.

</details>
"""


# %% exercise="tags_to_spans"
def tags_to_spans(tags):
    """The spans [start, end, kind] that tags mark, from left to right."""
    ### BEGIN SOLUTION
    spans = []
    start, kind = None, None
    for t, tag in enumerate([*tags, "O"]):
        if kind is not None and tag != "I-" + kind:
            spans.append([start, t, kind])
            kind = None
        if kind is None and tag != "O":
            start, kind = t, tag[2:]
    return spans
    ### END SOLUTION


# %% check="tags_to_spans"
check(tags_to_spans)

# %% [markdown]
r"""
### How good is a tagger?

Most words are no names, so a tagger that always says `O` has most tags right. Count names instead:

$$
\text{precision} = \frac{\text{right}}{\text{found}}, \qquad
\text{recall} = \frac{\text{right}}{\text{there}}, \qquad
F_1 = \frac{2 \cdot \text{precision} \cdot \text{recall}}{\text{precision} + \text{recall}}
$$

A found span is right if the same sentence has just this span: start, end and kind. Half a name is wrong twice: a wrong one was found, and the right one was
missed. The counts run over all sentences together. **A share of nothing is 0** here: precision when nothing was found, recall when nothing is there, and
$F_1$ when nothing is right.
"""

# %% [markdown]
r"""
{exercise: span_scores}

Precision, recall and $F_1$.

`predicted` and `true` are lists with one item for each sentence; an item is the list of its spans `[start, end, kind]`, in any order, none of them twice. Return the three numbers.

<details><summary>Hint 1: the same span in another sentence</summary>

The first word may be a name in many sentences. Compare sentence by sentence, but add up the counts.

</details>
<details><summary>Hint 2: sets</summary>

Lists cannot be items of a set; tuples can. `len(one & other)` is how many items two sets share.

</details>
"""


# %% exercise="span_scores"
def span_scores(predicted, true):
    """Precision, recall and F1 of spans, counted over all sentences together."""
    ### BEGIN SOLUTION
    right = sum(len(set(map(tuple, p)) & set(map(tuple, q))) for p, q in zip(predicted, true, strict=True))
    found, there = sum(map(len, predicted)), sum(map(len, true))
    precision = right / found if found else 0.0
    recall = right / there if there else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return precision, recall, f1
    ### END SOLUTION


# %% check="span_scores"
check(span_scores)

# %% [markdown]
r"""
## 7 · One name, one class: many-to-one

Where is a name from? Now there is one answer for the whole sequence of letters. Which activations have read everything?

* of the forward chain, that of the **last** step; with padding, the last *real* step of each example, $T_x^{(i)}$;
* of the backward chain, that of the **first** step.

$$
\hat y^{(i)} = \operatorname{softmax}\left(W_y \left[\overrightarrow{a}^{(i)\langle T_x^{(i)} \rangle},\ \overleftarrow{a}^{(i)\langle 1 \rangle}\right] + b_y\right)
$$

At the last step, the backward activation has read a single letter. To take both from the last step is one of the most frequent slips with such networks, and it fails
quietly: the network still trains, on half of what it could know.
"""

# %% [markdown]
r"""
{exercise: classifier_forward}

The whole classifier: look up, go through the layers, read each direction where it has seen everything, predict.

Shapes: `tokens`, `mask` $(m, T_x)$; `parameters` has `E` $(n_e, V)$, `layers`, `Wy` $(n_y, 2 n_a)$ and `by` $(n_y, 1)$. Return $(n_y, m)$: for each example, probabilities that
add up to 1.

<details><summary>Hint 1: the two halves</summary>

The top layer shows $(2 n_a, m, T_x)$. Its first half along axis 0 is the forward chain.

</details>
<details><summary>Hint 2: another step for each example</summary>

`values[:, [0, 1, 2], [4, 1, 3]]` takes step 4 of example 0, step 1 of example 1 and step 3 of example 2. `np.arange(m)` gives the examples, the mask the steps.

</details>
"""


# %% exercise="classifier_forward"
def classifier_forward(tokens, mask, parameters):
    """Probabilities of the class of each whole sequence: (n_y, m)."""
    ### BEGIN SOLUTION
    a = deep_forward(embed(tokens, parameters["E"]), mask, parameters["layers"])
    n_a, m = a.shape[0] // 2, a.shape[1]
    last = mask.sum(axis=1) - 1
    read = np.concatenate([a[:n_a, np.arange(m), last], a[n_a:, :, 0]], axis=0)
    return softmax(parameters["Wy"] @ read + parameters["by"])
    ### END SOLUTION


# %% check="classifier_forward"
check(classifier_forward)

# %% [markdown]
r"""
## 8 · In PyTorch, and at work

`torch.nn.LSTM` does all of this with two arguments, `bidirectional=True` and `num_layers=2`. Shapes are batch first from here on:

| | yours | `torch.nn.LSTM` |
|---|---|---|
| a sequence | features first, $(n_x, m, T_x)$ | batch first, $(B, T, D)$, with `batch_first=True` |
| padding | a mask of 0 and 1 | lengths: `pack_padded_sequence` before, `pad_packed_sequence` after |
| output at padding | 0 | 0 |
| the two directions | forward on top of backward | forward, then backward, along the last axis |
| weights of layer 2, backward | `layers[1]["backward"]` | `weight_ih_l1_reverse`, … |
| what a classifier reads | last real forward step, first backward step | `h_n[-2]`, `h_n[-1]`: the final state of each chain |

First the proof that both compute the same, with random weights and a padded batch.
"""

# %% demo=true
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

TORCH_ORDER = ("u", "f", "c", "o")  # torch's i, f, g, o


def from_torch(lstm):
    """The layers of a bidirectional torch.nn.LSTM in your layout."""
    values = {name: value.detach().double().numpy() for name, value in lstm.named_parameters()}
    layers = []
    for depth in range(lstm.num_layers):
        layer = {}
        for side, suffix in (("forward", ""), ("backward", "_reverse")):
            place = f"l{depth}{suffix}"
            W = np.concatenate([values[f"weight_hh_{place}"], values[f"weight_ih_{place}"]], axis=1)
            b = (values[f"bias_ih_{place}"] + values[f"bias_hh_{place}"])[:, np.newaxis]
            layer[side] = {f"W{gate}": part for gate, part in zip(TORCH_ORDER, np.split(W, 4), strict=True)}
            layer[side] |= {f"b{gate}": part for gate, part in zip(TORCH_ORDER, np.split(b, 4), strict=True)}
        layers.append(layer)
    return layers


torch.manual_seed(0)
lengths = np.array([7, 2, 5])
mask = (np.arange(7) < lengths[:, np.newaxis]).astype(int)
x = rng.standard_normal((4, 3, 7))
stack = torch.nn.LSTM(4, 6, num_layers=2, bidirectional=True, batch_first=True, dtype=torch.float64)
packed = pack_padded_sequence(
    torch.from_numpy(x.transpose(1, 2, 0).copy()), lengths, batch_first=True, enforce_sorted=False
)
with torch.no_grad():
    output, (h_n, _) = stack(packed)
theirs = pad_packed_sequence(output, batch_first=True)[0].numpy().transpose(2, 0, 1)
yours = deep_forward(x, mask, from_torch(stack))
print(f"two bidirectional layers: largest difference {np.abs(theirs - yours).max():.1e}")
read = np.concatenate([yours[:6, np.arange(3), lengths - 1], yours[6:, :, 0]])
print(
    f"what a classifier reads:  largest difference {np.abs(torch.cat([h_n[-2], h_n[-1]], dim=1).numpy().T - read).max():.1e}"
)

# %% [markdown]
r"""
### A tagger of your own

Now train one. The sentences are generated: from templates (news, letters, chat, headlines and more), with names of persons from many countries, and with
ordinary words that are also names (*Rose*, *Mark*, *Winter*). Training, validation and test sentences share no template, no name of a person and no place, so names cannot be
learned by heart; and a capital letter proves nothing, since places, months and companies have one as well.

torch does the training, since it has the gradients ready. Sentences of the same length go into one batch, so that nothing is padded. Now and then a word is replaced by
`<UNK>`, so that the network learns to do without it. Two networks of the same kind are trained: one reads in both directions, the other from the left only. After each pass over the
data, both are tried on validation sentences, and the best state is kept. It takes ten to twenty seconds; the test sentences are not touched here.
"""

# %% demo=true
from seqlib.data import sentences as data

data_parts = data.split()
word_list = ["<PAD>", "<UNK>", *data.common_words()]
word_index = {word: index for index, word in enumerate(word_list)}
shape_index = {shape: index for index, shape in enumerate(data.SHAPES)}


def encode(sentences):
    """Words and shapes as numbers, and the mask; each (m, T_x)."""
    T_x = max(map(len, sentences))
    tokens, shapes, mask = (np.zeros((len(sentences), T_x), dtype=int) for _ in range(3))
    for i, words in enumerate(sentences):
        tokens[i, : len(words)] = [word_index.get(word.lower(), 1) for word in words]
        shapes[i, : len(words)] = [shape_index[shape] for shape in data.shapes_of(words)]
        mask[i, : len(words)] = 1
    return tokens, shapes, mask


def spans_from(y, mask):
    """The spans of the likeliest tags, for each sentence."""
    best = y.argmax(axis=0)
    return [
        tags_to_spans([data.TAGS[k] for k in row[real == 1]]) for row, real in zip(best, mask, strict=True)
    ]


for sentence in data_parts.train[:3]:
    print(" ".join(sentence.words))
    print("   ", [" ".join(sentence.words[start:end]) for start, end, _ in tags_to_spans(sentence.tags)])


# %% demo=true
class Labeller(torch.nn.Module):
    """Tables of columns, one recurrent layer, scores of the labels: for each step, or for the whole sequence."""

    def __init__(self, tables, labels, n_a=24, bidirectional=True, each_step=True):
        super().__init__()
        self.tables = torch.nn.ModuleList(torch.nn.Embedding(*size) for size in tables)
        n_x = sum(width for _, width in tables)
        self.lstm = torch.nn.LSTM(n_x, n_a, batch_first=True, bidirectional=bidirectional)
        self.output = torch.nn.Linear(2 * n_a if bidirectional else n_a, labels)
        self.each_step = each_step

    def forward(self, *indices):
        """Scores from sequences of one length, (B, T) each."""
        x = torch.cat([table(index) for table, index in zip(self.tables, indices, strict=True)], dim=2)
        h, (final, _) = self.lstm(x)
        return self.output(h if self.each_step else torch.cat([*final], dim=1))

    def by_hand(self):
        """The weights in your layout."""
        parameters = {
            "Wy": self.output.weight.detach().double().numpy(),
            "by": self.output.bias.detach().double().numpy()[:, np.newaxis],
        }
        for name, table in zip(("E", "E_shape"), self.tables, strict=False):
            parameters[name] = table.weight.detach().double().numpy().T
        return {**parameters, "layers": from_torch(self.lstm)} if self.lstm.bidirectional else parameters


def fit(model, indices, labels, lengths, passes, score, size=32):
    """Train on batches of one length; keep the state with the best score."""
    random = np.random.default_rng(0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    best = (-1.0, None)
    for number in range(1, passes + 1):
        batches = []
        for length in np.unique(lengths):
            rows = random.permutation(np.flatnonzero(lengths == length))
            batches += [(length, rows[k : k + size]) for k in range(0, len(rows), size)]
        for k in random.permutation(len(batches)):
            length, rows = batches[k]
            first, *others = (torch.from_numpy(index[rows, :length]) for index in indices)
            dropped = torch.rand(first.shape) < 0.2
            scores = model(torch.where(dropped, 1, first), *others)
            right = torch.from_numpy(labels[rows, :length] if model.each_step else labels[rows])
            loss = torch.nn.functional.cross_entropy(scores.flatten(0, -2), right.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found = score(model)
        print(f"  pass {number}: {found:.3f} on validation data")
        if found > best[0]:
            best = (found, {name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(best[1])
    return model


# %% demo=true
def scores_of(model, tokens, shapes, mask):
    """The scores of a torch model, (n_y, m, T_x), sentence by sentence length."""
    scores = np.zeros((len(data.TAGS), *mask.shape))
    lengths = mask.sum(axis=1)
    with torch.no_grad():
        for length in np.unique(lengths):
            rows = np.flatnonzero(lengths == length)
            out = model(torch.from_numpy(tokens[rows, :length]), torch.from_numpy(shapes[rows, :length]))
            scores[:, rows, :length] = out.numpy().transpose(2, 0, 1)
    return scores


def true_spans(part):
    return [tags_to_spans(sentence.tags) for sentence in part]


train_part, validation_part = data_parts.train[:8000], data_parts.validation[:400]
tokens, shapes, mask = encode([sentence.words for sentence in train_part])
labels = np.zeros_like(tokens)
for i, sentence in enumerate(train_part):
    labels[i, : len(sentence.tags)] = [data.TAGS.index(tag) for tag in sentence.tags]
validation = encode([sentence.words for sentence in validation_part])
wanted = true_spans(validation_part)


def validation_f1(model):
    return span_scores(spans_from(scores_of(model, *validation), validation[2]), wanted)[2]


threads = torch.get_num_threads()
torch.set_num_threads(1)  # batches this small gain nothing from more
trained = {}
for label, both in (("both directions", True), ("from the left only", False)):
    print(label)
    torch.manual_seed(1)
    tables = [(len(word_list), 16), (len(data.SHAPES), 4)]
    network = Labeller(tables, len(data.TAGS), bidirectional=both)
    trained[label] = fit(network, (tokens, shapes), labels, mask.sum(axis=1), 3, validation_f1)
torch.set_num_threads(threads)

# %% [markdown]
r"""
Its weights go into *your* `tagger_forward`, and your tagger reads test sentences: other templates, other names. Beside it stand two taggers without any network. One takes for a name every run
of words with a capital that is not the first of the sentence; the other knows the names of the training sentences by heart.
"""

# %% demo=true
test_part = data_parts.test[:400]
test = encode([sentence.words for sentence in test_part])
there = true_spans(test_part)
own = trained["both directions"].by_hand()
y_own = tagger_forward(*test, own)
print(
    f"your tagger and torch's: largest difference {np.abs(y_own - softmax(scores_of(trained['both directions'], *test)))[:, test[2] == 1].max():.1e}"
)

names_seen = {word for s in data_parts.train for word, tag in zip(s.words, s.tags, strict=True) if tag != "O"}


def by_rule(words, is_name):
    """The spans of a tagger that looks at one word at a time."""
    inside = [is_name(word, shape) for word, shape in zip(words, data.shapes_of(words), strict=True)]
    return tags_to_spans(["I-PER" if name else "O" for name in inside])


found = {
    "every capital": [by_rule(s.words, lambda _, shape: shape in ("Capital", "Initial")) for s in test_part],
    "names known by heart": [by_rule(s.words, lambda word, _: word in names_seen) for s in test_part],
    "from the left only": spans_from(scores_of(trained["from the left only"], *test), test[2]),
    "both directions": spans_from(y_own, test[2]),
}
f1 = {}
print(f"{'':<24}{'precision':>10}{'recall':>8}{'F1':>6}")
for label, spans in found.items():
    precision, recall, f1[label] = span_scores(spans, there)
    print(f"{label:<24}{precision:>10.2f}{recall:>8.2f}{f1[label]:>6.2f}")

# %% [markdown]
r"""
Knowing names by heart finds next to none of the new ones. Capitals find many, and take every place and company along. The network that reads from the left is better, and the one that sees
the whole sentence better still.

The course has a tagger of the same kind, larger (64 units in each direction) and trained on all 16,000 sentences, with three seeds. Its weights go into your function as well. On its card stand further look-ups, on
all 1500 test sentences. The last two of them know every name of the data, those of the test sentences included, which no honest tagger does.
"""

# %% demo=true
from seqlib import references

weights, card = references.load("tagger")
batch = references.as_labelled([(s.words, s.tags) for s in test_part], card)
y_reference = tagger_forward(batch.tokens, batch.shapes, batch.mask.astype(int), weights)
print("F1 on the 400 test sentences")
print(
    f"  the course's tagger, by your function              {span_scores(spans_from(y_reference, batch.mask), there)[2]:.2f}"
)
print(f"  your tagger                                        {f1['both directions']:.2f}")
print("F1 on all test sentences, from the card")
spread = card["metrics"]["test"]["span_f1"]
print(
    f"  the course's tagger, {len(card['runs'])} seeds                       {spread['mean']:.2f} ± {spread['standard_deviation']:.2f}"
)
for label, scores in card["baselines"].items():
    print(f"  {label:<50} {scores['test']['span_f1']:.2f}")

# %% [markdown]
r"""
Where do the two networks of this notebook differ? A name in a filled box is right; a word struck out in an empty box is no name; a dashed line is under a name that was missed. These are test
sentences in which reading from the left goes wrong and reading both ways does not:
"""

# %% demo=true
told_apart = [
    i
    for i, right in enumerate(there)
    if right == found["both directions"][i] != found["from the left only"][i] and len(test_part[i].words) < 22
][:4]
chosen = [test_part[i] for i in told_apart]
print("from the left only")
plots.tagged(
    [s.words for s in chosen],
    [found["from the left only"][i] for i in told_apart],
    [there[i] for i in told_apart],
)

# %% demo=true
print("both directions")
plots.tagged(
    [s.words for s in chosen],
    [found["both directions"][i] for i in told_apart],
    [there[i] for i in told_apart],
)

# %% [markdown]
r"""
### A sentence of your own

Type one and press Enter. The first two below are those from the beginning: the same words up to *Ashford*, a name that is in no vocabulary, and what follows decides. The training sentences are of a few kinds
only, so you will soon find something that fools it: a month that is a person, a construction that it has never seen. Change what *follows* a name, and see whether its tag changes.
"""

# %% demo=true
import re


def split_words(text):
    """A text as words and marks, as the training sentences have them."""
    return re.findall(r"[A-Za-z]\.(?=\s)|'s\b|[\w-]+|[^\w\s]", text)


def names_in(words):
    """The spans of names that your tagger finds."""
    tokens, shapes, mask = encode([words])
    return spans_from(tagger_forward(tokens, shapes, mask, own), mask)[0]


widgets.your_sentence(
    names_in,
    split_words,
    [
        "Yesterday Ashford Steel lost its case.",
        "Yesterday Ashford lost his case.",
        "Mr Ashford and Priya Ashford work for Ashford Press.",
        "The letter from May came in May.",
    ],
)

# %% [markdown]
r"""
### The price of answering early

Your `lookahead_forward` with the trained weights: the same network, allowed to wait for 0, 1, 2 … words. The level lines are the network that was trained to read from the left, and the one that sees
everything.
"""


# %% demo=true
def tagger_that_waits(tokens, shapes, mask, parameters, ahead):
    """The tagger with its layer cut to a few steps ahead."""
    read = np.vstack([embed(tokens, parameters["E"]), embed(shapes, parameters["E_shape"])])
    a = lookahead_forward(read, mask, parameters["layers"][0], ahead)
    return softmax(np.einsum("ya,amt->ymt", parameters["Wy"], a) + parameters["by"][:, :, np.newaxis])


waits = [0, 1, 2, 3, 5, 8]
by_wait = [
    span_scores(spans_from(tagger_that_waits(*test, own, ahead), test[2]), there)[2] for ahead in waits
]
plots.score_by_lookahead(
    waits, by_wait, {label: f1[label] for label in ("both directions", "from the left only")}
)

# %% [markdown]
r"""
The first words that are waited for bring the most, and after a few of them hardly anything is gained: for names, what tells stands near. So a live system need not wait for the end of
the sentence.

At $k = 0$ nothing is waited for, and still the network is a little better here than the one that was trained to read from the left. That is no gift of the
backward LSTM: it has read one word, which in training it saw only at the end of a sentence. They are two networks, each trained once, and one of them
has twice as many units. A network for such use is better trained in the way it is used.
"""

# %% [markdown]
r"""
### Where is a name from?

The same network, many-to-one: names of twelve countries, in lower case and without accents (a single ğ would give the answer away), letter by letter. Names that occur in several of the countries
are left out. A country is written with its two letters: HR is Croatia, ID Indonesia, SK Slovakia, ZA South Africa (its Zulu names). Two baselines: always the most frequent country, and the country in which the name's last two letters are most frequent.
"""

# %% demo=true
from collections import Counter, defaultdict

from seqlib.data import origins

name_parts = origins.split()
letters = ["<PAD>", "<UNK>", *sorted({letter for example in name_parts.train for letter in example.name})]
letter_index = {letter: index for index, letter in enumerate(letters)}
countries = [locale.split("_")[1] for locale in origins.LOCALES]


def encode_names(texts):
    """Letters as numbers, and the mask; each (m, T_x)."""
    T_x = max(map(len, texts))
    tokens, mask = (np.zeros((len(texts), T_x), dtype=int) for _ in range(2))
    for i, name in enumerate(texts):
        tokens[i, : len(name)] = [letter_index.get(letter, 1) for letter in name]
        mask[i, : len(name)] = 1
    return tokens, mask


def with_answers(part):
    tokens, mask = encode_names([example.name for example in part])
    return tokens, mask, np.array([origins.LOCALES.index(example.locale) for example in part])


name_train, name_validation, name_test = (with_answers(part) for part in name_parts)


def accuracy(model, part=name_validation):
    tokens, mask, answers = part
    return float((classifier_forward(tokens, mask, model.by_hand()).argmax(axis=0) == answers).mean())


torch.set_num_threads(1)
torch.manual_seed(0)
of_names = Labeller([(len(letters), 12)], len(countries), n_a=32, each_step=False)
fit(of_names, (name_train[0],), name_train[2], name_train[1].sum(axis=1), 5, accuracy)
torch.set_num_threads(threads)

by_ending = defaultdict(Counter)
for example in name_parts.train:
    by_ending[example.name[-2:]][example.locale] += 1
most_frequent = Counter(example.locale for example in name_parts.train).most_common(1)[0][0]
endings = [
    by_ending[example.name[-2:]].most_common(1)[0][0] if example.name[-2:] in by_ending else most_frequent
    for example in name_parts.test
]
print("accuracy on test names")
print(
    f"  most frequent country  {np.mean([example.locale == most_frequent for example in name_parts.test]):.2f}"
)
print(
    f"  last two letters       {np.mean([e.locale == guess for e, guess in zip(name_parts.test, endings, strict=True)]):.2f}"
)
print(f"  your classifier        {accuracy(of_names, name_test):.2f}")

# %% [markdown]
r"""
The course's classifier has two layers on top of each other. Its weights, in your function:
"""

# %% demo=true
origin_weights, origin_card = references.load("origin")
names_read = references.as_labelled([(tuple(e.name), (e.locale,)) for e in name_parts.test], origin_card)
chances_reference = classifier_forward(names_read.tokens, names_read.mask.astype(int), origin_weights)
answers_reference = [origin_card["labels"][k] for k in chances_reference.argmax(axis=0)]
share = np.mean([guess == e.locale for guess, e in zip(answers_reference, name_parts.test, strict=True)])
print(f"accuracy on test names: {share:.2f}")
print("from its card:")
for label, scores in origin_card["baselines"].items():
    print(f"  {label:<40} {scores['test']['accuracy']:.2f}")

# %% [markdown]
r"""
Both networks are far ahead of a bag of letters, which does not know the order. But look at the last line of the card: naive Bayes, which only counts runs of up to a few
letters, does better than either network, the course's with its two layers among them. So for this task one would take the counting. With some ten thousand names, a
network has little to learn from; a simple baseline is always worth its hour.

Here is what *your* classifier thinks of ten test names:
"""

# %% demo=true
some = np.random.default_rng(4).choice(len(name_parts.test), 10, replace=False)
chances = classifier_forward(name_test[0][some], name_test[1][some], of_names.by_hand())
plots.class_probabilities(
    [name_parts.test[i].name for i in some], countries, chances, true=name_test[2][some]
)

# %% [markdown]
r"""
Most short names say little, and the network knows it: its probabilities are spread. *mth-* at the beginning, or a *van* that stands by itself, settles the matter. Keep in mind what is measured here: in which country's list a name
stands. Where a person is from is something that a name does not tell.
"""

# %% [markdown]
r"""
## 9 · What you have built

* An LSTM layer that knows its padding: a masked step changes nothing.
* A bidirectional layer, from two passes of it; layers on layers; a compromise for those who cannot wait.
* A tagger, many-to-many, and a classifier, many-to-one, each read where the activations have seen what they need.
* The score of a tagger: names, not words; exact spans; counted over everything.
* The same in PyTorch, number for number.

**What comes next.** `part-1-quiz` asks ten questions on the ideas of this part. After it come embeddings: here the columns of $E$ were trained for one task, there they are learned once,
from plain text, for all tasks. And in part 3 a bidirectional network reads, and another one writes.
"""

# %% demo=true
from autograder.progress import progress

progress()
