"""What is graded in 06-language-model."""

import itertools

import numpy as np

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.names import test_names
from autograder.layout import Array, Dict, Function, Layout, Number, Plain, Tuple
from autograder.row import Row
from autograder.tree import Fixture
from seqlib import language_model as reference
from seqlib import references

WITHHELD = ("batches", "models/parts")

INPUTS = Array("n_x", "m", "T_x")
PREDICTIONS = Array("n_y", "m", "T_x")
TOKENS = Array("m", "T_x")
BIAS = Array("n_a", "1")
WEIGHTS: dict[str, Layout] = {
    "Waa": Array("n_a", "n_a"),
    "Wax": Array("n_a", "n_x"),
    "Wya": Array("n_x", "n_a"),
    "ba": BIAS,
    "by": Array("n_x", "1"),
}
PARAMETERS = Dict(**WEIGHTS)
GRADIENTS = Dict(**{f"d{name}": layout for name, layout in WEIGHTS.items()})
STATE = Dict(t=Number(), m=PARAMETERS, v=PARAMETERS)
DISTRIBUTION = Array("V")

BATCH_DIMS = [
    {"m": 3, "n_x": 7, "T_x": 5},
    {"m": 4, "n_x": 6, "T_x": 8},
    {"m": 1, "n_x": 5, "T_x": 3},
]
PREDICTION_DIMS = [
    {"n_y": 6, "m": 3, "T_x": 5},
    {"n_y": 4, "m": 2, "T_x": 7},
    {"n_y": 3, "m": 1, "T_x": 4},
    {"n_y": 5, "m": 6, "T_x": 2},
]
MODEL_DIMS = [
    {"n_x": 6, "n_a": 4, "m": 3, "T_x": 5},
    {"n_x": 5, "n_a": 7, "m": 2, "T_x": 4},
    {"n_x": 4, "n_a": 5, "m": 1, "T_x": 3},
]
REFERENCE_MODEL = "names-rnn"
# Few and short, so that an answer in plain loops over 256 units stays far from the time limit.
HELD_OUT_NAMES = 3
LONGEST_NAME = 4
# So many draws that each known mistake shifts a frequency by more than the law's bound, which is 0.11, from right code
# and from every other mistake.
DRAWS = 1500
# So many draws from one seed that a generator of one's own all but never gives the same token each time.
REPEATS = 30
# Fewer texts, which take longer: what is wrong with a text shows in the cases without chance already.
TEXTS = 300


def draw_sequences(rng: np.random.Generator, dims: Dims, eos: int) -> list[list[int]]:
    """Sequences of different lengths, the longest of T_x - 1 tokens and not the last, without <EOS>."""
    ordinary = [token for token in range(dims["n_x"]) if token != eos]
    lengths = [dims["T_x"] - 1, *(int(n) for n in rng.integers(0, dims["T_x"] - 1, dims["m"] - 1))]
    if len(lengths) > 2:
        lengths = [lengths[1], lengths[0], *lengths[2:]]
    return [[int(rng.choice(ordinary)) for _ in range(length)] for length in lengths]


