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
# 13 · Sequence to sequence: one network reads, another writes

*mardi 5 mars 2024*, *2024년 3월 5일 화요일*, *Tuesday, March 5, 2024*: people write dates in many ways, computers want `2024-03-05`. Input and output are sequences of different lengths, and no character of the one stands in the place of a character of the other. In this notebook
you build two networks that do it together. An **encoder** reads the input into one vector. A **decoder** writes the output from that vector. You train them by hand, and you find out where this beautiful idea breaks.

| | |
|---|---|
| **You need** | the LSTM forward and backward (`04-lstm`), embeddings as a look-up (`09-word-vectors`), masks and Adam (`06-language-model`) |
| **You build** | twelve functions: encoder, decoder, loss, all gradients, greedy decoding, a measure |
| **Time** | about 4 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | better search (`14-beam-search`), and a decoder that looks back at the input (`15-attention`) |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture notes 000 or 003, it means those of the course that this package belongs to. You do not need them.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib import references
from seqlib.data import dates
from seqlib.mine import (
    gradient_error,
    look_up_backward,
    lstm_backward,
    lstm_gates,
    numeric_gradient,
    optimisation_step,
    pad_batch,
)
from seqlib.plots import seq2seq as plots
from seqlib.text import Vocabulary
from seqlib.widgets.seq2seq import your_dates

# %% [markdown]
r"""
From `seqlib.mine` come functions of earlier notebooks: yours where they have passed on this computer, the course's where not. They are explained again where you need them.

**Notation.** A batch has $m$ inputs: `tokens` $(m, T_x)$, whole numbers, and `mask` $(m, T_x)$, `True` where a token stands; padding is last. Targets are `targets` $(m, T_y)$ with a mask of their own. All other arrays have their features first, and examples in their columns: activations are $(n_a, m)$.

## 1 · Two lengths

The sequences that you have met so far were labelled step by step, or had one label as a whole, or were continued. Here an input of $T_x$ tokens has an output of $T_y$ other tokens. Lecture notes 000 and 003 call this *many-to-many* with unequal lengths: translation, summaries, answers to questions.

What we want is the probability of an output $y$ *given* an input $x$. By the chain rule it is a product, one factor a token, exactly as in a language model:

$$
P(y \mid x) = \prod_{t=1}^{T_y} P\left(y^{\langle t \rangle} \mid y^{\langle 1 \rangle}, \dots, y^{\langle t-1 \rangle},\, x\right)
$$

So the decoder *is* a language model, of dates, that also knows the input: a *conditional* language model. It knows it by way of one vector, the **context**, which is the encoder's activation after the last token of the input. The decoder's LSTM begins with the context as its activation, where a language model would begin with zero; and each of its steps reads the context once more, beside the token before, so that the decoder need not carry it along. This is the model of Cho et al. (2014). That of Sutskever, Vinyals and Le (2014) has the first of the two arrows only.
"""

# %% demo=true
plots.unrolled(list("5 may 2024"), [*"2024-05-05", "<EOS>"])

# %% [markdown]
r"""
Nothing else connects the two rows. All that the decoder will ever know about the input is in the $n_a$ numbers on the orange arrows, the same numbers on each. Remember them.

**The task.** Inputs hold one to four dates in one of 16 locales, in the words of that language and in lower case throughout; the output has the same dates, in the same order. The examples below are held out: no date among them is in the training data.
"""

# %% demo=true
parts = dates.split()
for example in parts.test[4:64:7]:
    print(f"{example.locale}  {example.source}\n{'':<7}{example.target}")

# %% [markdown]
r"""
Tokens are characters. There are three special ones: `<PAD>` fills up, `<SOS>` (*start of sequence*) is what the decoder reads first, `<EOS>` (*end of sequence*) is what it writes last. Without `<EOS>` it would not know when to stop: nobody tells it how many dates there are.
"""

# %% demo=true
PAD, UNK, SOS, EOS = "<PAD>", "<UNK>", "<SOS>", "<EOS>"
source_vocabulary = Vocabulary.of([example.source for example in parts.train], specials=(PAD, UNK))
target_vocabulary = Vocabulary.of([example.target for example in parts.train], specials=(PAD, SOS, EOS))
sos, eos = target_vocabulary.index[SOS], target_vocabulary.index[EOS]


def batch_of(sources, targets):
    """Tokens, mask, targets and their mask of some pairs of texts."""
    tokens, mask = pad_batch([source_vocabulary.encode(text) for text in sources], 0)
    y, y_mask = pad_batch([target_vocabulary.encode(text, end=True) for text in targets], 0)
    return tokens, mask, y, y_mask


# %% demo=true
print(len(source_vocabulary), "tokens in inputs,", len(target_vocabulary), "in targets")
tokens, mask, y, y_mask = batch_of(["5 mars 2024", "2024년 3월 5일"], ["2024-03-05", "2024-03-05"])
print(tokens, mask.astype(int), y, sep="\n")

# %% [markdown]
r"""
## 2 · The encoder

The parameters of the whole model are a dict with four entries: the embeddings `E_x` $(n_e, V_x)$ of input tokens and `E_y` $(n_e, V_y)$ of target tokens, and two LSTMs, `encoder` and `decoder`. Each LSTM is a dict with the weights of `04-lstm`: `Wf`, `Wu`, `Wc`, `Wo` on the stack $[a, x]$, and `bf`, `bu`, `bc`, `bo` $(n_a, 1)$. The encoder's input $x$ is an embedding, so its matrices are $(n_a, n_a + n_e)$. The decoder's is an embedding with the context below it, so its matrices are $(n_a, n_a + n_e + n_a)$. The decoder also has a softmax layer: `Wy` $(V_y, n_a)$ and `by` $(V_y, 1)$.

The encoder predicts nothing. So it needs the loop of `04-lstm` without its softmax:

$$
c^{\langle t \rangle} = \Gamma_f \odot c^{\langle t-1 \rangle} + \Gamma_u \odot \tilde c^{\langle t \rangle}
\qquad
a^{\langle t \rangle} = \Gamma_o \odot \tanh c^{\langle t \rangle}
$$

> **A correction to lecture note 003.** It has $(1 - \Gamma_f)$ where $\Gamma_f$ stands here. $\Gamma_f$ is the part of the old memory that is kept, as in note 002.
"""

