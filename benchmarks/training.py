"""A training step of each recipe beside a bare step of torch's own layers of the same sizes, on the same batches.

The bare step is the practical ceiling: `nn.RNN`, `nn.GRU` or `nn.LSTM` on inputs that lie ready, one linear layer, the
cross-entropy, the way back, AdamW. The recipe's own step also makes the batch, embeds and drops, clips, follows its
schedule and averages the weights; with attention it attends at every step. Tokens are those of inputs and, of translation,
of targets. Bar: at least 0.8 of the bare step. On a GPU the share of the time in which the device is busy stands beside it.
Word vectors have no such layer: `embeddings.py` has them beside gensim.

    python benchmarks/training.py [NAME ...]
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from table import report
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqlib.models.machine import choose_device
from seqlib.models.prepared import DATA, Data
from seqlib.models.recipes import RECIPES, LabelRecipe, Training, TranslationRecipe
from seqlib.models.train import Trainer, batches

STEPS, ROUNDS, THREADS, BAR = 12, 15, 1, 0.8
LAYERS: dict[str, Any] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@dataclass
class Layer:
    """One of torch's layers and what it reads of a batch: lengths (B,), packed where it runs in both directions."""

    module: nn.Module
    inputs: list[Tensor]
    lengths: list[Tensor]
    packed: bool

    def __call__(self, i: int) -> Tensor:
        """Its activations (B, T, D) on batch i."""
        x = self.inputs[i]
        if not self.packed:
            return self.module(x)[0]  # type: ignore[no-any-return]
        rows = pack_padded_sequence(x, self.lengths[i], batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.module(rows)[0], batch_first=True, total_length=x.shape[1])[0]


class Bare(nn.Module):
    """Torch's layers of a recipe's sizes, and a linear layer on the last one's activations."""

    def __init__(self, recipe: Training, data: Data, drawn: list[list[Any]], device: torch.device) -> None:
        super().__init__()
        classes = data.model(recipe).output.out_features
        self.layers = [layer_of(*sizes, drawn, device) for sizes in sizes_of(recipe, data)]
        self.modules_of = nn.ModuleList(layer.module for layer in self.layers)
        last = self.layers[-1]
        width = last(0).shape[-1]
        self.output = nn.Linear(width, classes).to(device)
        self.targets = [torch.randint(classes, inputs.shape[:2], device=device) for inputs in last.inputs]
        self.optimizer = torch.optim.AdamW(self.parameters(), fused=True)

    def step(self, i: int) -> None:
        """One step on batch i."""
        activations = [layer(i) for layer in self.layers]
        loss = nn.functional.cross_entropy(
            self.output(activations[-1]).flatten(0, 1), self.targets[i].flatten()
        )
        for other in activations[:-1]:
            loss = loss + other.mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def layer_of(
    kind: Any, n_x: int, n_a: int, settings: dict[str, Any], lengths_of: Callable[[Any], int],
    drawn: list[list[Any]], device: torch.device,
) -> Layer:  # fmt: skip
    """A layer with random inputs, as long as those of the batches."""
    lengths = [torch.tensor([lengths_of(example) for example in examples]) for examples in drawn]
    inputs = [torch.randn(len(of), int(of.max()), n_x, device=device) for of in lengths]
    module = kind(n_x, n_a, batch_first=True, **settings).to(device)
    return Layer(module, inputs, lengths, settings.get("bidirectional", False))


def sizes_of(
    recipe: Training, data: Data
) -> list[tuple[Any, int, int, dict[str, Any], Callable[[Any], int]]]:
    """Kind, inputs, units and settings of each layer of a recipe, and how long an example is for it."""
    kind, n_a = LAYERS[recipe.cell], recipe.n_a
    if isinstance(recipe, LabelRecipe):
        settings = {"bidirectional": True, "num_layers": recipe.layers}
        return [(kind, recipe.n_e + recipe.n_s, n_a, settings, len)]
    if isinstance(recipe, TranslationRecipe):
        attention = recipe.n_h > 0
        context = 2 * n_a if attention else n_a
        return [
            (kind, recipe.n_e, n_a, {"bidirectional": attention}, lambda e: len(e.source)),
            (kind, recipe.n_e + context, n_a, {}, lambda e: len(e.target)),
        ]
    model: Any = data.model(recipe)
    return [(kind, model.n_x, n_a, {}, len)]


def seconds(action: Callable[[], object], device: torch.device) -> float:
    start = time.perf_counter()
    action()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def busy(action: Callable[[], object], device: torch.device) -> float:
    """The share of the time in which a kernel runs on the GPU."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        whole = seconds(action, device)
    return sum(event.self_device_time_total for event in profile.key_averages()) / 1e6 / whole


def measure(name: str, device: torch.device) -> dict[str, Any]:
    """One line of the table."""
    recipe = RECIPES[name]
    assert isinstance(recipe, Training)
    torch.manual_seed(0)
    data = DATA[recipe.data]()
    trainer = Trainer(recipe, data, 0, device)
    trainer.model.train()
    shuffled = batches(data.train, recipe.batch, torch.Generator().manual_seed(0))
    drawn = [next(shuffled) for _ in range(STEPS)]
    bare = Bare(recipe, data, drawn, device)
    actions = {
        "ours": lambda: [trainer.step(examples) for examples in drawn],
        "bare": lambda: [bare.step(i) for i in range(STEPS)],
    }
    pairs = [[seconds(action, device) for action in actions.values()] for _ in range(ROUNDS + 1)][1:]
    tokens = sum(data.tokens(example) for examples in drawn for example in examples)
    ours, theirs = (tokens / statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(other / one for one, other in pairs)
    row = {"recipe": name, "ours tokens/s": ours, "bare tokens/s": theirs, "ratio": ratio}
    return row if device.type == "cpu" else row | {"GPU busy": busy(actions["ours"], device)}


def main() -> int:
    torch.set_num_threads(THREADS)
    device = choose_device()
    names = sys.argv[1:] or [name for name, recipe in RECIPES.items() if isinstance(recipe, Training)]
    rows = [measure(name, device) for name in names]
    report(f"a training step beside a bare step of torch's layers on {device}; bar {BAR}", rows)
    return int(any(row["ratio"] < BAR for row in rows))


if __name__ == "__main__":
    sys.exit(main())
