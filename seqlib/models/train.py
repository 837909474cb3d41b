"""The one training loop that all reference models share."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from seqlib.batches import pad
from seqlib.data import names
from seqlib.models.classifiers import prepare_origins, prepare_sentences
from seqlib.models.language_model import IGNORED, LanguageModel
from seqlib.models.recipes import Recipe, Training, examples_of, steps_of
from seqlib.models.translation import prepare_dates, prepare_numbers
from seqlib.text import EOS, Vocabulary

Batch = tuple[Tensor, Tensor]
# What of a trainer has a state of its own.
PARTS = ("model", "averaged", "optimizer", "schedule")


class Data(Protocol):
    """What the loop asks of a data set: its examples, each with a length, and how a model reads them."""

    unit: str
    train: list[Any]
    validation: list[Any]
    test: list[Any]
    provenance: dict[str, str | int]

    def model(self, recipe: Any) -> nn.Module:
        """An untrained model; called with a batch, it gives scores and the mean loss in nats."""
        ...

    def as_batch(self, examples: list[Any], device: torch.device) -> tuple[Tensor, ...]:
        """What the model is called with for some examples."""
        ...

    def bits(self, model: nn.Module, examples: list[Any], device: torch.device) -> float:
        """The figure that decides when to stop: bits for each thing that the model predicts."""
        ...


@dataclass
class Prepared:
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

    def as_batch(self, examples: list[list[int]], device: torch.device) -> Batch:
        """Inputs and targets of some encoded sequences."""
        return as_batch(examples, device)

    def bits(self, model: nn.Module, examples: list[list[int]], device: torch.device) -> float:
        """Bits per character."""
        return bits_per_character(model, examples, device)


@dataclass
class Run:
    """One trained model and how it went."""

    model: nn.Module
    seed: int
    steps: int = 0
    epochs: int = 0
    best_epoch: int = 0
    validation: float = math.inf
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    """An entry an epoch: bits on training examples (dropout on) and on validation examples, in the data's unit."""


def prepare_names() -> Prepared:
    """The ASCII names in lower case, each ended by `<EOS>`.

    Returns:
        Index 0 is `<EOS>`; the characters follow in sorted order.
    """
    parts = names.split()
    vocabulary = Vocabulary.of(parts.train + parts.validation + parts.test, specials=(EOS,))
    train, validation, test = ([vocabulary.encode(name, end=True) for name in part] for part in parts)
    return Prepared(vocabulary, train, validation, test, names.provenance())


DATA: dict[str, Callable[[], Data]] = {
    "names": prepare_names,
    "origins": prepare_origins,
    "sentences": prepare_sentences,
    "dates": prepare_dates,
    "numbers": prepare_numbers,
}


def choose_device(device: str = "auto") -> torch.device:
    """The device to train on: what was asked for, or with "auto" a CUDA GPU where there is one."""
    if device != "auto":
        return torch.device(device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def as_batch(sequences: list[list[int]], device: torch.device) -> Batch:
    """Inputs and targets (B, T) of some encoded sequences: at each step the token before, and the token."""
    targets = torch.from_numpy(pad(sequences, value=IGNORED)[0]).to(device)
    idx = torch.full_like(targets, IGNORED)
    idx[:, 1:] = targets[:, :-1]
    return idx, targets


def batches(sequences: list[Any], size: int, generator: torch.Generator) -> Iterator[list[Any]]:
    """Shuffled batches of sequences of similar length, so that little is padded."""
    noise = torch.rand(len(sequences), generator=generator).tolist()
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]) + noise[i])
    chunks = [order[start : start + size] for start in range(0, len(order), size)]
    for i in torch.randperm(len(chunks), generator=generator).tolist():
        yield [sequences[j] for j in chunks[i]]


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


def train(
    recipe: Training,
    data: Data,
    seed: int = 0,
    device: torch.device | None = None,
    report: Callable[[str], None] = print,
    checkpoint: Path | None = None,
) -> Run:
    """Train one model by its recipe; the validation split alone decides when to stop and what is kept.

    Args:
        recipe: what to train, and how.
        data: the prepared data; its test part is not looked at.
        seed: of the initial weights, the order of batches and the dropout.
        device: where to train; the CPU where left out.
        report: receives one line an epoch.
        checkpoint: a file that is written after every epoch; training goes on from it where it is there, and ends
            with the same weights as if it had never been stopped.

    Returns:
        The run, its model with the averaged weights of the best epoch, on the CPU in evaluation mode.

    Raises:
        ValueError: the checkpoint is one of another recipe, seed or data.
    """
    trainer = Trainer(recipe, data, seed, device or torch.device("cpu"))
    if checkpoint and checkpoint.exists():
        trainer.load(checkpoint)
    while not trainer.finished:
        trainer.epoch()
        if checkpoint:
            trainer.save(checkpoint)
        report(_progress(recipe, data.unit, trainer.run))
    return trainer.best_run()