# %% [markdown]
r"""
{exercise: lstm_states}

Run an LSTM over `x` $(n_x, m, T_x)$ from the activation `a0` $(n_a, m)$ and an empty memory. Return all activations $(n_a, m, T_x)$, and what the way back will need: `caches = (cells, x)`, where `cells` is a list with one tuple for each step,

`(a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters)`

This is what `lstm_backward` of `04-lstm` expects, and so you will not write that one again.

From `04-lstm` you have `lstm_gates(xt, a_prev, parameters)`: forget gate, update gate, candidate, output gate, each $(n_a, m)$.

<details><summary>Hint 1: before and after</summary>

The cache wants the state before the step and the state after it. Keep the old ones under other names before you overwrite them.

</details>
<details><summary>Hint 2: the last axis</summary>

`np.stack(list_of_activations, axis=2)` puts the steps on the last axis.

</details>
"""


# %% exercise="lstm_states"
def lstm_states(x, a0, parameters):
    """The activations of an LSTM over a sequence, from an empty memory, and the caches for the way back."""
    ### BEGIN SOLUTION
    a_next, c_next = a0, np.zeros_like(a0)
    activations, cells = [], []
    for t in range(x.shape[2]):
        a_prev, c_prev, xt = a_next, c_next, x[:, :, t]
        ft, ut, cct, ot = lstm_gates(xt, a_prev, parameters)
        c_next = ft * c_prev + ut * cct
        a_next = ot * np.tanh(c_next)
        activations.append(a_next)
        cells.append((a_next, c_next, a_prev, c_prev, ft, ut, cct, ot, xt, parameters))
    return np.stack(activations, axis=2), (cells, x)
    ### END SOLUTION


# %% check="lstm_states"
check(lstm_states)

# %% [markdown]
r"""
### One vector for an input

The context is the activation after the *last token* of each input. Inputs of a batch have different lengths, so that is another step for each: after $n$ tokens, step $n - 1$, counted from 0. What the LSTM does behind that, on padding, nobody looks at. Padding at the end therefore changes nothing, and needs no care inside the loop.
"""

# %% [markdown]
r"""
{exercise: encoder_context}

Look the tokens up in `parameters["E_x"]`, run `parameters["encoder"]` over them from a zero activation, and pick each input's activation at its last token: $(n_a, m)$.

<details><summary>Hint 1: look up</summary>

`E_x[:, tokens]` is $(n_e, m, T_x)$: an axis of `tokens` for an axis of the result.

</details>
<details><summary>Hint 2: another step for each example</summary>

Two arrays of indices side by side are taken in pairs: `z[np.array([0, 1]), np.array([5, 3])]` is `z[0, 5]` and `z[1, 3]`. Here one of them numbers the examples, and the other has each one's step.

</details>
<details><summary>Hint 3: faster training</summary>

`np.zeros((n_a, m), dtype)` with the dtype of the weights keeps numbers of 32 bits what they are. Training below uses them, because they take half the time.

</details>
"""


# %% exercise="encoder_context"
def encoder_context(tokens, mask, parameters):
    """Read each input with the encoder, and keep the activation at its last token: (n_a, m)."""
    ### BEGIN SOLUTION
    encoder, m = parameters["encoder"], len(tokens)
    a0 = np.zeros((len(encoder["bf"]), m), encoder["bf"].dtype)
    a, _ = lstm_states(parameters["E_x"][:, tokens], a0, encoder)
    last = mask.sum(axis=1) - 1
    return a[:, np.arange(m), last]
    ### END SOLUTION


# %% check="encoder_context"
check(encoder_context)

# %% [markdown]
r"""
An encoder need not read text. Take the last layer of a network that looks at pictures, before its softmax, as the context, and let a decoder write words from it: that is image captioning, as note 003 has it (*Show and tell*, Vinyals et al. 2015). The decoder below would not know the difference.

## 3 · One step of the decoder

The decoder reads the embedding of the token before and, below it, the context:

$$
x^{\langle t \rangle} = \begin{bmatrix} E_y[:, \text{token before}] \\ \text{context} \end{bmatrix} \qquad (n_e + n_a,\ m)
$$

It updates its state, and gives each token of the vocabulary a probability. The probability of a whole output is a product of many, and such a product may be too small a number for a computer. If every factor is $1/15$, it is stored as 0 from the 39th factor on in 32 bits, with which you will train, and from the 276th on in 64 bits; four dates have 44 tokens. So we keep *logarithms*, which add up:

$$
\log P(y \mid x) = \sum_t \log P\left(y^{\langle t \rangle} \mid \dots\right)
\qquad
\log \hat y_k = \log \frac{e^{z_k}}{\sum_j e^{z_j}} = z_k - \log \sum_j e^{z_j}
$$

The right-hand form never takes the logarithm of a probability. This matters: a probability below about $10^{-324}$ is stored as 0 (in 32 bits below about $10^{-45}$), and $\log 0 = -\infty$. One thing is left: $e^{z_j}$ is infinite from $z_j \approx 710$ on (in 32 bits from 89 on). Subtracting the same number from all scores of a column does not change the result, so subtract the largest.
"""

