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
# 05 · Gradients through many steps

A recurrent network learns from what its loss says about steps long past. In this notebook you measure how much of that
message arrives, find out what decides it, and build the two tools with which such networks are trained all the same: clipping,
and backpropagation that stops after a while.

| | |
|---|---|
| **You need** | a plain recurrent network and its backward pass (`02-rnn`); for comparison a GRU and an LSTM (`03-gru`, `04-lstm`); matrices, eigenvalues, the chain rule |
| **You build** | eleven functions: Jacobians and what bounds them, a backward pass for any activation function, two kinds of clipping, truncated backpropagation |
| **Time** | about 3 hours |
| **Points** | 100; you pass with 80 |
| **What comes next** | `06-language-model`, where clipping is at work in a real training |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you
write. The cell under it runs `check`: one row for each thing that was looked at, with its points. A row that fails
says where the first wrong number is, and, when it recognises what happened, what to change. You may check as
often as you like. Hints are folded under each exercise, from a nudge to nearly there.

**The lecture notes.** Now and then the text names lecture note 000, 001, 002 or 003: the notes of the lectures that
this course goes with. You do not need them; all that is used stands here. They are named for readers who have them,
where this notebook writes something in another way, or where a note has a slip.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.activations import sigmoid
from seqlib.mine import (
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    rnn_backward,
    rnn_forward,
    rnn_output_backward,
)
from seqlib.plots import gradients as plots

# %% [markdown]
r"""
**Given to you:** from `seqlib.mine` come the forward and backward passes of `02-rnn`, `03-gru` and `04-lstm`: yours where they
have passed the check on this computer, the course's where not.

**Notation.** Arrays are *features first*: one time step of $m$ examples is $(n_x, m)$, a sequence is $(n_x, m, T_x)$, time last.
Formulas count steps from 1, code from 0: $x^{\langle t \rangle}$ is `x[:, :, t - 1]`. `da` is the gradient that each step's own loss
sends to its activation, $(n_a, m, T_x)$.
"""

# %% [markdown]
r"""
## 1 · How much arrives

> The **cat**, which already ate the fish that the fishermen had brought home, **was** full.

The network is wrong about *was*. To do better it must change what it did eleven words earlier, at *cat*. What it knows of that word's
part in the error is the gradient of the loss with respect to that word's input, $\partial L / \partial x^{\langle t \rangle}$. Where this is nearly
zero, *cat* has no say, and nothing is learned about it.

So take a loss that looks at the last step only, send it back through time, and measure at each step how long the gradient is that arrives:

$$
\left\lVert \frac{\partial L}{\partial x^{\langle t \rangle}} \right\rVert
= \sqrt{\sum_{j=1}^{n_x} \sum_{i=1}^{m} \left( \frac{\partial L}{\partial x_j^{(i)\langle t \rangle}} \right)^{\!2}}
$$
"""

# %% [markdown]
r"""
{exercise: gradient_norms}

Compute the norm of the gradient at each time step.

Shapes: `dx` is $(n_x, m, T_x)$, the result $(T_x,)$: one number for each step, over all its inputs and examples.

<details><summary>Hint: which axes go</summary>

Square every entry, add over two of the three axes, take the root. The axis that stays is time.

</details>
"""


# %% exercise="gradient_norms"
def gradient_norms(dx):
    """The length of the gradient at each time step, over all inputs and examples: (T_x,)."""
    ### BEGIN SOLUTION
    return np.sqrt((dx**2).sum(axis=(0, 1)))
    ### END SOLUTION


# %% check="gradient_norms"
check(gradient_norms)

# %% [markdown]
r"""
Now the measurement, on networks of twenty units with random weights, through one hundred steps: a plain one, whose $W_{aa}$ is a random rotation, and a GRU and an LSTM, each with two settings of one gate. The cell below uses the
backward passes of the earlier notebooks, yours where they have passed. What is drawn is relative to the last step: 1 means that as much arrives as there.
"""

# %% demo=true
rng = np.random.default_rng(1)
n_x, n_a, m, T_x = 4, 20, 8, 100
x_long, a0_long = rng.standard_normal((n_x, m, T_x)), np.zeros((n_a, m))
only_last = np.zeros((n_a, m, T_x))
only_last[:, :, -1] = rng.standard_normal((n_a, m))


def rotation(n, rng):
    """A random orthogonal matrix: it turns and mirrors vectors, and leaves their lengths as they are."""
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def plain_parameters(stretch, rng):
    """A plain network whose W_aa is a rotation times `stretch`, so that it stretches every vector by just that."""
    return {
        "Waa": stretch * rotation(n_a, rng),
        "Wax": 0.5 * rng.standard_normal((n_a, n_x)),
        "Wya": rng.standard_normal((2, n_a)),
        "ba": np.zeros((n_a, 1)),
        "by": np.zeros((2, 1)),
    }


def gated_parameters(gates, open_gate, bias, rng):
    """A GRU ("urc") or LSTM ("fuco") with random weights; one gate gets a bias."""
    width = n_a + n_x
    parameters = {f"W{gate}": rng.standard_normal((n_a, width)) / np.sqrt(width) for gate in gates}
    parameters.update({f"b{gate}": np.zeros((n_a, 1)) for gate in gates})
    parameters[f"b{open_gate}"] += bias
    return {**parameters, "Wy": rng.standard_normal((2, n_a)), "by": np.zeros((2, 1))}


def norms_of_gru(bias):
    """With b_u = −bias, so that Γ_u is small and the old memory is kept."""
    caches = gru_forward(x_long, a0_long, gated_parameters("urc", "u", -bias, np.random.default_rng(3)))[2]
    return gradient_norms(gru_backward(only_last, caches)["dx"])


def norms_of_lstm(bias):
    """With b_f = bias, so that Γ_f is near 1 and the old memory is kept."""
    caches = lstm_forward(x_long, a0_long, gated_parameters("fuco", "f", bias, np.random.default_rng(3)))[3]
    return gradient_norms(lstm_backward(only_last, caches)["dx"])


caches = rnn_forward(x_long, a0_long, plain_parameters(1.0, np.random.default_rng(2)))[2]
first_look = {
    "plain, tanh": gradient_norms(rnn_backward(only_last, caches)["dx"]),
    "GRU, b_u = 0": norms_of_gru(0),
    "LSTM, b_f = 0": norms_of_lstm(0),
    "GRU, b_u = −3": norms_of_gru(3),
    "LSTM, b_f = 3": norms_of_lstm(3),
}
plots.gradient_through_time(first_look, "What of the last step's gradient arrives at earlier ones")

