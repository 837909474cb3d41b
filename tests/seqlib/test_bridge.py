"""A function in NumPy with its gradients by hand is a part of a torch model like any other."""

import numpy as np
import pytest
import torch

from seqlib.models.bridge import as_torch


def weighted_sum(values, weights, mask):
    return (values * weights * mask).sum(axis=1), (values, weights, mask)


def weighted_sum_backward(gradient, kept):
    values, weights, mask = kept
    return gradient[:, None] * weights * mask, gradient[:, None] * values * mask, None


MASK = torch.tensor([[1, 1, 0], [1, 0, 1]])


def pair(dtype=torch.float64):
    torch.manual_seed(0)
    return [torch.randn(2, 3, dtype=dtype, requires_grad=True) for _ in range(2)]


def test_torch_differentiates_through_it():
    function = as_torch(weighted_sum, weighted_sum_backward)
    assert torch.autograd.gradcheck(lambda values, weights: function(values, weights, MASK), pair())


def test_within_a_model_it_gives_what_torch_gives_by_itself():
    values, weights = pair()
    mine = torch.tanh(as_torch(weighted_sum, weighted_sum_backward)(torch.exp(values), weights, MASK)).sum()
    by_hand = torch.autograd.grad(mine, (values, weights))
    theirs = torch.tanh((torch.exp(values) * weights * MASK).sum(dim=1)).sum()
    for one, other in zip(by_hand, torch.autograd.grad(theirs, (values, weights)), strict=True):
        torch.testing.assert_close(one, other)


def test_results_and_gradients_have_the_dtype_of_the_first_tensor():
    values, weights = pair(torch.float32)
    wide = as_torch(
        lambda *arrays: (weighted_sum(*arrays)[0].astype(float), arrays),
        lambda gradient, kept: [
            g if g is None else g.astype(float) for g in weighted_sum_backward(gradient, kept)
        ],
    )
    result = wide(values, weights, MASK)
    assert result.dtype == torch.float32
    result.sum().backward()
    assert values.grad.dtype == weights.grad.dtype == torch.float32


def test_views_that_lie_otherwise_in_memory_will_do():
    function = as_torch(
        lambda x: (np.swapaxes(x, 0, 1), None), lambda gradient, _: [np.swapaxes(gradient, 0, 1)]
    )
    x = torch.arange(6.0).view(2, 3).requires_grad_()
    function(x.mT).pow(2).sum().backward()
    torch.testing.assert_close(x.grad, 2 * x.detach())


def test_without_gradients_nothing_is_asked_of_backward():
    def never(*_):
        raise AssertionError

    with torch.no_grad():
        assert as_torch(weighted_sum, never)(*pair(), MASK).shape == (2,)


@pytest.mark.parametrize(
    ("forward", "backward", "error", "said"),
    [
        (weighted_sum, lambda g, kept: (None,), ValueError, "gave 1 gradients; expected 3"),
        (
            weighted_sum,
            lambda g, kept: (g, None, None),
            ValueError,
            r"argument 0 a gradient of shape \(2,\); expected \(2, 3\)",
        ),
        (lambda *_: (1.0, None), weighted_sum_backward, TypeError, "forward gave float; expected an array"),
        (None, weighted_sum_backward, TypeError, "forward is of type NoneType"),
        (weighted_sum, 3, TypeError, "backward is of type int"),
    ],
)
def test_bad_functions_are_named(forward, backward, error, said):
    with pytest.raises(error, match=said):
        as_torch(forward, backward)(*pair(), MASK).sum().backward()


def test_a_tensor_elsewhere_is_named():
    with pytest.raises(TypeError, match="argument 0 is on meta; expected a tensor on the CPU"):
        as_torch(weighted_sum, weighted_sum_backward)(torch.ones(2, device="meta"), MASK, MASK)