# %% [markdown]
r"""
{exercise: log_softmax}

Log-probabilities in nats, of the shape of `z`. Axis 0 is the tokens; `z` may have one or two axes more, $(V_y, m)$ or $(V_y, m, T_y)$, and your code should not care.

<details><summary>Hint</summary>

`z.max(axis=0)` has one axis less, and still fits when it is subtracted from `z`, because axis 0 is the first.

</details>
"""


# %% exercise="log_softmax"
def log_softmax(z):
    """Logarithms of the softmax's probabilities over axis 0, finite also where a probability is not."""
    ### BEGIN SOLUTION
    shifted = z - z.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))
    ### END SOLUTION


# %% check="log_softmax"
check(log_softmax)

# %% [markdown]
r"""
{exercise: decoder_step}

One step, for all $m$ examples: `tokens` $(m,)$ are the tokens before, `context` $(n_a, m)$ what the encoder gave, `a_prev` and `c_prev` $(n_a, m)$ the state. Return the new activation, the new memory, and the log-probabilities $(V_y, m)$ of the next token. The decoder's LSTM and its softmax layer are in `parameters["decoder"]`.

<details><summary>Hint</summary>

`np.concatenate` joins the two parts of $x$ along axis 0. What follows is one turn of the loop in `lstm_states`. The softmax layer reads the activation *after* that turn.

</details>
"""


# %% exercise="decoder_step"
def decoder_step(tokens, context, a_prev, c_prev, parameters):
    """One step of the decoder: the new activation and memory, and log-probabilities (V_y, m) of the next token."""
    ### BEGIN SOLUTION
    decoder = parameters["decoder"]
    x = np.concatenate([parameters["E_y"][:, tokens], context])
    ft, ut, cct, ot = lstm_gates(x, a_prev, decoder)
    c_next = ft * c_prev + ut * cct
    a_next = ot * np.tanh(c_next)
    return a_next, c_next, log_softmax(decoder["Wy"] @ a_next + decoder["by"])
    ### END SOLUTION


# %% check="decoder_step"
check(decoder_step)

# %% [markdown]
r"""
## 4 · Training feeds the truth

Which token before? When the model translates on its own, there is only the one that it has just written. In training there is another choice: the *true* one. If step $t$ is fed the true $y^{\langle t-1 \rangle}$, each step learns to continue a right beginning, whatever the steps before it would have said. This is called **teacher forcing**. At the beginning of training, when nearly everything the model writes is wrong, it is the difference between learning and not learning.

> **A correction to lecture note 000.** Its words say that the first *prediction* is fed to the second step; its formulas have $y^{\langle 1 \rangle}$, which is right: in training, the true token is fed.
"""

# %% [markdown]
r"""
{exercise: teacher_forcing}

From `targets` $(m, T_y)$ make what the decoder is fed, $(m, T_y)$: `sos` at the first step, then at each step the target of the step before. Make a new array; `targets` stays as it was.

<details><summary>Hint</summary>

Everything moves one step to the right. The last target is fed to nobody.

</details>
"""


# %% exercise="teacher_forcing"
def teacher_forcing(targets, sos):
    """The true token before each token that is to be predicted."""
    ### BEGIN SOLUTION
    before = np.full_like(targets, sos)
    before[:, 1:] = targets[:, :-1]
    return before
    ### END SOLUTION


# %% check="teacher_forcing"
check(teacher_forcing)

# %% demo=true
for row in teacher_forcing(y, sos):
    print(" ".join(target_vocabulary.tokens[i] for i in row))

# %% [markdown]
r"""
{exercise: decoder_forward}

The decoder over all $T_y$ steps, fed the true tokens: log-probabilities $(V_y, m, T_y)$. The first activation is `context` $(n_a, m)$, the first memory is zero, and every step reads the context.

<details><summary>Hint</summary>

Loop over the columns of `teacher_forcing(targets, sos)`, and pass the state from step to step.

</details>
"""


# %% exercise="decoder_forward"
def decoder_forward(targets, context, parameters, sos):
    """Log-probabilities (V_y, m, T_y) of every step, the true tokens fed."""
    ### BEGIN SOLUTION
    before = teacher_forcing(targets, sos)
    a, c = context, np.zeros_like(context)
    steps = []
    for t in range(targets.shape[1]):
        a, c, log_y = decoder_step(before[:, t], context, a, c, parameters)
        steps.append(log_y)
    return np.stack(steps, axis=2)
    ### END SOLUTION


# %% check="decoder_forward"
check(decoder_forward)

# %% [markdown]
r"""
### The loss

The loss is the cross-entropy of the true tokens, as a mean over the $N$ real tokens of the batch, `<EOS>` among them:

$$
L = -\frac{1}{N} \sum_{i=1}^{m} \left( \sum_{t=1}^{T_y^{(i)}} \log \hat y^{\langle t \rangle (i)}_{\text{true}} \right)
\qquad N = \sum_i T_y^{(i)}
$$

Note what is *not* there. Padding adds nothing to the sum, and is not counted in $N$. And there is no $\log(1 - \hat y)$: one token of $V_y$ is right, and the softmax pushes the others down by itself. (Lecture note 002 has that term, and lacks the brackets around its sum, so that the minus sign would hold for one half only.)
"""

# %% [markdown]
r"""
{exercise: translation_loss}

`log_y` $(V_y, m, T_y)$, `targets` and `mask` $(m, T_y)$. Return a number, in nats a token.

<details><summary>Hint: one entry of each column</summary>

`log_y[targets, rows, steps]` picks the true token's entry, with `rows = np.arange(m)[:, np.newaxis]` and `steps = np.arange(T_y)`. Or `np.take_along_axis(log_y, targets[np.newaxis], axis=0)`, which keeps a first axis of length 1.

</details>
"""