# %% [markdown]
r"""
A straight line on a logarithmic scale is an exponential: the plain network loses about the same *factor* at each step. So do the two gated cells as long as
their gates stand half open. Only where they are set to keep does the message arrive: gates do not help by being there, but by being set so that the old memory is kept.

**A correction to lecture note 003**, which says that a GRU's $\Gamma_u$ near 0 *or near 1* keeps the gradient from vanishing. Near 0 the old memory is kept, and the gradient with it. Near 1 the memory is overwritten, and nothing of it is left to send
a gradient to. That is why $b_u$ is *minus* 3 above.

Why a factor at each step, and what is it made of?
"""

# %% [markdown]
r"""
## 2 · A product of Jacobians

In a plain network $a^{\langle t \rangle} = \tanh(z^{\langle t \rangle})$ with $z^{\langle t \rangle} = W_{aa} a^{\langle t-1 \rangle} + W_{ax} x^{\langle t \rangle} + b_a$.
Move unit $j$ of the old activation a little: unit $i$ of $z$ moves by $(W_{aa})_{ij}$ times that, and unit $i$ of the new activation by a further factor, the
slope of tanh at that place, $1 - (a_i^{\langle t \rangle})^2$. All these numbers together are the **Jacobian** of the step:

$$
J^{\langle t \rangle} = \frac{\partial a^{\langle t \rangle}}{\partial a^{\langle t-1 \rangle}}
= \operatorname{diag}\!\left(1 - (a^{\langle t \rangle})^2\right) W_{aa},
\qquad J^{\langle t \rangle}_{ij} = \left(1 - (a_i^{\langle t \rangle})^2\right) (W_{aa})_{ij}
$$

The row is the unit that is moved, the column the unit that moves it. Each example has activations of its own, and so a Jacobian of its own.
"""

# %% [markdown]
r"""
{exercise: step_jacobian}

Compute the Jacobian of one step, for each example of a batch.

Shapes: `a_next` is $(n_a, m)$, `Waa` is $(n_a, n_a)$. The result is $(m, n_a, n_a)$, examples first: then `J[i]` is the matrix of example `i`,
and `@` between two such arrays multiplies the matrices example by example.

<details><summary>Hint 1: what diag(…) W does</summary>

A diagonal matrix on the left multiplies each *row* of $W$ by its number. There is no need to build it.

</details>
<details><summary>Hint 2: making the axes meet</summary>

Turn the slopes into shape $(m, n_a, 1)$: `.T` and `np.newaxis`. Multiplied entry by entry with an $(n_a, n_a)$ matrix, that gives $(m, n_a, n_a)$. A loop over the
examples is as good.

</details>
"""


# %% exercise="step_jacobian"
def step_jacobian(a_next, Waa):
    """How each example's activation moves with that of the step before: (m, n_a, n_a)."""
    ### BEGIN SOLUTION
    slope = 1 - a_next.T**2  # (m, n_a)
    return slope[:, :, np.newaxis] * Waa
    ### END SOLUTION


# %% check="step_jacobian"
check(step_jacobian)

# %% [markdown]
r"""
Over several steps the chain rule multiplies. A later step acts on the result of an earlier one, so it stands further left:

$$
\frac{\partial a^{\langle T \rangle}}{\partial a^{\langle 1 \rangle}}
= J^{\langle T \rangle} J^{\langle T-1 \rangle} \cdots J^{\langle 2 \rangle}
$$

Note where it ends: $J^{\langle 1 \rangle}$ leads from $a^{\langle 0 \rangle}$ to $a^{\langle 1 \rangle}$ and is not part of the way. With a single step there is no factor at all, and
the empty product of matrices is the identity.

**A correction to lecture note 001.** It says that vanishing comes from *values* that are squashed again and again until nothing is left of them. Values need not shrink: each step
brings new input. What shrinks is this product: how much the present *depends* on the past.
"""

# %% [markdown]
r"""
{exercise: jacobian_through_time}

Multiply the Jacobians from the first activation to the last. Use your `step_jacobian`.

Shapes: `a` is $(n_a, m, T_x)$, the activations of all steps; the result is $(m, n_a, n_a)$. $T_x = 1$ occurs.

<details><summary>Hint 1: a running product</summary>

Begin with the identity for each example, `np.tile(np.eye(n_a), (m, 1, 1))`, and multiply one step after the other to it. On which side?

</details>
<details><summary>Hint 2: which steps</summary>

The activation at index 0 is where the way begins. The first step that lies on the way leads to index 1.

</details>
"""


# %% exercise="jacobian_through_time"
def jacobian_through_time(a, Waa):
    """How each example's last activation moves with its first: (m, n_a, n_a)."""
    ### BEGIN SOLUTION
    n_a, m, T_x = a.shape
    jacobian = np.tile(np.eye(n_a), (m, 1, 1))
    for t in range(1, T_x):
        jacobian = step_jacobian(a[:, :, t], Waa) @ jacobian
    return jacobian
    ### END SOLUTION


# %% check="jacobian_through_time"
check(jacobian_through_time)

# %% [markdown]
r"""
This product is what the backward pass works off, without ever writing it down: a gradient is carried back by its transpose, one step at a time. You can see that both are the same:
"""

# %% demo=true
short = plain_parameters(1.0, np.random.default_rng(2))
a, _, caches = rnn_forward(x_long[:, :, :12], a0_long, short)
jacobian = jacobian_through_time(a, short["Waa"])

da = np.zeros_like(a)
da[:, :, -1] = rng.standard_normal((n_a, m))
by_product = np.einsum("mij,im->jm", jacobian, da[:, :, -1])  # the transpose of each example's matrix
dx_by_product = short["Wax"].T @ (by_product * (1 - a[:, :, 0] ** 2))
dx_by_backward = rnn_backward(da, caches)["dx"][:, :, 0]
print(f"gradient at the first input, largest entry {np.abs(dx_by_backward).max():.4f}")
print(
    f"largest difference between the product and your rnn_backward {np.abs(dx_by_product - dx_by_backward).max():.1e}"
)

