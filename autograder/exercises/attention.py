"""What is graded in 15-attention."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograder.exercise import Arguments, Cases, Dims, Exercise, Mistake
from autograder.exercises.deep_bidirectional import draw_layer, draw_lstm, padding
from autograder.exercises.gates import lstm_weights
from autograder.layout import Array, Dict, Each, Layout, Plain, Tuple
from autograder.row import Row
from autograder.tree import Fixture
from seqlib import attention as reference
from seqlib import references
from seqlib.batches import pad
from seqlib.data import dates
from seqlib.text import SOS, Vocabulary

# The torch models of the references, which attend.
WITHHELD = ("models/translation", "models/attention")

STATE = Array("n_a", "m")
ANNOTATIONS = Array("2 n_a", "m", "T_x")
MASK = Array("m", "T_x")
WEIGHTS = Array("m", "T_x")
LAYER = Dict(Ws=Array("n_h", "n_a"), Wa=Array("n_h", "2 n_a"), b=Array("n_h", "1"), v=Array("1", "n_h"))
LSTM = lstm_weights("n_a + n_e")
DECODER = Dict(**lstm_weights("3 n_a + n_e"), Wy=Array("V_y", "n_a"), by=Array("V_y", "1"))
OF_A_STEP: dict[str, Layout] = {"E_y": Array("n_e", "V_y"), "attention": LAYER, "decoder": DECODER}
MODEL = Dict(E_x=Array("n_e", "V_x"), encoder=Dict(forward=Dict(**LSTM), backward=Dict(**LSTM)), **OF_A_STEP)
TOKEN, NUMBER = Plain("a token"), Plain("a number of tokens")

ENERGY_DIMS = [
    {"n_a": 3, "n_h": 4, "m": 5, "T_x": 7},
    {"n_a": 2, "n_h": 6, "m": 1, "T_x": 5},
    {"n_a": 4, "n_h": 1, "m": 3, "T_x": 6},
]
# Where `empty` is 1, one example is padding throughout; `size` is how far energies reach; where `far` is 1, those of one
# example are far below all others, and its largest is that of a token.
WEIGHT_DIMS = [
    {"m": 4, "T_x": 6, "size": 2, "empty": 0, "far": 0},
    {"m": 1, "T_x": 5, "size": 3, "empty": 0, "far": 0},
    {"m": 5, "T_x": 7, "size": 2, "empty": 1, "far": 0},
    {"m": 3, "T_x": 4, "size": 1000, "empty": 0, "far": 0},
    {"m": 2, "T_x": 3, "size": 2, "empty": 0, "far": 1},
]
CONTEXT_DIMS = [
    {"n_a": 3, "m": 5, "T_x": 7, "empty": 1},
    {"n_a": 4, "m": 1, "T_x": 6, "empty": 0},
    {"n_a": 1, "m": 3, "T_x": 4, "empty": 0},
]
STEP_DIMS = [
    {"n_a": 3, "n_e": 2, "n_h": 4, "V_y": 8, "m": 5, "T_x": 7},
    {"n_a": 2, "n_e": 3, "n_h": 5, "V_y": 7, "m": 1, "T_x": 6},
    {"n_a": 4, "n_e": 5, "n_h": 1, "V_y": 6, "m": 2, "T_x": 3},
]
MODEL_DIMS = [
    {"n_a": 3, "n_e": 2, "n_h": 4, "V_x": 9, "V_y": 8, "m": 5, "T_x": 7, "T_y": 10},
    {"n_a": 4, "n_e": 3, "n_h": 6, "V_x": 10, "V_y": 7, "m": 1, "T_x": 5, "T_y": 9},
]
# Where `at_once` is 1, one translation ends with the first step.
SEARCH_DIMS = [
    {"n_a": 3, "n_e": 2, "n_h": 7, "V_x": 9, "V_y": 5, "m": 4, "T_x": 8, "longest": 10, "at_once": 0},
    {"n_a": 4, "n_e": 3, "n_h": 2, "V_x": 7, "V_y": 6, "m": 1, "T_x": 5, "longest": 9, "at_once": 0},
    {"n_a": 2, "n_e": 5, "n_h": 4, "V_x": 8, "V_y": 7, "m": 3, "T_x": 6, "longest": 9, "at_once": 1},
]
PRODUCT_DIMS = [
    {"d": 4, "d_v": 3, "m": 5, "T_q": 2, "T_x": 7, "empty": 0},
    {"d": 9, "d_v": 2, "m": 1, "T_q": 4, "T_x": 6, "empty": 0},
    {"d": 6, "d_v": 1, "m": 3, "T_q": 5, "T_x": 4, "empty": 1},
]
WITHOUT_PADDING = "without padding"
TRAINED = "dates-attention"
# Few and short, so that an answer in plain loops over the units of a trained model stays far from the time limit.
HELD_OUT, MOST_LETTERS = 2, 14


def draw_attention(rng: np.random.Generator, dims: Dims) -> dict[str, NDArray[np.float64]]:
    """A layer whose tanh is curved where it is used, and whose energies differ."""
    n_a, n_h = dims["n_a"], dims["n_h"]
    return {
        "Ws": rng.normal(0, 1.1 / np.sqrt(n_a), (n_h, n_a)),
        "Wa": rng.normal(0, 1.1 / np.sqrt(2 * n_a), (n_h, 2 * n_a)),
        "b": rng.normal(0, 0.7, (n_h, 1)),
        "v": rng.uniform(0.8, 2, (1, n_h)) * rng.choice((-1, 1), (1, n_h)),
    }


def draw_annotations(rng: np.random.Generator, dims: Dims) -> NDArray[np.float64]:
    """Annotations with numbers on padding too, so that reading it shows."""
    return rng.normal(0, 1, (2 * dims["n_a"], dims["m"], dims["T_x"]))


def draw_energies(rng: np.random.Generator, dims: Dims) -> Arguments:
    """What a step looks for, annotations, and the layer."""
    s_prev = rng.normal(0, 1, (dims["n_a"], dims["m"]))
    return {"s_prev": s_prev, "a": draw_annotations(rng, dims), "parameters": draw_attention(rng, dims)}


def draw_masked(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Energies of which the largest are those of padding, and a mask; e to the power of a large one is 0 or infinite."""
    mask, size = padding(rng, dims), dims["size"]
    short = rng.choice(np.flatnonzero(~mask.all(axis=1)))
    if dims["empty"]:
        mask[rng.integers(dims["m"])] = 0
    energies = rng.uniform(-1, 1, mask.shape) * min(size, 3)
    if size > 3:
        energies += size * np.insert(rng.permutation([-1.4, -1.1]), short, 1.2)[:, np.newaxis]
    energies += (1 - mask) * size * rng.uniform(1, 2, mask.shape)
    # Numbers that float32 holds, so that it is not their rounding which is judged.
    energies = np.round(256 * energies) / 256
    if dims["far"]:
        below = rng.permutation(dims["T_x"]) + dims["T_x"] * (1 - mask[short])
        energies[short] = -(2.0**40) - 2.0**18 * below
    return {"energies": energies, "mask": mask}


def drawn_weights(rng: np.random.Generator, dims: Dims) -> NDArray[np.float64]:
    """Shares that are 0 on padding, of which one example may consist."""
    drawn = rng.uniform(0.1, 1, (dims["m"], dims["T_x"])) * padding(rng, dims)
    shares: NDArray[np.float64] = drawn / drawn.sum(axis=1, keepdims=True)
    if dims["empty"]:
        shares[rng.integers(dims["m"])] = 0
    return shares