class Trainer:
    """A model in training, with all that going on exactly takes.

    Args:
        recipe, data, seed, device: those of `train`.
    """

    def __init__(self, recipe: Training, data: Data, seed: int, device: torch.device) -> None:
        torch.manual_seed(seed)
        self.recipe, self.data, self.device = recipe, data, device
        self.shuffle = torch.Generator().manual_seed(seed)
        self.model = data.model(recipe).to(device)
        running_mean = get_ema_multi_avg_fn(recipe.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(self.model, multi_avg_fn=running_mean)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.examples = sorted(data.train, key=len) if recipe.growing > 1 else data.train
        total = steps_of(recipe.batch, recipe.growing, recipe.epochs, len(self.examples))
        self.schedule = LambdaLR(self.optimizer, lambda step: _learning_rate(step / total, recipe.warmup))
        self.run, self.best = Run(self.model, seed), self.averaged.module.state_dict()

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or validation has not become better for as many as the recipe waits."""
        run = self.run
        return run.epochs == self.recipe.epochs or run.epochs - run.best_epoch >= self.recipe.patience

    def epoch(self) -> None:
        """Read the training examples once, and look at the validation part."""
        recipe, run, start = self.recipe, self.run, time.perf_counter()
        run.epochs += 1
        nats, count = 0.0, 0
        self.model.train()
        read = self.examples[: examples_of(recipe.growing, run.epochs, len(self.examples))]
        for sequences in batches(read, recipe.batch, self.shuffle):
            loss = self.model(*self.data.as_batch(sequences, self.device))[1]
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip)
            self.optimizer.step()
            self.schedule.step()
            self.averaged.update_parameters(self.model)
            nats, count, run.steps = nats + loss.detach(), count + 1, run.steps + 1
        bits = self.data.bits(self.averaged.module, self.data.validation, self.device)
        run.curve.append({"train": float(nats) / count / math.log(2), "validation": bits})
        if bits < run.validation:
            run.validation, run.best_epoch = bits, run.epochs
            self.best = {name: value.clone() for name, value in self.averaged.module.state_dict().items()}
        run.seconds += time.perf_counter() - start

    def best_run(self) -> Run:
        """The run, with the averaged weights of its best epoch."""
        self.model.load_state_dict(self.best)
        self.model.cpu().eval()
        return self.run

    def save(self, checkpoint: Path) -> None:
        """Write all that changes in training; the file is there as a whole or not at all."""
        cuda = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
        figures = {key: value for key, value in vars(self.run).items() if key != "model"}
        state = {
            "of": self._of(),
            "parts": {name: getattr(self, name).state_dict() for name in PARTS},
            "generators": {"shuffle": self.shuffle.get_state(), "cpu": torch.get_rng_state(), "cuda": cuda},
            "best": self.best,
            "run": figures,
        }
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        part = checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(checkpoint)

    def load(self, checkpoint: Path) -> None:
        """Go on from what `save` wrote.

        Raises:
            ValueError: it is that of another recipe, seed, data or kind of device.
        """
        state = torch.load(checkpoint, weights_only=True)
        for key, value in self._of().items():
            if state["of"][key] != value:
                raise ValueError(
                    f"the checkpoint is one of {key} {state['of'][key]!r}; expected {value!r}. "
                    f"Delete {checkpoint} to train anew."
                )
        for name, part in state["parts"].items():
            getattr(self, name).load_state_dict(part)
        self.shuffle.set_state(state["generators"]["shuffle"])
        torch.set_rng_state(state["generators"]["cpu"])
        if state["generators"]["cuda"] is not None and self.device.type == "cuda":
            torch.cuda.set_rng_state(state["generators"]["cuda"], self.device)
        self.best = state["best"]
        vars(self.run).update(state["run"])

    def _of(self) -> dict[str, Any]:
        data = self.data.provenance
        return {"recipe": repr(self.recipe), "seed": self.run.seed, "data": data, "device": self.device.type}


def _learning_rate(done: float, warmup: float) -> float:
    if done < warmup:
        return max(done, 1e-3) / warmup
    return 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))


def _progress(recipe: Training, unit: str, run: Run) -> str:
    last = run.curve[-1]
    left = run.seconds / run.epochs * (recipe.epochs - run.epochs)
    return (
        f"{recipe.name} seed {run.seed}  epoch {run.epochs}/{recipe.epochs}  "
        f"train {last['train']:.3f}  validation {last['validation']:.4f} {unit}  "
        f"best {run.validation:.4f}  at most {left:.0f} s left"
    )