# %% [markdown]
r"""
## 3 · How far a matrix can stretch

A product of many matrices that are nearly the same: what makes it grow or shrink? Two numbers of a matrix $W$ answer two different questions.

* **The stretch** $\sigma_{\max}(W)$, its largest singular value: by how much can $W$ lengthen a vector *at once*? No vector gets longer than $\sigma_{\max}$ times what it was.
* **The spectral radius** $\rho(W)$, the largest modulus $|\lambda|$ of an eigenvalue: by what factor does $W^k$ grow *per step, in the long run*? Eigenvalues may be negative or complex; only their
  distance from zero counts.

Always $\rho \le \sigma_{\max}$. For a rotation times $s$ both are $s$. In general they differ, and by a lot.
"""

# %% [markdown]
r"""
{exercise: stretch_and_radius}

Compute both. `np.linalg` has what you need; what matters is to choose the right one.

Shapes: `W` is $(n, n)$. Return two numbers, first $\sigma_{\max}$, then $\rho$.

<details><summary>Hint 1: singular values</summary>

`np.linalg.svd` gives them, in falling order; `np.linalg.norm` gives the largest, if you ask for the right kind of norm. Its default for matrices is another one.

</details>
<details><summary>Hint 2: eigenvalues</summary>

`np.linalg.eigvals` is for any square matrix (`eigvalsh` is for symmetric ones only). It gives them in no order. The modulus of a complex number is its `np.abs`.

</details>
"""


# %% exercise="stretch_and_radius"
def stretch_and_radius(W):
    """The largest singular value of W, and the largest modulus of an eigenvalue."""
    ### BEGIN SOLUTION
    sigma_max = np.linalg.norm(W, ord=2)
    radius = np.abs(np.linalg.eigvals(W)).max()
    return sigma_max, radius
    ### END SOLUTION


# %% check="stretch_and_radius"
check(stretch_and_radius)

# %% [markdown]
r"""
Three matrices, and how much their powers stretch. The dashed line is $\rho^k$.
"""

# %% demo=true
turned = rotation(6, np.random.default_rng(4))
sheared = 0.75 * np.eye(6) + 0.5 * np.eye(6, k=1)
random_matrix = np.random.default_rng(6).standard_normal((6, 6)) / np.sqrt(6)
matrices = {"a rotation": turned, "a shear": sheared, "a random matrix": random_matrix}
growth = {
    name: np.array([stretch_and_radius(np.linalg.matrix_power(W, k))[0] for k in range(61)])
    for name, W in matrices.items()
}
for name, W in matrices.items():
    stretch, radius = stretch_and_radius(W)
    print(f"{name:<18} σ_max {stretch:.2f}   spectral radius {radius:.2f}")
plots.powers(growth, {name: stretch_and_radius(W)[1] for name, W in matrices.items()})

# %% [markdown]
r"""
Look at the shear: it stretches at once by more than 1, so its powers grow for a while; but its radius is below 1, and in the long run they die. So $\sigma_{\max} > 1$ is *necessary* for growth, and not
enough for growth that lasts.

With this in hand, a bound. A product of matrices never stretches by more than its factors together, and a diagonal matrix stretches by its largest entry, so from step $k$ to step $T$

$$
\sigma_{\max}\!\left(\frac{\partial a^{\langle T \rangle}}{\partial a^{\langle k \rangle}}\right)
\;\le\; \prod_{t=k+1}^{T} \sigma_{\max}(W_{aa}) \cdot \max_i \left(1 - (a_i^{\langle t \rangle})^2\right)
$$

If $\sigma_{\max}(W_{aa}) < 1$, a tanh network *must* forget exponentially, whatever it reads. The slope of a sigmoid is at most $\tfrac14$: there $\sigma_{\max} < 4$ is enough for that.
"""

# %% [markdown]
r"""
{exercise: jacobian_bound}

Compute the bound for every step $k$ and every example. Use your `stretch_and_radius`.

Shapes: `a` is $(n_a, m, T_x)$, `Waa` $(n_a, n_a)$, the result $(m, T_x)$. For the last step there is nothing left to multiply: its bound is 1.

<details><summary>Hint 1: one factor for each step</summary>

First make the factor of each step and example, an array $(m, T_x)$. The maximum runs over the units.

</details>
<details><summary>Hint 2: from the end</summary>

The bound of step $k$ is that of step $k + 1$, times one more factor. Whose: that of step $k$, or that of step $k + 1$?

</details>
"""


# %% exercise="jacobian_bound"
def jacobian_bound(a, Waa):
    """What the Jacobian from each step to the last cannot exceed: (m, T_x)."""
    ### BEGIN SOLUTION
    sigma_max, _ = stretch_and_radius(Waa)
    factors = sigma_max * (1 - a**2).max(axis=0)  # (m, T_x)
    bound = np.ones_like(factors)
    for t in reversed(range(a.shape[2] - 1)):
        bound[:, t] = factors[:, t + 1] * bound[:, t + 1]
    return bound
    ### END SOLUTION


# %% check="jacobian_bound"
check(jacobian_bound)

# %% demo=true
rng_small = np.random.default_rng(5)
some = {
    "Waa": 0.65 * rng_small.standard_normal((4, 4)),
    "Wax": rng_small.standard_normal((4, n_x)),
    "Wya": rng_small.standard_normal((2, 4)),
    "ba": np.zeros((4, 1)),
    "by": np.zeros((2, 1)),
}
a = rnn_forward(x_long[:, :, :30], np.zeros((4, m)), some)[0]
stretch, radius = stretch_and_radius(some["Waa"])
measured = [stretch_and_radius(jacobian_through_time(a[:, :1, k:], some["Waa"])[0])[0] for k in range(30)]
print(f"W_aa: σ_max {stretch:.2f}, spectral radius {radius:.2f}")
plots.product_and_bounds(
    measured=np.array(measured),
    bound=jacobian_bound(a, some["Waa"])[0],
    stretch=stretch ** np.arange(29, -1, -1.0),
)

# %% [markdown]
r"""
The bound holds, and it is far from sharp: it takes the worst at every step, the steepest unit and the most stretched direction, and they seldom fall together. A bound can prove that a gradient *must* vanish. That it *may* grow
does not mean that it does: here the bound grows and the product vanishes.
"""

# %% [markdown]
r"""
## 4 · Sigmoid, tanh, ReLU

Nothing in this depends on tanh but the slope. Here is a forward pass whose activation function can be chosen; it is given.
"""


# %% setup=true
def recurrent_forward(x, a0, parameters, activation):
    """Unroll a plain recurrent network with "sigmoid", "tanh" or "relu": a (n_a, m, T_x)."""
    squash = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}[activation]
    a_next, activations = a0, []
    for t in range(x.shape[2]):
        a_next = squash(parameters["Waa"] @ a_next + parameters["Wax"] @ x[:, :, t] + parameters["ba"])
        activations.append(a_next)
    return np.stack(activations, axis=2)


