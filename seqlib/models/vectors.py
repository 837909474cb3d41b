"""Training of word vectors in torch, on the CPU or a CUDA device: skip-gram with negative sampling, and GloVe.

The gradients are written out: a step touches a few thousand of the V columns, and is one gather, a few products and one
scatter of sums. Matrices hold a word a row while they are trained, (V, n_e).
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqlib.data import corpus
from seqlib.models import checkpoints
from seqlib.models.machine import Machine, describe
from seqlib.models.recipes import GloVeRecipe, SkipGramRecipe, VectorRecipe
from seqlib.pairs import Counts, Encoded, cooccurrences, encode, skip_grams, subsample, vocabulary

Report = Callable[[str], None]


@dataclass(frozen=True)
class Text:
    """A corpus as the trainers read it."""

    words: list[str]
    counts: NDArray[np.int64]
    """(V,) how often each word occurs."""
    encoded: Encoded
    provenance: dict[str, str | int]


@dataclass
class VectorRun:
    """Trained vectors and how it went."""

    parameters: dict[str, NDArray[np.float32]]
    """E (n_e, V) and Theta (V, n_e); of GloVe also b (V, 1), which goes with Theta, and b_prime (V, 1)."""
    seed: int
    machine: Machine
    """From `machine.describe`, read when the training began."""
    seconds: float = 0.0
    examples: int = 0
    """Pairs of words, or cells of the table of counts, that were learned from, over all epochs."""
    curve: list[float] = field(default_factory=list)
    """By epoch, while it was trained: of skip-gram the mean of −log σ(θ_o·e_c), of GloVe the mean loss."""


@lru_cache(maxsize=1)
def prepare_text(least: int) -> Text:
    """The course's corpus, with the words that occur so often."""
    sentences = corpus.sentences()
    words, counts = vocabulary(sentences, least)
    return Text(words, counts, encode(sentences, words), corpus.provenance())


def train(
    recipe: VectorRecipe,
    text: Text,
    seed: int = 0,
    device: torch.device | None = None,
    report: Report = print,
    checkpoint: Path | None = None,
) -> VectorRun:
    """Train vectors by their recipe.

    Args:
        recipe: what to train, and how.
        text: the corpus.
        seed: of the initial vectors, the words left out, the windows, the negatives and the order.
        device: where to train; the CPU where left out.
        report: receives one line an epoch.
        checkpoint: a file that is written after every epoch; training goes on from it where it is there, and ends
            with the same vectors as if it had never been stopped.

    Returns:
        The run, its vectors on the CPU.

    Raises:
        ValueError: the checkpoint is one of another recipe, seed, data or machine.
    """
    device = device or torch.device("cpu")
    run = VectorRun({}, seed, describe(device))
    of = {"recipe": repr(recipe), "seed": seed, "data": text.provenance}
    state = (
        checkpoints.read(checkpoint, of, run.machine) if checkpoint and checkpoint.exists() else {"run": {}}
    )
    vars(run).update(state["run"])
    if "vectors" in state:
        run.parameters = {name: value.numpy() for name, value in state["vectors"].items()}
        return run
    trainer = _trainer(recipe, text, seed, device)
    if "parts" in state:
        trainer.load(state["parts"])
    for epoch in range(len(run.curve) + 1, recipe.epochs + 1):
        start, losses, examples = time.perf_counter(), torch.zeros((), device=device), 0
        for count, loss in trainer.epoch(epoch):
            losses, examples = losses + loss, examples + count
        run.curve.append(losses.item() / examples)
        run.examples, run.seconds = run.examples + examples, run.seconds + time.perf_counter() - start
        if checkpoint:
            checkpoints.write({"of": of, "run": _figures(run), "parts": trainer.state()}, checkpoint)
        report(
            f"{recipe.name} seed {seed}  epoch {epoch}/{recipe.epochs}  loss {run.curve[-1]:.4f}  "
            f"{run.seconds / epoch * (recipe.epochs - epoch):.0f} s left"
        )
    run.parameters = trainer.parameters()
    if checkpoint:
        vectors = {name: torch.from_numpy(value) for name, value in run.parameters.items()}
        checkpoints.write({"of": of, "run": _figures(run), "vectors": vectors}, checkpoint)
    return run


def _figures(run: VectorRun) -> dict[str, Any]:
    return {key: value for key, value in vars(run).items() if key != "parameters"}


def _trainer(recipe: VectorRecipe, text: Text, seed: int, device: torch.device) -> "SkipGram | GloVe":
    match recipe:
        case SkipGramRecipe():
            return SkipGram(recipe, text, seed, device)
        case GloVeRecipe():
            return GloVe(recipe, text, seed, device)
    raise TypeError(f"recipe is a {type(recipe).__name__}; expected a SkipGramRecipe or a GloVeRecipe")


