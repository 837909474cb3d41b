"""The networks by hand, forward and backward in NumPy, beside torch's own on the same CPU and sizes.

Both run a sequence, a softmax layer on every step, and the way back from a gradient at every activation. Bar: at most
3 times torch's time at T 128, m 64, n_x 128, n_a 256.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from table import report
from torch import nn

from seqlib.gru import gru_backward, gru_forward
from seqlib.lstm import lstm_backward, lstm_forward
from seqlib.rnn import rnn_backward, rnn_forward

T, M, N_X, N_A, N_Y = 128, 64, 128, 256, 32
CORES, ROUNDS, BAR = 2, 5, 3.0
Action = Callable[[], object]
# By hand, in torch, and the gates that each has.
NETWORKS: dict[str, tuple[Callable[..., Any], Callable[..., Any], type[nn.RNNBase], str]] = {
    "RNN": (rnn_forward, rnn_backward, nn.RNN, ""),
    "GRU": (gru_forward, gru_backward, nn.GRU, "urc"),
    "LSTM": (lstm_forward, lstm_backward, nn.LSTM, "fuco"),
}


def weights(gates: str, rng: np.random.Generator, dtype: str) -> dict[str, Any]:
    """Parameters by hand; an RNN's where there are no gates."""
    shapes = {"Wax": (N_A, N_X), "Waa": (N_A, N_A), "ba": (N_A, 1)}
    if gates:
        shapes = {f"W{gate}": (N_A, N_A + N_X) for gate in gates} | {f"b{gate}": (N_A, 1) for gate in gates}
    output = ("Wya", "by") if not gates else ("Wy", "by")
    shapes |= dict(zip(output, ((N_Y, N_A), (N_Y, 1)), strict=True))
    return {name: rng.normal(0, 0.05, shape).astype(dtype) for name, shape in shapes.items()}


def by_hand(name: str, dtype: str) -> Action:
    """One forward and backward pass in NumPy."""
    forward, backward, _, gates = NETWORKS[name]
    rng = np.random.default_rng(0)
    parameters = weights(gates, rng, dtype)
    x, da = (rng.normal(size=(size, M, T)).astype(dtype) for size in (N_X, N_A))
    a0 = np.zeros((N_A, M), dtype)
    return lambda: backward(da, forward(x, a0, parameters)[-1])


def by_torch(name: str, dtype: str) -> Action:
    """The same passes by torch's own layer."""
    layer = NETWORKS[name][2](N_X, N_A).to(getattr(torch, dtype))
    output = nn.Linear(N_A, N_Y).to(getattr(torch, dtype))
    x, da = (torch.randn(T, M, size, dtype=getattr(torch, dtype)) for size in (N_X, N_A))
    x.requires_grad_()

    def passes() -> None:
        a, _ = layer(x)
        torch.softmax(output(a), dim=-1)
        torch.autograd.grad(a, [x, *layer.parameters()], da)

    return passes


def seconds(action: Action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> int:
    torch.set_num_threads(CORES)
    rows = []
    for name in NETWORKS:
        for dtype in ("float64", "float32"):
            actions = by_hand(name, dtype), by_torch(name, dtype)
            pairs = [[seconds(action) for action in actions] for _ in range(ROUNDS + 1)][1:]
            ours, theirs = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for one, other in pairs)
            rows.append(
                {"network": name, "numbers": dtype, "ours ms": ours, "torch ms": theirs, "ratio": ratio}
            )
    report(f"by hand beside torch, T {T}, m {M}, n_x {N_X}, n_a {N_A}; bar {BAR:g}", rows)
    return int(any(row["ratio"] > BAR for row in rows))


if __name__ == "__main__":
    sys.exit(main())