# %% [markdown]
r"""
The slopes can be had from the *values*, so that nothing else has to be kept for the way back:

| | value $a$ | slope | at most |
|---|---|---|---|
| sigmoid | $1 / (1 + e^{-z})$, from 0 to 1 | $a\,(1 - a)$ | $\tfrac14$ |
| tanh | $\tanh(z)$, from −1 to 1 | $1 - a^2$ | 1 |
| ReLU | $\max(z, 0)$ | 1 where the unit is on, that is $a > 0$; 0 where it is off | 1 |
"""

# %% [markdown]
r"""
{exercise: activation_slope}

Compute the slope of the chosen function from its value.

Shapes: `a` has any shape, and the result has the same. `activation` is `"sigmoid"`, `"tanh"` or `"relu"`.

<details><summary>Hint: a number for true and false</summary>

`a > 0` is an array of truth values. `np.where` makes numbers of it.

</details>
"""


# %% exercise="activation_slope"
def activation_slope(a, activation):
    """The derivative of "sigmoid", "tanh" or "relu", from its value a."""
    ### BEGIN SOLUTION
    slopes = {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "relu": np.where(a > 0, 1.0, 0.0)}
    return slopes[activation]
    ### END SOLUTION


# %% check="activation_slope"
check(activation_slope)

# %% [markdown]
r"""
Now the way back, as in `02-rnn`, for any of the three. At step $t$ two gradients meet at the activation, that of the step's own loss and what the step after sends back; they are added, pass the
slope, and go on to the input and to the activation before:

$$
dz^{\langle t \rangle} = \left(da^{\langle t \rangle} + W_{aa}^{\mathsf T} dz^{\langle t+1 \rangle}\right) \odot f'(z^{\langle t \rangle})
\qquad
dx^{\langle t \rangle} = W_{ax}^{\mathsf T} dz^{\langle t \rangle}
\qquad
da^{\langle 0 \rangle} = W_{aa}^{\mathsf T} dz^{\langle 1 \rangle}
$$
"""

# %% [markdown]
r"""
{exercise: recurrent_backward}

Send the gradient back to the inputs and to the initial activation. Use your `activation_slope`. The gradients of the weights are not wanted here.

Shapes: `da` and `a` are $(n_a, m, T_x)$; `parameters` holds `Waa` $(n_a, n_a)$, `Wax` $(n_a, n_x)$, `ba` $(n_a, 1)$. Return a dict with `dx` $(n_x, m, T_x)$ and
`da0` $(n_a, m)$.

<details><summary>Hint 1: what is carried</summary>

From step to step goes one array $(n_a, m)$: what this step sends to the activation before it. Behind the last step there is nothing.

</details>
<details><summary>Hint 2: the order of things</summary>

At each step, from the last to the first: add, multiply by the slope, store `dx`, carry on. What is left over at the end is `da0`.

</details>
"""


# %% exercise="recurrent_backward"
def recurrent_backward(da, a, parameters, activation):
    """Backward through a plain recurrent network with any activation function: dx and da0."""
    ### BEGIN SOLUTION
    Waa, Wax = parameters["Waa"], parameters["Wax"]
    slope = activation_slope(a, activation)
    da_next, dx = np.zeros(da.shape[:2]), []
    for t in reversed(range(da.shape[2])):
        dz = (da[:, :, t] + da_next) * slope[:, :, t]
        dx.append(Wax.T @ dz)
        da_next = Waa.T @ dz
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_next}
    ### END SOLUTION


# %% check="recurrent_backward"
check(recurrent_backward)

# %% [markdown]
r"""
### Turn the knob

$W_{aa}$ is a rotation times a number, the *stretch*: each singular value and the modulus of each eigenvalue are that number. The slider sets it, and your `recurrent_backward` sends a
gradient through one hundred steps.

Things to find out:

1. Which activation function never explodes here, and how does the table above explain it?
2. At stretch 1, a ReLU network loses its gradient although the slope of each unit that is on is exactly 1. Where does it go?
3. From about which stretch on does ReLU explode, and from which does tanh? (Where exactly depends on the weights and inputs that were drawn; which of the two comes first does not.) What holds tanh back?
"""

# %% demo=true
from seqlib.widgets.gradients import stretch_slider

stretch_slider(recurrent_forward, recurrent_backward)

# %% [markdown]
r"""
**A correction to lecture note 001**, which says that with ReLU the gradient explodes. With ReLU it *can*: about half of the units are off at a given step, and each loses what it was sent, so a stretch of 1 is not enough. There is no
explosion unless $W_{aa}$ stretches, $\sigma_{\max} > 1$; and in the case that the note describes, all units on all the time, the Jacobian is $W_{aa}$ itself at every step, and whether its powers grow is decided by the
*spectral radius*. Nor is tanh safe: its slopes shrink what passes, but a large enough stretch wins against them.

Now all five cells on one figure: the same hundred steps, and for the plain cells your `recurrent_backward` and a stretch of 1.8.
"""

# %% demo=true
same = plain_parameters(1.8, np.random.default_rng(2))


def norms_of_plain(activation, parameters):
    a = recurrent_forward(x_long, a0_long, parameters, activation)
    return gradient_norms(recurrent_backward(only_last, a, parameters, activation)["dx"])


five_cells = {
    "sigmoid": norms_of_plain("sigmoid", same),
    "tanh": norms_of_plain("tanh", same),
    "ReLU": norms_of_plain("relu", same),
    "GRU, b_u = −3": norms_of_gru(3),
    "LSTM, b_f = 3": norms_of_lstm(3),
}
for name, norms in five_cells.items():
    print(f"{name:<14} at step 1, relative to step {T_x}: {norms[0] / norms[-1]:.0e}")
plots.gradient_through_time(five_cells, "Five cells, one hundred steps")

# %% [markdown]
r"""
At this stretch the sigmoid's slopes lose everything, ReLU explodes, and tanh happens, with these weights and inputs, to lie near the border between the two: another stretch, and it falls to either side. Nor does the border stay where it is: in a dozen other draws ReLU began to explode at a stretch between 1.2 and 1.8, tanh between 1.8 and 2.1.
The gated cells lose little, and nobody had to find a border for them.

Two diseases, then, and they want two medicines:

* **Vanishing** is cured where it arises, in the product: by a path that no matrix and no slope multiplies (the memory of a GRU or an LSTM, its gates open at the start), or at least by a $W_{aa}$ that begins as
  a rotation, so that nothing is lost to the matrix itself.
* **Exploding** is caught at the end, before the update: by clipping.
"""

