"""The one training loop that all reference models share."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from seqlib.models import checkpoints
from seqlib.models.machine import Machine, describe
from seqlib.models.prepared import Data
from seqlib.models.recipes import Training, examples_of, steps_of

# What of a trainer has a state of its own.
PARTS = ("model", "averaged", "optimizer", "schedule")


@dataclass
class Run:
    """One trained model and how it went."""

    model: nn.Module
    seed: int
    machine: Machine
    """From `machine.describe`, read when the training began."""
    log_probabilities: Tensor | None = None
    """What the model gives the recorded examples, in float32 on the device that it was trained on."""
    steps: int = 0
    epochs: int = 0
    best_epoch: int = 0
    validation: float = math.inf
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    """An entry an epoch: bits on training examples (dropout on) and on validation examples, in the data's unit."""


def batches(sequences: list[Any], size: int, generator: torch.Generator) -> Iterator[list[Any]]:
    """Shuffled batches of sequences of similar length, so that little is padded."""
    noise = torch.rand(len(sequences), generator=generator).tolist()
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]) + noise[i])
    chunks = [order[start : start + size] for start in range(0, len(order), size)]
    for i in torch.randperm(len(chunks), generator=generator).tolist():
        yield [sequences[j] for j in chunks[i]]


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
        ValueError: the checkpoint is one of another recipe, seed, data or machine.
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
            self.model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        self.examples = sorted(data.train, key=len) if recipe.growing > 1 else data.train
        total = steps_of(recipe.batch, recipe.growing, recipe.epochs, len(self.examples))
        self.schedule = LambdaLR(self.optimizer, lambda step: _learning_rate(step / total, recipe.warmup))
        self.run = Run(self.model, seed, describe(device))
        self.best = self.averaged.module.state_dict()

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or validation has not become better for as many as the recipe waits."""
        run = self.run
        return run.epochs == self.recipe.epochs or run.epochs - run.best_epoch >= self.recipe.patience

    def epoch(self) -> None:
        """Read the training examples once, and look at the validation part."""
        recipe, run, start = self.recipe, self.run, time.perf_counter()
        run.epochs += 1
        nats, count = torch.zeros((), device=self.device), 0
        self.model.train()
        read = self.examples[: examples_of(recipe.growing, run.epochs, len(self.examples))]
        for sequences in batches(read, recipe.batch, self.shuffle):
            nats, count, run.steps = nats + self.step(sequences), count + 1, run.steps + 1
        bits = self.data.bits(self.averaged.module, self.data.validation, self.device)
        run.curve.append({"train": float(nats) / count / math.log(2), "validation": bits})
        if bits < run.validation:
            run.validation, run.best_epoch = bits, run.epochs
            self.best = {name: value.clone() for name, value in self.averaged.module.state_dict().items()}
        run.seconds += time.perf_counter() - start
        if self.finished:
            run.log_probabilities = self._log_probabilities()

    def step(self, examples: list[Any]) -> Tensor:
        """One step on a batch of examples; gives the mean loss before it, in nats."""
        loss: Tensor = self.model(*self.data.as_batch(examples, self.device))[1]
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.model)
        return loss.detach()

    def best_run(self) -> Run:
        """The run, with the averaged weights of its best epoch."""
        self.model.load_state_dict(self.best)
        self.model.cpu().eval()
        return self.run

    def save(self, checkpoint: Path) -> None:
        """Write what going on takes, or of a run that is finished its weights and what they give."""
        state: dict[str, Any] = {"of": self._of(), "best": self.best}
        if not self.finished:
            cuda = torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None
            state["generators"] = {
                "shuffle": self.shuffle.get_state(),
                "cpu": torch.get_rng_state(),
                "cuda": cuda,
            }
            state["parts"] = {name: getattr(self, name).state_dict() for name in PARTS}
        state["run"] = {key: value for key, value in vars(self.run).items() if key != "model"}
        checkpoints.write(state, checkpoint)

    def load(self, checkpoint: Path) -> None:
        """Go on from what `save` wrote.

        Raises:
            ValueError: it is that of another recipe, seed, data, or of a run begun on another machine.
        """
        state = checkpoints.read(checkpoint, self._of(), self.run.machine)
        for name, part in state.get("parts", {}).items():
            getattr(self, name).load_state_dict(part)
        if generators := state.get("generators"):
            self.shuffle.set_state(generators["shuffle"])
            torch.set_rng_state(generators["cpu"])
            if self.device.type == "cuda":
                torch.cuda.set_rng_state(generators["cuda"], self.device)
        self.best = state["best"]
        vars(self.run).update(state["run"])

    def _of(self) -> dict[str, Any]:
        return {"recipe": repr(self.recipe), "seed": self.run.seed, "data": self.data.provenance}

    def _log_probabilities(self) -> Tensor:
        kept = self.data.model(self.recipe).to(self.device)
        kept.load_state_dict(self.best)
        return log_probabilities(kept, self.data, self.device).cpu()


def log_probabilities(model: nn.Module, data: Data, device: torch.device) -> Tensor:
    """What a model gives the recorded examples, in the precision of its weights, without TF32.

    Args:
        model: on the device.
        data: with the recorded examples.
        device: where to compute.

    Returns:
        (m, T, V), or (m, V) where a whole text has one label.
    """
    batch = data.as_batch(data.recorded, device)[:-1]
    # Products of matrices are in full precision anyway; recurrent layers on a GPU are not, unless it is asked for.
    with torch.no_grad(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        return torch.log_softmax(model.eval()(*batch)[0], dim=-1)


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
