"""The decoder with additive attention, all steps of it, with its way back by hand.

Each step waits for the one before, so torch has no layer for it. Autograd would keep and walk a graph of twenty nodes a
step; here the way back holds what `seqlib.attention` derives, and the gradients of all weights are one product each, after
the last step. Batch first: (m, T, D).
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable


def attend_and_step(
    x: Tensor, a: Tensor, keys: Tensor, mask: Tensor, W: Tensor, U: Tensor, v: Tensor
) -> Tensor:
    """Activations of an LSTM whose steps each read a token and what they attend to, from zero.

    Args:
        x: (m, T_y, 4 n_a), the tokens' part of the gates' scores with the biases, in torch's order i, f, g, o.
        a: (m, T_x, 2 n_a) annotations.
        keys: (m, T_x, n_h), their part of the energies.
        mask: (m, T_x) True where a token stands.
        W: (4 n_a, 3 n_a) on [context, s].
        U: (n_h, n_a) on s in the energies.
        v: (n_h,) which sums the energies up.

    Returns:
        s (m, T_y, n_a).
    """
    s: Tensor = _Steps.apply(x, a, keys, mask, W, U, v)  # type: ignore[no-untyped-call]
    return s


class _Steps(Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, a: Tensor, keys: Tensor, mask: Tensor, W: Tensor, U: Tensor, v: Tensor
    ) -> Tensor:
        """All steps, one after the other."""
        m, n_a = len(x), U.shape[1]
        s, c, closed = x.new_zeros(m, n_a), x.new_zeros(m, n_a), ~mask
        steps = []
        for z in x.unbind(dim=1):
            hidden = (keys + (s @ U.T)[:, None]).tanh_()  # (m, T_x, n_h)
            weights = torch.softmax((hidden @ v).masked_fill_(closed, -torch.inf), dim=1)
            context = torch.bmm(weights[:, None], a)[:, 0]
            read = torch.cat([context, s], dim=1)
            gates = torch.addmm(z, read, W.T)
            i, f, g, o = gates.chunk(4, dim=1)
            for gate in (i, f, o):
                gate.sigmoid_()
            g.tanh_()
            before, c = c, f * c + i * g
            squashed = torch.tanh(c)
            s = o * squashed
            steps.append((hidden, weights, read, gates, before, squashed, s))
        ctx.steps = steps
        ctx.save_for_backward(a, keys, W, U, v)
        return torch.stack([step[-1] for step in steps], dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, ds_of: Tensor) -> tuple[Tensor | None, ...]:
        """From the gradient of every activation to those of all that was read."""
        a, keys, W, U, v = ctx.saved_tensors
        n_a = U.shape[1]
        ds, dc = torch.zeros_like(ds_of[:, 0]), torch.zeros_like(ds_of[:, 0])
        dkeys, dv = torch.zeros_like(keys), torch.zeros_like(v)
        sent = []
        for t in reversed(range(len(ctx.steps))):
            hidden, weights, _, gates, before, squashed, _ = ctx.steps[t]
            i, f, g, o = gates.chunk(4, dim=1)
            ds = ds + ds_of[:, t]
            dc = dc + ds * o * (1 - squashed**2)
            dz = torch.cat(
                [
                    dc * g * i * (1 - i),
                    dc * before * f * (1 - f),
                    dc * i * (1 - g**2),
                    ds * squashed * o * (1 - o),
                ],
                dim=1,
            )
            dc = dc * f
            dcontext, ds = (dz @ W).split([2 * n_a, n_a], dim=1)
            dweights = torch.bmm(a, dcontext[..., None])[..., 0]
            denergies = weights * (dweights - (weights * dweights).sum(dim=1, keepdim=True))
            dv += torch.tensordot(denergies, hidden, dims=2)
            dhidden = denergies[..., None] * v * (1 - hidden**2)  # before tanh
            dkeys += dhidden
            dq = dhidden.sum(dim=1)
            ds = ds + dq @ U
            sent.append((dz, dq, dcontext))
        dz, dq, dcontext = (torch.stack(rows[::-1], dim=1) for rows in zip(*sent, strict=True))
        weights, read = (torch.stack([step[i] for step in ctx.steps], dim=1) for i in (1, 2))
        dW = torch.tensordot(dz, read, dims=([0, 1], [0, 1]))
        dU = torch.tensordot(dq, read[..., 2 * n_a :], dims=([0, 1], [0, 1]))
        return dz, weights.mT @ dcontext, dkeys, None, dW, dU, dv
