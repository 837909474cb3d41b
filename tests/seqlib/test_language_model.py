"""The language model by hand: laws of batches, losses, draws and steps, and torch's numbers in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from seqlib.data.sentences_small import ADJECTIVES, sentences
from seqlib.language_model import (
    apply_temperature,
    language_model_gradients,
    make_batch,
    optimisation_step,
    sample,
    sample_token,
    scores_gradient,
    sequence_log_probability,
    sequence_loss,
    train,
)
from seqlib.references import load, recorded
from seqlib.rnn import gradient_error, numeric_gradient, rnn_forward

V, N_A, EOS = 6, 5, 2
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
SEQUENCES = st.lists(st.lists(st.sampled_from([0, 1, 3, 4, 5]), max_size=6), min_size=1, max_size=5)


def draw_parameters(seed, n_x=V, n_a=N_A):
    rng = np.random.default_rng(seed)
    shapes = {"Waa": (n_a, n_a), "Wax": (n_a, n_x), "Wya": (n_x, n_a), "ba": (n_a, 1), "by": (n_x, 1)}
    return {name: rng.normal(0, 0.7, shape) for name, shape in shapes.items()}


def no_moments(parameters):
    zeros = {name: np.zeros_like(value) for name, value in parameters.items()}
    return {"t": 0, "m": zeros, "v": zeros}


BATCH = make_batch([[3, 1, 4], [5], [0, 0, 1, 3]], EOS, V)


@given(SEQUENCES)
def test_inputs_are_the_targets_one_step_late_and_every_sequence_ends_with_eos(sequences):
    x, targets, mask = make_batch(sequences, EOS, V)
    assert mask.sum() == sum(len(sequence) + 1 for sequence in sequences)
    assert not x[:, :, 0].any()
    for i, sequence in enumerate(sequences):
        end = len(sequence)
        assert [*targets[i, : end + 1]] == [*sequence, EOS] and mask[i, : end + 1].all()
        assert (
            not mask[i, end + 1 :].any() and not targets[i, end + 1 :].any() and not x[:, i, end + 1 :].any()
        )
        assert [*x[:, i, 1 : end + 1].argmax(axis=0)] == sequence
        assert (x[:, i, 1 : end + 1].sum(axis=0) == 1).all()


def test_no_loss_is_minus_zero_which_a_check_would_show():
    y_pred = np.moveaxis(np.eye(V)[[[3, 1], [4, 0]]], -1, 0)
    losses, loss, bits = sequence_loss(
        y_pred, np.array([[3, 1], [4, 5]]), np.array([[True, True], [True, False]])
    )
    assert not np.signbit([*losses.flat, loss, bits]).any()


@pytest.mark.parametrize("size", [2, 8, 27])
def test_the_uniform_model_costs_log2_of_the_vocabulary_whatever_is_said(size):
    rng = np.random.default_rng(size)
    targets, mask = rng.integers(0, size, (3, 4)), rng.random((3, 4)) < 0.7
    mask[0, 0] = True
    _, loss, bits = sequence_loss(np.full((size, 3, 4), 1 / size), targets, mask)
    assert bits == pytest.approx(np.log2(size)) and np.exp(loss) == pytest.approx(size)


def test_what_stands_at_padding_changes_neither_loss_nor_gradients():
    x, targets, mask = BATCH
    rng = np.random.default_rng(0)
    other_x, other_targets = x.copy(), targets.copy()
    other_targets[~mask] = rng.integers(0, V, (~mask).sum())
    other_x[:, ~mask] = rng.normal(size=(V, (~mask).sum()))
    parameters = draw_parameters(1)
    loss, gradients = language_model_gradients(x, targets, mask, parameters)
    other_loss, others = language_model_gradients(other_x, other_targets, mask, parameters)
    assert loss == other_loss
    for name, gradient in gradients.items():
        np.testing.assert_allclose(others[name], gradient, **CLOSE)


def test_the_loss_and_its_gradient_at_the_scores_are_those_of_torch():
    _, targets, mask = BATCH
    z = torch.randn(*mask.shape, V, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    z.requires_grad_()
    wanted = torch.from_numpy(np.where(mask, targets, -1))
    loss = F.cross_entropy(z.flatten(0, 1), wanted.flatten(), ignore_index=-1)
    loss.backward()
    y_pred = F.softmax(z.detach(), dim=-1).permute(2, 0, 1).numpy()
    assert sequence_loss(y_pred, targets, mask)[1] == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(scores_gradient(y_pred, targets, mask), z.grad.permute(2, 0, 1), **CLOSE)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_numeric_ones(seed):
    parameters = draw_parameters(seed)
    _, gradients = language_model_gradients(*BATCH, parameters)
    numeric = numeric_gradient(lambda values: language_model_gradients(*BATCH, values)[0], parameters)
    assert gradient_error({name: gradients[f"d{name}"] for name in numeric}, numeric) < 1e-8


def test_probabilities_of_all_texts_up_to_a_length_and_of_those_that_go_on_add_up_to_1():
    parameters = draw_parameters(3)
    ordinary = [token for token in range(V) if token != EOS]
    ended = [[], *([i] for i in ordinary)]
    log_p = sequence_log_probability(*make_batch(ended, EOS, V), parameters)
    pairs = [[i, j] for i in ordinary for j in ordinary]
    x, targets, mask = make_batch(pairs, EOS, V)
    mask[:, -1] = False  # the text goes on: its end is not predicted
    going_on = sequence_log_probability(x, targets, mask, parameters)
    assert np.exp(log_p).sum() + np.exp(going_on).sum() == pytest.approx(1)


def test_under_the_reference_weights_names_have_the_recorded_probabilities():
    said = recorded("names-rnn")
    batch = said.batch
    log_p = sequence_log_probability(batch.x, batch.targets, batch.mask, load("names-rnn")[0])
    of_tokens = np.take_along_axis(said.log_probabilities, batch.targets[np.newaxis], axis=0)[0]
    np.testing.assert_allclose(log_p, (of_tokens * batch.mask).sum(axis=1), rtol=1e-5)


DISTRIBUTIONS = st.lists(st.floats(0.01, 1), min_size=2, max_size=8).map(lambda w: np.array(w) / sum(w))


@given(DISTRIBUTIONS, st.floats(0.05, 20))
def test_a_temperature_keeps_the_order_and_moves_the_largest_probability_one_way(p, temperature):
    q = apply_temperature(p, temperature)
    assert q.sum() == pytest.approx(1) and (np.diff(q[np.argsort(p)]) >= -1e-12).all()
    assert q.max() >= p.max() - 1e-12 if temperature <= 1 else q.max() <= p.max() + 1e-12


@given(DISTRIBUTIONS, st.floats(0.2, 5), st.floats(0.2, 5))
def test_temperatures_one_after_the_other_multiply(p, first, second):
    twice = apply_temperature(apply_temperature(p, first), second)
    np.testing.assert_allclose(twice, apply_temperature(p, first * second), rtol=1e-6, atol=1e-12)


def test_a_temperature_near_0_leaves_the_most_probable_token_and_no_nan():
    p = np.array([0.1, 0.6, 0.0, 0.3])
    np.testing.assert_allclose(apply_temperature(p, 1e-4), [0, 1, 0, 0], atol=1e-12)


def test_unknown_is_never_drawn_and_the_others_keep_their_proportions():
    p, count = np.array([0.1, 0.6, 0.3]), 4000
    rng = np.random.default_rng(0)
    drawn = np.bincount([sample_token(p, 1, rng) for _ in range(count)], minlength=3) / count
    assert drawn[1] == 0
    # Hoeffding: further off than this less than once in ten million times.
    assert abs(drawn[0] - 0.25) < np.sqrt(np.log(2e7) / (2 * count))


def test_what_is_written_ends_before_eos_or_at_the_longest_length():
    parameters = draw_parameters(4)
    rng = np.random.default_rng(0)
    for _ in range(50):
        drawn = []

        def draw(p, drawn=drawn):
            drawn.append(int(rng.choice(V, p=p)))
            return drawn[-1]

        written = sample(parameters, draw, EOS, 5)
        assert EOS not in written and len(written) <= 5
        assert drawn == written if len(written) == 5 else drawn == [*written, EOS]


def test_each_draw_sees_what_the_network_predicts_after_the_tokens_drawn_so_far():
    parameters, seen = draw_parameters(5), []
    script = iter([3, 0, 5, 1])

    def draw(p):
        seen.append(p)
        return next(script)

    assert sample(parameters, draw, EOS, 4) == [3, 0, 5, 1]
    x = make_batch([[3, 0, 5, 1]], EOS, V)[0]
    y_pred = rnn_forward(x, np.zeros((N_A, 1)), parameters)[1]
    np.testing.assert_allclose(np.stack(seen, axis=1), y_pred[:, 0, :4], **CLOSE)


@pytest.mark.parametrize("largest_norm", [0.05, 1e3])
def test_five_steps_are_those_of_torch(largest_norm):
    parameters = draw_parameters(6)
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    optimiser = torch.optim.Adam(tensors.values(), lr=0.02)
    state = no_moments(parameters)
    for _ in range(5):
        _, gradients = language_model_gradients(*BATCH, parameters)
        for name, tensor in tensors.items():
            tensor.grad = torch.from_numpy(gradients[f"d{name}"].copy())
        norm = torch.cat([tensor.grad.flatten() for tensor in tensors.values()]).norm().item()
        for tensor in tensors.values():
            tensor.grad *= min(1.0, largest_norm / norm)
        optimiser.step()
        parameters, state = optimisation_step(parameters, gradients, state, 0.02, largest_norm)
        for name, tensor in tensors.items():
            np.testing.assert_allclose(parameters[name], tensor.detach(), rtol=1e-9, atol=1e-12)
    assert state["t"] == 5


@settings(max_examples=25)
@given(st.floats(1e-3, 1e3), st.integers(0, 100))
def test_the_first_step_is_the_learning_rate_against_the_gradient_whatever_its_size(size, seed):
    parameters = draw_parameters(seed)
    rng = np.random.default_rng(seed)
    gradients = {f"d{name}": size * (1 + rng.random(value.shape)) for name, value in parameters.items()}
    new, _ = optimisation_step(parameters, gradients, no_moments(parameters), 0.1, 1e9)
    for name, value in parameters.items():
        np.testing.assert_allclose(value - new[name], 0.1, rtol=1e-4)


def test_training_on_one_batch_learns_it():
    parameters, losses = train(draw_parameters(7), [BATCH] * 150, 0.02, 1.0)
    assert losses[-1] < losses[0] / 2
    assert language_model_gradients(*BATCH, parameters)[0] < losses[-1] * 1.05


def test_sentences_agree_in_number_and_are_the_same_for_the_same_seed():
    made = sentences(300, seed=3)
    assert made == sentences(300, seed=3) != sentences(300, seed=4)
    for words in made:
        noun = words[2] if words[1] in ADJECTIVES.split() else words[1]
        assert ("were" in words) == noun.endswith("s") and words[-1] == "."


Y_PRED = np.full((3, 2, 4), 1 / 3)
TARGETS, MASK = np.zeros((2, 4), int), np.ones((2, 4), bool)
PARAMETERS = draw_parameters(8)
GRADIENTS = {f"d{name}": value for name, value in PARAMETERS.items()}
EVEN = np.full(4, 0.25)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: make_batch([], EOS, V), ValueError, "sequences is empty"),
        (
            lambda: make_batch([[1, 6]], EOS, V),
            ValueError,
            r"sequences\[0\] holds 6; expected indices from 0 to 5",
        ),
        (lambda: make_batch([[1.5]], EOS, V), TypeError, r"sequences\[0\] holds float64; expected whole"),
        (lambda: make_batch([[1]], -1, V), ValueError, "eos holds -1"),
        (lambda: sequence_loss(Y_PRED[0], TARGETS, MASK), ValueError, r"y_pred has shape \(2, 4\)"),
        (lambda: sequence_loss(Y_PRED, TARGETS[:1], MASK), ValueError, r"targets has shape \(1, 4\)"),
        (lambda: sequence_loss(Y_PRED, TARGETS, MASK[:, :2]), ValueError, r"mask has shape \(2, 2\)"),
        (lambda: sequence_loss(Y_PRED, TARGETS * 1.0, MASK), TypeError, "targets holds float64"),
        (
            lambda: sequence_loss(Y_PRED, TARGETS, MASK * 1),
            TypeError,
            "mask holds int64; expected True and False",
        ),
        (lambda: sequence_loss(Y_PRED, TARGETS, ~MASK), ValueError, "all is padding"),
        (
            lambda: sequence_loss(Y_PRED, TARGETS + 3, MASK),
            ValueError,
            "targets holds 3; expected indices from 0 to 2",
        ),
        (lambda: sequence_loss(Y_PRED * np.nan, TARGETS, MASK), ValueError, "y_pred holds NaN"),
        (lambda: scores_gradient(Y_PRED, TARGETS, ~MASK), ValueError, "all is padding"),
        (lambda: apply_temperature(EVEN, 0.0), ValueError, "temperature is 0.0; expected a number above 0"),
        (lambda: apply_temperature(EVEN, np.nan), ValueError, "temperature is nan"),
        (lambda: apply_temperature(EVEN * 2, 1.0), ValueError, "probabilities add up to 2"),
        (lambda: apply_temperature(EVEN[:, None], 1.0), ValueError, r"probabilities has shape \(4, 1\)"),
        (lambda: sample_token(EVEN * np.nan, 0, None), ValueError, "probabilities holds NaN"),
        (lambda: sample_token(EVEN, 4, None), ValueError, "unknown holds 4; expected indices from 0 to 3"),
        (lambda: sample_token(np.array([0.0, 1.0]), 1, None), ValueError, "all on unknown = 1"),
        (lambda: sample(PARAMETERS, None, V, 3), ValueError, "eos holds 6; expected indices from 0 to 5"),
        (lambda: sample(PARAMETERS, None, EOS, -1), ValueError, "longest is -1"),
        (lambda: train(PARAMETERS, [], 0.1, 1.0), ValueError, "batches is empty"),
        (
            lambda: optimisation_step(PARAMETERS, {}, no_moments(PARAMETERS), 0.1, 1.0),
            ValueError,
            "gradients lacks dWaa, dWax, dWya, dba, dby",
        ),
        (
            lambda: optimisation_step(
                PARAMETERS, GRADIENTS | {"dba": np.full((N_A, 1), np.nan)}, no_moments(PARAMETERS), 0.1, 1.0
            ),
            ValueError,
            r"gradients\['dba'\] holds NaN",
        ),
        (
            lambda: optimisation_step(PARAMETERS, GRADIENTS, no_moments(PARAMETERS), -0.1, 1.0),
            ValueError,
            "learning_rate is -0.1",
        ),
        (
            lambda: optimisation_step(PARAMETERS, GRADIENTS, no_moments(PARAMETERS), 0.1, 0.0),
            ValueError,
            "largest_norm is 0.0",
        ),
        (lambda: sentences(0), ValueError, "count is 0"),
        (lambda: sample(PARAMETERS, None, EOS, 3), TypeError, "draw is of type NoneType"),
        (lambda: sample({}, None, EOS, 3), ValueError, "parameters lacks Waa"),
        (lambda: sample_token(EVEN, 0, None), TypeError, "rng is of type NoneType"),
        (lambda: train(PARAMETERS, [TARGETS], 0.1, 1.0), ValueError, r"batches\[0\] is a ndarray"),
        (
            lambda: sequence_log_probability(Y_PRED, TARGETS, MASK, PARAMETERS),
            ValueError,
            r"x has shape \(3, 2, 4\); expected \(6, any, any\)",
        ),
        (
            lambda: language_model_gradients(Y_PRED, TARGETS, MASK, {"Waa": EVEN}),
            ValueError,
            "parameters lacks Wax",
        ),
        (
            lambda: language_model_gradients(BATCH[0] * np.nan, *BATCH[1:], PARAMETERS),
            ValueError,
            "x holds NaN",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_argument_s_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
