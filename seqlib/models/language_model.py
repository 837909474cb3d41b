"""A character language model whose weights are those of the cells by hand.

One recurrent layer on one-hot characters and a softmax layer on its activations. Batch first: (B, T, D).
At the first step the input is the zero vector and the state is zero, as when a learner drives a cell:
x[0] = 0, x[t] = one-hot of character t - 1; the targets are the characters, then `<EOS>`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from seqlib.data import names
from seqlib.models.gru import GATES as GRU_GATES
from seqlib.models.gru import ResetBeforeGRU
from seqlib.models.parts import IGNORED, dropout, padded
from seqlib.models.recipes import Recipe
from seqlib.text import EOS, Vocabulary

Batch = tuple[Tensor, Tensor]
RECORDED = 16
_GATES = ("u", "f", "c", "o")  # the order of torch's four blocks: i, f, g, o


class LanguageModel(nn.Module):
    """Predicts each next token of a sequence from those before it.

    Args:
        cell: "rnn" (tanh), "lstm", or "gru" (the reset gate before its matrix).
        n_x: size of the vocabulary; the softmax layer has the same.
        n_a: units of the layer.
        dropout: share of activations dropped before the softmax layer, in training.
        weight_dropout: share of recurrent weights dropped, in training (Merity et al. 2018).
        input_dropout: share of input tokens replaced by the zero vector, in training.
    """

    def __init__(
        self,
        cell: str,
        n_x: int,
        n_a: int,
        dropout: float = 0.0,
        weight_dropout: float = 0.0,
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        layers: dict[str, type[nn.Module]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": ResetBeforeGRU}
        self.n_x = n_x
        self.layer = layers[cell](n_x, n_a, batch_first=True)
        self.output = nn.Linear(n_a, n_x)
        self.dropout, self.weight_dropout, self.input_dropout = dropout, weight_dropout, input_dropout

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Scores for the next token at every step, and the mean loss.

        Args:
            idx: (B, T) indices of the tokens before; n_x or IGNORED stands for the zero vector.
            targets: (B, T) indices to predict, IGNORED where a sequence is over.

        Returns:
            logits (B, T, n_x), and the cross-entropy in nats a token, or None without targets.
        """
        idx = torch.where(idx < 0, self.n_x, idx)
        if self.training and self.input_dropout:
            idx = idx.masked_fill(torch.rand(idx.shape, device=idx.device) < self.input_dropout, self.n_x)
        x = F.one_hot(idx, self.n_x + 1)[..., : self.n_x].to(self.output.weight.dtype)  # (B, T, n_x)
        a = dropout(self._unroll(x), self.dropout, self.training)  # (B, T, n_a)
        logits = self.output(a)  # (B, T, n_x)
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)

    def _unroll(self, x: Tensor) -> Tensor:
        if not (self.training and self.weight_dropout):
            return self.layer(x)[0]  # type: ignore[no-any-return]
        weights = self.layer.get_parameter("weight_hh_l0")
        dropped = {"weight_hh_l0": dropout(weights, self.weight_dropout, training=True)}
        return torch.func.functional_call(self.layer, dropped, (x,))[0]  # type: ignore[no-any-return]


@dataclass
class Sequences:
    """A data set as a language model reads it: its vocabulary, and the encoded sequences of each part."""

    vocabulary: Vocabulary
    train: list[list[int]]
    validation: list[list[int]]
    test: list[list[int]]
    provenance: dict[str, str | int]
    unit: str = "bits per character"

    def model(self, recipe: Recipe) -> LanguageModel:
        """An untrained language model."""
        drops = (recipe.dropout, recipe.weight_dropout, recipe.input_dropout)
        return LanguageModel(recipe.cell, len(self.vocabulary), recipe.n_a, *drops)

    @property
    def recorded(self) -> list[list[int]]:
        """The test sequences whose outputs are recorded: the sixteen whose texts' hashes come first."""
        return sorted(self.test, key=lambda sequence: names.name_hash(self.text(sequence)))[:RECORDED]

    def text(self, sequence: list[int]) -> str:
        """A sequence written out, without its `<EOS>`."""
        return "".join(self.vocabulary.decode(sequence))

    def tokens(self, example: list[int]) -> int:
        """How many tokens a model reads for it."""
        return len(example)

    def as_batch(self, examples: list[list[int]], device: torch.device) -> Batch:
        """Inputs and targets of some encoded sequences."""
        return as_batch(examples, device)

    def bits(self, model: nn.Module, examples: list[list[int]], device: torch.device) -> float:
        """Bits per character."""
        return bits_per_character(model, examples, device)