def left(epochs: float, recipe: VectorRecipe) -> float:
    """The share of the learning rate that is left after so many epochs: it falls on a line to almost 0."""
    return max(1 - epochs / recipe.epochs, 1e-3)


class SkipGram:
    """Skip-gram with negative sampling: minimises −log σ(θ_o·e_c) − Σ log σ(−θ_n·e_c) over k drawn negatives n.

    Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013. The pairs of a
    batch share `shared` negatives, each weighted k / shared: the same expectation as k of their own, one product of
    matrices in place of k gathers a pair. Plain gradient steps on the batch's sum, as word2vec takes them one by one.
    """

    def __init__(self, recipe: SkipGramRecipe, text: Text, seed: int, device: torch.device) -> None:
        self.recipe, self.text, self.device = recipe, text, device
        self.rng = np.random.default_rng(seed)
        size = (len(text.words), recipe.n_e)
        start = (self.rng.random(size, dtype=np.float32) - 0.5) / recipe.n_e
        self.E = torch.from_numpy(start).to(device)
        self.Theta = torch.zeros(size, device=device)
        self.cumulative = np.cumsum(text.counts**recipe.power / (text.counts**recipe.power).sum())

    def epoch(self, number: int) -> Iterator[tuple[int, Tensor]]:
        """One pass over pairs drawn anew: the number of pairs of each batch, and what `step` gives."""
        thinned = subsample(*self.text.encoded, self.text.counts, self.recipe.threshold, self.rng)
        centres, contexts = skip_grams(*thinned, self.recipe.window, self.rng)
        order = self.rng.permutation(len(centres))
        starts = range(0, len(order), self.recipe.batch)
        drawn = self.rng.random((len(starts), self.recipe.shared))
        negatives = torch.from_numpy(np.searchsorted(self.cumulative, drawn)).clamp_(max=len(self.E) - 1)
        pairs = torch.from_numpy(np.stack([centres[order], contexts[order]]).astype(np.int64)).to(self.device)
        negatives = negatives.to(self.device)
        for i, start in enumerate(starts):
            batch = pairs[:, start : start + self.recipe.batch]
            rate = self.recipe.learning_rate * left(number - 1 + i / len(starts), self.recipe)
            yield batch.shape[1], self.step(batch[0], batch[1], negatives[i], rate)

    def step(self, centres: Tensor, contexts: Tensor, negatives: Tensor, rate: float) -> Tensor:
        """One gradient step on pairs (B,) and shared negatives (N,); gives the sum of −log σ(θ_o·e_c) before it."""
        e, positive = self.E.index_select(0, centres), self.Theta.index_select(0, contexts)
        negative = self.Theta.index_select(0, negatives)
        p, others = torch.sigmoid((e * positive).sum(dim=1)), torch.sigmoid(e @ negative.T)
        others *= self.recipe.negatives / len(negatives)
        others.masked_fill_(negatives == contexts[:, None], 0)  # a pair's own context is no negative of it
        d = (p - 1)[:, None]
        self.Theta.index_add_(0, contexts, e * d, alpha=-rate)
        self.Theta.index_add_(0, negatives, others.T @ e, alpha=-rate)
        self.E.index_add_(0, centres, torch.addmm(positive * d, others, negative), alpha=-rate)
        return -torch.log(p).sum()

    def state(self) -> dict[str, Any]:
        """What going on takes."""
        return {"E": self.E, "Theta": self.Theta, "rng": self.rng.bit_generator.state}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.E, self.Theta = state["E"].to(self.device), state["Theta"].to(self.device)
        self.rng.bit_generator.state = state["rng"]

    def parameters(self) -> dict[str, NDArray[np.float32]]:
        """E (n_e, V) and Theta (V, n_e)."""
        return {"E": self.E.T.cpu().numpy(), "Theta": self.Theta.cpu().numpy()}


