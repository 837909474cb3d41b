"""Models that label: each word of a sentence (many-to-many), or a whole text (many-to-one).

Embeddings, bidirectional LSTM layers and a softmax layer, as in `seqlib.deep_bidirectional`, whose layout their
weights are kept in. Batch first: (B, T). A text is read within its own length; padding changes nothing.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seqlib.data import origins, sentences
from seqlib.data.names import name_hash
from seqlib.models.language_model import RECORDED
from seqlib.models.parts import IGNORED, dropout, padded
from seqlib.models.recipes import LabelRecipe
from seqlib.text import PAD, UNK, Vocabulary

_GATES = ("u", "f", "c", "o")  # the order of torch's four blocks: i, f, g, o
_DIRECTIONS = {"forward": "", "backward": "_reverse"}
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Example:
    """One text as a model reads it."""

    text: tuple[str, ...]
    """Its tokens: characters or words."""
    tokens: list[int]
    shapes: list[int]
    """The shape of each word; empty for characters."""
    labels: list[int]
    """One for each word, or a single one for the whole text."""

    def __len__(self) -> int:
        return len(self.tokens)


class Labeller(nn.Module):
    """Scores for the label of each token, or of each whole text.

    Args:
        sizes: tokens, shapes (0 where the inputs have none) and labels that there are.
        recipe: n_e, n_s, n_a, layers, dropout; its input_dropout is the share of tokens replaced by `<UNK>`.
        each_token: whether every token has a label, or the text as a whole.
    """

    def __init__(self, sizes: tuple[int, int, int], recipe: LabelRecipe, each_token: bool) -> None:
        super().__init__()
        tokens, shapes, labels = sizes
        self.each_token, self.dropout, self.input_dropout = each_token, recipe.dropout, recipe.input_dropout
        self.tokens = nn.Embedding(tokens, recipe.n_e)
        self.shapes = nn.Embedding(shapes, recipe.n_s) if shapes else None
        self.layers = nn.LSTM(
            recipe.n_e + (recipe.n_s if shapes else 0), recipe.n_a, recipe.layers, batch_first=True,
            bidirectional=True, dropout=recipe.dropout if recipe.layers > 1 else 0.0,
        )  # fmt: skip
        self.output = nn.Linear(2 * recipe.n_a, labels)

    def forward(
        self, tokens: Tensor, shapes: Tensor, lengths: Tensor, labels: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Scores of the labels, and the mean loss.

        Args:
            tokens: (B, T) indices.
            shapes: (B, T) indices; not looked at where the model has no shapes.
            lengths: (B,) tokens of each text, on the CPU.
            labels: (B, T), IGNORED after a text's end; (B,) for whole texts.

        Returns:
            logits (B, T, n_y) or (B, n_y), and the cross-entropy in nats a label, or None without labels.
        """
        if self.training and self.input_dropout:
            dropped = torch.rand(tokens.shape, device=tokens.device) < self.input_dropout
            tokens = tokens.masked_fill(dropped, 1)  # <UNK>
        x = dropout(self.tokens(tokens), self.dropout, self.training)  # (B, T, n_e)
        if self.shapes is not None:
            x = torch.cat([x, self.shapes(shapes)], dim=-1)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        steps, (last, _) = self.layers(packed)
        if self.each_token:
            a = pad_packed_sequence(steps, batch_first=True, total_length=tokens.shape[1])[0]  # (B, T, 2 n_a)
        else:
            a = torch.cat([last[-2], last[-1]], dim=-1)  # forward at the last token, backward at the first
        logits = self.output(dropout(a, self.dropout, self.training))
        if labels is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, -2), labels.flatten(), ignore_index=IGNORED)


@dataclass
class Labelled:
    """A data set of labelled texts as a model reads it."""

    vocabulary: Vocabulary
    shapes: tuple[str, ...]
    """The shapes of words; empty where texts are characters."""
    labels: tuple[str, ...]
    each_token: bool
    train: list[Example]
    validation: list[Example]
    test: list[Example]
    provenance: dict[str, str | int]
    unit: str = "bits per label"

    @property
    def recorded(self) -> list[Example]:
        """The test texts whose outputs are recorded: the sixteen whose hashes come first."""
        joins = " " if self.each_token else ""
        by_hash = {name_hash(joins.join(example.text)): example for example in self.test}
        return [by_hash[digest] for digest in sorted(by_hash)[:RECORDED]]

    def tokens(self, example: Example) -> int:
        """How many tokens a model reads for it."""
        return len(example)

    def model(self, recipe: LabelRecipe) -> Labeller:
        """An untrained model."""
        return Labeller((len(self.vocabulary), len(self.shapes), len(self.labels)), recipe, self.each_token)

    def as_batch(self, examples: list[Example], device: torch.device) -> tuple[Tensor, ...]:
        """Tokens, shapes, lengths and labels of some examples, as `Labeller` reads them."""
        tokens = padded([e.tokens for e in examples]).to(device)
        shapes = padded([e.shapes for e in examples]).to(device) if self.shapes else torch.zeros_like(tokens)
        labels = padded([e.labels for e in examples], IGNORED).to(device)
        lengths = torch.tensor([len(e) for e in examples])
        return tokens, shapes, lengths, labels if self.each_token else labels[:, 0]

    @torch.no_grad()
    def bits(self, model: nn.Module, examples: list[Example], device: torch.device) -> float:
        """−log2 of the probability of each true label, averaged over all labels."""
        model.eval()
        nats, count = 0.0, 0
        by_length = sorted(examples, key=len)
        for start in range(0, len(by_length), 512):
            chunk = by_length[start : start + 512]
            labels = sum(len(e.labels) for e in chunk)
            nats += float(model(*self.as_batch(chunk, device))[1]) * labels
            count += labels
        return nats / count / math.log(2)