# %% exercise="translation_loss"
def translation_loss(log_y, targets, mask):
    """The mean cross-entropy of the real target tokens, in nats."""
    ### BEGIN SOLUTION
    chosen = np.take_along_axis(log_y, targets[np.newaxis], axis=0)[0]
    return -(chosen * mask).sum() / mask.sum()
    ### END SOLUTION


# %% check="translation_loss"
check(translation_loss)

# %% [markdown]
r"""
A model that knows nothing gives every token $1/V_y$, and has the loss $\log V_y$. With 15 tokens that is 2.71 nats.

## 5 · The way back

The gradient walks the orange arrows backwards: from the loss through the decoder's steps to the context, and from there through the encoder's steps to the first character of the input. You have `lstm_backward` already. What is new are the joints.

### From the loss to the activations

All steps share one softmax layer. At its scores, the gradient is what it always is with a softmax and a cross-entropy, here with the factor of the mean, and zero at padding:

$$
dz^{\langle t \rangle} = \frac{\hat y^{\langle t \rangle} - y^{\langle t \rangle}}{N} \ \text{ where the mask is True, else } 0
$$

with $y$ one-hot. And as every step uses the same $W_y$ and $b_y$, their gradients are *sums*, over steps as well as examples:

$$
dW_y = \sum_{t} dz^{\langle t \rangle} \left(a^{\langle t \rangle}\right)^T
\qquad
db_y = \sum_{t} \sum_i dz^{\langle t \rangle (i)}
\qquad
da^{\langle t \rangle} = W_y^T\, dz^{\langle t \rangle}
$$
"""

# %% [markdown]
r"""
{exercise: output_layer_gradients}

Return a dict with `dWy` $(V_y, n_a)$, `dby` $(V_y, 1)$ and `da` $(n_a, m, T_y)$. `a` $(n_a, m, T_y)$ are the activations that the layer has read, `Wy` its weights.

<details><summary>Hint 1: one-hot</summary>

`np.eye(V_y)[targets]` is $(m, T_y, V_y)$; `np.moveaxis(…, -1, 0)` brings its last axis to the front.

</details>
<details><summary>Hint 2: sums over two axes</summary>

`np.einsum("vmt,amt->va", dz, a)` multiplies and sums over examples and steps. `np.tensordot(dz, a, axes=((1, 2), (1, 2)))` does the same, faster. A loop over the steps is fine, too.

</details>
"""


# %% exercise="output_layer_gradients"
def output_layer_gradients(log_y, targets, mask, a, Wy):
    """From the mean loss back through the softmax layer that all steps share: dWy, dby, da."""
    ### BEGIN SOLUTION
    y = np.moveaxis(np.eye(log_y.shape[0])[targets], -1, 0)
    dz = (np.exp(log_y) - y) * mask / mask.sum()
    return {
        "dWy": np.tensordot(dz, a, axes=((1, 2), (1, 2))),
        "dby": dz.sum(axis=(1, 2))[:, np.newaxis],
        "da": np.tensordot(Wy.T, dz, axes=1),
    }
    ### END SOLUTION


# %% check="output_layer_gradients"
check(output_layer_gradients)

# %% [markdown]
r"""
### Through the decoder

Here teacher forcing has a second gift. If the tokens that are fed are known beforehand, the decoder is nothing but an LSTM over a sequence, with `E_y[:, before]` and the context below it as its inputs $(n_e + n_a, m, T_y)$, and the context as `a0`. So `lstm_states` runs it and keeps the caches, and `lstm_backward` walks it back. Of what comes out,

* `da0` is the gradient at the first activation, and the last $n_a$ rows of `dx`, $(n_a, m, T_y)$, are those at what each step read: all of them at the same **context**. Where one array is used many times, its gradients add up, as those of $W_y$ do:

$$
d\,\text{context} = da^{\langle 0 \rangle} + \sum_{t} dx^{\langle t \rangle}_{n_e:}
$$

  This is all that the encoder will hear of the loss.
* The first $n_e$ rows of `dx` are the gradient at the vectors that were looked up: of the tokens *fed*, not of those predicted. A token that was fed many times gets the sum.
"""

# %% [markdown]
r"""
{exercise: decoder_gradients}

Return the loss, and a dict with `dcontext` $(n_a, m)$, `dE_y` $(n_e, V_y)$, the decoder's `dWf`, `dbf`, `dWu`, `dbu`, `dWc`, `dbc`, `dWo`, `dbo`, and `dWy`, `dby`. (Further entries do no harm.)

* `lstm_backward(da, caches)` of `04-lstm` takes `da` $(n_a, m, T)$, and gives a dict with `dx`, `da0`, `dWf`, `dbf`, …
* `look_up_backward(de, indices, V)` of `09-word-vectors` takes gradients `de` $(n_e, k)$ at $k$ looked-up vectors and their tokens `indices` $(k,)$, and gives $dE$ $(n_e, V)$.

<details><summary>Hint 1: the order</summary>

Forward: `before`, the inputs of all steps, then `lstm_states`, then the scores $W_y\, a + b_y$ of all steps, then `log_softmax`. Backward: `output_layer_gradients`, `lstm_backward`, `look_up_backward`.

</details>
<details><summary>Hint 2: all scores at once</summary>

`np.tensordot(Wy, a, axes=1)` is $(V_y, m, T_y)$. The bias needs one axis more: `by[:, :, np.newaxis]`.

</details>
<details><summary>Hint 3: the same context at every step</summary>

`np.repeat(context[:, :, np.newaxis], T_y, axis=2)` is $(n_a, m, T_y)$.

</details>
<details><summary>Hint 4: examples and steps as one axis</summary>

`dx[:n_e].reshape(n_e, m * T_y)` runs through the steps of the first example, then of the second; so does `before.ravel()`.

</details>
"""