class GloVe:
    """GloVe: minimises Σ f(X_ij)(θ_i·e_j + b_i + b′_j − log X_ij)² by AdaGrad, f(X) = min((X / x_max)^α, 1).

    Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", 2014. Their sum is over the cells
    that are not 0. With `zeros` above 0 an epoch also has as many cells drawn evenly from the whole table, of which
    those that are 0 count as X_ij = `zeros` with f = `zero_weight`. A small corpus needs to be told: nearly all its
    pairs never meet, and nothing else keeps their scores from being large.
    """

    def __init__(self, recipe: GloVeRecipe, text: Text, seed: int, device: torch.device) -> None:
        self.recipe, self.device, self.rate = recipe, device, recipe.learning_rate
        self.generator = torch.Generator().manual_seed(seed)
        rng = np.random.default_rng(seed)
        thinned = subsample(*text.encoded, text.counts, recipe.threshold, rng)
        table = cooccurrences(*thinned, recipe.window)
        V, n_e = len(text.words), recipe.n_e
        # the bias stands as one more column beside a column of ones, so that one scatter serves both
        drawn = (torch.rand((2, V, n_e + 2), generator=self.generator) - 0.5) / n_e
        drawn[0, :, n_e], drawn[1, :, n_e + 1] = 1, 1
        self.Theta, self.E = drawn[0].to(device), drawn[1].to(device)
        self.squares = [torch.full_like(drawn[0], recipe.squares, device=device) for _ in range(2)]
        self.entries = self._entries(table)

    def _entries(self, table: Counts) -> tuple[Tensor, Tensor, Tensor]:
        places = torch.from_numpy(np.stack([table.rows, table.columns]).astype(np.int64)).to(self.device)
        X = torch.from_numpy(table.values.astype(np.float32)).to(self.device)
        return places, torch.log(X), torch.clamp((X / self.recipe.x_max) ** self.recipe.power, max=1)

    def cells(self) -> tuple[Tensor, Tensor, Tensor]:
        """What an epoch learns from: places (2, K), log X (K,) and f (K,) of the entries and of zeros drawn anew."""
        if self.recipe.zeros == 0:
            return self.entries
        places, log_X, f = self.entries
        V = len(self.E)
        drawn = torch.randint(V, places.shape, generator=self.generator).to(self.device)
        drawn = drawn[:, ~torch.isin(drawn[0] * V + drawn[1], places[0] * V + places[1])]
        zeros = torch.ones(drawn.shape[1], device=self.device)
        return (
            torch.cat([places, drawn], dim=1),
            torch.cat([log_X, math.log(self.recipe.zeros) * zeros]),
            torch.cat([f, self.recipe.zero_weight * zeros]),
        )

    def epoch(self, number: int) -> Iterator[tuple[int, Tensor]]:
        """One pass over all `cells`: the number of each batch, and the sum of their losses."""
        places, log_X, f = self.cells()
        order = torch.randperm(len(log_X), generator=self.generator).to(self.device)
        for i, chosen in enumerate(torch.split(order, self.recipe.batch)):
            self.rate = self.recipe.learning_rate * left(
                number - 1 + i * self.recipe.batch / len(order), self.recipe
            )
            rows, columns = places[0].index_select(0, chosen), places[1].index_select(0, chosen)
            yield len(chosen), self.step(rows, columns, log_X[chosen], f[chosen])

    def step(self, rows: Tensor, columns: Tensor, log_X: Tensor, f: Tensor) -> Tensor:
        """One step of AdaGrad on entries (B,); gives the sum of the losses before it."""
        theta, e = self.Theta.index_select(0, rows), self.E.index_select(0, columns)
        difference = (theta * e).sum(dim=1) - log_X
        d = (f * difference)[:, None]
        d_theta, d_e = d * e, d * theta
        d_theta[:, self.recipe.n_e] = 0  # the columns of ones stay as they are
        d_e[:, self.recipe.n_e + 1] = 0
        self._descend(self.Theta, self.squares[0], rows, d_theta)
        self._descend(self.E, self.squares[1], columns, d_e)
        return (f * difference**2).sum()

    def _descend(self, weights: Tensor, squares: Tensor, places: Tensor, gradient: Tensor) -> None:
        total = torch.zeros_like(weights).index_add_(0, places, gradient)
        squares.addcmul_(total, total)
        weights.addcdiv_(total, squares.sqrt(), value=-self.rate)

    def state(self) -> dict[str, Any]:
        """What going on takes."""
        generator = self.generator.get_state()
        return {"E": self.E, "Theta": self.Theta, "squares": self.squares, "generator": generator}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.E, self.Theta = state["E"].to(self.device), state["Theta"].to(self.device)
        self.squares = [squares.to(self.device) for squares in state["squares"]]
        self.generator.set_state(state["generator"])

    def parameters(self) -> dict[str, NDArray[np.float32]]:
        """E (n_e, V), Theta (V, n_e), b (V, 1) and b_prime (V, 1)."""
        n_e, Theta, E = self.recipe.n_e, self.Theta.cpu().numpy(), self.E.cpu().numpy()
        return {
            "E": E[:, :n_e].T,
            "Theta": Theta[:, :n_e],
            "b": Theta[:, n_e + 1 : n_e + 2],
            "b_prime": E[:, n_e : n_e + 1],
        }


def as_vectors(parameters: dict[str, NDArray[Any]], objective: str) -> NDArray[np.float64]:
    """The one vector of each word that is compared and shown.

    Args:
        parameters: E and Theta.
        objective: "skip-gram" or "glove".

    Returns:
        (n_e, V): E of skip-gram; of GloVe the sum E + Θᵀ, as its paper takes it.
    """
    E = np.asarray(parameters["E"], dtype=np.float64)
    return E + np.asarray(parameters["Theta"], dtype=np.float64).T if objective == "glove" else E