def draw_sum(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Weights, and annotations."""
    return {"weights": drawn_weights(rng, dims), "a": draw_annotations(rng, dims)}


def draw_decoder(rng: np.random.Generator, dims: Dims) -> dict[str, Any]:
    """What a step of the decoder needs."""
    n_a, n_e, V_y = dims["n_a"], dims["n_e"], dims["V_y"]
    output = {"Wy": rng.normal(0, 1.5, (V_y, n_a)), "by": rng.normal(0, 0.7, (V_y, 1))}
    decoder = {**draw_lstm(rng, n_e + 2 * n_a, n_a), **output}
    return {"E_y": rng.normal(0, 1, (n_e, V_y)), "attention": draw_attention(rng, dims), "decoder": decoder}


def draw_step(rng: np.random.Generator, dims: Dims) -> Arguments:
    """The token before, both states, annotations and a decoder."""
    n_a, m = dims["n_a"], dims["m"]
    return {
        "tokens": rng.integers(dims["V_y"], size=m),
        "s_prev": rng.uniform(-0.9, 0.9, (n_a, m)),
        "c_prev": rng.normal(0, 1, (n_a, m)),
        "a": draw_annotations(rng, dims),
        "mask": padding(rng, dims),
        "parameters": draw_decoder(rng, dims),
    }


def draw_model(rng: np.random.Generator, dims: Dims) -> dict[str, Any]:
    """A whole model."""
    E_x = rng.normal(0, 1, (dims["n_e"], dims["V_x"]))
    return {"E_x": E_x, "encoder": draw_layer(rng, dims["n_e"], dims["n_a"]), **draw_decoder(rng, dims)}


def draw_forward(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Targets, padded inputs and a model; padding holds tokens like any other."""
    return {
        "targets": rng.integers(dims["V_y"], size=(dims["m"], dims["T_y"])),
        "tokens": rng.integers(dims["V_x"], size=(dims["m"], dims["T_x"])),
        "mask": padding(rng, dims),
        "parameters": draw_model(rng, dims),
        "sos": int(rng.integers(1, dims["V_y"])),
    }


def draw_search(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Inputs whose translations end at different steps: one at once, or one not before it is cut, or one midway."""
    longest = dims["longest"]
    while True:
        tokens = rng.integers(dims["V_x"], size=(dims["m"], dims["T_x"]))
        sos = int(rng.integers(1, dims["V_y"]))
        rest: dict[str, Any] = {"mask": padding(rng, dims), "parameters": draw_model(rng, dims), "sos": sos}
        rest["parameters"]["decoder"]["by"][sos] += 1  # so that it is written, too
        if dims["at_once"] and len({path[0] for path in first_tokens(tokens, **rest)}) == 1:
            continue
        paths = first_tokens(tokens, **rest, longest=longest)
        for eos in range(dims["V_y"]):
            if eos == sos or not good_search(paths, eos, dims):
                continue
            if dims["m"] == 1 or dims["at_once"] or start_tells(paths, tokens, rest, eos, longest):
                return {"tokens": tokens, **rest, "eos": eos, "longest": longest}


def first_tokens(tokens: NDArray[np.int64], *, longest: int = 1, **rest: Any) -> list[list[int]]:
    """What is found when no token is an end."""
    paths, _ = reference.translate.__wrapped__(tokens, **rest, eos=-1, longest=longest)  # type: ignore[attr-defined]
    return cast(list[list[int]], paths)


def good_search(paths: list[list[int]], eos: int, dims: Dims) -> bool:
    """Whether translations tell right from wrong: several tokens, ends at several steps, and tokens after an end."""
    longest = dims["longest"]
    ends = [path.index(eos) if eos in path else longest for path in paths]
    varied = any(len(set(path[:end])) > 1 for path, end in zip(paths, ends, strict=True))
    if len(paths) == 1:
        return varied and 2 < ends[0] < longest - 2
    if dims["at_once"]:
        return varied and 0 in ends
    goes_on = any(set(path[end:]) - {eos} for path, end in zip(paths, ends, strict=True))
    others = len({tuple(path[: min(ends)]) for path in paths}) > 1
    return varied and goes_on and others and longest in ends and len(set(ends)) > 2


def start_tells(
    paths: list[list[int]], tokens: NDArray[np.int64], rest: dict[str, Any], eos: int, longest: int
) -> bool:
    """Whether it shows when the `sos` that a model writes is taken out, taken for an end, or kept from being written."""
    sos, decoder = rest["sos"], rest["parameters"]["decoder"]
    by = np.where(np.arange(len(decoder["by"]))[:, np.newaxis] == sos, -1e9, decoder["by"])
    without = {**rest, "parameters": {**rest["parameters"], "decoder": {**decoder, "by": by}}}
    right = cut(paths, eos)
    taken_out = [[token for token in path if token != sos] for path in right]
    wrong = [taken_out, cut(right, sos)]
    if right in wrong or taken_out == wrong[1]:
        return False
    return cut(first_tokens(tokens, **without, longest=longest), eos) not in wrong


def cut(paths: list[list[int]], end: int) -> list[list[int]]:
    """Each path up to its first `end`."""
    return [path[: path.index(end)] if end in path else path for path in paths]


def draw_weights_backward(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient, and what went forward."""
    return {"dcontext": rng.normal(0, 1, (2 * dims["n_a"], dims["m"])), **draw_sum(rng, dims)}


def draw_backward(rng: np.random.Generator, dims: Dims) -> Arguments:
    """A gradient, and the cache of a forward step."""
    s_prev, a, parameters = draw_energies(rng, dims).values()
    weights = reference.attention_weights(
        reference.additive_energies(s_prev, a, parameters), padding(rng, dims)
    )
    dcontext = rng.normal(0, 1, (2 * dims["n_a"], dims["m"]))
    return {"dcontext": dcontext, "cache": (s_prev, a, weights, parameters)}


def draw_product(rng: np.random.Generator, dims: Dims) -> Arguments:
    """Queries, keys and values whose scaled products make neither a look-up nor a mean."""
    d, d_v, m, T_q, T_x = (dims[name] for name in ("d", "d_v", "m", "T_q", "T_x"))
    mask = padding(rng, dims)
    if dims["empty"]:
        mask[rng.integers(m)] = 0
    return {
        "queries": rng.normal(0, 1.2, (d, m, T_q)),
        "keys": rng.normal(0, 1.2, (d, m, T_x)),
        "values": rng.normal(0, 1, (d_v, m, T_x)),
        "mask": mask,
    }


def whole(draw: Callable[[np.random.Generator, Dims], Arguments], dims: Dims) -> Cases:
    """Cases in which nothing is masked, so that an answer which is right without padding gets its points."""

    def drawn(rng: np.random.Generator) -> list[Arguments]:
        arguments = draw(rng, dims)
        return [{**arguments, "mask": np.ones_like(arguments["mask"])}]

    return Cases(WITHOUT_PADDING, draw=drawn, recorded=lambda: drawn(np.random.default_rng(7)))


def trained(rng: np.random.Generator) -> list[Arguments]:
    """Some dates that no training had, in short inputs, with their translations, for the weights of the reference model."""
    card = references.card(TRAINED)
    source, target = (Vocabulary(card[f"{name}_vocabulary"]) for name in ("source", "target"))
    texts: dict[str, str] = {}
    while len(texts) < HELD_OUT:
        day = dates.days("test")[rng.integers(len(dates.days("test")))]
        text = dates.written([day], dates.LOCALES[rng.integers(len(dates.LOCALES))], "medium")
        texts |= {text: day.isoformat()} if len(text) <= MOST_LETTERS else {}
    tokens, mask = pad([source.encode(text) for text in texts])
    targets, _ = pad([target.encode(text, end=True) for text in texts.values()])
    inputs = {"targets": targets, "tokens": tokens, "mask": mask.astype(np.int64)}
    weights = Fixture("reference_parameters", TRAINED)
    return [{**inputs, "parameters": weights, "sos": target.index[SOS]}]


additive_energies = Exercise(
    function=reference.additive_energies,
    title="How well each annotation fits",
    minutes=20,
    difficulty=2,
    arguments={"s_prev": STATE, "a": ANNOTATIONS, "parameters": LAYER},
    result=Array("m", "T_x"),
    draw=draw_energies,
    dims=ENERGY_DIMS,
    rows=[Row("energies", "", points=9)],
    mistakes=[
        Mistake(
            "tanh_missing",
            (
                "np.tanh(of_state[:, :, np.newaxis] + of_annotations)",
                "of_state[:, :, np.newaxis] + of_annotations",
            ),
            "There is no tanh. Without it the state adds the same number to all energies of an example, and the "
            "softmax would take that out again.",
        ),
        Mistake(
            "tanh_at_the_end",
            [
                (
                    "np.tanh(of_state[:, :, np.newaxis] + of_annotations)",
                    "of_state[:, :, np.newaxis] + of_annotations",
                ),
                ("return energies", "return np.tanh(energies)"),
            ],
            "tanh is taken of the energies. It belongs inside, before v, and the energies themselves may be of any "
            "size.",
        ),
        Mistake(
            "tanh_twice",
            ("return energies", "return np.tanh(energies)"),
            "The energies go through a second tanh. They may be of any size.",
        ),
        Mistake(
            "sigmoid_for_tanh",
            (
                "np.tanh(of_state[:, :, np.newaxis] + of_annotations)",
                "1 / (1 + np.exp(-of_state[:, :, np.newaxis] - of_annotations))",
            ),
            "You have what a sigmoid gives inside. It is tanh.",
        ),
        Mistake(
            "bias_missing",
            (' + parameters["b"]', ""),
            "The bias b is missing inside the tanh.",
        ),
        Mistake(
            "bias_after_tanh",
            [
                (' + parameters["b"]', ""),
                ("+ of_annotations)", "+ of_annotations) + parameters['b'][:, :, np.newaxis]"),
            ],
            "The bias is added after the tanh. It belongs inside.",
        ),
        Mistake(
            "matrix_product_with_all_annotations",
            ('np.einsum("ha,amt->hmt", parameters["Wa"], a, optimize=True)', 'parameters["Wa"] @ a'),
            "Of three axes, @ takes the last two for a matrix: it would multiply along the examples. Take one place "
            "at a time, or einsum.",
        ),
        Mistake(
            "v_forgotten",
            ('np.einsum("oh,hmt->mt", parameters["v"], hidden)', "hidden.sum(axis=0)"),
            "The hidden units are added up as they are. v weighs them.",
        ),
        Mistake(
            "mean_for_v",
            ('np.einsum("oh,hmt->mt", parameters["v"], hidden)', "hidden.mean(axis=0)"),
            "The hidden units are averaged. v weighs them.",
        ),
        Mistake(
            "v_inside_tanh",
            [
                (
                    "np.tanh(of_state[:, :, np.newaxis] + of_annotations)",
                    "np.tanh(parameters['v'].T[:, :, np.newaxis] * (of_state[:, :, np.newaxis] + of_annotations))",
                ),
                ('np.einsum("oh,hmt->mt", parameters["v"], hidden)', "hidden.sum(axis=0)"),
            ],
            "v multiplies inside the tanh. It weighs what the tanh gives.",
        ),
        Mistake(
            "state_ignored",
            (
                'parameters["Ws"] @ s_prev + parameters["b"]',
                '0 * (parameters["Ws"] @ s_prev) + parameters["b"]',
            ),
            "The decoder's activation plays no part, so every step would look at the same places. Ws s is inside the "
            "tanh.",
        ),
        Mistake(
            "annotations_ignored",
            ("+ of_annotations)", "+ 0 * of_annotations)"),
            "The annotations play no part, so all energies of an example are equal. Wa a is inside the tanh.",
        ),
        Mistake(
            "multiplied",
            ("np.newaxis] + of_annotations", "np.newaxis] * of_annotations"),
            "What comes from the state and what comes from the annotation are multiplied. They are added.",
        ),
        Mistake(
            "state_of_the_first_example",
            ("of_state[:, :, np.newaxis]", "of_state[:, :1, np.newaxis]"),
            "All examples look with the state of the first one. Each has its own.",
        ),
        Mistake(
            "one_annotation_for_all",
            ("+ of_annotations)", "+ of_annotations[:, :, :1] + 0 * of_annotations)"),
            "Every place gets the energy of the first annotation. Each place has its own.",
        ),
        Mistake(
            "softmax_already",
            ("return energies", "return np.exp(energies) / np.exp(energies).sum(axis=1, keepdims=True)"),
            "These are weights: the softmax is taken already. The energies are what it is taken of.",
        ),
        Mistake(
            "scaled",
            ("return energies", "return energies / np.sqrt(parameters['v'].size)"),
            "The energies are divided by √n_h. Additive energies are not scaled; dot products are.",
        ),
        Mistake(
            "sign",
            ("return energies", "return -energies"),
            "The sign is turned around: the annotation that fits best would get the least weight.",
        ),
        Mistake(
            "transposed",
            ("return energies", "return energies.T"),
            "The axes are exchanged: examples first, then the places of the input.",
        ),
        Mistake(
            "axis_kept",
            ("oh,hmt->mt", "oh,hmt->omt"),
            "There is a first axis of size 1, that of v's one row. The energies have shape (m, T_x).",
        ),
    ],
)


attention_weights = Exercise(
    function=reference.attention_weights,
    title="A softmax that does not see padding",
    minutes=25,
    difficulty=2,
    arguments={"energies": Array("m", "T_x"), "mask": MASK},
    result=WEIGHTS,
    draw=draw_masked,
    dims=WEIGHT_DIMS,
    rows=[
        Row("weights with padding", "", points=8),
        Row("weights without padding", "", points=3, cases=WITHOUT_PADDING),
    ],
    extra=[whole(draw_masked, {"m": 3, "T_x": 5, "size": 2, "empty": 0, "far": 0})],
    mistakes=[
        Mistake(
            "mask_ignored",
            ("mask.astype(bool)", "np.ones_like(mask).astype(bool)"),
            "Padding gets weight. Where the mask is 0, the weight is 0, and the others share all of it.",
        ),
        Mistake(
            "mask_inverted",
            ("mask.astype(bool)", "mask == 0"),
            "The mask is used the wrong way round: 1 is a token, 0 is padding.",
        ),
        Mistake(
            "mask_after_the_softmax",
            [
                ("mask.astype(bool)", "np.ones_like(mask).astype(bool)"),
                ("return exponentials / np.where(sums, sums, 1)", "return mask * exponentials / sums"),
            ],
            "The softmax is taken over everything and padding is wiped afterwards, so the weights that are left do "
            "not add up to 1. Mask before you divide by the sum.",
        ),
        Mistake(
            "energies_times_mask",
            ("real = mask.astype(bool)", "energies = energies * mask\n    real = np.ones_like(mask) == 1"),
            "The energies on padding are set to 0, and e⁰ = 1: padding still gets weight. What has no weight has "
            "energy −∞, or its exponential set to 0.",
        ),
        Mistake(
            "energies_times_mask_and_wiped",
            [
                (
                    "real = mask.astype(bool)",
                    "energies = energies * mask\n    real = np.ones_like(mask) == 1",
                ),
                ("return exponentials / np.where(sums, sums, 1)", "return mask * exponentials / sums"),
            ],
            "The energies on padding are set to 0, and its weights are wiped at the end; but e⁰ = 1 was in the sum, "
            "so the weights that are left do not add up to 1.",
        ),
        Mistake(
            "minus_infinity_times_zero",
            (
                "real = mask.astype(bool)",
                "energies = energies + (1 - mask) * -np.inf\n    real = mask.astype(bool)",
            ),
            "−∞ is multiplied by 0, which is NaN and no number, at every place that is real. Choose with np.where "
            "instead.",
        ),
        Mistake(
            "not_negative_enough",
            (
                "real = mask.astype(bool)",
                "energies = np.where(mask == 1, energies, -10.0)\n    real = np.ones_like(mask) == 1",
            ),
            "Padding is given an energy that is small, but not below all others: energies may be of any size. Take "
            "−∞, or set its exponential to 0.",
        ),
        Mistake(
            "constant_added",
            (
                "real = mask.astype(bool)",
                "energies = energies - 100 * (1 - mask)\n    real = np.ones_like(mask) == 1",
            ),
            "A constant is taken off the energies on padding. Where those are large, padding still gets weight. Take "
            "−∞, or set its exponential to 0.",
        ),
        Mistake(
            "all_padding_is_nan",
            ("np.where(sums, sums, 1)", "sums"),
            "An example that is all padding divides 0 by 0, or takes −∞ from −∞, and NaN spreads to all that reads "
            "it. Its weights are 0.",
        ),
        Mistake(
            "all_padding_is_shared",
            (
                "real = mask.astype(bool)",
                "energies = np.where(mask == 1, energies, -1e30)\n    real = np.ones_like(mask) == 1",
            ),
            "In an example that is all padding all energies are equally small, so that padding shares the weight. "
            "There the weights are 0.",
        ),
        Mistake(
            "not_low_enough",
            ("np.where(real, energies, energies.min())", "np.where(real, energies, -1e9)"),
            "The number that padding gets is not below all others: where the tokens' energies are lower still, it is "
            "taken for the largest, and nothing is left of them. Energies may be of any size. Take −∞, or the "
            "smallest of all energies.",
        ),
        Mistake(
            "not_low_enough_and_nan",
            [
                ("np.where(real, energies, energies.min())", "np.where(real, energies, -1e9)"),
                ("np.where(sums, sums, 1)", "sums"),
            ],
            "Two things: the number that padding gets is not below all others, since energies may be of any size; and "
            "where all exponentials are 0, 0 is divided by 0. An example that is all padding has weights 0.",
        ),
        Mistake(
            "not_low_enough_and_shared",
            (
                "real = mask.astype(bool)",
                "energies = np.where(mask == 1, energies, -1e9)\n    real = np.ones_like(mask) == 1",
            ),
            "Two things: the number that padding gets is not below all others, since energies may be of any size; and "
            "in an example that is all padding, padding shares the weight, where all weights should be 0.",
        ),
        Mistake(
            "not_low_enough_and_wiped",
            (
                "    real = mask.astype(bool)",
                "    energies = np.where(mask == 1, energies, -1e3)\n"
                "    powers = np.exp(energies - energies.max(axis=1, keepdims=True))\n"
                "    return mask * powers / powers.sum(axis=1, keepdims=True)\n"
                "    real = mask.astype(bool)",
            ),
            "Padding is given a number that is low, but energies may be of any size. Where the tokens' are lower, "
            "padding takes the weight, and after it is wiped nothing is left. Take −∞, or the smallest of all "
            "energies.",
        ),
        Mistake(
            "overflow",
            ("np.exp(kept - kept.max(axis=1, keepdims=True))", "np.exp(kept)"),
            "e to a large energy is infinite, and to a very negative one 0. Take the largest energy of each example "
            "off before: the weights stay the same.",
        ),
        Mistake(
            "largest_of_padding",
            ("np.where(real, energies, energies.min())", "energies"),
            "The largest energy is looked for among padding too. Where that one is far above all others, nothing is "
            "left of them after it is taken off. Look for the largest among the tokens.",
        ),
        Mistake(
            "largest_of_padding_and_nan",
            [
                ("np.where(real, energies, energies.min())", "energies"),
                ("np.where(sums, sums, 1)", "sums"),
            ],
            "Two things: the largest energy is looked for among padding too, and an example that is all padding "
            "divides 0 by 0. Look for the largest among the tokens; where there is none, the weights are 0.",
        ),
        Mistake(
            "largest_of_the_batch",
            ("kept.max(axis=1, keepdims=True)", "kept.max()"),
            "The largest energy is looked for in the whole batch. Where it is far above those of another example, "
            "nothing is left of them after it is taken off. Each example has its own, the largest of its tokens.",
        ),
        Mistake(
            "largest_of_the_batch_and_nan",
            [("kept.max(axis=1, keepdims=True)", "kept.max()"), ("np.where(sums, sums, 1)", "sums")],
            "Two things: the largest energy is looked for in the whole batch, where each example has its own; and "
            "where all exponentials are 0, 0 is divided by 0. An example that is all padding has weights 0.",
        ),
        Mistake(
            "largest_of_the_batch_with_padding",
            ("kept.max(axis=1, keepdims=True)", "energies.max()"),
            "The largest energy is looked for in the whole batch. Where it is far above those of another example, "
            "nothing is left of them after it is taken off. Each example has its own, the largest of its tokens.",
        ),
        Mistake(
            "largest_of_the_batch_with_padding_and_nan",
            [("kept.max(axis=1, keepdims=True)", "energies.max()"), ("np.where(sums, sums, 1)", "sums")],
            "Two things: the largest energy is looked for in the whole batch, where each example has its own; and "
            "where all exponentials are 0, 0 is divided by 0. An example that is all padding has weights 0.",
        ),
        Mistake(
            "overflow_and_nan",
            [
                ("np.exp(kept - kept.max(axis=1, keepdims=True))", "np.exp(kept)"),
                ("np.where(sums, sums, 1)", "sums"),
            ],
            "Two things: e to a large energy is infinite, so take the largest energy of each example off before; and "
            "an example that is all padding divides 0 by 0, where its weights should be 0.",
        ),
        Mistake(
            "over_examples",
            [
                ("kept.max(axis=1", "kept.max(axis=0"),
                ("exponentials.sum(axis=1", "exponentials.sum(axis=0"),
            ],
            "The softmax is over the examples, axis 0. Weights are shared among the places of one input.",
        ),
        Mistake(
            "over_examples_with_minus_infinity",
            (
                "    real = mask.astype(bool)",
                "    powers = np.where(mask == 1, energies, -np.inf)\n"
                "    powers = np.exp(powers - powers.max(axis=0))\n"
                "    return powers / powers.sum(axis=0)\n"
                "    real = mask.astype(bool)",
            ),
            "The softmax is over the examples, axis 0. Weights are shared among the places of one input.",
        ),
        Mistake(
            "over_examples_and_wiped",
            (
                "    real = mask.astype(bool)",
                "    powers = np.exp(energies - energies.max(axis=0))\n"
                "    return mask * powers / powers.sum(axis=0)\n"
                "    real = mask.astype(bool)",
            ),
            "The softmax is over the examples, axis 0. Weights are shared among the places of one input.",
        ),
        Mistake(
            "over_examples_with_a_low_number",
            (
                "    real = mask.astype(bool)",
                "    powers = np.where(mask == 1, energies, -1e30)\n"
                "    powers = np.exp(powers - powers.max(axis=0))\n"
                "    return powers / powers.sum(axis=0)\n"
                "    real = mask.astype(bool)",
            ),
            "The softmax is over the examples, axis 0. Weights are shared among the places of one input.",
        ),
        Mistake(
            "sum_over_examples",
            ("exponentials.sum(axis=1", "exponentials.sum(axis=0"),
            "The exponentials are divided by their sum over the examples, axis 0. The sum is over the places of one "
            "input.",
        ),
        Mistake(
            "over_everything",
            ("exponentials.sum(axis=1, keepdims=True)", "exponentials.sum()"),
            "The exponentials are divided by the sum over the whole batch. Each example has its own sum.",
        ),
        Mistake(
            "not_divided",
            ("return exponentials / np.where(sums, sums, 1)", "return exponentials"),
            "The exponentials are not divided by their sum.",
        ),
        Mistake(
            "largest_takes_all",
            (
                "return exponentials / np.where(sums, sums, 1)",
                "return np.where(exponentials == 1, 1.0, 0.0)",
            ),
            "All weight goes to the largest energy. The softmax gives each place a share.",
        ),
        Mistake(
            "equal_shares",
            (
                "return exponentials / np.where(sums, sums, 1)",
                "return mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)",
            ),
            "All tokens get the same weight. It grows with the exponential of their energy.",
        ),
        Mistake(
            "logarithms",
            (
                "return exponentials / np.where(sums, sums, 1)",
                "return np.log(exponentials / np.where(sums, sums, 1))",
            ),
            "These are the logarithms of the weights.",
        ),
    ],
)


context_vector = Exercise(
    function=reference.context_vector,
    title="What is read",
    minutes=10,
    difficulty=1,
    arguments={"weights": WEIGHTS, "a": ANNOTATIONS},
    result=Array("2 n_a", "m"),
    draw=draw_sum,
    dims=CONTEXT_DIMS,
    rows=[Row("contexts", "", points=6)],
    mistakes=[
        Mistake(
            "weights_ignored",
            ('np.einsum("mt,amt->am", weights, a)', "a.mean(axis=2)"),
            "This is the plain mean of the annotations. The weights say how much of each is taken.",
        ),
        Mistake(
            "mean_of_the_weighted",
            ('np.einsum("mt,amt->am", weights, a)', "(weights * a).mean(axis=2)"),
            "The weighted annotations are divided by T_x once more. The weights add up to 1 already.",
        ),
        Mistake(
            "divided_by_the_weights",
            ('np.einsum("mt,amt->am", weights, a)', "(weights * a).sum(axis=2) / weights.sum(axis=1)"),
            "The sum is divided by the sum of the weights. That is 1, but 0 in an example that is all padding, and 0 "
            "/ 0 is NaN. The context there is 0.",
        ),
        Mistake(
            "matrix_product",
            ('np.einsum("mt,amt->am", weights, a)', "a @ weights"),
            "Of three axes, @ takes the last two for a matrix: it would mix the examples. Multiply number by number "
            "and add up along the last axis.",
        ),
        Mistake(
            "not_summed",
            ("mt,amt->am", "mt,amt->amt"),
            "The annotations are weighted but not added up: T_x of them are left for each example.",
        ),
        Mistake(
            "summed_over_examples",
            ("mt,amt->am", "mt,amt->at"),
            "The sum is over the examples. It is over the places of the input, the last axis.",
        ),
        Mistake(
            "summed_over_units",
            ("mt,amt->am", "mt,amt->mt"),
            "The sum is over the units. It is over the places of the input, the last axis.",
        ),
        Mistake(
            "transposed",
            ("mt,amt->am", "mt,amt->ma"),
            "The axes are exchanged: units first, then examples.",
        ),
        Mistake(
            "largest_weight_only",
            (
                'np.einsum("mt,amt->am", weights, a)',
                "a[:, np.arange(len(weights)), weights.argmax(axis=1)]",
            ),
            "Only the annotation with the largest weight is taken. A choice has no gradient; the weighted sum has.",
        ),
        Mistake(
            "largest_of_the_weighted",
            ('np.einsum("mt,amt->am", weights, a)', "(weights * a).max(axis=2)"),
            "Of each unit the largest weighted activation is taken. They are added up.",
        ),
        Mistake(
            "weights_of_the_first_example",
            ('np.einsum("mt,amt->am", weights, a)', "(weights[0] * a).sum(axis=2)"),
            "All examples use the weights of the first one. Each has its own.",
        ),
        Mistake(
            "softmax_again",
            (
                'np.einsum("mt,amt->am", weights, a)',
                "(np.exp(weights) / np.exp(weights).sum(axis=1, keepdims=True) * a).sum(axis=2)",
            ),
            "A softmax is taken of the weights. They are weights already.",
        ),
        Mistake(
            "forward_half_only",
            ('np.einsum("mt,amt->am", weights, a)', 'np.einsum("mt,amt->am", weights, a[: len(a) // 2])'),
            "Only the upper half of the annotations is read, that of the forward LSTM. A context has all 2 n_a units.",
        ),
    ],
)


attention_step = Exercise(
    function=reference.attention_step,
    title="One step of the decoder",
    minutes=30,
    difficulty=3,
    arguments={
        "tokens": Array("m"),
        "s_prev": STATE,
        "c_prev": STATE,
        "a": ANNOTATIONS,
        "mask": MASK,
        "parameters": Dict(**OF_A_STEP),
    },
    result=Tuple(s=STATE, c=STATE, log_y=Array("V_y", "m"), weights=WEIGHTS),
    draw=draw_step,
    dims=STEP_DIMS,
    rows=[
        Row("weights", "weights", points=3),
        Row("memory", "c", points=3),
        Row("activation", "s", points=3),
        Row("log-probabilities", "log_y", points=4),
    ],
    needs=["additive_energies", "attention_weights", "context_vector"],
    mistakes=[
        Mistake(
            "memory_as_query",
            ("additive_energies(s_prev", "additive_energies(c_prev"),
            "The energies are computed with the memory. It is the activation of the step before that looks for "
            "annotations.",
        ),
        Mistake(
            "updated_activation_as_query",
            (
                "energies = additive_energies(s_prev",
                'nothing = np.concatenate([parameters["E_y"][:, tokens], 0 * a[:, :, 0]], axis=0)\n'
                '    early = lstm_gates(nothing, s_prev, parameters["decoder"])\n'
                "    updated = early[3] * np.tanh(early[0] * c_prev + early[1] * early[2])\n"
                "    energies = additive_energies(updated",
            ),
            "The energies are computed with an activation that was updated in this step. The one from before the step "
            "looks, since the update needs the context that is found.",
        ),
        Mistake(
            "step_before_looking",
            [
                (
                    'energies = additive_energies(s_prev, a, parameters["attention"])',
                    'nothing = np.concatenate([parameters["E_y"][:, tokens], 0 * a[:, :, 0]], axis=0)\n'
                    '    early = lstm_gates(nothing, s_prev, parameters["decoder"])\n'
                    "    c_prev = early[0] * c_prev + early[1] * early[2]\n"
                    "    s_prev = early[3] * np.tanh(c_prev)\n"
                    '    energies = additive_energies(s_prev, a, parameters["attention"])',
                ),
            ],
            "The LSTM makes a step before the annotations are looked at, and another after. There is one, and it "
            "reads the context.",
        ),
        Mistake(
            "mask_ignored",
            ("attention_weights(energies, mask)", "attention_weights(energies, np.ones_like(mask))"),
            "Padding gets weight: hand the mask on.",
        ),
        Mistake(
            "mask_inverted",
            ("attention_weights(energies, mask)", "attention_weights(energies, 1 - mask)"),
            "The mask is handed on the wrong way round: 1 is a token, 0 is padding.",
        ),
        Mistake(
            "energies_for_weights",
            (
                'return s, c, log_softmax(decoder["Wy"] @ s + decoder["by"]), weights',
                'return s, c, log_softmax(decoder["Wy"] @ s + decoder["by"]), energies',
            ),
            "The energies are returned where the weights should be.",
        ),
        Mistake(
            "rows_of_the_embedding",
            ('parameters["E_y"][:, tokens]', 'parameters["E_y"][tokens]'),
            "Rows of E_y are taken for the tokens. The embedding of a token is a column.",
        ),
        Mistake(
            "context_above_token",
            (
                '[parameters["E_y"][:, tokens], context_vector(weights, a)]',
                '[context_vector(weights, a), parameters["E_y"][:, tokens]]',
            ),
            "The LSTM reads the context above the token's embedding. Its weights are for the embedding above the "
            "context.",
        ),
        Mistake(
            "context_not_read",
            ("context_vector(weights, a)", "0 * context_vector(weights, a)"),
            "The context plays no part in what the LSTM reads.",
        ),
        Mistake(
            "token_not_read",
            ('parameters["E_y"][:, tokens]', '0 * parameters["E_y"][:, tokens]'),
            "The token before plays no part in what the LSTM reads.",
        ),
        Mistake(
            "activation_not_read",
            ("lstm_gates(read, s_prev", "lstm_gates(read, 0 * s_prev"),
            "The gates see a zero activation. They see that of the step before.",
        ),
        Mistake(
            "gates_read_memory",
            ("lstm_gates(read, s_prev", "lstm_gates(read, c_prev"),
            "The gates are given the memory. They see the activation of the step before.",
        ),
        Mistake(
            "one_minus_forget",
            ("ft * c_prev", "(1 - ft) * c_prev"),
            "You have what (1 − Γ_f) · c_prev gives. Γ_f is the part of the old memory that is kept; lecture note 003 "
            "has this slip.",
        ),
        Mistake(
            "gates_swapped",
            ("ft * c_prev + ut * cct", "ut * c_prev + ft * cct"),
            "The update gate multiplies the old memory and the forget gate the candidate. Γ_f keeps the old memory, "
            "Γ_u writes the candidate.",
        ),
        Mistake(
            "old_memory_dropped",
            ("ft * c_prev + ut * cct", "ut * cct"),
            "The new memory is only what is written now. What the forget gate keeps of the old memory is missing.",
        ),
        Mistake(
            "tanh_of_memory_missing",
            ("ot * np.tanh(c)", "ot * c"),
            "You have what Γ_o · c gives. The memory goes through tanh before the output gate shows it.",
        ),
        Mistake(
            "prediction_from_the_old_activation",
            ('decoder["Wy"] @ s ', 'decoder["Wy"] @ s_prev '),
            "The prediction is made from the activation before the step. It is made from the new one.",
        ),
        Mistake(
            "prediction_from_the_memory",
            ('decoder["Wy"] @ s ', 'decoder["Wy"] @ c '),
            "The prediction is made from the memory. It is made from the new activation.",
        ),
        Mistake(
            "output_bias_missing",
            (' + decoder["by"]', ""),
            "The bias by of the prediction is missing.",
        ),
        Mistake(
            "scores",
            ('log_softmax(decoder["Wy"] @ s + decoder["by"])', 'decoder["Wy"] @ s + decoder["by"]'),
            "These are scores. Log-probabilities are what log_softmax makes of them.",
        ),
        Mistake(
            "probabilities",
            (
                'log_softmax(decoder["Wy"] @ s + decoder["by"])',
                'np.exp(log_softmax(decoder["Wy"] @ s + decoder["by"]))',
            ),
            "These are probabilities. Their logarithms are asked for.",
        ),
        Mistake(
            "over_examples",
            (
                'log_softmax(decoder["Wy"] @ s + decoder["by"])',
                'log_softmax((decoder["Wy"] @ s + decoder["by"]).T).T',
            ),
            "The softmax of the prediction is over the examples. It is over the tokens, axis 0.",
        ),
        Mistake(
            "activation_and_memory_exchanged",
            ("return s, c,", "return c, s,"),
            "Activation and memory are in each other's place: s comes first.",
        ),
    ],
)


# What is found is written down before it is looked at.
END_AFTERWARDS = [
    ("        finished |= before == eos\n", ""),
    ("        if finished.all()", "        finished |= before == eos\n        if finished.all()"),
]

ENCODER_WITHOUT_MASK = Mistake(
    "encoder_without_mask",
    (
        'embed(tokens, parameters["E_x"]), mask,',
        'embed(tokens, parameters["E_x"]), np.ones_like(mask),',
    ),
    "The encoder reads padding. It needs the mask.",
)
attention_forward = Exercise(
    function=reference.attention_forward,
    title="The whole model, fed the true targets",
    minutes=30,
    difficulty=2,
    arguments={
        "targets": Array("m", "T_y"),
        "tokens": Array("m", "T_x"),
        "mask": MASK,
        "parameters": MODEL,
        "sos": TOKEN,
    },
    result=Tuple(log_y=Array("V_y", "m", "T_y"), weights=Array("m", "T_y", "T_x")),
    draw=draw_forward,
    dims=MODEL_DIMS,
    rows=[
        Row("weights of all steps", "weights", points=4),
        Row("log-probabilities of all steps", "log_y", points=5),
        Row("weights of the course's model on held-out dates", "weights", points=3, cases=TRAINED),
    ],
    extra=[Cases(TRAINED, draw=trained, recorded=lambda: trained(np.random.default_rng(7)))],
    needs=["attention_step"],
    mistakes=[
        Mistake(
            "target_of_the_step_itself",
            ("before[:, t]", "targets[:, t]"),
            "Each step reads the token that it is to predict. It reads the one before; the first reads sos.",
        ),
        Mistake(
            "own_predictions",
            (
                "weights.append(weights_t)",
                "weights.append(weights_t)\n"
                "        before[:, min(t + 1, targets.shape[1] - 1)] = log_y_t.argmax(axis=0)",
            ),
            "Each step reads what the model itself finds most probable. In training it reads the true token before.",
        ),
        Mistake(
            "first_token_at_every_step",
            ("before[:, t]", "before[:, 0]"),
            "Every step reads sos. From the second on, a step reads the true token before.",
        ),
        Mistake(
            "activation_not_carried",
            ("before[:, t], s, c", "before[:, t], 0 * s, c"),
            "Every step begins with a zero activation. It begins with that of the step before.",
        ),
        Mistake(
            "memory_not_carried",
            ("before[:, t], s, c", "before[:, t], s, 0 * c"),
            "Every step begins with a zero memory. It begins with that of the step before.",
        ),
        Mistake(
            "nothing_carried",
            ("before[:, t], s, c", "before[:, t], 0 * s, 0 * c"),
            "Every step begins with zero states. Only the first does; the others begin with those of the step before.",
        ),
        Mistake(
            "begins_with_the_encoder",
            (
                "    log_y, weights = [], []",
                "    s = a[: len(s), np.arange(len(tokens)), mask.sum(axis=1) - 1]\n    log_y, weights = [], []",
            ),
            "The decoder begins with the encoder's last activation, as in 13-seq2seq. Here it begins at zero: what it "
            "needs it looks up.",
        ),
        Mistake(
            "begins_with_the_encoder_read_backwards",
            ("    log_y, weights = [], []", "    s = a[len(s) :, :, 0]\n    log_y, weights = [], []"),
            "The decoder begins with the last activation of the encoder's backward LSTM. Here it begins at zero.",
        ),
        Mistake(
            "begins_with_the_last_place",
            ("    log_y, weights = [], []", "    s = a[: len(s), :, -1]\n    log_y, weights = [], []"),
            "The decoder begins with what the encoder has at the last place. Here it begins at zero: what it needs it "
            "looks up.",
        ),
        Mistake(
            "first_token_is_0",
            ("teacher_forcing(targets, sos)", "teacher_forcing(targets, 0)"),
            "The first step reads the token 0. It reads sos.",
        ),
        Mistake(
            "decoder_without_mask",
            ("s, c, a, mask, parameters)", "s, c, a, np.ones_like(mask), parameters)"),
            "The decoder looks at padding. Each step needs the mask.",
        ),
        ENCODER_WITHOUT_MASK,
        Mistake(
            "mask_ignored",
            [
                (
                    'embed(tokens, parameters["E_x"]), mask,',
                    'embed(tokens, parameters["E_x"]), np.ones_like(mask),',
                ),
                ("s, c, a, mask, parameters)", "s, c, a, np.ones_like(mask), parameters)"),
            ],
            "Padding is read, and looked at, like any other token. Encoder and decoder need the mask.",
        ),
        Mistake(
            "directions_exchanged",
            (
                'parameters["encoder"])',
                'dict(zip(("forward", "backward"), map(parameters["encoder"].get, ("backward", "forward")))))',
            ),
            "The encoder's two LSTMs are in each other's place.",
        ),
        Mistake(
            "steps_of_the_input",
            ("range(targets.shape[1])", "range(min(tokens.shape[1], targets.shape[1]))"),
            "There are as many steps as the input has tokens. The decoder makes one for each token of the target.",
        ),
        Mistake(
            "last_step_missing",
            ("range(targets.shape[1])", "range(targets.shape[1] - 1)"),
            "The last step is missing: the decoder makes one for each token of the target.",
        ),
        Mistake(
            "steps_first",
            ("np.stack(log_y, axis=2)", "np.stack(log_y)"),
            "The steps lie along the first axis of the log-probabilities. They are the last: (V_y, m, T_y).",
        ),
        Mistake(
            "steps_second",
            ("np.stack(log_y, axis=2)", "np.stack(log_y, axis=1)"),
            "The steps lie along the second axis of the log-probabilities. They are the last: (V_y, m, T_y).",
        ),
        Mistake(
            "steps_of_weights_first",
            ("np.stack(weights, axis=1)", "np.stack(weights)"),
            "The steps lie along the first axis of the weights. They are the second: (m, T_y, T_x).",
        ),
        Mistake(
            "steps_of_weights_last",
            ("np.stack(weights, axis=1)", "np.stack(weights, axis=2)"),
            "The steps lie along the last axis of the weights. They are the second: (m, T_y, T_x).",
        ),
    ],
)


translate = Exercise(
    function=reference.translate,
    title="Translate, and say where you looked",
    minutes=25,
    difficulty=2,
    arguments={
        "tokens": Array("m", "T_x"),
        "mask": MASK,
        "parameters": MODEL,
        "sos": TOKEN,
        "eos": TOKEN,
        "longest": NUMBER,
    },
    result=Tuple(found=Plain("m lists of tokens"), alignments=Each(Array("tokens found", "T_x"), "m")),
    draw=draw_search,
    dims=SEARCH_DIMS,
    rows=[Row("tokens", "found", points=6), Row("alignments", "alignments", points=4)],
    needs=["attention_step"],
    mistakes=[
        Mistake(
            "end_kept",
            END_AFTERWARDS,
            "The token that ends a translation is still there, and its row of weights. Both are left out.",
        ),
        Mistake(
            "end_kept_in_the_tokens",
            [
                *END_AFTERWARDS,
                ("looked[i].append(weights[i])", "looked[i] += [weights[i]] if before[i] != eos else []"),
            ],
            "The token that ends a translation is still there. It is left out.",
        ),
        Mistake(
            "row_of_the_end_kept",
            [
                *END_AFTERWARDS,
                (
                    "found[i].append(int(before[i]))",
                    "found[i] += [int(before[i])] if before[i] != eos else []",
                ),
            ],
            "The alignments have a row for the token that ends a translation. There is one for each token found.",
        ),
        Mistake(
            "alignments_not_cut",
            (
                "        if finished.all()",
                "        for i in np.flatnonzero(finished):\n"
                "            looked[i].append(weights[i])\n"
                "        if finished.all()",
            ),
            "The alignments have a row for every step of the batch. A finished translation has one for each of its "
            "tokens.",
        ),
        Mistake(
            "alignment_without_places",
            ("np.reshape(rows, (len(rows), tokens.shape[1]))", "np.array(rows)"),
            "The alignment of a translation that ends at once has lost its second axis. It has no rows, but as many "
            "columns as all others: (0, T_x).",
        ),
        Mistake(
            "nothing_to_stack",
            ("np.reshape(rows, (len(rows), tokens.shape[1]))", "np.stack(rows)"),
            "A translation that ends at once has no rows to put together. Its alignment has shape (0, T_x).",
        ),
        Mistake(
            "weights_of_the_step_before",
            [
                ("looked: list", "earlier = None\n    looked: list"),
                (
                    "        before = log",
                    "        weights, earlier = weights if earlier is None else earlier, weights\n        before = log",
                ),
            ],
            "The rows of the alignments come one step late. A token's row holds the weights of the step that gave it.",
        ),
        Mistake(
            "not_cut",
            ("np.flatnonzero(~finished)", "range(len(tokens))"),
            "Translations go on after their end, as long as the longest of the batch. Each is cut at its first eos.",
        ),
        Mistake(
            "not_cut_at_all",
            [("np.flatnonzero(~finished)", "range(len(tokens))"), ("            break", "            pass")],
            "Every translation goes on to `longest` tokens. Each is cut at its first eos.",
        ),
        Mistake(
            "end_taken_out",
            ("finished |= before == eos", "finished = before == eos"),
            "Every eos is left out, but what comes after the first one is still there. A translation ends at its "
            "first eos.",
        ),
        Mistake(
            "start_kept",
            ("found: list[list[int]] = [[]", "found: list[list[int]] = [[sos]"),
            "The translations begin with sos. It is what the first step is fed, and no part of them.",
        ),
        Mistake(
            "start_taken_out",
            ("np.flatnonzero(~finished)", "np.flatnonzero(~finished & (before != sos))"),
            "Where the model itself writes sos, you leave it out. Only the sos that the first step is fed is no part "
            "of a translation.",
        ),
        Mistake(
            "start_taken_out_of_the_tokens",
            ("found[i].append(int(before[i]))", "found[i] += [int(before[i])] if before[i] != sos else []"),
            "Where the model itself writes sos, you leave it out of the tokens. Only the sos that the first step is "
            "fed is no part of a translation.",
        ),
        Mistake(
            "start_ends_too",
            ("before == eos", "(before == eos) | (before == sos)"),
            "A translation ends where the model writes sos. Only eos ends it; sos is kept like any other token.",
        ),
        Mistake(
            "start_forbidden",
            (
                "log_y.argmax(axis=0)",
                "np.where(np.arange(len(log_y))[:, np.newaxis] == sos, -np.inf, log_y).argmax(axis=0)",
            ),
            "The model is kept from writing sos. Take the most probable of all tokens, sos like any other.",
        ),
        Mistake(
            "first_token_is_0",
            ("np.full(len(tokens), sos)", "np.full(len(tokens), 0)"),
            "The first step is fed the token 0. It is fed sos.",
        ),
        Mistake(
            "stops_with_the_first",
            ("if finished.all()", "if finished.any()"),
            "The search stops as soon as one translation of the batch has ended. The others go on.",
        ),
        Mistake(
            "stops_before_the_first",
            ("        for i in np", "        if finished.any():\n            break\n        for i in np"),
            "The search stops as soon as one translation of the batch has ended. The others go on.",
        ),
        Mistake(
            "start_fed_at_every_step",
            ("attention_step(before,", "attention_step(np.full(len(tokens), sos),"),
            "Every step is fed sos. From the second on, a step is fed the token that was found before.",
        ),
        Mistake(
            "least_probable",
            ("argmax", "argmin"),
            "The least probable token is taken. Log-probabilities are negative; the most probable has the largest.",
        ),
        Mistake(
            "one_choice_for_all",
            ("log_y.argmax(axis=0)", "np.full(len(tokens), log_y[:, 0].argmax())"),
            "All examples take the most probable token of the first one. Each has its own: the largest along axis 0.",
        ),
        Mistake(
            "activation_not_carried",
            ("attention_step(before, s, c", "attention_step(before, 0 * s, c"),
            "Every step begins with a zero activation. It begins with that of the step before.",
        ),
        Mistake(
            "memory_not_carried",
            ("attention_step(before, s, c", "attention_step(before, s, 0 * c"),
            "Every step begins with a zero memory. It begins with that of the step before.",
        ),
        Mistake(
            "mask_ignored",
            ("s, c, a, mask, parameters)", "s, c, a, np.ones_like(mask), parameters)"),
            "The decoder looks at padding. Each step needs the mask.",
        ),
        ENCODER_WITHOUT_MASK,
        Mistake(
            "one_step_more",
            ("range(longest)", "range(longest + 1)"),
            "A translation that does not end has longest + 1 tokens. It is cut at longest.",
        ),
        Mistake(
            "one_step_less",
            ("range(longest)", "range(longest - 1)"),
            "A translation that does not end has longest − 1 tokens. It is cut at longest.",
        ),
        Mistake(
            "only_finished_ones",
            (
                "    return found",
                "    for i in np.flatnonzero(~finished):\n"
                "        found[i], looked[i] = [], []\n"
                "    return found",
            ),
            "A translation that does not end within `longest` tokens is left empty. What was found of it is the "
            "answer.",
        ),
        Mistake(
            "begins_with_the_encoder",
            (
                "    before, finished",
                "    s = a[: len(s), np.arange(len(tokens)), mask.sum(axis=1) - 1]\n    before, finished",
            ),
            "The decoder begins with the encoder's last activation, as in 13-seq2seq. Here it begins at zero.",
        ),
        Mistake(
            "begins_with_the_encoder_read_backwards",
            ("    before, finished", "    s = a[len(s) :, :, 0]\n    before, finished"),
            "The decoder begins with the last activation of the encoder's backward LSTM. Here it begins at zero.",
        ),
        Mistake(
            "begins_with_the_last_place",
            ("    before, finished", "    s = a[: len(s), :, -1]\n    before, finished"),
            "The decoder begins with what the encoder has at the last place. Here it begins at zero.",
        ),
    ],
)


attention_weights_backward = Exercise(
    function=reference.attention_weights_backward,
    title="Back through the sum and the softmax",
    minutes=25,
    difficulty=3,
    arguments={"dcontext": Array("2 n_a", "m"), "weights": WEIGHTS, "a": ANNOTATIONS},
    result=Tuple(denergies=Array("m", "T_x"), da=ANNOTATIONS),
    draw=draw_weights_backward,
    dims=CONTEXT_DIMS,
    rows=[
        Row("gradient of the energies", "denergies", points=6),
        Row("gradient of the annotations", "da", points=3),
    ],
    mistakes=[
        Mistake(
            "softmax_as_if_alone",
            ("weights * (dweights - mean)", "weights * (1 - weights) * dweights"),
            "You have α(1 − α) times the gradient of each weight, as for a sigmoid. An energy moves all weights of "
            "its example: Σ α · dα over the places is taken off each.",
        ),
        Mistake(
            "mean_forgotten",
            ("weights * (dweights - mean)", "weights * dweights"),
            "You have α · dα. An energy that grows takes weight from all others: Σ α · dα over the places "
            "is taken off first.",
        ),
        Mistake(
            "mean_added",
            ("(dweights - mean)", "(dweights + mean)"),
            "The weighted mean is added. It is taken off: an energy that grows takes weight from all others.",
        ),
        Mistake(
            "weights_forgotten",
            ("weights * (dweights - mean)", "dweights - mean"),
            "The mean is taken off, but the factor α before the brackets is missing; so padding gets a gradient.",
        ),
        Mistake(
            "weight_forgotten_in_the_mean",
            ("(weights * dweights).sum(axis=1, keepdims=True)", "dweights.sum(axis=1, keepdims=True)"),
            "What is taken off is the plain sum of dα. It is their mean, weighted by α.",
        ),
        Mistake(
            "plain_mean",
            ("(weights * dweights).sum(axis=1, keepdims=True)", "dweights.mean(axis=1, keepdims=True)"),
            "What is taken off is the plain mean of dα. It is weighted by α.",
        ),
        Mistake(
            "weighted_mean_over_T_x",
            (
                "(weights * dweights).sum(axis=1, keepdims=True)",
                "(weights * dweights).mean(axis=1, keepdims=True)",
            ),
            "The weighted sum is divided by T_x. The weights add up to 1 already.",
        ),
        Mistake(
            "mean_over_examples",
            (
                "(weights * dweights).sum(axis=1, keepdims=True)",
                "(weights * dweights).sum(axis=0, keepdims=True)",
            ),
            "The weighted mean is taken over the examples. It is over the places of each input.",
        ),
        Mistake(
            "softmax_not_passed",
            ("return denergies, da", "return dweights, da"),
            "This is the gradient of the weights. It still has to go through the softmax.",
        ),
        Mistake(
            "sign",
            ("return denergies, da", "return -denergies, da"),
            "The gradient of the energies has the wrong sign.",
        ),
        Mistake(
            "averaged_over_units",
            (
                'np.einsum("am,amt->mt", dcontext, a)',
                'np.einsum("am,amt->mt", dcontext, a) / len(a)',
            ),
            "The gradient of the weights is averaged over the units. It is their sum.",
        ),
        Mistake(
            "annotations_without_weights",
            (
                "da = weights * dcontext[:, :, np.newaxis]",
                "da = np.ones_like(weights) * dcontext[:, :, np.newaxis]",
            ),
            "Every annotation gets the whole gradient of the context. It gets it times its weight.",
        ),
        Mistake(
            "annotations_get_a_share",
            (
                "da = weights * dcontext[:, :, np.newaxis]",
                "da = np.ones_like(weights) / weights.shape[1] * dcontext[:, :, np.newaxis]",
            ),
            "Every annotation gets the same share of the gradient of the context. It gets it times its weight.",
        ),
        Mistake(
            "annotations_times_energies",
            ("return denergies, da", "return denergies, denergies * dcontext[:, :, np.newaxis]"),
            "The gradient of the annotations is multiplied by that of the energies. The context is Σ α · a, so it is "
            "multiplied by α.",
        ),
        Mistake(
            "order",
            ("return denergies, da", "return da, denergies"),
            "The two gradients are in each other's place: that of the energies comes first.",
        ),
    ],
)


attention_backward = Exercise(
    function=reference.attention_backward,
    title="Back to state, annotations and parameters",
    minutes=30,
    difficulty=3,
    arguments={
        "dcontext": Array("2 n_a", "m"),
        "cache": Tuple(s_prev=STATE, a=ANNOTATIONS, weights=WEIGHTS, parameters=LAYER),
    },
    result=Tuple(
        ds_prev=STATE,
        da=ANNOTATIONS,
        gradients=Dict(
            dWs=Array("n_h", "n_a"), dWa=Array("n_h", "2 n_a"), db=Array("n_h", "1"), dv=Array("1", "n_h")
        ),
    ),
    draw=draw_backward,
    dims=ENERGY_DIMS,
    rows=[
        Row("gradient of the state", "ds_prev", points=3),
        Row("gradient of the annotations", "da", points=3),
        Row("dWs", "gradients.dWs", points=2),
        Row("dWa", "gradients.dWa", points=2),
        Row("db", "gradients.db", points=1),
        Row("dv", "gradients.dv", points=1),
    ],
    needs=["attention_weights_backward"],
    mistakes=[
        Mistake(
            "slope_missing",
            # Without it these sums are rounding alone, other in every order of adding.
            [(" * (1 - hidden**2)", ""), ("dz.sum(axis=2)", "0 * dz.sum(axis=2)")],
            "The slope of tanh is missing: 1 − h², where h is what the tanh gave. Without it what goes to the state "
            "adds up to 0 over the places.",
        ),
        Mistake(
            "slope_without_square",
            ("(1 - hidden**2)", "(1 - hidden)"),
            "You have 1 − h for the slope of tanh. It is 1 − h².",
        ),
        Mistake(
            "slope_of_the_sigmoid",
            ("(1 - hidden**2)", "hidden * (1 - hidden)"),
            "h(1 − h) is the slope of a sigmoid. That of tanh is 1 − h².",
        ),
        Mistake(
            "slope_before_tanh",
            ("(1 - hidden**2)", "(1 - np.arctanh(hidden) ** 2)"),
            "The slope is computed from what goes into the tanh. It is 1 − h² of what comes out.",
        ),
        Mistake(
            "bias_missing_in_the_hidden_layer",
            (' + parameters["b"]', ""),
            "The hidden layer is computed without its bias, so all that follows is another network's gradient.",
        ),
        Mistake(
            "v_missing",
            ("v.T[:, :, np.newaxis] * denergies", "np.ones_like(v.T)[:, :, np.newaxis] * denergies"),
            "The gradient of the hidden units lacks v: each unit counts in the energy as much as v says.",
        ),
        Mistake(
            "path_through_the_energies_missing",
            ('da + np.einsum("ha,hmt->amt", Wa, dz, optimize=True)', "da"),
            "The annotations get only what the weighted sum gives them. They also stand in the energies: Waᵀ dz is "
            "added.",
        ),
        Mistake(
            "path_through_the_sum_missing",
            (
                'da + np.einsum("ha,hmt->amt", Wa, dz, optimize=True)',
                'np.einsum("ha,hmt->amt", Wa, dz, optimize=True)',
            ),
            "The annotations get only what the energies give them. They are also what is summed up: the da of the "
            "weighted sum is added.",
        ),
        Mistake(
            "averaged_over_places",
            ("dz.sum(axis=2)", "dz.mean(axis=2)"),
            "What goes to the state is averaged over the places of the input. One state serves all of them, so the "
            "gradients add up.",
        ),
        Mistake(
            "last_place_only",
            ("dz.sum(axis=2)", "dz[:, :, -1]"),
            "Only the last place of the input sends a gradient to the state. One state serves all places, so the "
            "gradients add up.",
        ),
        Mistake(
            "averaged_over_examples",
            ("dz_state.sum(axis=1, keepdims=True)", "dz_state.mean(axis=1, keepdims=True)"),
            "db is averaged over the examples. Gradients of what all share add up.",
        ),
        Mistake(
            "all_averaged_over_examples",
            [
                ("dz_state @ s_prev.T", "dz_state @ s_prev.T / s_prev.shape[1]"),
                (
                    'np.einsum("hmt,amt->ha", dz, a, optimize=True)',
                    'np.einsum("hmt,amt->ha", dz, a, optimize=True) / s_prev.shape[1]',
                ),
                ("dz_state.sum(axis=1, keepdims=True)", "dz_state.mean(axis=1, keepdims=True)"),
                (
                    'np.einsum("mt,hmt->h", denergies, hidden)',
                    '(np.einsum("mt,hmt->h", denergies, hidden) / s_prev.shape[1])',
                ),
            ],
            "The gradients of the parameters are averaged over the examples. dcontext comes from the whole loss, "
            "whatever mean it takes, so here they add up.",
        ),
        Mistake(
            "inside_averaged_over_examples",
            ("* (1 - hidden**2)", "* (1 - hidden**2) / s_prev.shape[1]"),
            "What goes back through the tanh is divided by m. dcontext comes from the whole loss, whatever mean it "
            "takes, so here nothing is averaged over the examples.",
        ),
        Mistake(
            "everything_averaged_over_examples",
            (
                "s_prev, a, weights, parameters = cache",
                "s_prev, a, weights, parameters = cache\n    dcontext = dcontext / s_prev.shape[1]",
            ),
            "All gradients are divided by m. dcontext comes from the whole loss, whatever mean it takes, so here "
            "nothing is averaged over the examples.",
        ),
        Mistake(
            "v_from_the_slope",
            (
                'np.einsum("mt,hmt->h", denergies, hidden)',
                'np.einsum("mt,hmt->h", denergies, 1 - hidden**2)',
            ),
            "dv is made from the slope of tanh. The energy is v h, so dv is made from h.",
        ),
        Mistake(
            "v_with_the_slope",
            (
                'np.einsum("mt,hmt->h", denergies, hidden)',
                'np.einsum("mt,hmt->h", denergies, hidden * (1 - hidden**2))',
            ),
            "dv is multiplied by the slope of tanh. The energy is v h, after the tanh, so dv is made from h alone.",
        ),
        Mistake(
            "v_from_before_tanh",
            (
                'np.einsum("mt,hmt->h", denergies, hidden)',
                'np.einsum("mt,hmt->h", denergies, np.arctanh(hidden))',
            ),
            "dv is made from what goes into the tanh. The energy is v h, so dv is made from what comes out.",
        ),
        Mistake(
            "v_transposed",
            (
                'np.einsum("mt,hmt->h", denergies, hidden)[np.newaxis]',
                'np.einsum("mt,hmt->h", denergies, hidden)[:, np.newaxis]',
            ),
            "dv is a column. It is shaped as v, (1, n_h).",
        ),
        Mistake(
            "wrong_state_for_Wa",
            (
                'np.einsum("hmt,amt->ha", dz, a, optimize=True)',
                'np.einsum("hmt,amt->ha", dz, da, optimize=True)',
            ),
            "dWa is made from the gradient of the annotations. It is made from the annotations themselves.",
        ),
        Mistake(
            "summed_before_the_product",
            ('np.einsum("hmt,amt->ha", dz, a, optimize=True)', "dz_state @ a.sum(axis=2).T"),
            "For dWa both dz and the annotations are added up over the places before they are multiplied. Each place "
            "has its own annotation: multiply place by place, then add up.",
        ),
        Mistake(
            "without_the_softmax",
            (
                "denergies, da = attention_weights_backward(dcontext, weights, a)",
                "denergies, da = attention_weights_backward(dcontext, weights, a)\n"
                '    denergies = np.einsum("am,amt->mt", dcontext, a)',
            ),
            "The gradient of the weights is taken for that of the energies: the softmax is left out.",
        ),
    ],
)


dot_product_attention = Exercise(
    function=reference.dot_product_attention,
    title="Scaled dot products, all queries at once",
    minutes=25,
    difficulty=2,
    arguments={
        "queries": Array("d", "m", "T_q"),
        "keys": Array("d", "m", "T_x"),
        "values": Array("d_v", "m", "T_x"),
        "mask": MASK,
    },
    result=Tuple(contexts=Array("d_v", "m", "T_q"), weights=Array("m", "T_q", "T_x")),
    draw=draw_product,
    dims=PRODUCT_DIMS,
    rows=[Row("weights", "weights", points=5), Row("contexts", "contexts", points=4)],
    needs=["attention_weights"],
    mistakes=[
        Mistake(
            "not_scaled",
            (" / np.sqrt(len(keys))", ""),
            "The dot products are not scaled. Divide them by √d.",
        ),
        Mistake(
            "scaled_by_d",
            (" / np.sqrt(len(keys))", " / len(keys)"),
            "The dot products are divided by d. It is √d: the spread of a sum of d products grows as √d.",
        ),
        Mistake(
            "multiplied_by_the_root",
            (" / np.sqrt(len(keys))", " * np.sqrt(len(keys))"),
            "The dot products are multiplied by √d. They are divided by it.",
        ),
        Mistake(
            "scaled_by_places",
            ("np.sqrt(len(keys))", "np.sqrt(keys.shape[2])"),
            "The dot products are divided by √T_x. The scale is √d, the root of the number of units that are "
            "multiplied.",
        ),
        Mistake(
            "scaled_by_queries",
            ("np.sqrt(len(keys))", "np.sqrt(queries.shape[2])"),
            "The dot products are divided by √T_q. The scale is √d, the root of the first axis.",
        ),
        Mistake(
            "all_padding_is_shared",
            (
                "    return np",
                "    weights = np.where(mask.any(axis=1)[:, np.newaxis, np.newaxis], weights, 1 / mask.shape[1])\n"
                "    return np",
            ),
            "In an example that is all padding, padding shares the weight. There the weights are 0, as your "
            "attention_weights gives them.",
        ),
        Mistake(
            "scaled_by_examples",
            ("np.sqrt(len(keys))", "np.sqrt(keys.shape[1])"),
            "The dot products are divided by √m. d is the first axis here.",
        ),
        Mistake(
            "scaled_by_values",
            ("np.sqrt(len(keys))", "np.sqrt(len(values))"),
            "The scale is √d_v. It is √d: what is multiplied are queries and keys.",
        ),
        Mistake(
            "scaled_after_the_softmax",
            [
                (" / np.sqrt(len(keys))", ""),
                ("return np", "weights = weights / np.sqrt(len(keys))\n    return np"),
            ],
            "The weights are divided by √d instead of the energies, so they do not add up to 1. Scale before the "
            "softmax.",
        ),
        Mistake(
            "keys_as_values",
            ("weights, values)", "weights, keys)"),
            "The contexts are made of keys. Keys decide where to look; what is read there are the values.",
        ),
        Mistake(
            "mask_ignored",
            ("energies[:, q], mask)", "energies[:, q], np.ones_like(mask))"),
            "Padding gets weight: each query needs the mask.",
        ),
        Mistake(
            "mask_inverted",
            ("energies[:, q], mask)", "energies[:, q], 1 - mask)"),
            "The mask is used the wrong way round: 1 is a token, 0 is padding.",
        ),
        Mistake(
            "mask_after_the_softmax",
            [
                ("energies[:, q], mask)", "energies[:, q], np.ones_like(mask))"),
                ("return np", "weights = weights * mask[:, np.newaxis]\n    return np"),
            ],
            "The softmax is taken over everything and padding is wiped afterwards, so the weights that are left do "
            "not add up to 1.",
        ),
        Mistake(
            "energies_times_mask",
            ("energies[:, q], mask)", "energies[:, q] * mask, np.ones_like(mask))"),
            "The energies on padding are set to 0, and e⁰ = 1: padding still gets weight. Hand the mask on.",
        ),
        Mistake(
            "all_padding_is_nan",
            ("    return np", "    weights = weights / weights.sum(axis=2, keepdims=True)\n    return np"),
            "In an example that is all padding the weights are NaN. There they are 0, as your attention_weights gives "
            "them.",
        ),
        Mistake(
            "mask_of_another_example",
            (
                "energies[:, q], mask)",
                "energies[:, q], np.tile(mask, (queries.shape[2], 1)).reshape(*energies.shape)[:, q])",
            ),
            "Queries get the mask of another example. All queries of one example follow each other, so each row of "
            "the mask has to be repeated on the spot, not the mask as a whole.",
        ),
        Mistake(
            "over_queries",
            (
                "    return np",
                "    shares = np.exp(energies) * mask[:, np.newaxis]\n"
                "    weights = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)\n    return np",
            ),
            "The softmax is over the queries. Each query shares its weight among the places of the input, the last "
            "axis.",
        ),
        Mistake(
            "over_examples",
            (
                "    return np",
                "    shares = np.exp(energies) * mask[:, np.newaxis]\n"
                "    weights = shares / np.maximum(shares.sum(axis=0, keepdims=True), 1e-300)\n    return np",
            ),
            "The softmax is over the examples. Each query shares its weight among the places of the input, the last "
            "axis.",
        ),
        Mistake(
            "energies_for_weights",
            ("weights, values), weights", "weights, values), energies"),
            "The energies are returned where the weights should be.",
        ),
        Mistake(
            "first_query_for_all",
            ("energies[:, q], mask)", "energies[:, 0], mask)"),
            "All queries get the weights of the first one.",
        ),
        Mistake(
            "weights_transposed",
            ("weights, values), weights", "weights, values), weights.swapaxes(1, 2)"),
            "The last two axes of the weights are exchanged: (m, T_q, T_x).",
        ),
        Mistake(
            "contexts_transposed",
            ("mqt,vmt->vmq", "mqt,vmt->mqv"),
            "The axes of the contexts are in another order: features first, (d_v, m, T_q).",
        ),
        Mistake(
            "order",
            (
                'np.einsum("mqt,vmt->vmq", weights, values), weights',
                'weights, np.einsum("mqt,vmt->vmq", weights, values)',
            ),
            "Contexts and weights are in each other's place: the contexts come first.",
        ),
    ],
)

EXERCISES = [
    additive_energies,
    attention_weights,
    context_vector,
    attention_step,
    attention_forward,
    translate,
    attention_weights_backward,
    attention_backward,
    dot_product_attention,
]

EINSUM = "in which order einsum multiplies changes the time that it takes, not the result"
OF_ANNOTATIONS = 'of_annotations = np.einsum("ha,amt->hmt", parameters["Wa"], a, optimize='
HIDDEN = 'hidden = np.tanh(of_state + np.einsum("ha,amt->hmt", Wa, a, optimize='
OF_WA = '"dWa": np.einsum("hmt,amt->ha", dz, a, optimize='
RETURNED = 'return Ws.T @ dz_state, da + np.einsum("ha,hmt->amt", Wa, dz, optimize='

EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "additive_energies": {f"{OF_ANNOTATIONS}True)  →  {OF_ANNOTATIONS}False)": EINSUM},
    "attention_weights": {
        "return exponentials / np.where(sums, sums, 1)  →  return exponentials / np.where(sums, sums, 2)": (
            "0 divided by 2 is 0 as well"
        ),
    },
    "translate": {
        "break  →  continue": "steps after all translations have ended add nothing to them",
    },
    "attention_backward": {
        f"{HIDDEN}True))  →  {HIDDEN}False))": EINSUM,
        f"{OF_WA}True),  →  {OF_WA}False),": EINSUM,
        f"{RETURNED}True), gradients  →  {RETURNED}False), gradients": EINSUM,
    },
}
