"""Encoder–decoder models, with one context vector or with additive attention; their weights are those by hand.

Each step of the decoder reads the token before and a context. Without attention an LSTM reads the input, and its last
activation is the context of all steps and the decoder's first activation (Cho et al. 2014). With attention a
bidirectional LSTM reads it, the decoder begins at zero, and the context is another at each step: annotations weighted by
what the activation before that step makes of them (Bahdanau et al. 2015).
Batch first: (B, T, D).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqlib.data import dates, numbers
from seqlib.data.names import name_hash
from seqlib.models.attention import attend_and_step
from seqlib.models.decoding import State, beam_search
from seqlib.models.parts import IGNORED, dropout, padded
from seqlib.models.recipes import TranslationRecipe
from seqlib.text import EOS, PAD, SOS, UNK, Vocabulary

_GATES = ("u", "f", "c", "o")  # the order of torch's four blocks: i, f, g, o
RECORDED = 8
Arrays = dict[str, NDArray[Any]]


class Encoded(NamedTuple):
    """What a decoder is given of m inputs."""

    a: Tensor
    """(m, T_x, 2 n_a) annotations; (m, n_a) the last activation in a model without attention."""
    keys: Tensor
    """(m, T_x, n_h) what the energies need of the annotations; empty without attention."""
    mask: Tensor
    """(m, T_x) True where a token stands."""


@dataclass(frozen=True)
class Example:
    """One input and its target as a model reads them."""

    source: list[int]
    target: list[int]
    """With `<EOS>` at the end."""
    group: str
    """The locale or language."""
    count: int
    """How many dates; the digits of a number."""

    def __len__(self) -> int:
        return len(self.source)


class Translator(nn.Module):
    """Predicts each token of a target from the input and the tokens before it.

    Args:
        sizes: tokens that inputs and targets may hold.
        recipe: n_e, n_a, n_h (0 for a model without attention), dropout.
    """

    def __init__(self, sizes: tuple[int, int], recipe: TranslationRecipe) -> None:
        super().__init__()
        n_e, n_a, n_h = recipe.n_e, recipe.n_a, recipe.n_h
        self.attention, self.dropout = n_h > 0, recipe.dropout
        self.source, self.target = nn.Embedding(sizes[0], n_e), nn.Embedding(sizes[1], n_e)
        self.encoder = nn.LSTM(n_e, n_a, batch_first=True, bidirectional=self.attention)
        # With attention each step waits for the one before; without it torch reads all of them at once.
        self.decoder: nn.LSTMCell | nn.LSTM = (
            nn.LSTMCell(n_e + 2 * n_a, n_a) if self.attention else nn.LSTM(n_e + n_a, n_a, batch_first=True)
        )
        self.output = nn.Linear(n_a, sizes[1])
        if self.attention:
            self.of_state = nn.Linear(n_a, n_h, bias=False)
            self.of_annotation = nn.Linear(2 * n_a, n_h)
            self.energy = nn.Linear(n_h, 1, bias=False)
        for name, parameter in (*self.encoder.named_parameters(), *self.decoder.named_parameters()):
            if name.startswith("bias_hh"):  # forget gates that begin by keeping: Gers et al. (2000)
                nn.init.ones_(parameter.data[n_a : 2 * n_a])

    def encode(self, source: Tensor, lengths: Tensor) -> Encoded:
        """Read inputs.

        Args:
            source: (m, T_x) indices.
            lengths: (m,) tokens of each, on the CPU.

        Returns:
            What the decoder is given.
        """
        x = dropout(self.source(source), self.dropout, self.training)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        steps, (last, _) = self.encoder(packed)
        mask = torch.arange(source.shape[1])[None] < lengths[:, None]
        if not self.attention:
            return Encoded(last[0], last.new_zeros(0), mask.to(source.device))
        a = pad_packed_sequence(steps, batch_first=True, total_length=source.shape[1])[0]
        return Encoded(a, self.of_annotation(a), mask.to(source.device))

    def start(self, encoded: Encoded) -> State:
        """The decoder's activation and memory before its first step, (m, 1, n_a) each."""
        zeros = encoded.a.new_zeros(len(encoded.mask), 1, self.decoder.hidden_size)
        return (zeros if self.attention else encoded.a[:, None], zeros)

    def attend(self, s: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor, Tensor]:
        """Energies and weights (m, B, T_x), and contexts (m, B, 2 n_a), for activations s (m, B, n_a)."""
        hidden = torch.tanh(self.of_state(s)[:, :, None] + encoded.keys[:, None])  # (m, B, T_x, n_h)
        energies = self.energy(hidden).squeeze(-1)
        weights = torch.softmax(energies.masked_fill(~encoded.mask[:, None], -torch.inf), dim=-1)
        return energies, weights, weights @ encoded.a

    def advance(self, x: Tensor, state: State, encoded: Encoded) -> State:
        """One step for embedded tokens x (m, B, n_e)."""
        s, c = state
        context = self.attend(s, encoded)[2] if self.attention else encoded.a[:, None].expand_as(s)
        x = torch.cat([x, context], dim=-1).flatten(0, 1)
        before = s.flatten(0, 1), c.flatten(0, 1)
        if self.attention:
            after = self.decoder(x, before)
        else:
            after = self.decoder(x[:, None], (before[0][None], before[1][None]))[1]
        return tuple(part.view(s.shape) for part in after)

    def _unroll(self, x: Tensor, encoded: Encoded) -> Tensor:
        """Activations (m, T_y, n_a) for embedded tokens x (m, T_y, n_e), each step from the one before."""
        if isinstance(self.decoder, nn.LSTM):
            context = encoded.a[:, None].expand(-1, x.shape[1], -1)
            first = tuple(part.transpose(0, 1) for part in self.start(encoded))
            a: Tensor = self.decoder(torch.cat([x, context], dim=-1), first)[0]
            return a
        n_e, cell = x.shape[-1], self.decoder
        W = torch.cat([cell.weight_ih[:, n_e:], cell.weight_hh], dim=1)  # on [context, s]
        z = F.linear(x, cell.weight_ih[:, :n_e], cell.bias_ih + cell.bias_hh)
        return attend_and_step(z, *encoded, W, self.of_state.weight, self.energy.weight[0])

    def step(self, tokens: Tensor, state: State, encoded: Encoded) -> tuple[Tensor, State]:
        """Log-probabilities (m, B, V) of the next tokens after `tokens` (m, B), and the state then."""
        state = self.advance(self.target(tokens), state, encoded)
        return torch.log_softmax(self.output(state[0]), dim=-1), state

    def forward(
        self, source: Tensor, lengths: Tensor, before: Tensor, targets: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Scores of each next token where the true ones before it are given, and the mean loss.

        Args:
            source: (m, T_x) indices.
            lengths: (m,) tokens of each input, on the CPU.
            before: (m, T_y) the token before each token to predict, `<SOS>` first.
            targets: (m, T_y) indices to predict, IGNORED after the end.

        Returns:
            logits (m, T_y, V), and the cross-entropy in nats a token, or None without targets.
        """
        encoded = self.encode(source, lengths)
        x = dropout(self.target(before), self.dropout, self.training)
        a = dropout(self._unroll(x, encoded), self.dropout, self.training)
        logits = self.output(a)
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


@dataclass
class Pairs:
    """A data set of inputs and targets as a model reads it."""

    source: Vocabulary
    target: Vocabulary
    joins: str
    """What stands between the tokens of an input when it is written out."""
    train: list[Example]
    validation: list[Example]
    test: list[Example]
    further: dict[str, list[Example]]
    """Held-out parts of another kind, by name."""
    provenance: dict[str, str | int]
    unit: str = "bits per character of the target"

    @property
    def longest(self) -> int:
        """Where decoding is cut: half as long again as the longest target of training."""
        return max(len(example.target) for example in self.train) * 3 // 2

    @property
    def recorded(self) -> list[Example]:
        """The test inputs whose outputs are recorded: of each count those whose hashes come first, as many of each."""
        by_count: dict[int, list[Example]] = defaultdict(list)
        for example in sorted(self.test, key=lambda example: name_hash(self.text(example)[0])):
            by_count[example.count].append(example)
        turns = zip_longest(*(by_count[count] for count in sorted(by_count)))
        return [example for turn in turns for example in turn if example is not None][:RECORDED]

    def tokens(self, example: Example) -> int:
        """How many tokens a model reads for it, in the input and before each target."""
        return len(example.source) + len(example.target)

    def model(self, recipe: TranslationRecipe) -> Translator:
        """An untrained model."""
        return Translator((len(self.source), len(self.target)), recipe)

    def as_batch(self, examples: list[Example], device: torch.device) -> tuple[Tensor, ...]:
        """Sources, lengths, tokens before and targets of some examples, as `Translator` reads them."""
        start = self.target.index[SOS]
        source = padded([e.source for e in examples]).to(device)
        before = padded([[start, *e.target[:-1]] for e in examples]).to(device)
        targets = padded([e.target for e in examples], IGNORED).to(device)
        return source, torch.tensor([len(e) for e in examples]), before, targets

    @torch.no_grad()
    def bits(self, model: nn.Module, examples: list[Example], device: torch.device) -> float:
        """−log2 of the probability of each target token, the true ones before it given, averaged."""
        model.eval()
        nats, count = 0.0, 0
        for chunk in chunks(examples):
            tokens = sum(len(e.target) for e in chunk)
            nats += float(model(*self.as_batch(chunk, device))[1]) * tokens
            count += tokens
        return nats / count / math.log(2)

    def translate(self, model: Translator, examples: Sequence[Example], width: int = 1) -> list[str]:
        """What a model makes of some inputs, by beam search.

        Args:
            model: in evaluation mode.
            examples: whose sources are read.
            width: of the beam.

        Returns:
            A text for each, in their order.
        """
        start, end = self.target.index[SOS], self.target.index[EOS]
        device = model.output.weight.device
        found: dict[int, str] = {}
        for chunk in chunks(list(examples)):
            source, lengths, *_ = self.as_batch(chunk, device)
            with torch.no_grad():
                encoded = model.encode(source, lengths)
                step = lambda tokens, state, e=encoded: model.step(tokens, state, e)  # noqa: E731
                beams = beam_search(step, model.start(encoded), start, end, width, self.longest)
            for example, tokens in zip(chunk, beams.tokens[:, 0].tolist(), strict=True):
                found[id(example)] = "".join(self.target.decode(tokens))
        return [found[id(example)] for example in examples]

    def text(self, example: Example) -> tuple[str, str]:
        """The input and the target of an example, written out."""
        source, target = self.source.decode(example.source), self.target.decode(example.target)
        return self.joins.join(source), "".join(target)


def chunks(examples: Sequence[Example], size: int = 256) -> list[list[Example]]:
    """Examples in batches of similar length."""
    by_length = sorted(examples, key=len)
    return [list(by_length[start : start + size]) for start in range(0, len(by_length), size)]


def _vocabularies(train: Sequence[tuple[Sequence[str], str]]) -> tuple[Vocabulary, Vocabulary]:
    sources, targets = zip(*train, strict=True)
    return Vocabulary.of(sources, specials=(PAD, UNK)), Vocabulary.of(targets, specials=(PAD, SOS, EOS))


def prepare_dates() -> Pairs:
    """Dates in many languages, character by character, and in ISO 8601; the count is that of the dates."""
    parts = dates.split()
    source, target = _vocabularies([(e.source, e.target) for e in parts.train])

    def examples(part: list[dates.Example]) -> list[Example]:
        return [
            Example(source.encode(e.source), target.encode(e.target, end=True), e.locale, e.size)
            for e in part
        ]

    train, validation, test = map(examples, parts)
    return Pairs(source, target, "", train, validation, test, {}, dates.provenance())


def prepare_numbers() -> Pairs:
    """Numbers in English words, the language asked for first, and in that language's characters."""
    parts = numbers.split()
    source, target = _vocabularies([(e.source, e.target) for e in parts.train])

    def examples(part: list[numbers.Example]) -> list[Example]:
        return [
            Example(
                source.encode(e.source), target.encode(e.target, end=True), e.language, len(str(e.number))
            )
            for e in part
        ]

    train, validation, test, longer = map(examples, parts)
    return Pairs(source, target, " ", train, validation, test, {"longer": longer}, numbers.provenance())


def to_by_hand(model: Translator) -> Arrays:
    """The parameters in the layout of `seqlib.seq2seq` and `seqlib.attention`, under flat names.

    Args:
        model: a trained model.

    Returns:
        E_x (n_e, V_x), E_y (n_e, V_y); encoder.Wf (n_a, n_a + n_e) and so on, with attention encoder.forward.Wf and
        encoder.backward.Wf; decoder.Wf … decoder.Wo on [s_prev, x, context], decoder.bf …;
        Wy (n_y, n_a), by (n_y, 1) as decoder.Wy, decoder.by; attention.Ws (n_h, n_a), attention.Wa (n_h, 2 n_a),
        attention.b (n_h, 1), attention.v (1, n_h); float64.
    """
    p = {name: value.detach().cpu().double().numpy() for name, value in model.named_parameters()}
    arrays = {"E_x": p["source.weight"].T, "E_y": p["target.weight"].T}
    directions = {"forward.": "_l0", "backward.": "_l0_reverse"} if model.attention else {"": "_l0"}
    for direction, suffix in directions.items():
        arrays |= _gates(p, "encoder.", suffix, f"encoder.{direction}")
    arrays |= _gates(p, "decoder.", _suffix(model), "decoder.")
    arrays |= {"decoder.Wy": p["output.weight"], "decoder.by": p["output.bias"][:, np.newaxis]}
    if model.attention:
        arrays |= {
            "attention.Ws": p["of_state.weight"],
            "attention.Wa": p["of_annotation.weight"],
            "attention.b": p["of_annotation.bias"][:, np.newaxis],
            "attention.v": p["energy.weight"],
        }
    return arrays


def _suffix(model: Translator) -> str:
    return "" if model.attention else "_l0"  # with which the decoder's parameters end


def _gates(p: Mapping[str, NDArray[Any]], layer: str, suffix: str, start: str) -> Arrays:
    W = np.concatenate([p[f"{layer}weight_hh{suffix}"], p[f"{layer}weight_ih{suffix}"]], axis=1)
    b = (p[f"{layer}bias_hh{suffix}"] + p[f"{layer}bias_ih{suffix}"])[:, np.newaxis]
    found: Arrays = {}
    for gate, W_gate, b_gate in zip(_GATES, np.split(W, 4), np.split(b, 4), strict=True):
        found |= {f"{start}W{gate}": W_gate, f"{start}b{gate}": b_gate}
    return found


def from_by_hand(arrays: Arrays) -> Translator:
    """A torch model that computes what the networks by hand compute with these parameters.

    Args:
        arrays: the layout that `to_by_hand` gives.

    Returns:
        A float64 model in evaluation mode; torch's second biases are zero.
    """
    n_e, n_a = arrays["E_x"].shape[0], arrays["decoder.bf"].shape[0]
    n_h = arrays["attention.Ws"].shape[0] if "attention.Ws" in arrays else 0
    recipe = TranslationRecipe("by-hand", "lstm", n_a=n_a, bar=0.0, n_e=n_e, n_h=n_h)
    model = Translator((arrays["E_x"].shape[1], arrays["E_y"].shape[1]), recipe).double().eval()
    state = {"source.weight": arrays["E_x"].T, "target.weight": arrays["E_y"].T}
    directions = {"forward.": "_l0", "backward.": "_l0_reverse"} if n_h else {"": "_l0"}
    for direction, suffix in directions.items():
        state |= _blocks(arrays, f"encoder.{direction}", "encoder.", suffix)
    state |= _blocks(arrays, "decoder.", "decoder.", _suffix(model))
    state |= {"output.weight": arrays["decoder.Wy"], "output.bias": arrays["decoder.by"][:, 0]}
    if n_h:
        state |= {
            "of_state.weight": arrays["attention.Ws"],
            "of_annotation.weight": arrays["attention.Wa"],
            "of_annotation.bias": arrays["attention.b"][:, 0],
            "energy.weight": arrays["attention.v"],
        }
    model.load_state_dict({name: torch.tensor(value, dtype=torch.float64) for name, value in state.items()})
    return model


def _blocks(arrays: Arrays, start: str, layer: str, suffix: str) -> Arrays:
    W = np.concatenate([arrays[f"{start}W{gate}"] for gate in _GATES])
    b = np.concatenate([arrays[f"{start}b{gate}"] for gate in _GATES])[:, 0]
    n_a = len(b) // 4
    return {
        f"{layer}weight_hh{suffix}": W[:, :n_a],
        f"{layer}weight_ih{suffix}": W[:, n_a:],
        f"{layer}bias_hh{suffix}": b,
        f"{layer}bias_ih{suffix}": np.zeros_like(b),
    }