# %% exercise="decoder_gradients"
def decoder_gradients(targets, mask, context, parameters, sos):
    """The mean loss of a batch, and its gradients by the context, by E_y and by all the decoder's weights."""
    ### BEGIN SOLUTION
    E_y, decoder = parameters["E_y"], parameters["decoder"]
    n_e = len(E_y)
    before = teacher_forcing(targets, sos)
    contexts = np.repeat(context[:, :, np.newaxis], before.shape[1], axis=2)
    a, caches = lstm_states(np.concatenate([E_y[:, before], contexts]), context, decoder)
    log_y = log_softmax(np.tensordot(decoder["Wy"], a, axes=1) + decoder["by"][:, :, np.newaxis])
    output = output_layer_gradients(log_y, targets, mask, a, decoder["Wy"])
    inner = lstm_backward(output["da"], caches)
    dcontext = inner["da0"] + inner["dx"][n_e:].sum(axis=2)
    dE_y = look_up_backward(inner["dx"][:n_e].reshape(n_e, before.size), before.ravel(), E_y.shape[1])
    gradients = {**inner, **output, "dE_y": dE_y, "dcontext": dcontext}
    return translation_loss(log_y, targets, mask), gradients
    ### END SOLUTION


# %% check="decoder_gradients"
check(decoder_gradients)

# %% [markdown]
r"""
### Through the encoder

The loss knows the encoder by its context alone, and the context was read at one step of each input: its last token. So $da$ is `dcontext` at that step, and zero at all others. `lstm_backward` carries it to the steps before. Padding comes after the last token, so nothing flows into it: its $dx$ is zero by itself.
"""

# %% [markdown]
r"""
{exercise: encoder_gradients}

Return a dict with `dE_x` $(n_e, V_x)$, `dWf`, `dbf`, …, `dbo`. You are given no caches, so run the encoder once more.

<details><summary>Hint</summary>

The index that reads the context from `a` also writes `dcontext` into an array of zeros.

</details>
"""


# %% exercise="encoder_gradients"
def encoder_gradients(dcontext, tokens, mask, parameters):
    """From the gradient at the contexts back through the encoder, into its weights and E_x."""
    ### BEGIN SOLUTION
    E_x = parameters["E_x"]
    a, caches = lstm_states(E_x[:, tokens], np.zeros_like(dcontext), parameters["encoder"])
    da = np.zeros_like(a)
    da[:, np.arange(len(tokens)), mask.sum(axis=1) - 1] = dcontext
    inner = lstm_backward(da, caches)
    dE_x = look_up_backward(inner["dx"].reshape(len(E_x), tokens.size), tokens.ravel(), E_x.shape[1])
    return {**inner, "dE_x": dE_x}
    ### END SOLUTION


# %% check="encoder_gradients"
check(encoder_gradients)

# %% [markdown]
r"""
As always, look for yourself. The whole model, from the loss to the first character, against central differences; the relative error should be far below $10^{-6}$. `flat` gives every array of the model a name of its own, `encoder.Wf` and so on; `nested` is the reverse. Adam will need them too.
"""


# %% setup=true
def random_lstm(rng, n_a, n_x):
    """Random weights; the forget gate begins open, so that memories last."""
    weights = {f"W{gate}": rng.normal(0, 1 / np.sqrt(n_a + n_x), (n_a, n_a + n_x)) for gate in "fuco"}
    return weights | {f"b{gate}": np.full((n_a, 1), float(gate == "f")) for gate in "fuco"}


def random_model(rng, n_e, n_a, V_x, V_y):
    """Random parameters of an encoder and a decoder."""
    decoder = random_lstm(rng, n_a, n_e + n_a)
    decoder |= {"Wy": rng.normal(0, 1 / np.sqrt(n_a), (V_y, n_a)), "by": np.zeros((V_y, 1))}
    embeddings = {"E_x": rng.normal(size=(n_e, V_x)), "E_y": rng.normal(size=(n_e, V_y))}
    return {**embeddings, "encoder": random_lstm(rng, n_a, n_e), "decoder": decoder}


def flat(parameters):
    """All arrays of a model in one dict: E_x, E_y, encoder.Wf and so on."""
    arrays = {}
    for name, value in parameters.items():
        inner = value if isinstance(value, dict) else {"": value}
        arrays |= {f"{name}.{key}".strip("."): array for key, array in inner.items()}
    return arrays


def nested(arrays, dtype=np.float64):
    """The reverse of `flat`."""
    parameters = {"encoder": {}, "decoder": {}}
    for name, array in arrays.items():
        part, _, key = name.partition(".")
        (parameters[part] if key else parameters)[key or part] = array.astype(dtype)
    return parameters


def gradients_of(batch, parameters):
    """Loss and gradients of the whole model; the gradient of `encoder.Wf` is called `dencoder.Wf`."""
    tokens, mask, y, y_mask = batch
    contexts = encoder_context(tokens, mask, parameters)
    loss, of_decoder = decoder_gradients(y, y_mask, contexts, parameters, sos)
    of_encoder = encoder_gradients(of_decoder["dcontext"], tokens, mask, parameters)
    found = {"dE_x": of_encoder["dE_x"], "dE_y": of_decoder["dE_y"]}
    for part, of in (("encoder", of_encoder), ("decoder", of_decoder)):
        found |= {f"d{part}.{name}": of[f"d{name}"] for name in parameters[part]}
    return loss, found


# %% demo=true
rng = np.random.default_rng(0)
small = random_model(rng, 2, 3, 4, 5)
few = np.array([[3, 2, 3], [1, 0, 0]]), np.array([[1, 1, 1], [1, 0, 0]], bool)
batch = *few, np.array([[3, 4, 2], [4, 2, 0]]), np.array([[1, 1, 1], [1, 1, 0]], bool)
numeric = numeric_gradient(lambda p: gradients_of(batch, nested(p))[0], flat(small))
own = gradients_of(batch, small)[1]
print(f"relative error {gradient_error({name: own[f'd{name}'] for name in numeric}, numeric):.1e}")