def draw_batch(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Sequences to be put into a batch; <EOS> is not token 0."""
    eos = int(rng.integers(1, dims["n_x"]))
    return {"sequences": draw_sequences(rng, dims, eos), "eos": eos, "n_x": dims["n_x"]}


def draw_mask(rng: np.random.Generator, dims: Dims) -> np.ndarray:
    """True for the tokens of sequences of which one is full, and one shorter where there are two."""
    lengths = rng.integers(1, dims["T_x"], dims["m"])
    lengths[dims["m"] // 2] = dims["T_x"] if dims["m"] > 1 else dims["T_x"] - 1
    mask: np.ndarray = np.arange(dims["T_x"]) < lengths[:, np.newaxis]
    return mask


def draw_predictions(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Probabilities, true tokens, and padding whose tokens are no zeros, so that it shows when they count."""
    n_y, m, T_x = dims["n_y"], dims["m"], dims["T_x"]
    scores = rng.normal(0, 1.5, (n_y, m, T_x))
    y_pred = np.exp(scores) / np.exp(scores).sum(axis=0)
    return {"y_pred": y_pred, "targets": rng.integers(0, n_y, (m, T_x)), "mask": draw_mask(rng, dims)}


def draw_parameters(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights of a network in which the state matters as much as the input."""
    n_x, n_a = dims["n_x"], dims["n_a"]
    return {
        "Waa": rng.normal(0, 1.2 / np.sqrt(n_a), (n_a, n_a)),
        "Wax": rng.normal(0, 1, (n_a, n_x)),
        "Wya": rng.normal(0, 1.2, (n_x, n_a)),
        "ba": rng.normal(0, 0.5, (n_a, 1)),
        "by": rng.normal(0, 0.5, (n_x, 1)),
    }


def draw_filled_batch(rng: np.random.Generator, dims: Dims) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A batch as `make_batch` makes it, but with something in the padding, so that it shows when it counts."""
    mask = draw_mask(rng, dims)
    targets = rng.integers(0, dims["n_x"], mask.shape)
    x = np.zeros((dims["n_x"], *mask.shape))
    x[:, :, 1:] = np.moveaxis(np.eye(dims["n_x"])[targets[:, :-1]], -1, 0)
    return x, targets, mask


def draw_model(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A batch and the weights of a network."""
    x, targets, mask = draw_filled_batch(rng, dims)
    return {"x": x, "targets": targets, "mask": mask, "parameters": draw_parameters(rng, dims)}


def held_out_names() -> Cases:
    """Held-out names under the weights of a trained model; the public cases are the recorded ones."""

    def arguments(batch: references.Batch) -> list[Arguments]:
        weights = Fixture("reference_parameters", REFERENCE_MODEL)
        return [{"x": batch.x, "targets": batch.targets, "mask": batch.mask, "parameters": weights}]

    def drawn(rng: np.random.Generator) -> list[Arguments]:
        names = [name for name in test_names() if len(name) <= LONGEST_NAME]
        chosen = [str(name) for name in rng.choice(names, HELD_OUT_NAMES, replace=False)]
        return arguments(references.as_batch(chosen, references.card(REFERENCE_MODEL)))

    return Cases(
        REFERENCE_MODEL, draw=drawn, recorded=lambda: arguments(references.recorded(REFERENCE_MODEL).batch)
    )


def draw_temperature(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Probabilities of very different sizes and a temperature that changes them."""
    scores = rng.normal(0, 1.5, dims["V"])
    p = np.exp(scores) / np.exp(scores).sum()
    low = dims["V"] % 2 == 0
    return {"probabilities": p, "temperature": float(rng.uniform(0.3, 0.7) if low else rng.uniform(1.6, 3))}


def cold_temperatures(rng: np.random.Generator) -> list[Arguments]:
    """A temperature at which powers of probabilities are too small for a floating-point number."""
    p = np.array([0.02, 0.3, 0.25, 0.2, 0.15, 0.08]) + rng.uniform(0, 0.005, 6)
    p /= p.sum()
    return [{"probabilities": rng.permutation(p), "temperature": 0.001}]


def cold_for_all() -> list[Arguments]:
    """The public case of a temperature near 0."""
    return cold_temperatures(np.random.default_rng(6))


def draw_token(rng: np.random.Generator, dims: Dims) -> Arguments:
    """One distribution for many draws, in which <UNK> is so likely that what takes its place shows."""
    p = np.array([0.03, 0.13, 0.45, 0.03, 0.36]) * np.exp(rng.normal(0, 0.02, dims["V"]))
    return {
        "probabilities": p / p.sum(),
        "unknown": 2,
        "rng": Fixture("generator", int(rng.integers(2**31))),
    }


def same_seeds(rng: np.random.Generator) -> list[Arguments]:
    """One distribution and one seed, many times over: what is drawn with the generator that is given is the same."""
    p, seed = rng.dirichlet(np.full(6, 8.0)), int(rng.integers(2**31))
    return [{"probabilities": p, "unknown": 4, "rng": Fixture("generator", seed)} for _ in range(REPEATS)]


def same_seeds_for_all() -> list[Arguments]:
    """The public cases of one seed."""
    return same_seeds(np.random.default_rng(6))


def followed(arguments: Arguments) -> tuple[list[int], float]:
    """What is sampled with a draw at shares, and how close one comes to falling between two tokens."""
    shares, closest = itertools.cycle(arguments["draw"].data), 1.0

    def draw(probabilities: np.ndarray) -> int:
        nonlocal closest
        share, sums = next(shares), np.cumsum(probabilities)
        closest = min(closest, float(np.abs(sums - share).min()))
        return int((sums <= share).sum())

    return reference.sample(arguments["parameters"], draw, arguments["eos"], arguments["longest"]), closest


def draw_writing(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A network that writes a wanted number of tokens, not all the same, and far from any doubt about them."""
    while True:
        arguments = {
            "parameters": draw_parameters(rng, dims),
            "draw": Fixture("drawing_at", [float(share) for share in rng.uniform(0.1, 0.9, 11)]),
            "eos": int(rng.integers(1, dims["n_x"])),
            "longest": dims["written"] + dims["spare"],
        }
        tokens, closest = followed(arguments)
        varied = len(set(tokens)) >= min(dims["written"], 3)
        if len(tokens) == dims["written"] and varied and closest > 1e-3:
            return arguments


def chance_writing(rng: np.random.Generator) -> list[Arguments]:
    """One network that writes by chance, many times over."""
    parameters = draw_parameters(rng, {"n_x": 4, "n_a": 6})
    parameters["by"][2] += 0.8
    return [
        {
            "parameters": parameters,
            "draw": Fixture("drawing", int(rng.integers(2**31))),
            "eos": 2,
            "longest": 5,
        }
        for _ in range(TEXTS)
    ]


def chance_for_all() -> list[Arguments]:
    """The public cases of writing by chance."""
    return chance_writing(np.random.default_rng(6))


def draw_moments(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Parameters, gradients and the moments after `t` steps; small gradients make ε matter, and late ones are clipped."""
    values = draw_parameters(rng, dims)
    size = 10.0 ** -dims["digits"]
    gradients = {f"d{name}": rng.normal(0, size, value.shape) for name, value in values.items()}
    seen = 1.0 if dims["t"] else 0.0
    state = {
        "t": dims["t"],
        "m": {name: seen * rng.normal(0, 0.5 * size, value.shape) for name, value in values.items()},
        "v": {name: seen * rng.uniform(0.2, 1, value.shape) * size**2 for name, value in values.items()},
    }
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
    return {
        "parameters": values,
        "gradients": gradients,
        "state": state,
        "learning_rate": float(rng.uniform(0.2, 0.4)),
        "largest_norm": float(norm * (rng.uniform(0.05, 0.1) if dims["t"] > 1 else rng.uniform(2, 3))),
    }


def draw_training(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Starting weights and a few batches, some of whose gradients are clipped."""
    return {
        "parameters": draw_parameters(rng, dims),
        "batches": [draw_filled_batch(rng, dims) for _ in range(dims["steps"])],
        "learning_rate": float(rng.uniform(0.05, 0.1)),
        "largest_norm": float(rng.uniform(0.3, 0.5)),
    }


LOSSES = "0 - np.log(np.where(mask, p_true, 1.0))"
MEAN = "losses.sum() / mask.sum()"

make_batch = Exercise(
    function=reference.make_batch,
    title="Inputs, targets and mask",
    minutes=25,
    difficulty=2,
    arguments={
        "sequences": Plain("a list of m lists of tokens"),
        "eos": Plain("a token"),
        "n_x": Plain("a whole number"),
    },
    result=Tuple(x=INPUTS, targets=TOKENS, mask=TOKENS),
    draw=draw_batch,
    dims=BATCH_DIMS,
    rows=[
        Row("inputs", "x", points=4),
        Row("targets", "targets", points=3),
        Row("mask", "mask", points=2),
    ],
    mistakes=[
        Mistake(
            "inputs_not_shifted",
            ("x[token, i, t + 1] = 1", "x[token, i, t] = 1"),
            "The input at each step is the token to predict at that very step: the model would be told the answer. The "
            "input is the token before, and at the first step nothing.",
        ),
        Mistake(
            "eos_missing",
            ("enumerate([*sequence, eos])", "enumerate(sequence)"),
            "Your targets end with the last token. <EOS> is to be predicted too, or the model never learns to stop.",
        ),
        Mistake(
            "eos_missing_and_one_step_short",
            [
                ("for sequence in sequences) + 1", "for sequence in sequences)"),
                ("enumerate([*sequence, eos])", "enumerate(sequence)"),
                ("in enumerate(sequence):\n            x", "in enumerate(sequence[:-1]):\n            x"),
            ],
            "There is one step too few: <EOS> follows each sequence as one more target.",
        ),
        Mistake(
            "eos_is_token_0",
            ("[*sequence, eos]", "[*sequence, 0]"),
            "Each sequence ends with token 0. It ends with the token that `eos` names.",
        ),
        Mistake(
            "starts_with_eos",
            ("return x,", "x[eos, :, 0] = 1\n    return x,"),
            "The first input is the one-hot <EOS>. In this course it is the zero vector: nothing came before.",
        ),
        Mistake(
            "starts_with_first_token_twice",
            (
                "x[token, i, t + 1] = 1",
                "x[token, i, t + 1] = 1\n            x[sequence[0], i, 0] = 1",
            ),
            "The first input is the first token, which is what the model is to predict there. It is the zero vector.",
        ),
        Mistake(
            "eos_is_read",
            (
                "for t, token in enumerate(sequence):",
                "for t, token in enumerate([*sequence, eos][: T_x - 1]):",
            ),
            "After a sequence's end <EOS> goes in as an input. Nothing is predicted after <EOS>, so there x is zero.",
        ),
        Mistake(
            "padding_is_read",
            (
                "for t, token in enumerate(sequence):",
                "for t, token in enumerate([*sequence, eos, *[0] * T_x][: T_x - 1]):",
            ),
            "After a sequence's end x goes on: first <EOS>, then the padding is read as if it were token 0. Nothing is "
            "predicted there, so x is zero.",
        ),
        Mistake(
            "padding_is_eos",
            (
                "targets = np.zeros((len(sequences), T_x), dtype=int)",
                "targets = np.full((len(sequences), T_x), eos)",
            ),
            "After a sequence's end your targets are <EOS>. In this exercise they are 0 there; the mask says that they "
            "do not count.",
        ),
        Mistake(
            "mask_without_eos",
            ("mask[i, t] = True", "mask[i, t] = t < len(sequence)"),
            "Your mask is False at <EOS>. <EOS> is a token like others and counts; padding begins after it.",
        ),
        Mistake(
            "mask_inverted",
            ("targets, mask", "targets, ~mask"),
            "Your mask is True at padding. It is True where a token stands.",
        ),
        Mistake(
            "mask_misses_token_0",
            ("mask[i, t] = True", "mask[i, t] = token != 0"),
            "Your mask takes every 0 among the targets for padding. Token 0 is also a real token: a mask follows from "
            "the lengths.",
        ),
        Mistake(
            "padded_in_front",
            [
                ("targets[i, t] = token", "targets[i, t + T_x - len(sequence) - 1] = token"),
                ("mask[i, t] = True", "mask[i, t + T_x - len(sequence) - 1] = True"),
                ("x[token, i, t + 1] = 1", "x[token, i, t + T_x - len(sequence)] = 1"),
            ],
            "Padding stands before the tokens. Sequences start at step 0, and are filled up at their end.",
        ),
        Mistake(
            "examples_first",
            ("return x,", "return x.transpose(1, 2, 0),"),
            "x has the shape (m, T_x, n_x). It is (n_x, m, T_x), features first.",
        ),
        Mistake(
            "targets_and_mask_exchanged",
            ("targets, mask", "mask, targets"),
            "The second result and the third are exchanged: the targets come before the mask.",
        ),
        Mistake(
            "sorted_by_length",
            ("in enumerate(sequences):", "in enumerate(sorted(sequences, key=len)):"),
            "The examples stand in the order of their lengths. They stay in the order in which they are given.",
        ),
    ],
)

sequence_loss = Exercise(
    function=reference.sequence_loss,
    title="The loss of the real tokens",
    minutes=20,
    difficulty=2,
    arguments={"y_pred": PREDICTIONS, "targets": TOKENS, "mask": TOKENS},
    result=Tuple(losses=TOKENS, loss=Number(), bits=Number()),
    draw=draw_predictions,
    dims=PREDICTION_DIMS,
    rows=[
        Row("loss of each token", "losses", points=4),
        Row("mean in nats", "loss", points=4),
        Row("mean in bits", "bits", points=2),
    ],
    mistakes=[
        Mistake(
            "padding_counts",
            [(LOSSES, "-np.log(p_true)"), ("mask.sum()", "mask.size")],
            "Padding has losses too, and they count in the mean. Where the mask is False there is no token and no loss.",
        ),
        Mistake(
            "padding_in_the_sum",
            (LOSSES, "-np.log(p_true)"),
            "You divide by the number of real tokens, but the losses at padding are in the sum. They have to be 0.",
        ),
        Mistake(
            "divided_by_all_places",
            ("mask.sum()", "mask.size"),
            "You divide by all places, m · T_x. Padding is no token: divide by the number of real ones.",
        ),
        Mistake(
            "divided_by_examples",
            ("mask.sum()", "len(mask)"),
            "You divide by the number of examples. The mean is over tokens, of which each example has many.",
        ),
        Mistake(
            "mean_of_means",
            (MEAN, "(losses.sum(axis=1) / mask.sum(axis=1)).mean()"),
            "You take the mean of each sequence, then the mean of those: a token of a short sequence weighs more. All "
            "tokens of the batch weigh the same.",
        ),
        Mistake(
            "sum_for_mean",
            (MEAN, "losses.sum()"),
            "Your loss is the sum over the tokens. It should be their mean.",
        ),
        Mistake(
            "sign_missing",
            ("0 - np.log(", "np.log("),
            "Your losses are negative. Logarithms of probabilities are; a loss is minus that.",
        ),
        Mistake(
            "no_logarithm",
            (LOSSES, "1 - np.where(mask, p_true, 1.0)"),
            "You have 1 minus the probability. The loss is minus its logarithm.",
        ),
        Mistake(
            "losses_in_bits",
            (LOSSES, "-np.log2(np.where(mask, p_true, 1.0))"),
            "Your losses have base 2. The first two results are in nats, with the natural logarithm; only `bits` is in "
            "bits.",
        ),
        Mistake(
            "bits_times_log_2",
            ("loss / float(np.log(2))", "loss * float(np.log(2))"),
            "You multiplied by log 2. A bit is the smaller unit, log 2 = 0.69 of a nat, so there are more bits than nats.",
        ),
        Mistake(
            "perplexity_for_bits",
            ("loss / float(np.log(2))", "float(np.exp(loss))"),
            "The third result is the perplexity. Asked for is the loss in bits.",
        ),
        Mistake(
            "log_2_of_loss",
            ("loss / float(np.log(2))", "float(np.log2(loss))"),
            "You took the logarithm of the loss once more. To go from nats to bits changes the unit only.",
        ),
        Mistake(
            "every_class_counts",
            (LOSSES, "-(np.log(p_true) + np.log(1 - y_pred).sum(axis=0) - np.log(1 - p_true)) * mask"),
            "Every token of the vocabulary has a term in your loss, as if each were a yes-or-no question. One of them is "
            "right: its term alone counts.",
        ),
    ],
)

sequence_log_probability = Exercise(
    function=reference.sequence_log_probability,
    title="The probability of a whole name",
    minutes=15,
    difficulty=2,
    arguments={"x": INPUTS, "targets": TOKENS, "mask": TOKENS, "parameters": PARAMETERS},
    result=Array("m"),
    draw=draw_model,
    dims=MODEL_DIMS,
    rows=[
        Row("log-probability of each sequence", "", points=5),
        Row("held-out names under trained weights", "", points=4, cases=REFERENCE_MODEL),
    ],
    needs=["sequence_loss"],
    extra=[held_out_names()],
    mistakes=[
        Mistake(
            "sign_missing",
            ("-losses.sum(axis=1)", "losses.sum(axis=1)"),
            "You have minus the logarithm. A probability is at most 1, so its logarithm is not above 0.",
        ),
        Mistake(
            "mean_for_sum",
            ("-losses.sum(axis=1)", "-losses.sum(axis=1) / mask.sum(axis=1)"),
            "You have the mean over the tokens. The chain rule multiplies all conditional probabilities, so their "
            "logarithms are added.",
        ),
        Mistake(
            "mean_over_all_steps",
            ("-losses.sum(axis=1)", "-losses.mean(axis=1)"),
            "You have the mean over the steps. The chain rule multiplies all conditional probabilities, so their "
            "logarithms are added.",
        ),
        Mistake(
            "summed_over_examples",
            ("losses.sum(axis=1)", "losses.sum(axis=0)"),
            "You added up over the examples. Add up over the steps, so that one number is left for each sequence.",
        ),
        Mistake(
            "probabilities_for_logarithms",
            ("-losses.sum(axis=1)", "np.exp(-losses.sum(axis=1))"),
            "You have the probabilities themselves. Their logarithms are asked for: of a long text the probability is "
            "too small for a floating-point number.",
        ),
        Mistake(
            "in_bits",
            ("-losses.sum(axis=1)", "-losses.sum(axis=1) / np.log(2)"),
            "Your logarithms have base 2. Natural ones are asked for.",
        ),
        Mistake(
            "eos_left_out",
            ("-losses.sum(axis=1)", "-(losses[:, :-1] * mask[:, 1:]).sum(axis=1)"),
            "The last token of each sequence, its <EOS>, is left out. That a name ends here is part of its probability.",
        ),
        Mistake(
            "padding_counts",
            ("sequence_loss(y_pred, targets, mask)", "sequence_loss(y_pred, targets, mask | True)"),
            "Padding counts as if it were tokens. Only the steps where the mask is True belong to a sequence.",
        ),
        Mistake(
            "state_starts_at_one",
            ("np.zeros((", "np.ones(("),
            "The state before the first step is not zero. The model reads from a zero state, as when it was trained.",
        ),
        Mistake(
            "from_activations",
            ("parameters)[1]", "parameters)[0] ** 2"),
            "You took the first result of rnn_forward, the activations. The predictions are its second.",
        ),
        Mistake(
            "one_number_for_all",
            ("-losses.sum(axis=1)", "-losses.sum()"),
            "You added up over the whole batch. Each sequence has a probability of its own: add up over the steps alone.",
        ),
        Mistake(
            "state_starts_at_the_bias",
            ('np.zeros((parameters["ba"].shape[0], x.shape[1]))', 'parameters["ba"] + np.zeros(x.shape[1])'),
            "The state before the first step is the bias `ba`. It is zero; `ba` only tells how many units there are.",
        ),
    ],
)

apply_temperature = Exercise(
    function=reference.apply_temperature,
    title="Temperature",
    minutes=15,
    difficulty=1,
    arguments={"probabilities": DISTRIBUTION, "temperature": Number()},
    result=DISTRIBUTION,
    draw=draw_temperature,
    dims=[{"V": 6}, {"V": 5}, {"V": 8}, {"V": 3}, {"V": 1}],
    rows=[
        Row("probabilities at this temperature", "", points=5),
        Row("at a temperature near 0", "", points=1, cases="near 0"),
    ],
    extra=[Cases("near 0", draw=cold_temperatures, recorded=cold_for_all)],
    mistakes=[
        Mistake(
            "temperature_inverted",
            ("** (1 / temperature)", "** temperature"),
            "Your temperature works the wrong way: below 1 it flattens. Log-probabilities are divided by it, so a low "
            "one makes the differences larger.",
        ),
        Mistake(
            "not_normalised",
            ("powers / powers.sum()", "powers"),
            "Your powers do not add up to 1. Divide them by their sum.",
        ),
        Mistake(
            "probabilities_divided",
            (
                "(probabilities / probabilities.max()) ** (1 / temperature)",
                "np.exp(probabilities / temperature)",
            ),
            "You divided the probabilities by the temperature and took the softmax. It is their logarithms that are "
            "divided: those are the scores.",
        ),
        Mistake(
            "no_effect",
            ("** (1 / temperature)", "/ temperature"),
            "The temperature has no effect: a factor that all probabilities share goes when they are normalised. "
            "It has to act on their logarithms.",
        ),
        Mistake(
            "softmax_of_powers",
            ("powers / powers.sum()", "np.exp(powers) / np.exp(powers).sum()"),
            "After the power there is a softmax. The powers are positive already: dividing by their sum is all.",
        ),
        Mistake(
            "scores_returned",
            ("powers / powers.sum()", "np.log(probabilities) / temperature"),
            "You return log-probabilities over the temperature. Turn them into probabilities again.",
        ),
        Mistake(
            "most_likely_only",
            ("powers / powers.sum()", "(powers == powers.max()) * 1.0"),
            "All is on the most probable token, as in the limit of temperature 0. A temperature above 0 leaves "
            "something to the others.",
        ),
        Mistake(
            "divided_after_the_softmax",
            ("powers / powers.sum()", "probabilities / temperature"),
            "You have the probabilities divided by the temperature, which do not add up to 1. The scores are divided, "
            "before the softmax.",
        ),
    ],
)

sample_token = Exercise(
    function=reference.sample_token,
    title="Draw one token",
    minutes=15,
    difficulty=2,
    arguments={
        "probabilities": DISTRIBUTION,
        "unknown": Plain("a token"),
        "rng": Function("a generator of random numbers"),
    },
    result=Plain("a token"),
    draw=draw_token,
    dims=[{"V": 5, "draws": 1}] * DRAWS,
    rows=[
        Row("how often each token is drawn", "", points=4, law="each"),
        Row("only what may be drawn", "", points=3, law="support"),
        Row("drawn with rng", "", points=1, cases="same seed", law="alike"),
    ],
    extra=[Cases("same seed", draw=same_seeds, recorded=same_seeds_for_all)],
    mistakes=[
        Mistake(
            "unknown_kept",
            ("while token == unknown:", "while False:"),
            "<UNK> is among what you return. It stands for what the vocabulary lacks, and nobody can read it: draw again.",
        ),
        Mistake(
            "most_likely_always",
            (
                "return int(token)",
                "return int(np.argmax(np.where(np.arange(len(probabilities)) == unknown, 0, probabilities)))",
            ),
            "You take the most probable token each time. Then every text is the same; draw, each token as often as its "
            "probability says.",
        ),
        Mistake(
            "uniform",
            (
                "return int(token)",
                "return int(rng.choice([i for i in range(len(probabilities)) if i != unknown]))",
            ),
            "All tokens are equally likely in your draws. Each has a probability of its own: see `p` of rng.choice.",
        ),
        Mistake(
            "one_seed",
            ("-> int:\n", "-> int:\n    rng = np.random.default_rng(0)\n"),
            "Every call draws the same token, as from a generator made anew with the same seed. Use the one that is "
            "given, `rng`.",
        ),
        Mistake(
            "token_0_for_unknown",
            (
                "    token = rng.choice(len(probabilities), p=probabilities)\n    return",
                "    token = 0\n    return",
            ),
            "In the place of <UNK> you return token 0, which so becomes far too frequent. Draw again, from the same "
            "probabilities.",
        ),
        Mistake(
            "most_likely_for_unknown",
            (
                "    token = rng.choice(len(probabilities), p=probabilities)\n    return",
                "    token = np.argsort(probabilities)[-2]\n    return",
            ),
            "In the place of <UNK> you return the most probable other token, which so becomes far too frequent. Draw "
            "again, from the same probabilities.",
        ),
        Mistake(
            "not_normalised",
            (
                "while token == unknown:\n        token = rng.choice(len(probabilities), p=probabilities)",
                "token = rng.choice(len(probabilities), p=probabilities * (np.arange(len(probabilities)) != unknown))",
            ),
            "Without <UNK> the probabilities no longer add up to 1, which rng.choice demands. Divide them by their sum, "
            "or draw again until it is another token.",
        ),
        Mistake(
            "counted_from_1",
            ("return int(token)", "return int(token) + 1"),
            "Every token is one too high. Indices count from 0.",
        ),
        Mistake(
            "most_likely_even_unknown",
            ("return int(token)", "return int(np.argmax(probabilities))"),
            "You take the most probable token each time, even where it is <UNK>. Draw, each token as often as its "
            "probability says.",
        ),
        Mistake(
            "drawn_again_once",
            ("while token == unknown:", "if token == unknown:"),
            "You draw again once, and <UNK> may come a second time. Draw again until it is another token.",
        ),
        Mistake(
            "uniform_for_unknown",
            (
                "    token = rng.choice(len(probabilities), p=probabilities)\n    return",
                "    token = rng.choice(len(probabilities))\n    return",
            ),
            "In the place of <UNK> all tokens are equally likely. Draw again from the same probabilities.",
        ),
        Mistake(
            "numbered_without_unknown",
            ("return int(token)", "return int(token) - int(token > unknown)"),
            "<UNK> was taken out of the probabilities, and every token after it has moved down by one. Return the index "
            "among all tokens.",
        ),
    ],
)

sample = Exercise(
    function=reference.sample,
    title="Let the network write",
    minutes=25,
    difficulty=2,
    arguments={
        "parameters": PARAMETERS,
        "draw": Function("a function"),
        "eos": Plain("a token"),
        "longest": Plain("a whole number"),
    },
    result=Plain("a list of tokens"),
    draw=draw_writing,
    dims=[
        {"n_x": 6, "n_a": 5, "written": 4, "spare": 3},
        {"n_x": 7, "n_a": 4, "written": 6, "spare": 0},
        {"n_x": 5, "n_a": 8, "written": 3, "spare": 4},
        {"n_x": 4, "n_a": 6, "written": 1, "spare": 0},
        {"n_x": 9, "n_a": 7, "written": 5, "spare": 0},
    ],
    rows=[
        Row("tokens written", "", points=6),
        Row("first token, by chance", "", points=1, cases="by chance", law="first"),
        Row("second token, by chance", "", points=2, cases="by chance", law="second"),
        Row("how many tokens, by chance", "", points=2, cases="by chance", law="length"),
    ],
    extra=[Cases("by chance", draw=chance_writing, recorded=chance_for_all)],
    mistakes=[
        Mistake(
            "distribution_fed_back",
            ("x = np.zeros_like(x)\n        x[token] = 1", "x = y_pred"),
            "The next step reads the distribution ŷ, as lecture note 003 has it. It reads the token that was drawn, "
            "one-hot: the network has to know which one it was.",
        ),
        Mistake(
            "state_not_advanced",
            ("a, y_pred, _ = rnn", "_, y_pred, _ = rnn"),
            "Every step starts from the zero state, so only the last token is remembered. Hand the new state on.",
        ),
        Mistake(
            "input_not_advanced",
            ("x[token] = 1", "x[token] = 0"),
            "Every step reads the zero vector. What was drawn goes in at the next step.",
        ),
        Mistake(
            "inputs_pile_up",
            ("x = np.zeros_like(x)\n        x[token]", "x[token]"),
            "The tokens drawn before are still in the input. A one-hot vector has a single 1: start from zeros each time.",
        ),
        Mistake(
            "starts_with_eos",
            ("tokens: list[int] = []", "tokens: list[int] = []\n    x[eos] = 1"),
            "The first step reads <EOS>. This model was trained with the zero vector as its first input.",
        ),
        Mistake(
            "eos_kept",
            (
                "if token == eos:\n            break\n        tokens.append(token)",
                "tokens.append(token)\n        if token == eos:\n            break",
            ),
            "<EOS> is among your tokens. It ends the text and is no part of it.",
        ),
        Mistake(
            "never_stops",
            ("if token == eos:", "if False:"),
            "You write on after <EOS>. When it is drawn, the text is over.",
        ),
        Mistake(
            "one_too_many",
            ("range(longest)", "range(longest + 1)"),
            "You write one token more than `longest`.",
        ),
        Mistake(
            "most_likely_always",
            ("draw(y_pred.squeeze(axis=1))", "int(y_pred.argmax())"),
            "You take the most probable token at each step. Call `draw`, which decides which token it is.",
        ),
        Mistake(
            "drawn_from_activation",
            ("draw(y_pred.squeeze(axis=1))", "draw(np.abs(a[:, 0]) / np.abs(a[:, 0]).sum())"),
            "You draw from the activations. The probabilities are the second result of rnn_cell_forward.",
        ),
        Mistake(
            "one_too_few",
            ("range(longest)", "range(longest - 1)"),
            "You stop one token before `longest`. So many tokens may be written.",
        ),
        Mistake(
            "drawn_twice",
            (
                "token = draw(y_pred.squeeze(axis=1))\n        if token == eos:\n            break",
                "if draw(y_pred.squeeze(axis=1)) == eos:\n            break\n        token = draw(y_pred.squeeze(axis=1))",
            ),
            "You draw twice in a step: once to look for <EOS>, and once more for the token that is kept. Draw once, and "
            "use what came for both.",
        ),
    ],
)

scores_gradient = Exercise(
    function=reference.scores_gradient,
    title="The gradient at the scores",
    minutes=15,
    difficulty=2,
    arguments={"y_pred": PREDICTIONS, "targets": TOKENS, "mask": TOKENS},
    result=PREDICTIONS,
    draw=draw_predictions,
    dims=PREDICTION_DIMS,
    rows=[Row("gradient at the scores", "", points=8)],
    mistakes=[
        Mistake(
            "sign_turned",
            ("(y_pred - y)", "(y - y_pred)"),
            "You have y − ŷ. It is ŷ − y: the loss falls when the score of the true token rises.",
        ),
        Mistake(
            "padding_counts",
            (" * mask /", " /"),
            "At padding your gradient is not zero. No loss was counted there, so nothing there moves it.",
        ),
        Mistake(
            "padding_counts_in_everything",
            (" * mask / mask.sum()", " / mask.size"),
            "Padding is treated as tokens, in the gradient and in the number by which you divide. Only places where the "
            "mask is True count.",
        ),
        Mistake(
            "divided_by_all_places",
            ("mask.sum()", "mask.size"),
            "You divide by all places, m · T_x. The loss is a mean over the real tokens, and so is its gradient.",
        ),
        Mistake(
            "not_divided",
            (" / mask.sum()", ""),
            "This is the gradient of the sum of the losses. The loss is their mean over the real tokens.",
        ),
        Mistake(
            "divided_by_examples",
            ("mask.sum()", "len(mask)"),
            "You divide by the number of examples. The loss is a mean over the real tokens, and so is its gradient.",
        ),
        Mistake(
            "divided_in_each_sequence",
            ("mask.sum()", "mask.sum(axis=1, keepdims=True)"),
            "You divide by the number of tokens of each sequence. All tokens of the batch weigh the same: divide by the "
            "number of all of them.",
        ),
        Mistake(
            "at_the_probabilities",
            ("(y_pred - y)", "(-y / y_pred)"),
            "This is the gradient at the probabilities, after the softmax. Asked for is the one at the scores, before it.",
        ),
        Mistake(
            "true_token_not_subtracted",
            ("(y_pred - y)", "y_pred"),
            "At the true tokens 1 is missing: it is ŷ minus the one-hot target.",
        ),
        Mistake(
            "true_token_only",
            ("(y_pred - y)", "(y_pred - y) * y"),
            "Only the score of the true token has a gradient in yours. The others have one too: through the softmax they "
            "take probability away from it.",
        ),
        Mistake(
            "of_bits",
            ("mask.sum()", "(mask.sum() * np.log(2))"),
            "This is the gradient of the loss in bits. The loss that is minimised is in nats.",
        ),
        Mistake(
            "whole_rows_subtracted",
            (
                "(y_pred - y)",
                "(y_pred - np.isin(np.arange(len(y_pred)), targets)[:, np.newaxis, np.newaxis])",
            ),
            "1 is subtracted in whole rows of y_pred, for every example and step. In each place it is only the score of "
            "that place's own true token.",
        ),
    ],
)

language_model_gradients = Exercise(
    function=reference.language_model_gradients,
    title="Forward and backward",
    minutes=25,
    difficulty=3,
    arguments={"x": INPUTS, "targets": TOKENS, "mask": TOKENS, "parameters": PARAMETERS},
    result=Tuple(loss=Number(), gradients=GRADIENTS),
    draw=draw_model,
    dims=MODEL_DIMS,
    rows=[
        Row("loss", "loss", points=2),
        Row("gradient of Wya", "gradients.dWya", points=2),
        Row("gradient of by", "gradients.dby", points=1),
        Row("gradient of Waa", "gradients.dWaa", points=2),
        Row("gradient of Wax", "gradients.dWax", points=2),
        Row("gradient of ba", "gradients.dba", points=2),
    ],
    needs=["sequence_loss", "scores_gradient"],
    mistakes=[
        Mistake(
            "loss_in_bits",
            ("sequence_loss(y_pred, targets, mask)[1]", "sequence_loss(y_pred, targets, mask)[2]"),
            "Your loss is in bits. Training minimises the mean in nats, the second result of sequence_loss.",
        ),
        Mistake(
            "gradient_of_the_sum",
            ("rnn_output_backward(dz,", "rnn_output_backward(dz * mask.sum(),"),
            "Your gradients are those of the sum of the losses. The loss is the mean over the real tokens.",
        ),
        Mistake(
            "padding_counts",
            ("scores_gradient(y_pred, targets, mask)", "scores_gradient(y_pred, targets, mask | True)"),
            "Padding moves your gradients. Where the mask is False there is no loss, so nothing comes back from there.",
        ),
        Mistake(
            "padding_counts_in_everything",
            [
                ("scores_gradient(y_pred, targets, mask)", "scores_gradient(y_pred, targets, mask | True)"),
                ("sequence_loss(y_pred, targets, mask)", "sequence_loss(y_pred, targets, mask | True)"),
            ],
            "Padding counts in the loss and in the gradients. Only places where the mask is True do.",
        ),
        Mistake(
            "targets_for_inputs_ignored",
            ("rnn_output_backward(dz,", "rnn_output_backward(y_pred * mask / mask.sum(),"),
            "The true tokens have no effect on your gradients. What goes back from the scores is ŷ − y.",
        ),
        Mistake(
            "sign_turned",
            ("rnn_output_backward(dz, np.zeros_like(dz),", "rnn_output_backward(np.zeros_like(dz), dz,"),
            "All your gradients have the other sign. rnn_output_backward takes its first argument minus its second.",
        ),
        Mistake(
            "divided_by_examples",
            ("name: both[name] for", "name: both[name] / x.shape[1] for"),
            "You divide the gradients by the number of examples. The mean over the tokens is in the gradient at the "
            "scores already.",
        ),
        Mistake(
            "last_step_only",
            (
                'rnn_backward(output["da"], caches)',
                'rnn_backward(output["da"] * (np.arange(x.shape[2]) == x.shape[2] - 1), caches)',
            ),
            "Back through time only the loss of the last step is sent. Every step has a loss of its own, and `da` holds "
            "what each of them sends.",
        ),
        Mistake(
            "activations_for_their_gradient",
            ('rnn_backward(output["da"], caches)', "rnn_backward(a, caches)"),
            "You sent the activations back through time. What goes back is the gradient at them, `da`.",
        ),
        Mistake(
            "state_starts_at_one",
            ("a0 = np.zeros(", "a0 = np.ones("),
            "The state before the first step is not zero. The model reads from a zero state.",
        ),
        Mistake(
            "predictions_and_targets_given",
            (
                "rnn_output_backward(dz, np.zeros_like(dz),",
                "rnn_output_backward(y_pred, np.moveaxis(np.eye(len(y_pred))[targets], -1, 0),",
            ),
            "rnn_output_backward was given ŷ and y, so that padding counts and nothing is divided by the number of "
            "tokens. Your own gradient at the scores sees to both.",
        ),
        Mistake(
            "targets_subtracted_twice",
            ("np.zeros_like(dz)", "np.moveaxis(np.eye(len(y_pred))[targets], -1, 0)"),
            "y is subtracted twice: once in your gradient at the scores, and again in rnn_output_backward.",
        ),
    ],
)

optimisation_step = Exercise(
    function=reference.optimisation_step,
    title="One step of the optimiser",
    minutes=25,
    difficulty=3,
    arguments={
        "parameters": PARAMETERS,
        "gradients": GRADIENTS,
        "state": STATE,
        "learning_rate": Number(),
        "largest_norm": Number(),
    },
    result=Tuple(parameters=PARAMETERS, state=STATE),
    draw=draw_moments,
    dims=[
        {"n_x": 5, "n_a": 3, "t": 1200, "digits": 0},
        {"n_x": 4, "n_a": 1, "t": 0, "digits": 2},
        {"n_x": 3, "n_a": 1, "t": 0, "digits": 8},
        {"n_x": 6, "n_a": 2, "t": 1, "digits": 0},
    ],
    rows=[
        Row("new parameters", "parameters", points=5),
        Row("mean of the gradients", "state.m", points=3),
        Row("mean of their squares", "state.v", points=2),
        Row("number of steps", "state.t", points=1),
    ],
    mistakes=[
        Mistake(
            "not_clipped",
            ("share = largest_norm / max(norm, largest_norm)", "share = 1.0"),
            "The gradients are not clipped. Where their norm is above `largest_norm`, all are multiplied by the same "
            "factor, so that it becomes that.",
        ),
        Mistake(
            "always_scaled",
            ("max(norm, largest_norm)", "norm"),
            "Small gradients are made larger. Clipping leaves alone what is within the norm already.",
        ),
        Mistake(
            "clipped_one_by_one",
            ("* share", '* min(1.0, largest_norm / np.linalg.norm(gradients[f"d{name}"]))'),
            "Each gradient is clipped by a norm of its own, which turns the direction of the step. The norm is that of "
            "all of them together.",
        ),
        Mistake(
            "clipped_by_value",
            (
                'gradients[f"d{name}"] * share',
                'np.clip(gradients[f"d{name}"], -largest_norm, largest_norm)',
            ),
            "The entries are clipped one by one. Here the norm of all gradients together is kept within bounds, and "
            "their direction stays.",
        ),
        Mistake(
            "norm_without_root",
            (
                "np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))",
                "sum((gradient**2).sum() for gradient in gradients.values())",
            ),
            "Your norm is the sum of squares. The norm is its square root.",
        ),
        Mistake(
            "no_bias_correction",
            [(" / (1 - 0.9**t)", ""), (" / (1 - 0.999**t)", "")],
            "The means are not corrected. They start at 0, so the first are too small: m is divided by 1 − β₁^t and v by "
            "1 − β₂^t.",
        ),
        Mistake(
            "corrected_means_kept",
            [
                ("    m_hat = m[name]", "    m_hat = m[name] = m[name]"),
                ("    v_hat = v[name]", "    v_hat = v[name] = v[name]"),
            ],
            "The corrected means are in the new state. The correction is for this step only; the running means go on "
            "without it.",
        ),
        Mistake(
            "steps_not_counted",
            ('{"t": t,', '{"t": state["t"],'),
            "The number of steps in the new state is that of before. This step counts too: after the first, t is 1.",
        ),
        Mistake(
            "counted_afterwards",
            ('{"t": t,', '{"t": t + 1,'),
            "The number of steps is one too high. It grows by 1 in each step.",
        ),
        Mistake(
            "uphill",
            ("value - learning_rate", "value + learning_rate"),
            "The step goes uphill. The gradient shows where the loss grows; go the other way.",
        ),
        Mistake(
            "root_missing",
            ("np.sqrt(v_hat)", "v_hat"),
            "You divide by the mean of the squares. Divide by its square root, so that the step has the size of the "
            "learning rate.",
        ),
        Mistake(
            "epsilon_in_the_root",
            ("(np.sqrt(v_hat) + 1e-8)", "np.sqrt(v_hat + 1e-8)"),
            "ε is under the root. It is added to the root.",
        ),
        Mistake(
            "decays_exchanged",
            [
                ("0.9 * state", "0.999 * state"),
                ("+ 0.1 * g", "+ 0.001 * g"),
                ('0.999 * state["v"]', '0.9 * state["v"]'),
                ("0.001 * g**2", "0.1 * g**2"),
                ("(1 - 0.9**t)", "(1 - 0.999 **t)"),
                ("(1 - 0.999**t)", "(1 - 0.9**t)"),
            ],
            "The two decays are exchanged. β₁ = 0.9 is that of the gradients, β₂ = 0.999 that of their squares.",
        ),
        Mistake(
            "square_of_the_mean",
            ("0.001 * g**2", "0.001 * m[name] ** 2"),
            "v takes in the square of the running mean. It takes in the square of the gradient itself.",
        ),
        Mistake(
            "plain_descent",
            ("learning_rate * m_hat / (np.sqrt(v_hat) + 1e-8)", "learning_rate * g"),
            "Your step is the learning rate times the gradient. Adam takes the corrected mean over the root of the "
            "corrected mean square.",
        ),
        Mistake(
            "squares_not_clipped",
            ("0.001 * g**2", '0.001 * gradients[f"d{name}"] ** 2'),
            "v takes in the squares of the gradients as they were given. After clipping only the clipped ones are used, "
            "in m and in v.",
        ),
        Mistake(
            "norms_added",
            (
                "np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))",
                "sum(np.linalg.norm(gradient) for gradient in gradients.values())",
            ),
            "Your norm is the sum of the norms of the single arrays. It is the root of the sum of all squares.",
        ),
        Mistake(
            "largest_of_the_norms",
            (
                "np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))",
                "max(np.linalg.norm(gradient) for gradient in gradients.values())",
            ),
            "Your norm is that of the largest of the arrays. It is the one of all of them together.",
        ),
        Mistake(
            "epsilon_missing",
            ("(np.sqrt(v_hat) + 1e-8)", "np.sqrt(v_hat)"),
            "The 10⁻⁸ below is missing. It keeps the step small where the gradients are tiny, and saves from dividing by 0.",
        ),
        Mistake(
            "corrected_by_the_steps_before",
            [("- 0.9**t", "- 0.9 ** max(t - 1, 1)"), ("- 0.999**t", "- 0.999 ** max(t - 1, 1)")],
            "The corrections use the number of steps before this one. This step counts: the first has t = 1, the second 2.",
        ),
    ],
)

train = Exercise(
    function=reference.train,
    title="Train",
    minutes=15,
    difficulty=2,
    arguments={
        "parameters": PARAMETERS,
        "batches": Plain("a list of batches (x, targets, mask)"),
        "learning_rate": Number(),
        "largest_norm": Number(),
    },
    result=Tuple(parameters=PARAMETERS, losses=Array("steps")),
    draw=draw_training,
    dims=[
        {"n_x": 6, "n_a": 4, "m": 3, "T_x": 7, "steps": 5},
        {"n_x": 4, "n_a": 6, "m": 1, "T_x": 3, "steps": 5},
    ],
    rows=[
        Row("loss before each step", "losses", points=3),
        Row("parameters after five steps", "parameters", points=4),
    ],
    needs=["language_model_gradients", "optimisation_step"],
    mistakes=[
        Mistake(
            "parameters_not_advanced",
            (
                "language_model_gradients(x, targets, mask, parameters)\n        parameters, state",
                "language_model_gradients(x, targets, mask, parameters)\n        _, state",
            ),
            "The parameters stay what they were. Each step starts from those that the step before gave.",
        ),
        Mistake(
            "gradients_at_the_beginning",
            [
                ("    losses = []", "    losses = []\n    start = parameters"),
                ("mask, parameters)", "mask, start)"),
            ],
            "All gradients are taken at the first parameters. Take them at the present ones.",
        ),
        Mistake(
            "state_forgotten",
            ("parameters, state = optimisation_step(", "parameters, _ = optimisation_step("),
            "Every step starts from moments of zero, as if it were the first. Hand the state on.",
        ),
        Mistake(
            "loss_after_the_step",
            (
                "losses.append(loss)",
                "losses.append(language_model_gradients(x, targets, mask, parameters)[0])",
            ),
            "Your losses are those after each step. Keep the loss of a batch before its own step: then the model has "
            "not seen it yet.",
        ),
        Mistake(
            "first_batch_only",
            ("in batches:", "in [batches[0]] * len(batches):"),
            "Every step takes the first batch. Each has its own.",
        ),
        Mistake(
            "last_batch_left_out",
            ("in batches:", "in batches[:-1]:"),
            "The last batch is left out. There is one step for each.",
        ),
        Mistake(
            "first_batch_left_out",
            ("in batches:", "in batches[1:]:"),
            "The first batch is left out. There is one step for each.",
        ),
        Mistake(
            "backwards",
            ("in batches:", "in reversed(batches):"),
            "The batches are taken from the last to the first. Take them in their order.",
        ),
        Mistake(
            "losses_summed_up",
            ("return parameters, losses", "return parameters, list(np.cumsum(losses))"),
            "Your losses are running sums. Keep the loss of each batch as it is.",
        ),
        Mistake(
            "never_clipped",
            ("learning_rate, largest_norm)", "learning_rate, 1e9)"),
            "The gradients are not clipped. Hand `largest_norm` on to each step.",
        ),
        Mistake(
            "returned_in_the_loop",
            ("losses.append(loss)\n    return", "losses.append(loss)\n        return"),
            "You return after the first batch: the return stands inside the loop. It comes after the last batch.",
        ),
        Mistake(
            "counted_from_1",
            ('"t": 0', '"t": 1'),
            "The optimiser begins at t = 1. No step has been taken yet, so t is 0; the step itself adds 1.",
        ),
        Mistake(
            "losses_in_bits",
            ("losses.append(loss)", "losses.append(loss / np.log(2))"),
            "Your losses are in bits. Keep them in nats, as language_model_gradients gives them.",
        ),
        Mistake(
            "plain_descent",
            (
                "parameters, state = optimisation_step(parameters, gradients, state, learning_rate, largest_norm)",
                'parameters = {name: value - learning_rate * gradients[f"d{name}"] for name, value in parameters.items()}',
            ),
            "Each step is the learning rate times the gradient. Take the step that optimisation_step gives.",
        ),
    ],
)

EXERCISES = [
    make_batch,
    sequence_loss,
    sequence_log_probability,
    apply_temperature,
    sample_token,
    sample,
    scores_gradient,
    language_model_gradients,
    optimisation_step,
    train,
]

# Mutants of the reference that do the same as the reference, each with the reason.
SAME_OBJECT = (
    "equal whole numbers below 257 are one object in CPython, and the tokens of the cases are that small"
)
EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "sample_token": {"while token == unknown:  →  while token is unknown:": SAME_OBJECT},
    "sample": {"if token == eos:  →  if token is eos:": SAME_OBJECT},
}
