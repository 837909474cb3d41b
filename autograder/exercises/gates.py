"""What cells with gates have in common: the layouts of an LSTM, and known mistakes.

The mistakes are those in layers, over a sequence, on the way back through time; they replace text that the references
of these cells share.
"""

from collections.abc import Mapping

from autograder.exercise import Mistake
from autograder.layout import Array, Layout, Tuple


def lstm_weights(stack: str) -> dict[str, Layout]:
    """The weights of an LSTM whose gates see a stack of so many rows."""
    weights: dict[str, Layout] = {f"W{gate}": Array("n_a", stack) for gate in "fuco"}
    return {**weights, **{f"b{gate}": Array("n_a", "1") for gate in "fuco"}}


def lstm_cache(parameters: Layout) -> Tuple:
    """What an LSTM with these parameters keeps of a step for the way back."""
    units = ("a_next", "c_next", "a_prev", "c_prev", "ft", "ut", "cct", "ot")
    states: dict[str, Layout] = {name: Array("n_a", "m") for name in units}
    return Tuple(**states, xt=Array("n_x", "m"), parameters=parameters)


class LayerMistakes:
    """Mistakes in one layer of a cell.

    Args:
        layers: by its letter in the parameters, a layer's name in the code, and what a learner calls it.
    """

    def __init__(self, layers: Mapping[str, tuple[str, str]]) -> None:
        self.layers = layers

    def copied_layer(self, gate: str, source: str) -> Mistake:
        """One layer with the weights and the bias of another, as left by copying a line."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"{name}_has_layer_of_{self.layers[source][0]}",
            [
                (f'parameters["W{gate}"]', f'parameters["W{source}"]'),
                (f'parameters["b{gate}"]', f'parameters["b{source}"]'),
            ],
            f"The {spoken} is computed with the weights and the bias of the {self.layers[source][1]}. "
            "Each layer has its own.",
        )

    def copied_bias(self, gate: str, source: str) -> Mistake:
        """One layer with the bias of another."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"{name}_has_bias_of_{self.layers[source][0]}",
            (f'parameters["b{gate}"]', f'parameters["b{source}"]'),
            f"The {spoken} has its own weights, but the bias of the {self.layers[source][1]}.",
        )

    def copied_weights(self, gate: str, source: str) -> Mistake:
        """One layer with the weights of another."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"{name}_has_weights_of_{self.layers[source][0]}",
            (f'parameters["W{gate}"]', f'parameters["W{source}"]'),
            f"The {spoken} has its own bias, but the weights of the {self.layers[source][1]}.",
        )

    def exchanged_weights(self, gate: str, other: str) -> Mistake:
        """Two layers with each other's weights."""
        (name, spoken), (source, source_spoken) = self.layers[gate], self.layers[other]
        return Mistake(
            f"{name}_and_{source}_exchange_weights",
            [
                (f'parameters["W{gate}"]', 'parameters["_"]'),
                (f'parameters["W{other}"]', f'parameters["W{gate}"]'),
                ('parameters["_"]', f'parameters["W{other}"]'),
            ],
            f"The {spoken} has the weights of the {source_spoken}, and the other way round.",
        )

    def tanh_for(self, gate: str) -> Mistake:
        """A gate with a tanh."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"tanh_for_{name}",
            (f'sigmoid(parameters["W{gate}"]', f'np.tanh(parameters["W{gate}"]'),
            f"The {spoken} is what tanh gives. A gate says how much, from 0 to 1, so it needs the sigmoid.",
        )

    def unsquashed(self, gate: str) -> Mistake:
        """A gate without its sigmoid."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"{name}_not_squashed",
            (f'sigmoid(parameters["W{gate}"]', f'(parameters["W{gate}"]'),
            f"The {spoken} is what comes before the sigmoid. A gate has to lie between 0 and 1.",
        )

    def derivative_missing(self, gate: str) -> Mistake:
        """One gate's gradient before its sigmoid, without the sigmoid's derivative."""
        name, spoken = self.layers[gate]
        return Mistake(
            f"derivative_missing_{name}",
            (f" * {name} * (1 - {name})", ""),
            f"The gradient of the {spoken} stops after the sigmoid. The sigmoid's derivative is still to be multiplied.",
        )

    def swapped_layers(self, one: str, other: str) -> Mistake:
        """The gradients of two layers' parameters, each taken from the other layer."""
        first, second = (f'gates["d{self.layers[gate][0]}"]' for gate in (one, other))
        pairs = [
            (f'"dW{one}": {first}', f'"dW{one}": {second}'),
            (f'"dW{other}": {second}', f'"dW{other}": {first}'),
            (f'"db{one}": {first}', f'"db{one}": {second}'),
            (f'"db{other}": {second}', f'"db{other}": {first}'),
        ]
        return Mistake(
            f"{self.layers[one][0]}_and_{self.layers[other][0]}_swapped",
            pairs,
            f"The parameters of the {self.layers[one][1]} and of the {self.layers[other][1]} have each other's gradients.",
        )

    def taken_from(self, one: str, other: str) -> Mistake:
        """A layer's parameters with the gradient of another layer."""
        (name, spoken), (source, source_spoken) = self.layers[one], self.layers[other]
        return Mistake(
            f"{name}_from_d{source}",
            [
                (f'"d{kind}{one}": gates["d{name}"]', f'"d{kind}{one}": gates["d{source}"]')
                for kind in ("W", "b")
            ],
            f"This is computed from the gradient at the {source_spoken}, d{source}. W_{one} and b_{one} belong to the "
            f"{spoken}, whose gradient is d{name}.",
        )


