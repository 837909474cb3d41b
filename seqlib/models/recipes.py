"""How each reference model is trained, as configuration: one recipe a model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a trained model but the seed and the machine."""

    name: str
    cell: str
    n_a: int
    bar: float
    """The largest bits per character on the test split with which the model may be committed."""
    beats_ngrams: bool = False
    """Whether it must also be below the best n-gram model."""
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
    weight_dropout: float = 0.0
    input_dropout: float = 0.0


RECIPES = {
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
            epochs=20,
            learning_rate=5e-3,
            average=0.995,
            dropout=0.3,
            weight_dropout=0.15,
        ),
    )
}
