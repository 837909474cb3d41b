"""The GRU of the lecture notes as a torch layer: `torch.nn.GRU` has its reset gate in another place."""

import math

import torch
from torch import Tensor, nn
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
        n_a = self.weight_hh_l0.shape[1]
        of_inputs = F.linear(x, self.weight_ih_l0, self.bias_ih_l0)  # (B, T, 3 n_a)
        W_gates, W_candidate = self.weight_hh_l0[: 2 * n_a], self.weight_hh_l0[2 * n_a :]
        a, steps = x.new_zeros(x.shape[0], n_a), []
        for z in of_inputs.unbind(dim=1):
            u, r = torch.sigmoid(z[:, : 2 * n_a] + F.linear(a, W_gates)).chunk(2, dim=1)
            candidate = torch.tanh(z[:, 2 * n_a :] + F.linear(r * a, W_candidate))
            a = torch.lerp(a, candidate, u)  # u · candidate + (1 − u) · a
            steps.append(a)
        return torch.stack(steps, dim=1), a
