"""What functions ask of their arguments: right input passes unchanged, wrong input is named."""

import inspect
import math

import numpy as np
import pytest

from seqlib.arguments import (
    ANY,
    array,
    arrays,
    cached,
    count,
    keys,
    numbers,
    positive,
    requires,
    shaped,
    some,
    unrolled,
    within,
)

ONES = np.ones((2, 3))
CACHES = [(np.ones((5, 2)), np.ones((5, 2)))] * 4


def fitting(x, a0):
    shaped("a0", a0, (None, x.shape[1]), "with the examples of x")


def at_least_one(k):
    count("k", k)


@requires(fitting, at_least_one)
def mixed(a0, x, k=1):
    """A sum."""
    return a0.sum() + k * x.sum()


@requires(at_least_one, inner=True)
def doubled(k):
    return 2 * k


def test_a_test_gets_the_arguments_that_it_names_in_whatever_way_they_were_given():
    a0, x = np.ones((1, 3)), ONES
    assert mixed(a0, x) == mixed(x=x, a0=a0) == mixed(a0, k=1, x=x) == 9
    for call in (lambda: mixed(x.T, x), lambda: mixed(x=x, a0=x.T)):
        with pytest.raises(
            ValueError, match=r"a0 has shape \(3, 2\); expected \(any, 3\), with the examples of x"
        ):
            call()
    with pytest.raises(ValueError, match="k is 0; expected 1 or more"):
        mixed(a0, x, 0)
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        mixed(a0)


def test_a_default_is_tested_as_what_was_given():
    @requires(at_least_one)
    def wrong(k=0):
        return k

    with pytest.raises(ValueError, match="k is 0"):
        wrong()


def test_the_function_keeps_its_name_text_and_signature():
    assert mixed.__name__ == "mixed" and inspect.getdoc(mixed) == "A sum."
    assert list(inspect.signature(mixed).parameters) == ["a0", "x", "k"]
    assert "a0.sum()" in inspect.getsource(mixed)


def test_an_inner_function_trusts_the_course_and_nobody_else():
    call = "answer = doubled(0)"
    for name in ("seqlib.rnn", "autograder.judge"):
        place = {"__name__": name, "doubled": doubled}
        exec(call, place)
        assert place["answer"] == 0
    for name in ("__main__", "seqlibrary", "_seqlib_mine_rnn_forward"):
        with pytest.raises(ValueError, match="k is 0"):
            exec(call, {"__name__": name, "doubled": doubled})


