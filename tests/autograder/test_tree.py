"""Laws of trees: what goes in comes out, and nothing else gets through."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.compare import changed
from autograder.tree import (
    Fixture,
    TreeError,
    copied,
    decode,
    encode,
    flatten,
    load,
    names_in,
    save,
    shared,
    unflatten,
)

arrays = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.int32, np.bool_]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
names = st.text(max_size=5) | st.integers(-(2**53), 2**53)
keys = names | st.lists(names, max_size=3).map(tuple)
leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=8) | arrays
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.builds(Fixture, st.text(min_size=1, max_size=5), inner)
    ),
    max_leaves=8,
)


def same(one, other):
    """Equality that tells lists from tuples, dtypes apart, and lets NaN equal NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, Fixture):
        return one.name == other.name and same(one.data, other.data)
    return one == other or (one != one and other != other)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_a_tree_survives_encoding(tree):
    assert same(decode(encode(tree)), tree)


@settings(max_examples=50, deadline=None)
@given(trees)
def test_a_tree_survives_a_file(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("tree") / "tree.npz"
    save(path, tree)
    assert same(load(path), tree)


def test_the_names_in_a_file_are_those_of_its_tree(tmp_path):
    save(tmp_path / "tree.npz", {"b": {"c": np.ones(2)}, "a": [1]})
    assert names_in(tmp_path / "tree.npz") == list(load(tmp_path / "tree.npz")) == ["b", "a"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_of_a_stranger_give_a_tree_or_an_error(data):
    try:
        decode(data)
    except TreeError:
        pass


@settings(max_examples=200, deadline=None)
@given(trees.map(encode), st.integers(0, 10_000), st.integers(0, 255))
def test_a_flipped_byte_gives_a_tree_or_an_error(data, place, value):
    spoilt = bytearray(data)
    spoilt[place % len(spoilt)] = value
    try:
        decode(bytes(spoilt))
    except TreeError:
        pass


def test_a_pickle_is_refused():
    with pytest.raises(TreeError):
        decode(pickle.dumps({"a": 1}))
    with pytest.raises(TreeError, match="object"):
        encode(np.array([object()]))


@pytest.mark.parametrize(
    "value, place",
    [
        (object(), "the result is of type object"),
        ([1, {2}], r"the result\[1\] is of type set"),
        ({"a": {3.5: 1}}, r"the result\['a'\] has the key 3.5"),
        ({("a", ("b",)): 1}, r"the result has the key \('a', \('b',\)\)"),
        (np.array(["x"]), "the result is an array of <U1"),
        (np.array([1j]), "the result is an array of complex128"),
    ],
)
def test_what_is_no_tree_is_named_with_its_place(value, place):
    with pytest.raises(TreeError, match=place):
        encode(value)


def test_keys_and_text_of_numpy_become_plain():
    tree = decode(encode({np.str_("a"): np.str_("b"), np.int64(3): [1]}))
    assert tree == {"a": "b", 3: [1]} and all(type(key) in (str, int) for key in tree)


@pytest.mark.parametrize("key", [[["a"]], {"a": 1}, [None], None, 1.5])
def test_a_stranger_s_key_that_is_none_is_refused(key):
    with pytest.raises(TreeError):
        unflatten({"pairs": [[key, 1]]}, {})


def test_array_subclasses_become_plain_arrays():
    class Liar(np.ndarray):
        def __eq__(self, other):
            return True

    plain = decode(encode(np.ones(3).view(Liar)))
    assert type(plain) is np.ndarray


def test_torch_tensors_become_arrays():
    torch = pytest.importorskip("torch")
    tensor = torch.arange(3.0, requires_grad=True)
    assert same(decode(encode({"a": tensor})), {"a": np.arange(3, dtype=np.float32)})


def test_an_array_that_occurs_twice_is_stored_once_and_stays_shared():
    shared = np.arange(6.0)
    structure, found = flatten([shared, {"again": shared}])
    assert len(found) == 1
    copy = copied([shared, shared])
    assert copy[0] is copy[1] and copy[0] is not shared


@settings(deadline=None)
@given(trees)
def test_what_both_sides_have_crosses_by_name_only(tree):
    there = decode(encode(tree))
    answer = encode([there, np.arange(3.0)], shared(there))
    result, new = decode(answer, given=shared(tree))
    assert same(tree, result) and new.tolist() == [0, 1, 2]
    kept = {id(array) for array in shared(tree).values()}
    assert {id(array) for array in shared(result).values()} == kept
    assert len(flatten([there, np.arange(3.0)], shared(there))[1]) == 1


def test_what_both_sides_have_is_told_apart_beside_tensors():
    torch = pytest.importorskip("torch")
    one, first, second = torch.ones(2), np.zeros(2), np.full(2, 7.0)
    asked = [one, first, one, second]
    there = decode(encode(asked))
    back = decode(encode([there[3], there[1], there[2]], shared(there)), given=shared(asked))
    assert back[0] is second and back[1] is first and back[2].tolist() == [1, 1]


def test_depth_is_limited():
    deep = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(TreeError, match="levels deep"):
        encode(deep)
    node = {"list": []}
    for _ in range(100):
        node = {"list": [node]}
    with pytest.raises(TreeError):
        unflatten(json.loads(json.dumps(node)), {})


def test_changed_names_the_first_place_that_differs():
    before = {"x": np.ones(2), "p": [1, (np.zeros(3), 2)]}
    after = copied(before)
    assert changed(before, after, "argument") is None
    after["p"][1][0][2] = 5
    assert changed(before, after, "argument") == "argument['p'][1][0]"


def test_an_array_that_is_named_often_counts_as_often():
    data = encode([np.zeros(1000)] * 2)
    assert len(decode(data, 16_000)) == 2
    shared = np.zeros(1000)
    data = encode([shared] * 100)
    assert len(data) < 20_000 and len(decode(data)) == 100
    with pytest.raises(TreeError, match="more than 16000 bytes, one that occurs twice counted twice"):
        decode(data, 16_000)


@given(
    trees, st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=3)), min_size=1, max_size=4)
)
@settings(max_examples=300, deadline=None)
def test_bytes_that_were_tampered_with_hold_a_tree_or_none(value, changes):
    data = bytearray(encode(value))
    for place, piece in changes:
        data[place : place + len(piece)] = piece
    try:
        flatten(decode(bytes(data), 10**6))
    except TreeError:
        pass
