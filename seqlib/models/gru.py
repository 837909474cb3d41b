"""The GRU of the lecture notes as a torch layer: `torch.nn.GRU` has its reset gate in another place.

Torch has no fused layer for it, so its steps have their way back by hand, as in `seqlib.gru`: autograd would keep and
walk a graph of ten nodes a step. What no step waits for is computed once, over all of them.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

GATES = ("u", "r", "c")  # the order of the three blocks


class ResetBeforeGRU(nn.Module):
    """One recurrent layer whose reset gate weighs the old activation before the candidate's matrix sees it.

    The parameters have the names of torch's own layers, with one bias: weight_ih_l0 (3 n_a, n_x),
    weight_hh_l0 (3 n_a, n_a), bias_ih_l0 (3 n_a); the blocks are those of update gate, reset gate, candidate.

    Args:
        n_x: size of an input.
        n_a: units of the layer.
        batch_first: True, since (B, T, D) is the only layout.
    """

    def __init__(self, n_x: int, n_a: int, batch_first: bool = True) -> None:
        super().__init__()
        if not batch_first:
            raise ValueError("batch_first was False; this layer reads (B, T, D) only: leave it True")
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * n_a, n_x))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * n_a, n_a))
        self.bias_ih_l0 = nn.Parameter(torch.empty(3 * n_a))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(n_a), 1 / math.sqrt(n_a))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Activations at every step, from zero.

        Args:
            x: (B, T, n_x) inputs.

        Returns:
            a (B, T, n_a), and the last step's (B, n_a).
        """
        z = F.linear(x.transpose(0, 1), self.weight_ih_l0, self.bias_ih_l0)  # (T, B, 3 n_a)
        a: Tensor = _Steps.apply(z, self.weight_hh_l0)  # type: ignore[no-untyped-call]
        return a.transpose(0, 1), a[-1]


class _Steps(Function):
    """Time first: the inputs' part of the scores z (T, B, 3 n_a) and W (3 n_a, n_a) to activations (T, B, n_a)."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, W: Tensor) -> Tensor:
        """All steps, one after the other."""
        T, B, n_a = len(z), z.shape[1], W.shape[1]
        W_gates, W_candidate = W[: 2 * n_a].T, W[2 * n_a :].T
        a, gates, candidate = (
            z.new_empty(*sizes) for sizes in ((T + 1, B, n_a), (T, B, 2 * n_a), (T, B, n_a))
        )
        a[0] = 0
        for t in range(T):
            torch.addmm(z[t, :, : 2 * n_a], a[t], W_gates, out=gates[t]).sigmoid_()
            u, r = gates[t].chunk(2, dim=1)
            torch.addmm(z[t, :, 2 * n_a :], r * a[t], W_candidate, out=candidate[t]).tanh_()
            torch.lerp(a[t], candidate[t], u, out=a[t + 1])  # u · candidate + (1 − u) · a
        ctx.save_for_backward(a, gates, candidate, W)
        return a[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, da_of: Tensor) -> tuple[Tensor, Tensor]:
        """From the gradient of every activation to those of the scores and of W."""
        a, gates, candidate, W = ctx.saved_tensors
        n_a, before = W.shape[1], a[:-1]
        u, r = gates.chunk(2, dim=2)
        W_gates, W_candidate = W[: 2 * n_a], W[2 * n_a :]
        read = r * before  # what the candidate's matrix sees
        kept = 1 - u
        of_update, of_reset = (candidate - before).mul_(u).mul_(kept), torch.addcmul(read, read, r, value=-1)
        of_candidate = (candidate**2).neg_().add_(1).mul_(u)
        dz = a.new_empty(*before.shape[:2], 3 * n_a)
        da = torch.zeros_like(a[0])
        for t in reversed(range(len(dz))):
            dz_u, dz_r, dz_c = dz[t].chunk(3, dim=1)
            da = da + da_of[t]
            torch.mul(da, of_update[t], out=dz_u)
            torch.mul(da, of_candidate[t], out=dz_c)
            dread = dz_c @ W_candidate
            torch.mul(dread, of_reset[t], out=dz_r)
            da = torch.addmm(da * kept[t] + dread * r[t], dz[t, :, : 2 * n_a], W_gates)
        dz_gates, dz_candidate = dz.flatten(0, 1).tensor_split((2 * n_a,), dim=1)
        dW = torch.cat([dz_gates.T @ before.flatten(0, 1), dz_candidate.T @ read.flatten(0, 1)])
        return dz, dW