# %% [markdown]
r"""
## 6 · Writing

When the model translates, there is no truth to feed. It is fed what it has written. The simplest way to choose a token is the **greedy** one: the most probable. (It need not lead to the most probable *output*; `14-beam-search` is about that.)

Examples of a batch end at different steps. One that has written `<EOS>` is finished; the others go on.
"""

# %% [markdown]
r"""
{exercise: greedy_decode}

Translate `tokens` $(m, T_x)$. Return a list of $m$ lists of tokens, whole numbers, *without* `sos` and `eos`. At most `longest` steps are made; what has not ended then is cut, and has `longest` tokens.

<details><summary>Hint 1: all at once</summary>

Make each step for the whole batch, with `decoder_step`. Let an array of `True` and `False` say who is finished, and append tokens only to the lists of those who are not. What is fed to the finished ones does not matter.

</details>
<details><summary>Hint 2: the most probable token</summary>

`log_y.argmax(axis=0)` is $(m,)$. The logarithm keeps the order, so no exp is needed.

</details>
"""


# %% exercise="greedy_decode"
def greedy_decode(tokens, mask, parameters, sos, eos, longest):
    """Translate by taking the most probable token at each step, and feeding it to the next."""
    ### BEGIN SOLUTION
    context = encoder_context(tokens, mask, parameters)
    a, c, token = context, np.zeros_like(context), np.full(len(tokens), sos)
    decoded = [[] for _ in tokens]
    finished = np.zeros(len(tokens), dtype=bool)
    for _ in range(longest):
        a, c, log_y = decoder_step(token, context, a, c, parameters)
        token = log_y.argmax(axis=0)
        finished |= token == eos
        if finished.all():
            break
        for i in np.flatnonzero(~finished):
            decoded[i].append(int(token[i]))
    return decoded
    ### END SOLUTION


# %% check="greedy_decode"
check(greedy_decode)

# %% [markdown]
r"""
A date with one wrong digit is a wrong date. So what counts is whether an output is right from the first character to the last. And as one number for all inputs would hide what we are looking for, we ask for it group by group.
"""

# %% [markdown]
r"""
{exercise: exact_match}

`decoded` and `targets` are lists of $m$ lists of tokens, `groups` is a list of $m$ whole numbers, such as the numbers of dates. Return a dict from each group to the share of its outputs that are right.

<details><summary>Hint</summary>

Python can compare lists as wholes; no loop over tokens is needed. A group in which nothing is right has the share 0.

</details>
"""


# %% exercise="exact_match"
def exact_match(decoded, targets, groups):
    """The share of outputs that are right from the first token to the last, by group."""
    ### BEGIN SOLUTION
    right = {}
    for found, true, group in zip(decoded, targets, groups, strict=True):
        right.setdefault(group, []).append(found == true)
    return {group: sum(hits) / len(hits) for group, hits in right.items()}
    ### END SOLUTION


# %% check="exact_match"
check(exact_match)

# %% [markdown]
r"""
## 7 · Your own translator

Everything is there. Your model gets a small world: three locales in their short form, the years 2000 to 2029, inputs of one date or two. Networks that have to squeeze everything through one vector learn slowly, and yours runs in plain NumPy.

Batches are of one number of dates each, so that little padding is computed in vain. Each step is one of Adam, your `optimisation_step` of `06-language-model`, with a learning rate that sinks towards the end. The forward and backward passes use numbers of 32 bits, which take half the time; Adam keeps its own copy of the weights in 64 bits, where small steps are not lost.

One detail decides whether it learns in a minute or in an hour: the lower of the two orange arrows. Without it the decoder has to carry the context along in its state, and the gradient has to come back through all of its steps. When we tried that, the same network got one date in five right after more steps than here.
"""

# %% setup=true
import random

OWN_LOCALES, OWN_YEARS = ("en_US", "fr_FR", "ko_KR"), range(2000, 2030)


def drawn(part, count, size, seed):
    """Inputs of so many dates of a part of the data, with their targets, in the own model's small world."""
    draw = random.Random(f"{part} {count} {seed}")
    pool = [day for day in dates.days(part) if day.year in OWN_YEARS]
    found = []
    for _ in range(size):
        chosen = [draw.choice(pool) for _ in range(count)]
        source = dates.written(chosen, draw.choice(OWN_LOCALES), "medium")
        found.append((source, " ".join(day.isoformat() for day in chosen)))
    return found


def translated(sources, parameters, longest=60):
    """What a model makes of some inputs, as text; in batches of similar length."""
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    found = {}
    for k in range(0, len(order), 100):
        chosen = order[k : k + 100]
        tokens, mask = pad_batch([source_vocabulary.encode(sources[i].lower()) for i in chosen], 0)
        for i, row in zip(chosen, greedy_decode(tokens, mask, parameters, sos, eos, longest), strict=True):
            found[i] = "".join(target_vocabulary.tokens[token] for token in row)
    return [found[i] for i in range(len(sources))]


# %% demo=true
from tqdm import tqdm

N_E, N_A, M, RATE = 24, 64, 32, 0.01
STEPS = {1: 1000, 2: 600}


def batches_of(count, steps, seed):
    """So many batches of one number of dates, each of inputs of similar length."""
    texts = drawn("train", count, steps * M, seed)
    found = []
    for k in range(0, len(texts), 8 * M):
        block = sorted(texts[k : k + 8 * M], key=lambda pair: len(pair[0]))
        found += [block[j : j + M] for j in range(0, len(block), M)]
    return found