# %% [markdown]
r"""
## 5 · Clipping

The way against a gradient that has exploded still leads downhill, but a step of its length leads anywhere. So it is cut to size. There are two ways; lecture notes 002 and 003 speak of an upper limit,
which is the first.

**By value**: every single entry is limited to the range from −`max_value` to `max_value`. Signs stay, the direction does not: large entries are cut and small ones are not.

**By norm**: all gradients of all parameters together are one long vector $g$. If it is longer than `max_norm`, the *whole* of it is scaled down to that length; if not, it stays as it is:

$$
\lVert g \rVert = \sqrt{\sum_{\text{arrays}} \sum_{\text{entries}} g^2}
\qquad\qquad
g \leftarrow
\begin{cases}
g & \text{if } \lVert g \rVert \le \text{max\_norm} \\
g \cdot \text{max\_norm} / \lVert g \rVert & \text{otherwise}
\end{cases}
$$

The direction stays. This is what is used today.
"""

# %% [markdown]
r"""
{exercise: clip}

Clip by value.

`gradients` is a dict of arrays of any names and shapes, `max_value` a positive number. Return a *new* dict with the same names; the given one and its arrays stay as they are.

<details><summary>Hint: a function of NumPy</summary>

`np.clip` takes an array, a lower end and an upper end, and gives a new array.

</details>
"""


# %% exercise="clip"
def clip(gradients, max_value):
    """Limit every entry to the range from −max_value to max_value, in a new dict."""
    ### BEGIN SOLUTION
    return {name: np.clip(gradient, -max_value, max_value) for name, gradient in gradients.items()}
    ### END SOLUTION


# %% check="clip"
check(clip)

# %% [markdown]
r"""
{exercise: clip_by_norm}

Clip by norm.

`gradients` and the new dict as above, `max_norm` a positive number. Return two things: the new dict, and the norm *before* clipping, which is what one watches during a training. A gradient of zero stays zero.

<details><summary>Hint 1: one norm</summary>

Add the squares of all entries of all arrays; take one root at the end.

</details>
<details><summary>Hint 2: one factor</summary>

The factor is the same for every array, and never more than 1. Mind what happens to it when the norm is 0.

</details>
"""


# %% exercise="clip_by_norm"
def clip_by_norm(gradients, max_norm):
    """Shorten the gradient, all arrays as one vector, to max_norm at most: new gradients, and the norm before."""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    share = max_norm / max(norm, max_norm)
    return {name: share * gradient for name, gradient in gradients.items()}, norm
    ### END SOLUTION


# %% check="clip_by_norm"
check(clip_by_norm)

# %% demo=true
arrows = np.array([[2.0, 0.5], [-1.2, 2.2], [0.4, -0.6], [-2.4, -1.6]])
by_value = np.array([clip({"g": arrow}, 1.0)["g"] for arrow in arrows])
by_norm = np.array([clip_by_norm({"g": arrow}, 1.0)[0]["g"] for arrow in arrows])
plots.clipped_arrows(arrows, by_value, by_norm, limit=1.0)

# %% [markdown]
r"""
On the left, two quite different gradients have been pushed into corners of the square: by value, all that is too large ends up pointing the same few ways. On the right each still points where it did.

What this is worth in a training: a plain tanh network with a stretch of 1.5 sees one of four symbols, then twenty steps of noise, and is asked which symbol it was. Below it is trained twice from the same weights on the
same data, without clipping and with a norm of at most 1.
"""

# %% demo=true
SYMBOLS = 4


def draw_batch(rng, delay, examples=32):
    """A symbol at the first step, then noise: x (4, examples, delay + 1), and the symbol, one-hot (4, examples)."""
    symbols = np.eye(SYMBOLS)[rng.integers(0, SYMBOLS, examples)].T
    x = 0.3 * rng.standard_normal((SYMBOLS, examples, delay + 1))
    x[:, :, 0] = symbols
    return x, symbols


def small_network(units, stretch, rng):
    return {
        "Waa": stretch * rotation(units, rng),
        "Wax": rng.standard_normal((units, SYMBOLS)) / np.sqrt(units + SYMBOLS),
        "Wya": rng.standard_normal((SYMBOLS, units)) / np.sqrt(units),
        "ba": np.zeros((units, 1)),
        "by": np.zeros((SYMBOLS, 1)),
    }


def answer_backward(y_last, symbols, a, W_out):
    """From the mean loss of the last step: what reaches the output layer, and da for the backward pass."""
    dy = (y_last - symbols) / symbols.shape[1]
    da = np.zeros_like(a)
    da[:, :, -1] = W_out.T @ dy
    return {"dW": dy @ a[:, :, -1].T, "db": dy.sum(axis=1, keepdims=True)}, da


def descend(max_norm, updates=150, learning_rate=0.3):
    """Train with plain gradient descent; the loss at each update, and the norm of the gradient."""
    rng = np.random.default_rng(0)
    parameters = small_network(16, 1.5, rng)
    losses, norms = [], []
    for _ in range(updates):
        x, symbols = draw_batch(rng, delay=20)
        a, y_pred, caches = rnn_forward(x, np.zeros((16, 32)), parameters)
        losses.append(-np.log((y_pred[:, :, -1] * symbols).sum(axis=0)).mean())
        output, da = answer_backward(y_pred[:, :, -1], symbols, a, parameters["Wya"])
        gradients = {**rnn_backward(da, caches), "dWya": output["dW"], "dby": output["db"]}
        clipped, norm = clip_by_norm({name: gradients[f"d{name}"] for name in parameters}, max_norm)
        norms.append(norm)
        parameters = {name: value - learning_rate * clipped[name] for name, value in parameters.items()}
    return np.array(losses), np.array(norms)


runs = {"not clipped": descend(max_norm=1e9), "clipped to 1": descend(max_norm=1.0)}
plots.training(
    {label: losses for label, (losses, _) in runs.items()},
    {label: norms for label, (_, norms) in runs.items()},
    limit=1.0,
)

# %% [markdown]
r"""
Guessing gives a loss of $\ln 4 \approx 1.39$. One exploded gradient is enough to throw the weights to where the next gradients are no better: without clipping the loss ends far above that of the clipped run, which goes down.

**What clipping cannot do.** It makes long gradients short. It makes no short gradient longer: run the next cell on the gradients that a sigmoid network sends to its first step. Lecture note 003 names clipping under exploding gradients only, and
rightly so: against vanishing it is no help at all.
"""

