"""How each reference model is trained, as configuration: one recipe a model."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Training:
    """Everything that decides a trained model but the seed and the machine."""

    name: str
    cell: str
    n_a: int
    bar: float
    """The figure on the test split from which on the model may be committed; each kind says of what."""
    seeds: tuple[int, ...] = (0, 1, 2)
    data: str = "names"
    batch: int = 64
    epochs: int = 40
    patience: int = 6
    """Epochs without a better validation figure after which training stops."""
    learning_rate: float = 4e-3
    warmup: float = 0.05
    """Share of the steps in which the learning rate rises to its value; then it falls along a cosine."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """Largest norm of the gradient over all parameters together."""
    average: float = 0.99
    """Decay of the running average of the weights, which is what is evaluated and kept."""
    dropout: float = 0.3
    input_dropout: float = 0.0

    @property
    def growing(self) -> int:
        """Epochs in which the examples grow: every epoch reads all of them, where a recipe does not say otherwise."""
        return 1


@dataclass(frozen=True)
class Recipe(Training):
    """How a language model is trained; its bar is the largest bits per character."""

    beats_ngrams: bool = False
    """Whether it must also be below the best n-gram model."""
    weight_dropout: float = 0.0


@dataclass(frozen=True)
class LabelRecipe(Training):
    """How a model that labels words or whole texts is trained; its bar is the smallest accuracy or span F1."""

    n_e: int = 16
    """Size of a token's embedding."""
    n_s: int = 0
    """Size of the embedding of a word's shape; 0 where the inputs have none."""
    layers: int = 1
    """Bidirectional layers, n_a units in each direction."""
    beats: tuple[str, ...] = ()
    """The baselines that it must beat."""
    ahead: float = 0.0
    """By how much it must be ahead of each of them in the same figure."""


@dataclass(frozen=True)
class TranslationRecipe(Training):
    """How an encoder–decoder model is trained; its bar is the smallest share of test inputs translated exactly."""

    n_e: int = 32
    """Size of a token's embedding, in inputs and in targets."""
    n_h: int = 0
    """Units of the layer that gives attention's energies; 0 for a model without attention."""
    growing: int = 1
    """Epochs in which examples grow: the first reads only the shortest 1 / growing of them, the second 2 / growing …"""
    least_group: float = 0.0
    """The smallest such share in each locale or language."""
    least_count: float = 0.0
    """The smallest such share for each number of dates, or of digits."""


@dataclass(frozen=True)
class VectorRecipe:
    """How word vectors are trained; their bar is gensim's skip-gram on the same corpus."""

    name: str
    objective: str
    """"skip-gram" (with negative sampling) or "glove"."""
    epochs: int
    window: int
    batch: int
    learning_rate: float
    seeds: tuple[int, ...] = (0, 1, 2)
    n_e: int = 50
    least: int = 5
    """How often a word has to occur to have a vector."""
    power: float = 0.75
    """Exponent of the frequencies from which negatives are drawn; in GloVe of the weights f."""
    threshold: float = 0.0
    """Share of the corpus from which on a word is thinned out; 0 for none."""


@dataclass(frozen=True)
class SkipGramRecipe(VectorRecipe):
    """Skip-gram with negative sampling."""

    negatives: int = 5
    shared: int = 32
    """Negatives drawn for a batch, each counting `negatives / shared`."""


@dataclass(frozen=True)
class GloVeRecipe(VectorRecipe):
    """GloVe, by AdaGrad."""

    x_max: float = 100.0
    """Count from which on f is 1."""
    squares: float = 1.0
    """What AdaGrad's sums of squares begin with."""
    zeros: float = 0.0
    """Count that a pair of words that never meet is taken to have; 0 leaves these pairs out, as the paper does."""
    zero_weight: float = 0.1
    """Weight f of such a pair."""


def examples_of(growing: int, epoch: int, count: int) -> int:
    """How many of `count` examples an epoch reads, the shortest; epochs are counted from 1."""
    return math.ceil(count * min(1, epoch / growing))


def steps_of(batch: int, growing: int, epochs: int, count: int) -> int:
    """The steps of so many epochs on a training part of `count` examples."""
    return sum(math.ceil(examples_of(growing, epoch, count) / batch) for epoch in range(1, epochs + 1))


RECIPES: dict[str, Training | VectorRecipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("names-rnn", cell="rnn", n_a=256, bar=3.33, epochs=50, learning_rate=3e-3, dropout=0.2),
        Recipe(
            "names-lstm",
            cell="lstm",
            n_a=256,
            bar=3.26,
            beats_ngrams=True,
            epochs=32,
            learning_rate=4e-3,
            average=0.995,
            dropout=0.4,
            weight_dropout=0.2,
        ),
        Recipe(
            "names-gru",
            cell="gru",
            n_a=192,
            bar=3.26,
            beats_ngrams=True,
            epochs=32,
            learning_rate=5e-3,
            average=0.995,
            dropout=0.4,
            weight_dropout=0.2,
        ),
        LabelRecipe(
            "origin",
            cell="lstm",
            n_a=64,
            bar=0.67,
            data="origins",
            epochs=20,
            learning_rate=5e-3,
            dropout=0.4,
            input_dropout=0.05,
            n_e=24,
            layers=2,
            beats=("majority", "bag of letters"),
            ahead=0.15,
        ),
        LabelRecipe(
            "tagger",
            cell="lstm",
            n_a=64,
            bar=0.68,
            data="sentences",
            epochs=4,
            learning_rate=3e-3,
            dropout=0.3,
            input_dropout=0.25,
            n_e=32,
            n_s=16,
            beats=(
                "words with a capital",
                "words with a capital but months, days, titles",
                "names seen in training",
            ),
            ahead=0.05,
        ),
        TranslationRecipe(
            "dates-seq2seq",
            cell="lstm",
            n_a=128,
            bar=0.25,
            data="dates",
            epochs=8,
            weight_decay=0.0,
            dropout=0.0,
            growing=3,
        ),
        TranslationRecipe(
            "dates-attention",
            cell="lstm",
            n_a=64,
            bar=0.99,
            data="dates",
            epochs=5,
            learning_rate=6e-3,
            weight_decay=0.0,
            dropout=0.05,
            n_h=32,
            least_group=0.97,
            least_count=0.99,
        ),
        TranslationRecipe(
            "numbers-attention",
            cell="lstm",
            n_a=64,
            bar=0.99,
            data="numbers",
            epochs=9,
            learning_rate=6e-3,
            weight_decay=0.0,
            dropout=0.05,
            n_h=32,
        ),
        SkipGramRecipe(
            "vectors-skipgram",
            objective="skip-gram",
            epochs=5,
            window=5,
            batch=1024,
            learning_rate=0.05,
            threshold=1e-3,
        ),
        GloVeRecipe(
            "vectors-glove",
            objective="glove",
            epochs=12,
            window=8,
            batch=32768,
            learning_rate=0.4,
            x_max=10,
            squares=0.25,  # the gradient is taken without its factor 2: as sums from 1 with it
            zeros=0.1,
            zero_weight=0.1,
        ),
    )
}
