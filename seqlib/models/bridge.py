"""A function in NumPy with its gradients by hand, as a part of a torch model."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqlib.arguments import requires

Forward = Callable[..., tuple[NDArray[Any], Any]]
Backward = Callable[[NDArray[Any], Any], Sequence[NDArray[Any] | None]]


def _callable(forward: Any, backward: Any) -> None:
    for name, value in (("forward", forward), ("backward", backward)):
        if not callable(value):
            raise TypeError(f"{name} is of type {type(value).__name__}; expected a function")


@requires(_callable)
def as_torch(forward: Forward, backward: Backward) -> Callable[..., Tensor]:
    """Let torch call a function written in NumPy, and its gradients written by hand.

    Args:
        forward: from arrays to (result, kept): the array that torch gets, and whatever `backward` needs.
        backward: from (gradient of the loss with respect to the result, kept) to one gradient for each argument of
            `forward`, shaped as the argument; None for an argument without gradient, such as a mask.

    Returns:
        A function from tensors on the CPU to a tensor, through which torch differentiates, once. Results and
        gradients have the dtype of the first tensor.

    Raises:
        TypeError: an argument is no function; later, where a tensor is not on the CPU or a result is no array.
        ValueError: later, where `backward` gives too few gradients or one of another shape.
    """

    class Bridge(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: Tensor) -> Tensor:
            result, ctx.kept = forward(*(_as_array(i, tensor) for i, tensor in enumerate(tensors)))
            ctx.shapes, ctx.dtype = [tuple(tensor.shape) for tensor in tensors], tensors[0].dtype
            if not isinstance(result, np.ndarray):
                raise TypeError(f"forward gave {type(result).__name__}; expected an array")
            return torch.from_numpy(np.ascontiguousarray(result)).to(ctx.dtype)

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
            found = backward(gradient.numpy(), ctx.kept)
            if len(found) != len(ctx.shapes):
                raise ValueError(
                    f"backward gave {len(found)} gradients; expected {len(ctx.shapes)}, one for each argument"
                )
            return tuple(
                _as_gradient(i, *pair, ctx.dtype)
                for i, pair in enumerate(zip(found, ctx.shapes, strict=True))
            )

    apply: Callable[..., Tensor] = Bridge.apply
    return apply


def _as_array(place: int, tensor: Tensor) -> NDArray[Any]:
    if tensor.device.type != "cpu":
        raise TypeError(f"argument {place} is on {tensor.device}; expected a tensor on the CPU")
    found: NDArray[Any] = tensor.detach().numpy()
    return found


def _as_gradient(
    place: int, gradient: NDArray[Any] | None, shape: tuple[int, ...], dtype: torch.dtype
) -> Tensor | None:
    if gradient is None:
        return None
    if np.shape(gradient) != shape:
        raise ValueError(
            f"backward gave argument {place} a gradient of shape {np.shape(gradient)}; expected {shape}"
        )
    return torch.from_numpy(np.ascontiguousarray(gradient)).to(dtype)