# %% demo=true
faint = {
    "dx at step 1": recurrent_backward(
        only_last, recurrent_forward(x_long, a0_long, same, "sigmoid"), same, "sigmoid"
    )["dx"][:, :, 0]
}
clipped, norm = clip_by_norm(faint, 1.0)
print(f"norm before clipping {norm:.1e}, after {clip_by_norm(clipped, 1.0)[1]:.1e}")

# %% [markdown]
r"""
Nor can it repair what has overflowed. **A correction to lecture note 002**, which says that exploding gradients overflow to NaN and that an upper limit solves this: the limit has to act *before*. NaN clipped is NaN, and infinity divided by an infinite
norm is NaN as well. Such an update is left out.
"""

# %% [markdown]
r"""
## 6 · Going back only so far

A text has a million characters. Backpropagation through time would have to run over all of them before the first update, and keep every cache. **Truncated** backpropagation through time (Williams and Peng, 1990) is the way out, with two numbers:

* after every $k_1$ steps there is a backward pass, which starts from the losses of these new steps;
* it goes back $k_2 \ge k_1$ steps, counted from its end, and stops there.

The *forward* pass is not cut: the activation is carried on from step to step as ever. Here are the passes over eight steps with $k_1 = 2$ and $k_2 = 5$:
"""

# %% demo=true
plots.passes(8, [(0, 0, 2), (0, 2, 4), (1, 4, 6), (3, 6, 8)])

# %% [markdown]
r"""
Each loss starts once, in the pass of its own $k_1$ steps. On the steps before, a pass only travels: their losses have gone back already, and do not count again. Where $T_x$ is no multiple of $k_1$, the last pass has fewer new steps. The gradients of
all passes are added.

With $k_2$ so large that each pass reaches the beginning, this is the whole gradient, whatever $k_1$ is. With a smaller one it is not the gradient of anything; it leaves out what is far away.
"""

# %% [markdown]
r"""
{exercise: truncated_backward}

Compute the sum of the passes' gradients. Use `rnn_backward` for each pass.

Shapes: `da` is $(n_a, m, T_x)$; `caches` is what `rnn_forward` returned, `(list of the cell caches, x)`; `k1` and `k2` are whole numbers, $1 \le k_1 \le k_2$, which may be larger than $T_x$. Return a dict with `dWax`, `dWaa`, `dba`.

<details><summary>Hint 1: three places</summary>

Name three steps for each pass: where its new steps start, where they end, and how far back it goes. Neither the end nor the beginning of the sequence may be overrun.

</details>
<details><summary>Hint 2: a pass is a short sequence</summary>

`rnn_backward` takes a `da` and caches. Give it the slices of `da`, of the list and of `x` that the pass covers; it needs no more to treat them as a sequence of their own.

</details>
<details><summary>Hint 3: losses that have been counted</summary>

Set the slice of `da` to zero on the steps where the pass only travels. Work on a copy: `da` belongs to the caller.

</details>
"""


# %% exercise="truncated_backward"
def truncated_backward(da, caches, k1, k2):
    """After every k1 steps their losses go back k2 steps: dWax, dWaa, dba summed over the passes."""
    ### BEGIN SOLUTION
    cell_caches, x = caches
    T_x = da.shape[2]
    total = dict.fromkeys(("dWax", "dWaa", "dba"), 0)
    for start in range(0, T_x, k1):
        end = min(start + k1, T_x)
        back = max(end - k2, 0)
        new = da[:, :, back:end].copy()
        new[:, :, : start - back] = 0
        step = rnn_backward(new, (cell_caches[back:end], x[:, :, back:end]))
        total = {name: value + step[name] for name, value in total.items()}
    return total
    ### END SOLUTION


# %% check="truncated_backward"
check(truncated_backward)

# %% [markdown]
r"""
How much is lost? Below, every one of forty steps has a loss. The curve is the distance of the truncated $dW_{aa}$ from the whole one, over how far the passes go back.
"""

# %% demo=true
T_cut = 40
losses_everywhere = np.random.default_rng(8).standard_normal((n_a, m, T_cut))
k2_values = np.arange(1, 21)
error = {}
for stretch in (0.8, 1.3, 1.8):
    caches = rnn_forward(x_long[:, :, :T_cut], a0_long, plain_parameters(stretch, np.random.default_rng(2)))[
        2
    ]
    whole = rnn_backward(losses_everywhere, caches)["dWaa"]
    error[f"stretch {stretch}"] = np.array(
        [
            np.linalg.norm(truncated_backward(losses_everywhere, caches, 1, k2)["dWaa"] - whole)
            / np.linalg.norm(whole)
            for k2 in k2_values
        ]
    )
plots.truncation_error(k2_values, error)

# %% [markdown]
r"""
Where gradients vanish fast, a few steps back are nearly all there is, and truncation costs nothing. Where they do not, it cuts off what there was to learn.

### Training on a long sequence

The common choice is $k_1 = k_2 = k$: cut the sequence into **chunks** of $k$ steps, and for one chunk after the other

1. run forward *from the activation that the chunk before ended with* (the first one from $a^{\langle 0 \rangle}$);
2. take its loss, the cross-entropy summed over its steps and examples, $-\sum y \log \hat y$;
3. run backward over this chunk only;
4. clip the gradient of the five parameters by norm, and update each: parameter − learning rate · gradient;
5. carry the last activation on.

The activation crosses the border between chunks; the gradient does not.
"""

# %% [markdown]
r"""
{exercise: train_in_chunks}

Train on one long sequence, in chunks of `k` steps. Use `rnn_forward`, `rnn_output_backward`, `rnn_backward`, and your `clip_by_norm`.

Shapes: `x` $(n_x, m, T_x)$; `y` $(n_y, m, T_x)$, one-hot; `a0` $(n_a, m)$; `parameters` with `Waa`, `Wax`, `Wya`, `ba`, `by`, which stay as they are. The last chunk may be shorter. Return three things: a new dict of parameters, the last activation
$(n_a, m)$, and the list of the chunks' losses, each before its update.

To remember: `rnn_forward(x, a0, parameters)` gives `a, y_pred, caches`; `rnn_output_backward(y_pred, y, a, parameters)` gives a dict with `dWya`, `dby` and `da`; `rnn_backward(da, caches)` gives one with `dWax`, `dWaa`, `dba`, and also `dx` and
`da0`.

<details><summary>Hint 1: slices</summary>

`x[:, :, start : start + k]` is a chunk, and NumPy lets a slice end early. `range` with a step gives the starts.

</details>
<details><summary>Hint 2: what is clipped</summary>

The five gradients in one dict, and nothing else: `da`, `dx` and `da0` are gradients of no parameter.

</details>
<details><summary>Hint 3: new parameters</summary>

Make a new dict at each update. `-=` on an array would change the caller's.

</details>
"""