@pytest.mark.parametrize(
    "call",
    [
        lambda: array("x", ONES, "(n_x, m)"),
        lambda: array("x", ONES.astype(np.float32), ANY),
        lambda: array("x", np.ones(3, int), "(V,)", "iu"),
        lambda: array("x", ONES > 0, ANY, "biuf"),
        lambda: shaped("x", ONES, (2, None)),
        lambda: shaped("x", ONES > 0, (2, 3), kinds="b"),
        lambda: arrays("p", {"W": ONES, "spare": None}, {"W": (2, 3)}),
        lambda: numbers("p", {"W": ONES * np.inf}),
        lambda: count("k", np.int64(2)),
        lambda: count("k", 0, 0),
        lambda: positive("r", np.float32(0.5)),
        lambda: positive("r", 0, zero=True),
        lambda: some("s", "a"),
        lambda: keys("p", {"a": 1, "b": 2}, ("a",)),
        lambda: within("i", [0, 4], 5),
        lambda: within("i", [], 5),
        lambda: within("i", np.uint8(4), 5),
        lambda: cached("cache", CACHES[0], 2, "cell"),
        lambda: unrolled(np.ones((5, 2, 4)), (CACHES, np.ones((3, 2, 4))), 2, "cell"),
    ],
)
def test_what_fits_passes(call):
    assert call() is None


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: array("x", [1.0], "(V,)"), TypeError, r"x is of type list; expected an array \(V,\)"),
        (
            lambda: array("x", ONES, "(n_x, m, T_x)"),
            ValueError,
            r"x has shape \(2, 3\); expected \(n_x, m, T_x\)",
        ),
        (lambda: array("x", ONES[:0], "(n_x, m)"), ValueError, r"x has shape \(0, 3\); .*, none of them 0"),
        (
            lambda: array("x", ONES.astype(int), ANY),
            TypeError,
            "x holds int64; expected floating point numbers",
        ),
        (lambda: array("x", ONES.astype(str), ANY, "biuf"), TypeError, "x holds <U32; expected numbers"),
        (lambda: array("x", ONES, ANY, "iu"), TypeError, "x holds float64; expected whole numbers"),
        (lambda: array("x", ONES * np.nan, ANY), ValueError, "x holds NaN in 6 of 6 places"),
        (lambda: shaped("x", ONES, (3, None), "as y has"), ValueError, r"expected \(3, any\), as y has$"),
        (
            lambda: shaped("x", ONES[:, :0], (2, None)),
            ValueError,
            r"x has shape \(2, 0\); expected \(2, any\)",
        ),
        (lambda: shaped("x", ONES, (6,)), ValueError, r"x has shape \(2, 3\); expected \(6,\)"),
        (lambda: shaped("x", ONES, (2, 3), kinds="b"), TypeError, "x holds float64; expected True and False"),
        (lambda: arrays("p", {}, {"W": (2, 3)}), ValueError, "p lacks W; expected W"),
        (lambda: arrays("p", {"W": ONES}, {"W": (3, 2)}), ValueError, r"p\['W'\] has shape \(2, 3\)"),
        (lambda: numbers("p", {}), ValueError, "p is empty"),
        (lambda: numbers("p", {"W": ONES * np.nan}), ValueError, r"p\['W'\] holds NaN"),
        (lambda: numbers("p", {"W": ONES / -0.0}, finite=True), ValueError, r"p\['W'\] holds infinity"),
        (lambda: count("k", True), TypeError, "k is True; expected a whole number"),
        (lambda: count("k", 2.0), TypeError, "k is 2.0; expected a whole number"),
        (lambda: count("k", -1, 0), ValueError, "k is -1; expected 0 or more"),
        (lambda: positive("r", 0.0), ValueError, "r is 0.0; expected a number above 0"),
        (lambda: positive("r", -1, zero=True), ValueError, "r is -1; expected a number of 0 or more"),
        (lambda: positive("r", math.nan), ValueError, "r is nan"),
        (lambda: positive("r", math.inf), ValueError, "r is inf"),
        (lambda: positive("r", "1"), TypeError, "r is '1'; expected a number"),
        (lambda: some("s", []), ValueError, "s is empty"),
        (lambda: some("s", 3), TypeError, "s is of type int; expected a list"),
        (lambda: keys("p", ["a"], ("a",)), TypeError, "p is of type list; expected a dict with a"),
        (lambda: keys("p", {"b": 1}, ("a", "b", "c")), ValueError, "p lacks a, c; expected a, b, c"),
        (lambda: within("i", [0, 5], 5), ValueError, "i holds 5; expected indices from 0 to 4"),
        (lambda: within("i", np.array([[0], [-1]]), 5), ValueError, "i holds -1"),
        (lambda: within("i", [0.0], 5), TypeError, "i holds float64; expected whole numbers"),
        (lambda: within("i", [True], 5), TypeError, "i holds bool"),
        (
            lambda: cached("cache", CACHES[0], 3, "cell"),
            ValueError,
            "cache is a tuple of 2; expected the 3 entries",
        ),
        (lambda: cached("cache", (1, 2), 2, "cell"), TypeError, r"cache\[0\] is of type int"),
        (
            lambda: unrolled(ONES, CACHES, 2, "cell"),
            ValueError,
            "caches is a list; expected .list of the caches",
        ),
        (lambda: unrolled(ONES, ([], ONES), 2, "cell"), ValueError, r"caches\[0\] is empty"),
        (
            lambda: unrolled(ONES, (CACHES, ONES), 2, "cell"),
            ValueError,
            r"caches\[1\] has .* a step for each cache",
        ),
        (
            lambda: unrolled(np.ones((5, 2, 3)), (CACHES, np.ones((3, 2, 4))), 2, "cell"),
            ValueError,
            r"da has shape \(5, 2, 3\); expected \(5, 2, 4\)",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_what_does_not_fit_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()