INPUT_TAKEN_WRONGLY = [
    Mistake(
        "first_input_at_every_step",
        ("x[:, :, t]", "x[:, :, 0]"),
        "Every step reads the first input. Step t reads the input at t along the last axis.",
    ),
    Mistake(
        "input_a_step_late",
        ("x[:, :, t]", "x[:, :, t - 1]"),
        "Each step reads the input of the step before it, and the first reads the last. Step t reads the input "
        "at t.",
    ),
    Mistake(
        "read_backwards",
        ("x[:, :, t]", "x[:, :, -1 - t]"),
        "The sequence is read from its end. The first step reads the first input.",
    ),
]
"""What goes wrong where a step takes its input."""

STEPS_LEFT_OUT = [
    Mistake(
        "last_step_missing",
        ("range(x.shape[2])", "range(x.shape[2] - 1)"),
        "The last step is missing. A sequence of T_x inputs has T_x steps.",
    ),
    Mistake(
        "returns_within_loop",
        ("range(x.shape[2])", "range(1)"),
        "Only the first step is there: the function returns within its loop. Return when all steps are done.",
    ),
]
"""Steps that a forward pass leaves out."""

CACHES_KEPT_WRONGLY = [
    Mistake(
        "caches_backwards",
        ("caches.append(cache)", "caches.insert(0, cache)"),
        "The cell caches are in the order from the last step to the first. They are kept in the order of time.",
    ),
    Mistake(
        "last_cache_only",
        ("caches.append(cache)", "caches = [cache]"),
        "Only the last step's cache is kept. The way back needs the cache of every step.",
    ),
]
"""Caches of the steps that are not kept in the order of time."""

OWN_LOSS = [
    Mistake(
        "only_the_last_loss",
        ("da[:, :, t] + da_prev", "(da[:, :, t] if t == da.shape[2] - 1 else 0) + da_prev"),
        "Only the last step's own loss is there. Every step adds its own part of da to what is carried.",
    ),
    Mistake(
        "last_loss_at_every_step",
        ("da[:, :, t] + da_prev", "da[:, :, -1] + da_prev"),
        "The last step's da is added at every step. Each step adds its own.",
    ),
]
"""Each step's own loss, on the way back through time."""

PARAMETERS_SUMMED_WRONGLY = [
    Mistake(
        "gradients_overwritten",
        ("gradients[name] += step[name]", "gradients[name] = step[name]"),
        "The gradients of the parameters are those of the first step only, the last one visited. All steps "
        "share the parameters, so their gradients are summed.",
    ),
    Mistake(
        "gradients_averaged",
        ("gradients[name] += step[name]", "gradients[name] += step[name] / da.shape[2]"),
        "The gradients of the parameters are means over the time steps. They are sums.",
    ),
    Mistake(
        "biases_overwritten",
        (
            "gradients[name] += step[name]",
            'gradients[name] = step[name] + (gradients[name] if name[1] == "W" else 0)',
        ),
        "The bias gradients are those of the first step only. They are summed over the steps as those of the "
        "weights are.",
    ),
]
"""Gradients of the parameters that are not summed over the steps."""

WALKED_WRONGLY = [
    Mistake(
        "returns_within_loop",
        ("reversed(range(da.shape[2]))", "[da.shape[2] - 1]"),
        "Only the last step is walked back: the function returns within its loop. Return when all steps are "
        "done.",
    ),
    Mistake(
        "walked_forward",
        ("reversed(range(da.shape[2]))", "range(da.shape[2])"),
        "The steps are visited from the first to the last. Gradients flow back: begin with the last.",
    ),
    Mistake(
        "cache_a_step_early",
        ("cell_caches[t])", "cell_caches[t - 1])"),
        "Each step uses the cache of the step before it. Step t goes back with the cache of step t.",
    ),
    Mistake(
        "caches_in_reverse",
        ("cell_caches[t])", "cell_caches[-1 - t])"),
        "The caches are used in the order from the first to the last while da runs from the last to the first. "
        "Step t goes back with the cache of step t.",
    ),
    Mistake(
        "dx_in_reverse",
        ("dx[:, :, t]", "dx[:, :, -1 - t]"),
        "dx is stored in the order of the way back. The gradient of step t's input belongs at t.",
    ),
    Mistake(
        "dx_summed",
        ('dx[:, :, t] = step["dxt"]', 'dx += step["dxt"][:, :, np.newaxis]'),
        "dx holds the same sum at every step. The inputs are not shared by the steps, so each has a gradient "
        "of its own.",
    ),
]
"""Steps and caches in a wrong order on the way back, and what is stored at each."""

FIRST_ACTIVATION = [
    Mistake(
        "da0_zero",
        ('"da0": da_prev', '"da0": np.zeros_like(da_prev)'),
        "da0 is zero. It is what is left to carry after the first step has been walked back.",
    ),
    Mistake(
        "da0_of_the_first_loss",
        ('"da0": da_prev', '"da0": da[:, :, 0]'),
        "da0 is the first step's own gradient, which belongs to the activation after the first step. a0 comes "
        "before it.",
    ),
    Mistake(
        "da0_with_own_loss",
        ('"da0": da_prev', '"da0": da_prev + da[:, :, 0]'),
        "da0 has the first step's own gradient added once more. It is what the first step sends back, alone.",
    ),
]
"""What is left when the first step has been walked back."""