# %% exercise="train_in_chunks"
def train_in_chunks(x, y, a0, parameters, k, learning_rate, max_norm):
    """One update after each chunk of k steps, the activation carried on: parameters, last activation, losses."""
    ### BEGIN SOLUTION
    state, losses = a0, []
    for start in range(0, x.shape[2], k):
        x_chunk, y_chunk = x[:, :, start : start + k], y[:, :, start : start + k]
        a, y_pred, caches = rnn_forward(x_chunk, state, parameters)
        losses.append(-(y_chunk * np.log(y_pred)).sum())
        step = rnn_output_backward(y_pred, y_chunk, a, parameters)
        step = {**step, **rnn_backward(step["da"], caches)}
        gradients, _ = clip_by_norm({name: step[f"d{name}"] for name in parameters}, max_norm)
        parameters = {name: value - learning_rate * gradients[name] for name, value in parameters.items()}
        state = a[:, :, -1]
    return parameters, state, losses
    ### END SOLUTION


# %% check="train_in_chunks"
check(train_in_chunks)

# %% [markdown]
r"""
A stream of coin tosses, and the network is to say at each step what was tossed *five steps ago*. Chunks of at most five steps never contain a question together with its answer. What is learned, for different $k$?
"""


# %% demo=true
def echo_stream(delay, steps, examples, rng):
    """Coin tosses as ±1, and at each step the class of the toss `delay` steps before."""
    tosses = rng.integers(0, 2, (examples, steps + delay))
    return 2.0 * tosses[np.newaxis, :, delay:] - 1, np.eye(2)[tosses[:, :steps]].transpose(2, 0, 1)


print("surprise at what was tossed five steps ago, per step, over the last quarter of the stream")
print(f"  guessing           {np.log(2):.3f}")
for k in (2, 4, 6, 8):
    rng = np.random.default_rng(0)
    x_echo, y_echo = echo_stream(5, 3200, 16, rng)
    echo = {
        "Waa": rotation(16, rng),
        "Wax": rng.standard_normal((16, 1)) / 4,
        "Wya": rng.standard_normal((2, 16)) / 4,
        "ba": np.zeros((16, 1)),
        "by": np.zeros((2, 1)),
    }
    _, _, losses = train_in_chunks(x_echo, y_echo, np.zeros((16, 16)), echo, k, 0.1, 1.0)
    per_step = np.array(losses) / (k * 16)
    print(f"  chunks of {k} steps  {per_step[-len(per_step) // 4 :].mean():.3f}")

# %% [markdown]
r"""
With chunks longer than the delay the task is solved. With shorter ones something is learned all the same: the state is carried across the border, an echo of old tosses is in it because $W_{aa}$ began as a rotation, and the output layer learns to read it. But no
gradient ever told the network to *keep* a toss, so what it can read is left to chance. Carry the state, and choose $k$ longer than what is to be learned.
"""

# %% [markdown]
r"""
## 7 · Short memory, long memory

Back to the symbol and the noise, now with all that you have: your backward passes, `clip_by_norm`, and four networks of 16 units each. Two are plain, with a random $W_{aa}$ and with one that begins as a rotation; two are LSTMs, whose forget gates begin half open
($b_f = 0$) and open ($b_f = 3$). They are trained with Adam, a form of gradient descent that gives each weight a step size of its own; it is written out below. On the left the symbol has to be remembered for 5 steps, on the right for 40. (The cell takes some
seconds.)
"""


# %% demo=true
class Adam:
    """Gradient descent whose steps are scaled by running means of the gradient and of its square."""

    def __init__(self, parameters, rate):
        self.rate, self.updates = rate, 0
        self.mean = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.square = {name: np.zeros_like(value) for name, value in parameters.items()}

    def updated(self, parameters, gradients):
        self.updates += 1
        new = {}
        for name, value in parameters.items():
            self.mean[name] = 0.9 * self.mean[name] + 0.1 * gradients[name]
            self.square[name] = 0.99 * self.square[name] + 0.01 * gradients[name] ** 2
            mean = self.mean[name] / (1 - 0.9**self.updates)
            square = self.square[name] / (1 - 0.99**self.updates)
            new[name] = value - self.rate * mean / (np.sqrt(square) + 1e-8)
        return new


def plain_start(units, rng, turned):
    parameters = small_network(units, 1.0, rng)
    if not turned:
        parameters["Waa"] = rng.standard_normal((units, units)) / np.sqrt(units + SYMBOLS)
    return parameters


def lstm_start(units, rng, forget_bias):
    width = units + SYMBOLS
    parameters = {f"W{gate}": rng.standard_normal((units, width)) / np.sqrt(width) for gate in "fuco"}
    parameters.update({f"b{gate}": np.zeros((units, 1)) for gate in "fuco"})
    parameters["bf"] += forget_bias
    return {
        **parameters,
        "Wy": rng.standard_normal((SYMBOLS, units)) / np.sqrt(units),
        "by": np.zeros((SYMBOLS, 1)),
    }


def remember(start, delay, updates=150, units=16, seed=2):
    """Train one network to recall the symbol; the share of right answers at each update."""
    rng = np.random.default_rng(seed)
    parameters = start(units, rng)
    is_lstm = "Wf" in parameters
    output_name = "Wy" if is_lstm else "Wya"
    optimiser, right = Adam(parameters, rate=0.005), []
    for _ in range(updates):
        x, symbols = draw_batch(rng, delay)
        a0 = np.zeros((units, symbols.shape[1]))
        if is_lstm:
            a, y_pred, _, caches = lstm_forward(x, a0, parameters)
        else:
            a, y_pred, caches = rnn_forward(x, a0, parameters)
        right.append((y_pred[:, :, -1].argmax(axis=0) == symbols.argmax(axis=0)).mean())
        output, da = answer_backward(y_pred[:, :, -1], symbols, a, parameters[output_name])
        gradients = (lstm_backward if is_lstm else rnn_backward)(da, caches)
        gradients = {**gradients, f"d{output_name}": output["dW"], "dby": output["db"]}
        clipped, _ = clip_by_norm({name: gradients[f"d{name}"] for name in parameters}, 1.0)
        parameters = optimiser.updated(parameters, clipped)
    return np.array(right)