def prepare_origins() -> Labelled:
    """Folded names as characters, each with its locale; indices 0 and 1 are `<PAD>` and `<UNK>`."""
    parts = origins.split()
    vocabulary = Vocabulary.of([name for name, _ in parts.train], specials=(PAD, UNK))
    index = {locale: i for i, locale in enumerate(origins.LOCALES)}

    def examples(part: list[origins.Example]) -> list[Example]:
        return [Example(tuple(name), vocabulary.encode(name), [], [index[locale]]) for name, locale in part]

    train, validation, test = map(examples, parts)
    return Labelled(vocabulary, (), origins.LOCALES, False, train, validation, test, origins.provenance())


def prepare_sentences() -> Labelled:
    """Sentences as words in lower case and shapes, a tag for each; indices 0 and 1 are `<PAD>` and `<UNK>`.

    A name is in the vocabulary only where it is a word too: `seqlib.data.sentences.common_words` says of what kind.
    """
    parts = sentences.split()
    vocabulary = Vocabulary([PAD, UNK, *sentences.common_words()])
    shape = {name: i for i, name in enumerate(sentences.SHAPES)}
    tag = {name: i for i, name in enumerate(sentences.TAGS)}

    def examples(part: list[sentences.Sentence]) -> list[Example]:
        return [
            Example(
                words,
                vocabulary.encode([word.lower() for word in words]),
                [shape[name] for name in sentences.shapes_of(words)],
                [tag[name] for name in tags],
            )
            for words, tags, _ in part
        ]

    train, validation, test = map(examples, parts)
    return Labelled(
        vocabulary, sentences.SHAPES, sentences.TAGS, True, train, validation, test, sentences.provenance()
    )


def to_by_hand(model: Labeller) -> Arrays:
    """The parameters in the layout of `seqlib.deep_bidirectional`, under flat names.

    Args:
        model: a trained model.

    Returns:
        E (n_e, V), E_shape (n_s, S) where there are shapes, layers.L.forward.Wf (n_a, n_a + n_x) and so on for
        both directions and the gates f, u, c, o of each layer, Wy (n_y, 2 n_a), by (n_y, 1); float64.
    """
    p = {name: value.detach().cpu().double().numpy() for name, value in model.named_parameters()}
    arrays = {"E": p["tokens.weight"].T, "Wy": p["output.weight"], "by": p["output.bias"][:, np.newaxis]}
    if "shapes.weight" in p:
        arrays["E_shape"] = p["shapes.weight"].T
    for layer in range(model.layers.num_layers):
        for direction, suffix in _DIRECTIONS.items():
            end = f"l{layer}{suffix}"
            W = np.concatenate([p[f"layers.weight_hh_{end}"], p[f"layers.weight_ih_{end}"]], axis=1)
            b = (p[f"layers.bias_hh_{end}"] + p[f"layers.bias_ih_{end}"])[:, np.newaxis]
            for gate, W_gate, b_gate in zip(_GATES, np.split(W, 4), np.split(b, 4), strict=True):
                arrays |= {
                    f"layers.{layer}.{direction}.W{gate}": W_gate,
                    f"layers.{layer}.{direction}.b{gate}": b_gate,
                }
    return arrays


def from_by_hand(arrays: Arrays, each_token: bool) -> Labeller:
    """A torch model that computes what the networks by hand compute with these parameters.

    Args:
        arrays: the layout that `to_by_hand` gives.
        each_token: whether every token has a label, or the text as a whole.

    Returns:
        A float64 model in evaluation mode; torch's second biases are zero.
    """
    layers = 1 + max(int(name.split(".")[1]) for name in arrays if name.startswith("layers."))
    n_a, n_e = arrays["layers.0.forward.bf"].shape[0], arrays["E"].shape[0]
    n_s, shapes = arrays["E_shape"].shape if "E_shape" in arrays else (0, 0)
    sizes = (arrays["E"].shape[1], shapes, arrays["Wy"].shape[0])
    recipe = LabelRecipe("by-hand", "lstm", n_a=n_a, bar=0.0, n_e=n_e, n_s=n_s, layers=layers)
    model = Labeller(sizes, recipe, each_token).double().eval()
    state = {"tokens.weight": arrays["E"].T, "output.weight": arrays["Wy"], "output.bias": arrays["by"][:, 0]}
    if "E_shape" in arrays:
        state["shapes.weight"] = arrays["E_shape"].T
    for layer in range(layers):
        for direction, suffix in _DIRECTIONS.items():
            start, end = f"layers.{layer}.{direction}.", f"l{layer}{suffix}"
            W = np.concatenate([arrays[f"{start}W{gate}"] for gate in _GATES])
            b = np.concatenate([arrays[f"{start}b{gate}"] for gate in _GATES])[:, 0]
            state |= {f"layers.weight_hh_{end}": W[:, :n_a], f"layers.weight_ih_{end}": W[:, n_a:]}
            state |= {f"layers.bias_hh_{end}": b, f"layers.bias_ih_{end}": np.zeros_like(b)}
    model.load_state_dict({name: torch.tensor(value, dtype=torch.float64) for name, value in state.items()})
    return model