rng = np.random.default_rng(0)
order = random.Random(0)
# At first inputs of one date alone; then as many of two as of one, which would be forgotten otherwise.
easy, hard = batches_of(1, STEPS[1], 0), batches_of(2, STEPS[2], 0)
mixed, easy = hard + easy[: len(hard)], easy[len(hard) :]
order.shuffle(easy)
order.shuffle(mixed)
arrays = flat(random_model(rng, N_E, N_A, len(source_vocabulary), len(target_vocabulary)))
zeros = {name: np.zeros_like(array) for name, array in arrays.items()}
state, losses = {"t": 0, "m": zeros, "v": zeros}, []
plan = easy + mixed
for step, texts in enumerate(
    tqdm(plan, mininterval=2, bar_format="{l_bar}{bar}| {elapsed}, {remaining} to go")
):
    loss, gradients = gradients_of(batch_of(*zip(*texts, strict=True)), nested(arrays, np.float32))
    rate = RATE * min(1, 3 * (1 - step / len(plan)) + 0.02)
    arrays, state = optimisation_step(arrays, gradients, state, rate, 1.0)
    losses.append(loss)
own = nested(arrays)

# %% demo=true
plots.loss_curve(losses, 25)

# %% [markdown]
r"""
Where the curve jumps up, the inputs of two dates begin. Now unseen days: none of them was in any input of training.
"""


# %% demo=true
def first_mistake(found, true):
    """The place of the first wrong character, counted from 0; one behind the end where there is none."""
    both = zip(found + EOS[0], true + EOS[0], strict=False)
    return next((t for t, (one, other) in enumerate(both) if one != other), len(true) + 1)


own_shares = {}
for count in (1, 2, 3):
    sources, true = zip(*drawn("test", count, 300, 1), strict=True)
    found = translated(sources, own)
    own_shares |= exact_match(found, list(true), [count] * len(true))
    print(f"{count} {'date ' if count == 1 else 'dates'}  {own_shares[count]:.2f} right throughout; such as")
    for i in range(3):
        print(f"    {sources[i]}\n    {found[i]}  {'right' if found[i] == true[i] else f'wrong: {true[i]}'}")

# %% [markdown]
r"""
One date is easy. Of two, the first is nearly always right, and what goes wrong goes wrong in the second: a date, well formed, in the right place, but another one. Where the network has lost which one it was, it still knows what dates look like, as a language model would. Of three it has seen none, and writes two. More training would help with two. Then three would be the problem.

### The same with more of everything

The reference model `dates-seq2seq` is what you built, function by function, with more units, all 16 locales in all their forms, a hundred years and one to four dates, trained for much longer. Its weights go into *your* `greedy_decode`.
"""

# %% demo=true
parameters, card = references.load("dates-seq2seq")
assert card["source_vocabulary"] == list(source_vocabulary.tokens)  # else its columns mean other characters
chosen = parts.test[::5]
given = translated([example.source for example in chosen], parameters)
shares = exact_match(given, [example.target for example in chosen], [example.size for example in chosen])
for count, share in sorted(shares.items()):
    print(
        f"{count} {'date ' if count == 1 else 'dates'}  {share:.2f} of {sum(e.size == count for e in chosen)}"
    )
plots.shares_by_dates({"yours": own_shares, "reference": shares})

# %% [markdown]
r"""
## 8 · Where it breaks

This is the weakness of the idea. The context has $n_a$ numbers, whether the input is one date or four. What the encoder reads has to be kept in them to the end of the input, and the decoder has to take it out again piece by piece, while it keeps track of where it is. More units push the limit out. They do not remove it.

Where in an output does it go wrong? For each number of dates, the share of outputs without a mistake up to each character. Vertical lines stand at the spaces between two dates, which are characters 11, 22 and 33.
"""

# %% demo=true
places = {count: [] for count in sorted(shares)}
for example, text in zip(chosen, given, strict=True):
    places[example.size].append(first_mistake(text, example.target))
plots.right_so_far(places, {count: 11 * count for count in places})

# %% [markdown]
r"""
Look at the end of the first date, character 10, just before the first line. It is the same task in every curve. Where a curve has already fallen there, the first date got harder because others follow it in the input: all compete for the same numbers. Then look at how much of a curve is left from one line to the next: of the outputs of three or four dates whose first date is right, most have a mistake in the second.

### Fed the truth, fed itself

During training, the decoder always continued a *right* beginning. When it translates, it continues its own, mistakes included, and such beginnings it has never seen. This is called **exposure bias**. How much does it cost here? Of the characters of the same outputs, `<EOS>` as the last, how many are right when the truth is fed, and how many when the model is fed what it wrote?
"""

# %% demo=true
end = EOS[0]  # one character in place of <EOS>
print("dates   characters right, truth fed   fed itself")
for count in sorted(shares):
    these = [(example, text) for example, text in zip(chosen, given, strict=True) if example.size == count][
        :100
    ]
    tokens, mask, y, y_mask = batch_of(*zip(*((e.source, e.target) for e, _ in these), strict=True))
    forced = decoder_forward(y, encoder_context(tokens, mask, parameters), parameters, sos).argmax(axis=0)
    with_truth = (forced == y)[y_mask].mean()
    pairs = [(f"{text}{end}".ljust(len(e.target) + 1, "?"), f"{e.target}{end}") for e, text in these]
    alone = np.mean([a == b for pair in pairs for a, b in zip(*pair, strict=False)])
    print(f"{count:<8}{with_truth:>26.3f}{alone:>13.3f}")