starts = {
    "plain, random": lambda units, rng: plain_start(units, rng, turned=False),
    "plain, rotation": lambda units, rng: plain_start(units, rng, turned=True),
    "LSTM, b_f = 0": lambda units, rng: lstm_start(units, rng, 0.0),
    "LSTM, b_f = 3": lambda units, rng: lstm_start(units, rng, 3.0),
}
recalled = {
    f"remember for {delay} steps": {label: remember(start, delay) for label, start in starts.items()}
    for delay in (5, 40)
}
plots.remembering(recalled, chance=1 / SYMBOLS)

# %% [markdown]
r"""
Over five steps all of them learn. Over forty, what decides is what the *gradient* looked like before the first update: an LSTM with half-open gates is no better than guessing, since the message that it should open them does not reach it; the same LSTM with open gates
learns, and so does the plain network that begins as a rotation.

One seed is one draw. With the seeds 0 to 5, the LSTM with half-open gates was guessing over forty steps each time, and the plain network with a random $W_{aa}$ never had much more than half of the answers right. The other two had nearly all of them right at the end, but for seed 0: with
that one the LSTM needs some more updates than 150, and the plain network stays at one half. `remember(starts["LSTM, b_f = 3"], 40, updates=300, seed=0)` gives you the share of right answers in a longer training, update by update.
"""

# %% [markdown]
r"""
## 8 · The same in PyTorch

In torch all of this is a line each. From here on arrays are *batch first* where torch sees them, and its names are other ones:

| here | torch |
|---|---|
| sequence $(n_x, m, T_x)$ | $(B, T, D)$ with `batch_first=True` |
| $W_{aa}$, $W_{ax}$, activation $a$ | `weight_hh`, `weight_ih`, hidden state $h$ |
| `recurrent_forward(…, "relu")` | `torch.nn.RNN(…, nonlinearity="relu")` |
| `clip`, `clip_by_norm` | `clip_grad_value_`, `clip_grad_norm_`: both change the gradients in place |
| cutting between chunks | `state.detach()`: the same numbers, without their history |
"""

# %% demo=true
import torch

relu = plain_parameters(1.2, np.random.default_rng(5))
x_small, a0_small = x_long[:, :, :20], np.abs(rng.standard_normal((n_a, m)))
layer = torch.nn.RNN(n_x, n_a, nonlinearity="relu", batch_first=True, dtype=torch.float64)
state = {
    "weight_ih_l0": relu["Wax"],
    "weight_hh_l0": relu["Waa"],
    "bias_ih_l0": relu["ba"][:, 0],
    "bias_hh_l0": np.zeros(n_a),
}
layer.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})
x_torch = torch.from_numpy(x_small.transpose(1, 2, 0).copy()).requires_grad_()
h, _ = layer(x_torch, torch.from_numpy(a0_small.T.copy())[None])
R = rng.standard_normal((n_a, m, 20))
(h * torch.from_numpy(R.transpose(1, 2, 0).copy())).sum().backward()

a = recurrent_forward(x_small, a0_small, relu, "relu")
dx = recurrent_backward(R, a, relu, "relu")["dx"]
print(f"ReLU network: dx differs by {np.abs(dx - x_torch.grad.numpy().transpose(2, 0, 1)).max():.1e}")

yours = {name: weight.grad.numpy().copy() for name, weight in layer.named_parameters()}
mine, norm = clip_by_norm(yours, 1.0)
norm_torch = torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
difference = max(np.abs(mine[name] - weight.grad.numpy()).max() for name, weight in layer.named_parameters())
print(
    f"clip_by_norm: the norm before is {norm:.3f} and {norm_torch:.3f}; clipped, they differ by {difference:.0e}"
)

# %% [markdown]
r"""
(Torch divides by the norm plus $10^{-6}$, so as never to divide by zero; hence the small difference.) And the training in chunks, with the state detached between them:
"""

# %% demo=true
rng = np.random.default_rng(9)
x_train, y_train = echo_stream(2, 30, 4, rng)
start = {
    "Waa": rotation(6, rng),
    "Wax": rng.standard_normal((6, 1)),
    "Wya": rng.standard_normal((2, 6)),
    "ba": np.zeros((6, 1)),
    "by": np.zeros((2, 1)),
}
weights = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in start.items()}
optimiser = torch.optim.SGD(weights.values(), lr=0.1)
h = torch.zeros(6, 4, dtype=torch.float64)
losses_torch = []
for begin in range(0, 30, 7):
    loss = torch.zeros((), dtype=torch.float64)
    for t in range(begin, min(begin + 7, 30)):
        h = torch.tanh(
            weights["Waa"] @ h + weights["Wax"] @ torch.from_numpy(x_train[:, :, t]) + weights["ba"]
        )
        scores = weights["Wya"] @ h + weights["by"]
        loss = loss - (torch.from_numpy(y_train[:, :, t]) * scores.log_softmax(dim=0)).sum()
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
    optimiser.step()
    h = h.detach()  # without this line, the next backward pass would run into this chunk
    losses_torch.append(loss.item())

trained, _, losses = train_in_chunks(x_train, y_train, np.zeros((6, 4)), start, 7, 0.1, 1.0)
print("losses of the chunks, yours:   ", " ".join(f"{loss:8.4f}" for loss in losses))
print("losses of the chunks, torch's: ", " ".join(f"{loss:8.4f}" for loss in losses_torch))

# %% [markdown]
r"""
## What you have

* A reason why recurrent networks forget: the gradient is carried by a product of Jacobians, one for each step. It is the product that shrinks or grows, not the values.
* Two numbers of a matrix, and what each decides: $\sigma_{\max}$ bounds every step; the spectral radius is what remains in the long run.
* Two medicines for two diseases. Against exploding: clipping, by norm if the direction is to stay. Against vanishing: gates that begin open, or a $W_{aa}$ that begins as a rotation. Clipping does nothing there.
* A way to train on sequences without end: carry the state, cut the gradient, and know what is cut off.

In **`06-language-model`** all of it is at work: a network that reads names character by character, trained with your clipping, and that invents new ones. The next cell shows what you have passed on this computer, and what is open.
"""

# %% demo=true
from autograder.progress import progress

progress()
