"""Calls of a learner's functions: arguments in, results and what became of the arguments out."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from autograder.sandbox import CallError, SessionDied
from autograder.tree import Fixture, TreeError


def one(session, source, case, **more):
    assert session.run(source).status == "ok"
    (outcome,) = session.call("f", [case], **more)
    return outcome


def test_every_case_is_called_in_its_order_with_its_own_arguments(session):
    session.run("def f(a, b):\n    return a * 10 + b")
    outcomes = session.call("f", [{"a": k, "b": k + 1} for k in range(4)])
    assert [outcome.result for outcome in outcomes] == [1, 12, 23, 34]


def test_arguments_are_passed_by_position_so_that_parameters_may_be_renamed(session):
    assert one(session, "def f(renamed, other): return renamed - other", {"a": 5, "b": 3}).result == 2


def test_a_dictionary_is_one_argument_and_results_nest(session):
    outcome = one(
        session,
        "def f(x, parameters):\n    y = parameters['W'] @ x\n    return y, (y, [1, None], {'name': 'W', 'y': y})",
        {"x": np.arange(3.0), "parameters": {"W": np.ones((2, 3), np.float32)}},
    )
    result = outcome.result
    assert_array_equal(result[0], [3.0, 3.0])
    assert result[1][1] == [1, None]
    assert result[1][2]["name"] == "W"
    assert type(result) is tuple
    assert type(result[1]) is tuple


def test_types_of_arrays_are_kept_and_subclasses_become_plain(session):
    source = "import numpy as np\nclass A(np.ndarray): pass\ndef f(x): return x, x.view(A), np.float64(2), np.bool_(True)"
    outcome = one(session, source, {"x": np.ones(2, np.float32)})
    assert [type(part) for part in outcome.result] == [np.ndarray] * 4
    assert [part.dtype for part in outcome.result] == [np.float32, np.float32, np.float64, np.bool_]


def test_a_mutation_of_arguments_is_seen_and_reaches_no_other_case(session):
    session.run("def f(x, p):\n    x += 1\n    p['n'] = x\n    p['w'][0] = 9\n    return x.sum()")
    case = {"x": np.zeros(2), "p": {"w": np.zeros(1)}}
    for outcome in session.call("f", [case, case]):
        assert outcome.result == 2.0
        assert_array_equal(outcome.arguments["x"], [1, 1])
        assert outcome.arguments["p"].keys() == {"w", "n"}
        assert_array_equal(outcome.arguments["p"]["w"], [9])
    assert_array_equal(case["x"], [0, 0])


def test_arguments_left_alone_come_back_as_they_were(session):
    outcome = one(session, "def f(x, k): return 0", {"x": np.arange(3), "k": "text"})
    assert_array_equal(outcome.arguments["x"], [0, 1, 2])
    assert outcome.arguments["k"] == "text"


def test_arguments_that_are_no_data_any_more_come_back_as_none(session):
    outcome = one(session, "def f(p):\n    p['x'] = object()\n    return 1", {"p": {}})
    assert (outcome.result, outcome.arguments, outcome.error) == (1, None, None)


def test_an_error_names_the_innermost_line_of_the_learners_own_cells(session):
    session.run("import numpy as np\n\ndef helper(x):\n    y = x + 1\n    return np.linalg.inv(y)")
    outcome = one(session, "# a cell of its own\ndef f(x):\n    return helper(x)", {"x": np.ones((2, 3))})
    assert outcome.result is None
    error = outcome.error
    assert (error.kind, error.type) == ("raised", "LinAlgError")
    assert (error.line, error.source) == (5, "return np.linalg.inv(y)")
    assert "square" in error.message


@pytest.mark.parametrize(
    "raised", ["SystemExit(1)", "KeyboardInterrupt()", "BaseException('x')", "MemoryError()"]
)
def test_whatever_is_raised_is_the_calls_error(session, raised):
    assert one(session, f"def f():\n    raise {raised}", {}).error.kind == "raised"
    assert session.run("1").status == "ok"


def test_an_exception_whose_text_raises_is_described_all_the_same(session):
    source = "class E(Exception):\n    def __str__(self): return 1 / 0\ndef f(): raise E"
    assert one(session, source, {}).error.message == "(its text raises ZeroDivisionError)"


def test_missing_and_uncallable_names_are_said_to_be_so(session):
    session.run("number = 3")
    assert session.call("f", [{}])[0].error == CallError("missing", "", "f is not defined")
    error = session.call("number", [{}])[0].error
    assert (error.kind, error.message) == ("not callable", "number is of type int; expected a function")


@pytest.mark.parametrize(
    ("result", "part"),
    [
        ("object()", "the result is of type object"),
        ("[1, {2}]", "the result[1] is of type set"),
        ("{1.5: 2}", "the key 1.5"),
        ("__import__('numpy').array([None])", "array of object"),
        ("b'bytes'", "type bytes"),
    ],
)
def test_a_result_that_is_no_data_is_a_bad_result_and_says_which_part(session, result, part):
    error = one(session, f"def f(): return {result}", {}).error
    assert error.kind == "bad result"
    assert part in error.message


def test_keys_may_be_whole_numbers_and_tuples(session):
    assert one(session, "def f(): return {1: 2, ('a', 3): [4]}", {}).result == {1: 2, ("a", 3): [4]}


def test_a_result_that_is_too_large_is_a_bad_result(session):
    error = one(session, "import numpy as np\ndef f(): return np.zeros(2_000_000)", {}).error
    assert error.kind == "bad result"
    assert "at most 8388608" in error.message


def test_a_fixture_cannot_be_returned(session):
    source = "from autograder.tree import Fixture\ndef f(): return [Fixture('smooth_loss', 1)]"
    assert one(session, source, {}).error.kind == "bad result"


def test_generators_are_seeded_before_each_case(session):
    session.run("import random\nimport numpy as np\ndef f(): return random.random(), np.random.rand()")
    first, second = session.call("f", [{}, {}], seed=7)
    assert first.result != second.result
    assert session.call("f", [{}], seed=7)[0].result == first.result
    assert session.call("f", [{}], seed=8)[0].result == second.result


def test_a_fixture_is_built_inside_and_comes_back_as_its_name(session):
    fixture = Fixture("smooth_loss", {"w": np.ones(2)})
    case = {"loss": fixture, "parameters": {"w": np.zeros(2)}}
    outcome = one(session, "def f(loss, parameters): return loss(parameters)", case)
    assert outcome.result == 0.0
    assert outcome.arguments["loss"].name == "smooth_loss"


def test_printing_in_a_call_shows_nothing_later(session):
    one(session, "def f():\n    print('noise')\n    return 1", {})
    assert session.run("pass").outputs == []


def test_names_are_answered_from_outside_for_the_time_of_the_call(session):
    asked = []

    def twice(x, *, by=2):
        asked.append((x, by))
        return {"y": x * by}

    session.run("def g(x): return 'mine'\ndef f(x):\n    return g(x)['y'], g(x, by=3)['y']")
    (outcome,) = session.call("f", [{"x": np.arange(2.0)}], answer={"g": twice})
    assert_array_equal(outcome.result[0], [0, 2])
    assert_array_equal(outcome.result[1], [0, 3])
    assert [by for _, by in asked] == [2, 3]
    assert session.run("g(1)").outputs[0]["data"]["text/plain"] == "'mine'"


def test_a_name_that_was_not_there_is_gone_after_the_call(session):
    session.run("def f(x): return h(x)")
    assert session.call("f", [{"x": 1}], answer={"h": lambda x: x + 1})[0].result == 2
    assert session.call("f", [{"x": 1}])[0].error.type == "NameError"


def test_an_error_of_the_answer_is_a_value_error_of_the_learner(session):
    def refuse(x):
        raise KeyError("no such part")

    source = "def f(x):\n    try:\n        g(x)\n    except ValueError as error:\n        return str(error)"
    outcome = one(session, source, {"x": 1}, answer={"g": refuse})
    assert outcome.result == "'no such part'"


@pytest.mark.parametrize("name", ["'eval'", "['g']", "None"])
def test_only_names_that_are_answered_can_be_asked_for(session, name):
    session.run(
        "import gc\nfrom autograder.sandbox.inside.serve import Channel\nfrom autograder.tree import encode\n"
        "(channel,) = [o for o in gc.get_objects() if isinstance(o, Channel)]\n"
        f"def f(): channel.send({{'op': 'ask', 'name': {name}}}, encode([['1 + 1'], {{}}]))"
    )
    with pytest.raises(SessionDied) as died:
        session.call("f", [{}], answer={"g": abs})
    assert died.value.reason == "protocol"


def test_values_are_read_from_the_namespace(session):
    session.run("table = {'a': [1, 2.5]}\nthing = object()")
    assert session.value("table").result == {"a": [1, 2.5]}
    assert session.value("thing").error.kind == "bad result"
    assert session.value("nothing").error.kind == "missing"


def test_a_case_that_is_no_data_is_the_callers_mistake(session):
    session.run("def f(x): return x")
    with pytest.raises(TreeError):
        session.call("f", [{"x": object()}])
    assert session.call("f", [{"x": 1}])[0].result == 1