def prepare_names() -> Sequences:
    """The ASCII names in lower case, each ended by `<EOS>`.

    Returns:
        Index 0 is `<EOS>`; the characters follow in sorted order.
    """
    parts = names.split()
    vocabulary = Vocabulary.of(parts.train + parts.validation + parts.test, specials=(EOS,))
    train, validation, test = ([vocabulary.encode(name, end=True) for name in part] for part in parts)
    return Sequences(vocabulary, train, validation, test, names.provenance())


def as_batch(sequences: list[list[int]], device: torch.device) -> Batch:
    """Inputs and targets (B, T) of some encoded sequences: at each step the token before, and the token."""
    targets = padded(sequences, IGNORED).to(device)
    idx = torch.full_like(targets, IGNORED)
    idx[:, 1:] = targets[:, :-1]
    return idx, targets


@torch.no_grad()
def bits_per_character(model: nn.Module, sequences: list[list[int]], device: torch.device) -> float:
    """−log2 of the probability of each token, `<EOS>` included, averaged over all tokens."""
    model.eval()
    nats, tokens = 0.0, 0
    by_length = sorted(sequences, key=len)
    for start in range(0, len(by_length), 512):
        idx, targets = as_batch(by_length[start : start + 512], device)
        count = int((targets != IGNORED).sum())
        nats += float(model(idx, targets)[1]) * count
        tokens += count
    return nats / tokens / math.log(2)


def to_by_hand(model: LanguageModel) -> dict[str, NDArray[np.float64]]:
    """The parameters in the layout of the cells by hand.

    Args:
        model: a language model with one layer.

    Returns:
        Waa, Wax, Wya, ba, by for "rnn"; Wf, bf, Wu, bu, Wc, bc, Wo, bo, Wy, by for "lstm";
        Wu, bu, Wr, br, Wc, bc, Wy, by for "gru"; each W on the stacked [a_prev, x]; float64, biases (n, 1).
    """
    arrays = {name: p.detach().cpu().double().numpy() for name, p in model.named_parameters()}
    Wx, Wa = arrays["layer.weight_ih_l0"], arrays["layer.weight_hh_l0"]
    b = (arrays["layer.bias_ih_l0"] + arrays.get("layer.bias_hh_l0", 0.0))[:, np.newaxis]
    Wy, by = arrays["output.weight"], arrays["output.bias"][:, np.newaxis]
    if isinstance(model.layer, nn.RNN):
        return {"Waa": Wa, "Wax": Wx, "Wya": Wy, "ba": b, "by": by}
    gates = GRU_GATES if isinstance(model.layer, ResetBeforeGRU) else _GATES
    W = np.concatenate([Wa, Wx], axis=1)  # (gates · n_a, n_a + n_x)
    parameters: dict[str, NDArray[np.float64]] = {}
    for gate, W_gate, b_gate in zip(gates, np.split(W, len(gates)), np.split(b, len(gates)), strict=True):
        parameters |= {f"W{gate}": W_gate, f"b{gate}": b_gate}
    return {**parameters, "Wy": Wy, "by": by}


def from_by_hand(parameters: dict[str, NDArray[Any]]) -> LanguageModel:
    """A torch model that computes what the cells by hand compute with these parameters.

    Args:
        parameters: the layout that `to_by_hand` gives; n_x equal to n_y.

    Returns:
        A float64 model in evaluation mode; torch's second bias is zero.
    """
    if "Waa" in parameters:
        cell, Wa, Wx = "rnn", parameters["Waa"], parameters["Wax"]
        b, Wy = parameters["ba"], parameters["Wya"]
    else:
        cell, gates = ("gru", GRU_GATES) if "Wr" in parameters else ("lstm", _GATES)
        n_a = parameters["bu"].shape[0]
        W = np.concatenate([parameters[f"W{gate}"] for gate in gates])  # (gates · n_a, n_a + n_x)
        Wa, Wx = W[:, :n_a], W[:, n_a:]
        b, Wy = np.concatenate([parameters[f"b{gate}"] for gate in gates]), parameters["Wy"]
    model = LanguageModel(cell, n_x=Wx.shape[1], n_a=Wa.shape[1]).double().eval()
    state = {
        "layer.weight_ih_l0": Wx,
        "layer.weight_hh_l0": Wa,
        "layer.bias_ih_l0": b[:, 0],
        "output.weight": Wy,
        "output.bias": parameters["by"][:, 0],
    }
    if cell != "gru":
        state["layer.bias_hh_l0"] = np.zeros_like(b[:, 0])
    model.load_state_dict({name: torch.tensor(value, dtype=torch.float64) for name, value in state.items()})
    return model
