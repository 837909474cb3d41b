"""The decoder with additive attention, all steps of it, with its way back by hand.

Each step waits for the one before, so torch has no layer for it. Autograd would keep and walk a graph of twenty nodes a
step; here the way back holds what `seqlib.attention` derives, what no step waits for is computed over all of them at
once, and the gradients of the matrices are one product each. The arguments are batch first, (m, T, D); inside, time is.

The energies v tanh(k + q) are taken as 2 v σ(2 k + 2 q): tanh(u) is 2 σ(2 u) - 1, of which softmax does not see the - 1. And
σ(2 k + 2 q) is 1 / (1 + exp(-2 k) exp(-2 q)): an exponential for each annotation and one for each state, and for the pairs
of them a product and a division, which take a tenth of the time of torch's tanh on a CPU.
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


def _decay(u: Tensor) -> Tensor:
    """exp(-u), and a finite number above zero where σ(u) is 0 or 1 in any precision."""
    return u.neg().clamp_(-80, 80).exp_()


class _Steps(Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, a: Tensor, keys: Tensor, mask: Tensor, W: Tensor, U: Tensor, v: Tensor
    ) -> Tensor:
        """All steps, one after the other."""
        (m, T_x, n_h), T_y, n_a = keys.shape, x.shape[1], U.shape[1]
        closed = torch.zeros_like(a[..., 0]).masked_fill_(~mask, -torch.inf).flatten()
        squashed, weights = x.new_empty(T_y, m, T_x, n_h), x.new_empty(T_y, m, T_x)
        of_keys, to_query, to_energy, one = _decay(2 * keys), 2 * U.T, 2 * v, x.new_ones(())
        read = x.new_zeros(T_y + 1, m, 3 * n_a)  # contexts, and the activations before
        gates, c = torch.stack(x.unbind(dim=1)), x.new_zeros(T_y + 1, m, n_a)
        contexts, s = read[..., : 2 * n_a], read[..., 2 * n_a :]
        for t in range(T_y):
            of_state = _decay(s[t] @ to_query)[:, None]
            pairs = torch.addcmul(one, of_keys, of_state, out=squashed[t]).reciprocal_()
            energies = torch.addmv(closed, pairs.view(-1, n_h), to_energy).view(m, T_x)
            alpha = torch.softmax(energies, dim=1, out=weights[t])
            contexts[t] = torch.bmm(alpha[:, None], a)[:, 0]
            i, f, g, o = gates[t].addmm_(read[t], W.T).chunk(4, dim=1)
            for gate in (i, f, o):
                gate.sigmoid_()
            torch.addcmul(f * c[t], i, g.tanh_(), out=c[t + 1])
            torch.mul(o, torch.tanh(c[t + 1]), out=s[t + 1])
        ctx.save_for_backward(a, W, U, v, squashed, weights, read, gates, c)
        return s[1:].transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, ds_of: Tensor) -> tuple[Tensor | None, ...]:
        """From the gradient of every activation to those of all that was read."""
        a, W, U, v, squashed, weights, read, gates, c = ctx.saved_tensors
        T_y, n_a = len(gates), U.shape[1]
        i, f, g, o = gates.chunk(4, dim=2)
        tanh_c = torch.tanh(c[1:])
        of_memory, of_output = o * (1 - tanh_c**2), tanh_c * o * (1 - o)
        of_gates = torch.stack([g * i * (1 - i), c[:-1] * f * (1 - f), i * (1 - g**2)], dim=2)
        dz, dread, denergies = torch.empty_like(gates), torch.empty_like(read[1:]), torch.empty_like(weights)
        bent = squashed.new_empty(T_y, len(a), len(v))  # what comes back to the queries, but for 4 v
        ds, dc, dkeys = torch.zeros_like(c[0]), torch.zeros_like(c[0]), torch.zeros_like(squashed[0])
        back = 4 * v[:, None] * U
        for t in reversed(range(T_y)):
            ds = ds + ds_of[:, t]
            dc = torch.addcmul(dc, ds, of_memory[t])
            torch.mul(dc[:, None], of_gates[t], out=dz[t].view(-1, 4, n_a)[:, :3])
            torch.mul(ds, of_output[t], out=dz[t, :, 3 * n_a :])
            dc = dc * f[t]
            sent = torch.mm(dz[t], W, out=dread[t])
            weighted = weights[t] * torch.bmm(sent[:, None, : 2 * n_a], a.mT)[:, 0]
            total = weighted.sum(dim=1, keepdim=True)
            de = torch.addcmul(weighted, total, weights[t], value=-1, out=denergies[t])
            slope = torch.addcmul(squashed[t], squashed[t], squashed[t], value=-1)  # σ'
            torch.bmm(de[:, None], slope, out=bent[t][:, None])
            dkeys.addcmul_(de[..., None], slope)
            ds = torch.addmm(sent[:, 2 * n_a :], bent[t], back)
        da = torch.bmm(weights.permute(1, 2, 0), dread[..., : 2 * n_a].transpose(0, 1))
        dv = 2 * torch.mv(squashed.flatten(0, 2).T, denergies.flatten())
        rows, dq = read[:-1].flatten(0, 1), 4 * v * bent.flatten(0, 1)
        dW, dU = dz.flatten(0, 1).T @ rows, dq.T @ rows[:, 2 * n_a :]
        return dz.transpose(0, 1), da, 4 * v * dkeys, None, dW, dU, dv