# %% [markdown]
r"""
Where outputs are wrong at all, being fed itself costs something, and the more of them are wrong, the more it costs: a wrong character leads to further ones. In text, where a wrong word can turn a whole sentence, it costs more still. The share of characters also shows why we count whole outputs: it looks harmless where hardly an output is right.

**Two ways out.** Sutskever et al. fed their inputs *backwards*: then the first words of the input are the last that the encoder reads, and lie near the first words of the output, so that at least the beginning is easy. The real way out is to let the decoder look at *all* activations of the encoder, and choose for each character where to look. That is attention, `15-attention`.

## 9 · Watch it write

Choose an input, or type your own. Each column is a step: the probabilities of the next token in grey, in the orange frame the token that was taken and fed to the next step. Move the slider to walk through the steps.

Try: one date, then the same date twice, then with a third one behind it. Find the step at which the model is unsure, and see whether it is wrong there. A date that does not exist. Something that is no date.
"""


# %% demo=true
def watched(text):
    """Probabilities (V_y, T) of the steps that greedy decoding makes."""
    tokens, mask = pad_batch([source_vocabulary.encode(text)], 0)
    written = greedy_decode(tokens, mask, parameters, sos, eos, 66)[0]
    targets = np.array([[*written, eos][:66]])  # of one that was cut, the steps that were made
    return np.exp(decoder_forward(targets, encoder_context(tokens, mask, parameters), parameters, sos)[:, 0])


examples = {}
for example in parts.test[:64]:
    examples.setdefault(
        f"{example.locale}, {example.size} {'date' if example.size == 1 else 'dates'}", example.source
    )
examples = dict(sorted(examples.items(), key=lambda item: (item[0][:5] not in ("en_US", "ko_KR"), item[0])))
your_dates(watched, target_vocabulary.tokens, examples)

# %% [markdown]
r"""
The function above uses a small trick: fed its own greedy output as if it were the truth, the decoder repeats its steps. Feeding differs between training and writing; the decoder does not.

## 10 · The same in PyTorch

| | yours | torch |
|---|---|---|
| embeddings | $E$ $(n_e, V)$, a token a column | `nn.Embedding`, a token a row |
| encoder | `lstm_states`, and the activation at the last token | `nn.LSTM` on a packed sequence; the second result is that activation |
| decoder, one step | `decoder_step` | `torch.cat`, `nn.LSTMCell`, `nn.Linear`, `log_softmax` |
| gates | `Wu`, `Wf`, `Wc`, `Wo` on $[a, x]$ | `weight_hh`, `weight_ih`, in the order u, f, c, o |
| loss without padding | the mask | `ignore_index` of `cross_entropy` |

The reference's weights go into torch's layers. Contexts, log-probabilities, loss and gradients are the same.
"""

# %% demo=true
import torch
from torch.nn.utils.rnn import pack_padded_sequence


def fill(layer, weights, suffix):
    """Put the weights of an LSTM by hand into one of torch's."""
    stacked = torch.from_numpy(np.vstack([weights[f"W{gate}"] for gate in "ufco"]))
    n_a = len(weights["bf"])
    with torch.no_grad():
        getattr(layer, f"weight_hh{suffix}").copy_(stacked[:, :n_a])
        getattr(layer, f"weight_ih{suffix}").copy_(stacked[:, n_a:])
        bias = np.vstack([weights[f"b{gate}"] for gate in "ufco"])[:, 0]
        getattr(layer, f"bias_ih{suffix}").copy_(torch.from_numpy(bias))
        getattr(layer, f"bias_hh{suffix}").zero_()


E_x, E_y = (torch.from_numpy(parameters[name].T.copy()).requires_grad_() for name in ("E_x", "E_y"))
n_e, n_a = parameters["E_x"].shape[0], len(parameters["encoder"]["bf"])
encoder = torch.nn.LSTM(n_e, n_a, batch_first=True).double()
cell = torch.nn.LSTMCell(n_e + n_a, n_a).double()
fill(encoder, parameters["encoder"], "_l0")
fill(cell, parameters["decoder"], "")
Wy, by = (torch.from_numpy(parameters["decoder"][name]) for name in ("Wy", "by"))

some = parts.test[:64:3]
tokens, mask, y, y_mask = batch_of([e.source for e in some], [e.target for e in some])
packed = pack_padded_sequence(E_x[tokens], torch.from_numpy(mask.sum(axis=1)), True, enforce_sorted=False)
context = encoder(packed)[1][0][0]
h, c, steps = context, torch.zeros_like(context), []
for before in teacher_forcing(y, sos).T:
    h, c = cell(torch.cat([E_y[before], context], dim=1), (h, c))
    steps.append(torch.log_softmax(h @ Wy.T + by[:, 0], dim=1))
log_y = torch.stack(steps, dim=2)  # (m, V_y, T_y)
loss = torch.nn.functional.nll_loss(log_y, torch.from_numpy(np.where(y_mask, y, -100)))
loss.backward()

own_contexts = encoder_context(tokens, mask, parameters)
own_log_y = decoder_forward(y, own_contexts, parameters, sos)
own_loss, own_gradients = gradients_of((tokens, mask, y, y_mask), parameters)
for name, gap in {
    "contexts": own_contexts - context.detach().numpy().T,
    "log-probabilities": own_log_y - log_y.detach().numpy().transpose(1, 0, 2),
    "gradient of E_x": own_gradients["dE_x"] - E_x.grad.numpy().T,
    "gradient of E_y": own_gradients["dE_y"] - E_y.grad.numpy().T,
}.items():
    print(f"{name}: largest difference {np.abs(gap).max():.1e}")
print(f"loss: yours {own_loss:.10f}, torch's {loss.item():.10f}")

# %% [markdown]
r"""
## 11 · What you have

* An encoder, a decoder, and the one vector between them; their loss, and every gradient by hand.
* Teacher forcing for training, greedy decoding for use, and an idea of what the difference costs.
* Logarithms in place of probabilities, which you will not give up any more.
* A measurement of where one vector stops being enough.

**What comes next.** `14-beam-search` looks for outputs that are more probable than the greedy ones. `15-attention` takes the bottleneck away.
"""

# %% demo=true
from autograder.progress import progress

progress()
