"""GloVe by hand: laws of counts, ratios, weights and the loss, and torch's numbers in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqlib.glove import (
    NAMES,
    adagrad_step,
    asymmetry,
    cooccurrence_counts,
    final_vectors,
    glove_errors,
    glove_gradients,
    glove_loss,
    glove_weights,
    probability_ratios,
    train_glove,
)
from seqlib.rnn import gradient_error, numeric_gradient

N_E, V = 3, 6
X_MAX, ALPHA = 10.0, 0.75
CLOSE = {"rtol": 1e-10, "atol": 1e-12}
TEXT = st.lists(st.lists(st.integers(0, 4), max_size=7), min_size=1, max_size=4)
COUNTS = st.lists(st.floats(0, 500), min_size=1, max_size=12).map(np.array)
# Words come several times in rows and in columns, one beside itself.
ROWS, COLUMNS = np.array([2, 0, 2, 5, 2, 4]), np.array([1, 1, 2, 2, 5, 1])
VALUES = np.array([0.25, 3.0, 9.5, 10.0, 60.0, 1.0])


def drawn(seed, n_e=N_E, size=V):
    rng = np.random.default_rng(seed)
    shapes = {"E": (n_e, size), "Theta": (size, n_e), "b": (size,), "b_prime": (size,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def dense(table, size):
    X = np.zeros((size, size))
    X[table[0], table[1]] = table[2]
    return X


@given(TEXT, st.integers(1, 9))
def test_a_table_is_symmetric_and_every_pair_is_in_it_with_1_over_its_distance(sentences, window):
    rows, columns, values = cooccurrence_counts(sentences, window)
    X = dense((rows, columns, values), 5)
    np.testing.assert_allclose(X, X.T)
    pairs = [(len(s) - d, d) for s in sentences for d in range(1, window + 1) if d < len(s)]
    assert X.sum() == pytest.approx(sum(2 * times / d for times, d in pairs))
    assert (values > 0).all() and len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(values)


@given(TEXT, st.integers(1, 9))
def test_sentences_add_up_and_none_sees_another(sentences, window):
    separate = sum(dense(cooccurrence_counts([s], window), 5) for s in sentences)
    np.testing.assert_allclose(dense(cooccurrence_counts(sentences, window), 5), separate)


def test_entries_go_by_row_and_column_and_a_word_may_stand_near_itself():
    # the cat sat on the mat
    rows, columns, values = cooccurrence_counts([[4, 1, 3, 2, 4, 0]], 2)
    assert [(int(c), v) for r, c, v in zip(rows, columns, values, strict=True) if r == 3] == [
        (1, 1.0), (2, 1.0), (4, 1.0),
    ]  # fmt: skip
    places = list(zip(rows.tolist(), columns.tolist(), strict=True))
    assert places == sorted(places)
    assert [found.tolist() for found in cooccurrence_counts([[1, 1, 0]], 1)] == [
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 2],
    ]
    assert [found.tolist() for found in cooccurrence_counts([[7]], 3)] == [[], [], []]


@given(TEXT.filter(lambda text: max(map(len, text)) > 1), st.integers(1, 4))
def test_a_counted_table_has_no_asymmetry_and_one_made_lopsided_has_what_was_added(sentences, window):
    rows, columns, values = cooccurrence_counts(sentences, window)
    assert asymmetry(rows, columns, values) == pytest.approx(0, abs=1e-12)
    off = np.flatnonzero(rows != columns)
    if len(off):
        values[off[0]] += 2.5
        assert asymmetry(rows, columns, values) == pytest.approx(2.5)
        rest = np.arange(len(rows)) != off[0]
        mirror = values[(rows == columns[off[0]]) & (columns == rows[off[0]])]
        assert asymmetry(rows[rest], columns[rest], values[rest]) == pytest.approx(float(mirror[0]))


def test_ratios_are_1_beside_itself_and_turn_round_with_the_words():
    X = np.random.default_rng(0).uniform(0.5, 9, (5, 5))
    table = (*np.divmod(np.arange(25), 5), X.ravel())
    probes = np.array([3, 0, 4])
    assert probability_ratios(*table, 2, 2, probes).tolist() == [1, 1, 1]
    ratios = probability_ratios(*table, 1, 2, probes)
    np.testing.assert_allclose(ratios * probability_ratios(*table, 2, 1, probes), 1)
    np.testing.assert_allclose(ratios, X[1, probes] / X[1].sum() / (X[2, probes] / X[2].sum()))
    scaled = X * np.array([1, 7, 0.1, 1, 1])[:, np.newaxis]
    np.testing.assert_allclose(probability_ratios(*table[:2], scaled.ravel(), 1, 2, probes), ratios)


def test_a_probe_that_is_never_near_the_first_word_has_the_ratio_0():
    rows, columns = np.array([0, 1, 1]), np.array([2, 2, 3])
    assert probability_ratios(rows, columns, np.array([4.0, 1.0, 3.0]), 0, 1, [2, 3]).tolist() == [4, 0]


@given(COUNTS, st.floats(0.5, 200), st.floats(0.1, 2))
def test_weights_run_from_0_at_0_to_1_at_x_max_and_rise_with_the_count(values, x_max, alpha):
    f = glove_weights(values, x_max, alpha)
    assert ((f >= 0) & (f <= 1)).all() and (f[values == 0] == 0).all() and (f[values >= x_max] == 1).all()
    assert (np.diff(f[np.argsort(values)]) >= 0).all()
    assert glove_weights(np.array([0, x_max / 16]), x_max, 0.75)[1] == pytest.approx(1 / 8)


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_is_0_where_the_logarithms_are_fitted_exactly(seed):
    parameters = drawn(seed)
    scores = parameters["Theta"] @ parameters["E"] + parameters["b"][:, np.newaxis] + parameters["b_prime"]
    made = np.exp(scores[ROWS, COLUMNS])
    assert glove_loss(parameters, ROWS, COLUMNS, made, X_MAX, ALPHA) < 1e-25
    np.testing.assert_allclose(
        glove_errors(parameters, ROWS, COLUMNS, np.e * made), -np.ones(len(made)), rtol=1e-12
    )


def test_entries_of_0_change_nothing():
    parameters, zeros = drawn(0), np.array([0, 3])
    more = np.append(ROWS, zeros), np.append(COLUMNS, zeros + 1), np.append(VALUES, [0.0, 0.0])
    assert glove_errors(parameters, *more)[-2:].tolist() == [0, 0]
    few = ROWS, COLUMNS, VALUES
    assert glove_loss(parameters, *more, X_MAX, ALPHA) == pytest.approx(
        glove_loss(parameters, *few, X_MAX, ALPHA), rel=1e-14
    )
    expected = glove_gradients(parameters, *few, X_MAX, ALPHA)
    for name, gradient in glove_gradients(parameters, *more, X_MAX, ALPHA).items():
        np.testing.assert_allclose(gradient, expected[name])


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_the_numeric_ones(seed):
    parameters = drawn(seed)
    found = glove_gradients(parameters, ROWS, COLUMNS, VALUES, X_MAX, ALPHA)
    numeric = numeric_gradient(
        lambda p: glove_loss(p, ROWS, COLUMNS, VALUES, X_MAX, ALPHA),
        {n: v.copy() for n, v in parameters.items()},
    )
    assert gradient_error({name: found[f"d{name}"] for name in numeric}, numeric) < 1e-7


def a_word_a_row(parameters):
    rows = {"E": parameters["E"].T, "Theta": parameters["Theta"]}
    return rows | {name: parameters[name][:, np.newaxis] for name in ("b", "b_prime")}


def torch_layers(parameters):
    return {name: torch.nn.Parameter(torch.tensor(rows)) for name, rows in a_word_a_row(parameters).items()}


def torch_loss(layers, rows, columns, values):
    i, j, X = map(torch.from_numpy, (rows, columns, values))
    scores = (layers["Theta"][i] * layers["E"][j]).sum(dim=1) + layers["b"][i, 0] + layers["b_prime"][j, 0]
    return (((X / X_MAX) ** ALPHA).clamp(max=1) * (scores - X.log()) ** 2).sum()


def test_loss_and_gradients_are_those_of_torch():
    parameters = drawn(1)
    layers = torch_layers(parameters)
    loss = torch_loss(layers, ROWS, COLUMNS, VALUES)
    loss.backward()
    assert glove_loss(parameters, ROWS, COLUMNS, VALUES, X_MAX, ALPHA) == pytest.approx(
        loss.item(), rel=1e-12
    )
    found = glove_gradients(parameters, ROWS, COLUMNS, VALUES, X_MAX, ALPHA)
    rows = a_word_a_row({name: found[f"d{name}"] for name in NAMES})
    for name, layer in layers.items():
        np.testing.assert_allclose(rows[name], layer.grad, **CLOSE)


def test_training_is_torch_s_adagrad_from_sums_of_1_and_leaves_what_was_given():
    parameters = drawn(2)
    before = {name: value.copy() for name, value in parameters.items()}
    batches = [
        (ROWS, COLUMNS, VALUES),
        (COLUMNS, ROWS, VALUES[::-1].copy()),
        (ROWS[:1], COLUMNS[:1], VALUES[:1]),
    ]
    layers = torch_layers(parameters)
    optimizer = torch.optim.Adagrad(layers.values(), lr=0.3, initial_accumulator_value=1.0, eps=0.0)
    expected = []
    for batch in batches:
        optimizer.zero_grad()
        loss = torch_loss(layers, *batch)
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    trained, losses = train_glove(parameters, batches, X_MAX, ALPHA, 0.3)
    np.testing.assert_allclose(losses, expected)
    for name, layer in layers.items():
        np.testing.assert_allclose(a_word_a_row(trained)[name], layer.detach(), **CLOSE)
        np.testing.assert_array_equal(parameters[name], before[name])


def test_a_number_that_has_seen_more_gradient_takes_a_smaller_step():
    new, sums = adagrad_step(
        {"w": np.zeros(2)}, {"dw": np.array([3.0, 3.0])}, {"w": np.array([7.0, 91.0])}, 0.1
    )
    np.testing.assert_allclose(new["w"], [-0.3 / 4, -0.3 / 10])
    assert sums["w"].tolist() == [16, 100]


def test_words_in_the_same_company_end_up_alike():
    rng = np.random.default_rng(0)
    # Words 0 and 1 stand beside 2 and 3, words 4 and 5 beside 6 and 7.
    sentences = [
        [int(rng.choice([0, 1])) + shift, int(rng.choice([2, 3])) + shift]
        for shift in rng.choice([0, 4], 400)
    ]
    table = cooccurrence_counts(sentences, 1)
    parameters = {name: 0.1 * value for name, value in drawn(0, 4, 8).items()}
    trained, losses = train_glove(parameters, [table] * 300, X_MAX, ALPHA, 0.3)
    assert losses[-1] < losses[0] / 50
    vectors = final_vectors(trained["E"], trained["Theta"])
    unit = vectors / np.linalg.norm(vectors, axis=0)
    cosines = unit.T @ unit
    same, other = cosines[:4, :4].mean(), cosines[:4, 4:].mean()
    assert same > other


@given(st.integers(1, 4), st.integers(1, 5))
def test_the_final_vectors_are_a_column_a_word(n_e, size):
    parameters = drawn(0, n_e, size)
    vectors = final_vectors(parameters["E"], parameters["Theta"])
    for word in range(size):
        np.testing.assert_array_equal(vectors[:, word], parameters["E"][:, word] + parameters["Theta"][word])


GIVEN = drawn(3)
SUMS = {name: np.ones_like(value) for name, value in GIVEN.items()}
GRADIENTS = {f"d{name}": value for name, value in GIVEN.items()}
TABLE, WEIGHTING = (ROWS, COLUMNS, VALUES), (X_MAX, ALPHA)


def without(parameters, name):
    return {key: value for key, value in parameters.items() if key != name}


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: cooccurrence_counts([], 2), ValueError, "sentences is empty"),
        (lambda: cooccurrence_counts([[1, -2]], 2), ValueError, r"sentences\[0\] holds -2"),
        (lambda: cooccurrence_counts([["a"]], 2), TypeError, r"sentences\[0\] holds"),
        (lambda: cooccurrence_counts([[1]], 0), ValueError, "window is 0; expected 1 or more"),
        (lambda: cooccurrence_counts([[1]], 1.5), TypeError, "window is 1.5"),
        (lambda: asymmetry(ROWS, COLUMNS, -VALUES), ValueError, "values holds -60"),
        (lambda: asymmetry(ROWS, COLUMNS, VALUES * np.inf), ValueError, "values holds inf"),
        (lambda: asymmetry(ROWS, COLUMNS, VALUES[:, None]), ValueError, r"values has shape \(6, 1\)"),
        (lambda: asymmetry(ROWS, COLUMNS, VALUES.tolist()), TypeError, "values is of type list"),
        (lambda: asymmetry(ROWS[:2], COLUMNS, VALUES), ValueError, r"rows has shape \(2,\); expected \(6,\)"),
        (lambda: asymmetry(ROWS, COLUMNS * 1.0, VALUES), TypeError, "columns holds float64"),
        (lambda: asymmetry(ROWS - 1, COLUMNS, VALUES), ValueError, "rows holds -1"),
        (lambda: asymmetry(ROWS[[0, 0]], COLUMNS[[0, 0]], VALUES[:2]), ValueError, "name a place twice"),
        (lambda: probability_ratios(*TABLE, 1, 2, [1]), ValueError, "first is 1, and row 1 of the table is empty"),
        (lambda: probability_ratios(*TABLE, 2, 3, [1]), ValueError, "second is 3, and row 3"),
        (lambda: probability_ratios(*TABLE, 2.0, 5, [1]), TypeError, "first is 2.0"),
        (lambda: probability_ratios(*TABLE, 2, 5, []), ValueError, "probes is empty"),
        (lambda: probability_ratios(*TABLE, 2, 5, [1]), ValueError, "probes holds 1, which never stands near"),
        (lambda: probability_ratios(*TABLE, 2, 5, [2.0]), TypeError, "probes holds float64"),
        (lambda: glove_weights(-VALUES, *WEIGHTING), ValueError, "values holds -60"),
        (lambda: glove_weights(VALUES, 0, ALPHA), ValueError, "x_max is 0"),
        (lambda: glove_weights(VALUES, X_MAX, -1.0), ValueError, "alpha is -1.0"),
        (lambda: glove_weights(VALUES, "ten", ALPHA), TypeError, "x_max is 'ten'"),
        (lambda: glove_errors(without(GIVEN, "b"), *TABLE), ValueError, "parameters lacks b"),
        (lambda: glove_errors(GIVEN["E"], *TABLE), TypeError, "parameters is of type ndarray"),
        (
            lambda: glove_errors({**GIVEN, "Theta": GIVEN["E"]}, *TABLE),
            ValueError,
            r"parameters\['Theta'\] has shape \(3, 6\); expected \(6, 3\)",
        ),
        (
            lambda: glove_errors({**GIVEN, "b_prime": GIVEN["b"][:, None]}, *TABLE),
            ValueError,
            r"parameters\['b_prime'\] has shape \(6, 1\)",
        ),
        (
            lambda: glove_errors({**GIVEN, "E": GIVEN["E"] * np.nan}, *TABLE),
            ValueError,
            r"parameters\['E'\] holds NaN",
        ),
        (lambda: glove_errors(GIVEN, ROWS + 1, COLUMNS, VALUES), ValueError, "rows holds 6; expected indices"),
        (lambda: glove_loss(GIVEN, ROWS, COLUMNS + 1, VALUES, *WEIGHTING), ValueError, "columns holds 6"),
        (lambda: glove_loss(GIVEN, *TABLE, X_MAX, 0.0), ValueError, "alpha is 0.0"),
        (lambda: glove_gradients(GIVEN, ROWS, COLUMNS[:1], VALUES, *WEIGHTING), ValueError, "columns has shape"),
        (lambda: glove_gradients(GIVEN, ROWS, COLUMNS, VALUES * np.nan, *WEIGHTING), ValueError, "values holds NaN"),
        (lambda: adagrad_step({}, GRADIENTS, SUMS, 0.1), ValueError, "parameters is empty"),
        (lambda: adagrad_step(GIVEN, without(GRADIENTS, "dE"), SUMS, 0.1), ValueError, "gradients lacks dE"),
        (
            lambda: adagrad_step(GIVEN, {**GRADIENTS, "db": GIVEN["E"]}, SUMS, 0.1),
            ValueError,
            r"gradients\['db'\] has shape",
        ),
        (lambda: adagrad_step(GIVEN, GRADIENTS, without(SUMS, "E"), 0.1), ValueError, "sums lacks E"),
        (
            lambda: adagrad_step(GIVEN, GRADIENTS, {**SUMS, "b": 0 * SUMS["b"]}, 0.1),
            ValueError,
            r"sums\['b'\] holds 0; expected numbers above 0",
        ),
        (lambda: adagrad_step(GIVEN, GRADIENTS, SUMS, 0.0), ValueError, "learning_rate is 0.0"),
        (lambda: train_glove(GIVEN, [], *WEIGHTING, 0.1), ValueError, "batches is empty"),
        (lambda: train_glove(GIVEN, [TABLE[:2]], *WEIGHTING, 0.1), ValueError, r"batches\[0\] is no batch"),
        (lambda: train_glove(GIVEN, [TABLE], *WEIGHTING, -1.0), ValueError, "learning_rate is -1.0"),
        (lambda: final_vectors(GIVEN["E"][0], GIVEN["Theta"]), ValueError, r"E has shape \(6,\)"),
        (lambda: final_vectors(GIVEN["E"], GIVEN["E"]), ValueError, r"Theta has shape \(3, 6\); expected \(6, 3\)"),
        (lambda: final_vectors(np.ones((2, 2), int), GIVEN["E"]), TypeError, "E holds int64"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_the_argument_s_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
