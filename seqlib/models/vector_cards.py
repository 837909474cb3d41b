"""From trained vectors to their cards, gensim's skip-gram beside them, and the proof that these belong together.

Weights are kept in float16, and every figure is that of the vectors as they are kept. The first seed's are kept:
a choice by a figure would make that figure better than what training gives.

gensim runs twice: with its own learning rate, which is the bar, and with that of vectors-skipgram, which tells what of a
difference is the rate's.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlib import references
from seqlib.data import corpus, similarity
from seqlib.models.cards import (
    Parameters,
    differences,
    machine_problems,
    one_machine,
    save,
    spread,
    spread_problems,
)
from seqlib.models.recipes import RECIPES, GloVeRecipe, SkipGramRecipe, VectorRecipe
from seqlib.models.vectors import Text, VectorRun, as_vectors, prepare_text

PROBES = ("bread", "dog", "doctor", "king", "mother", "music", "red", "river", "ship", "war")
"""Words whose neighbours stand on the cards; chosen before anything was trained."""
NEIGHBOURS = 8
FIGURES = ("rho", "analogies")
DRAWS = 2000
CHOSEN = {
    "skip-gram": "The settings were chosen while looking at all pairs of WordSim-353 that are covered, with seed 0.",
    "glove": "The settings were chosen while looking at all pairs of WordSim-353 that are covered: with seed 0, and "
    "before that in three runs of a trial with a smaller vocabulary.",
}
VECTOR = {
    "skip-gram": "e_c = E[:, c]",
    "glove": "e_c = E[:, c] + Theta[c]; b goes with the rows of Theta, b_prime with the columns of E",
}
Figures = dict[str, Any]


def write(recipe: VectorRecipe, text: Text, runs: Sequence[VectorRun], folder: Path) -> references.Card:
    """Write weights, recorded outputs and card.

    Args:
        recipe: what was trained.
        text: what it was trained on.
        runs: one run a seed; the first gives the weights.
        folder: where the three files go.

    Returns:
        The card.
    """
    weights = [_half(run.parameters) for run in runs]
    found = [figures(as_vectors(arrays, recipe.objective), text.words) for arrays in weights]
    content = {
        "name": recipe.name,
        "data": text.provenance,
        "vector": VECTOR[recipe.objective],
        "chosen": CHOSEN[recipe.objective],
        "departure": departure(recipe),
        "recipe": asdict(recipe),
        "machine": one_machine([run.machine for run in runs]),
        "seed": runs[0].seed,
        "runs": [_timed(run, recipe, text, figure) for run, figure in zip(runs, found, strict=True)],
        "metrics": metrics(found),
        **beside_gensim(found, text, tuple(run.seed for run in runs), folder),
        "neighbours": neighbours(as_vectors(weights[0], recipe.objective), text.words),
        "curve": runs[0].curve,
        "vocabulary": text.words,
        "counts": text.counts.tolist(),
    }
    content["missed"] = missed_bars(content)
    outputs = record(weights[0], recipe.objective, text.words)
    content["precision"] = precision(weights[0], recipe.objective, outputs)
    return save(content, weights[0], outputs, folder)


def departure(recipe: VectorRecipe) -> str:
    """In what a recipe differs from the paper that its objective is named after; empty where in nothing of weight."""
    if not isinstance(recipe, GloVeRecipe) or recipe.zeros == 0:
        return ""
    return (
        f"This departs from Pennington et al. (2014), whose sum leaves out pairs that never meet: here each epoch draws "
        f"as many cells as there are entries, and those that are 0 count as {recipe.zeros:g} with weight "
        f"{recipe.zero_weight:g}. In a small corpus nearly all pairs never meet, and nothing else holds their scores down."
    )


def _half(parameters: dict[str, NDArray[np.float32]]) -> Parameters:
    return {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in parameters.items()}


def _timed(run: VectorRun, recipe: VectorRecipe, text: Text, figure: Figures) -> Figures:
    words = len(text.encoded.tokens) * recipe.epochs / run.seconds
    timing = {"seconds": run.seconds, "words_per_second": words, "examples": run.examples}
    return {"seed": run.seed, **timing, **figure}


def figures(vectors: NDArray[Any], words: Sequence[str]) -> Figures:
    """How well vectors agree with people.

    Args:
        vectors: (n_e, V).
        words: V words.

    Returns:
        "rho" of WordSim-353 over "covered" of 353 pairs, "analogies" (the share answered rightly of those covered),
        "analogies_covered", and "cosines" of the covered pairs, of which ρ follows.
    """
    human, cosines, _ = similarity.cosines(words, vectors)
    answered = similarity.analogy_accuracy(words, vectors)
    return {
        "rho": similarity.spearman(human, cosines),
        "covered": len(human),
        "analogies": answered.share,
        "analogies_covered": answered.covered,
        "cosines": [round(float(cosine), 6) for cosine in cosines],
    }


def metrics(found: Sequence[Figures]) -> Figures:
    """The figures of the first run, and their mean and standard deviation over all."""
    return {key: spread([figure[key] for figure in found], 0) for key in FIGURES}


def difference(ours: Sequence[Figures], theirs: Sequence[Figures], words: Sequence[str]) -> dict[str, float]:
    """ρ of our runs less ρ of gensim's, means over the runs, with its interval over the pairs that are covered."""
    human = np.array(_human(words))
    first, second = (np.array([run["cosines"] for run in runs]) for runs in (ours, theirs))
    return similarity.paired_bootstrap(human, first, second, DRAWS)


def _human(words: Sequence[str]) -> list[float]:
    known = set(words)
    return [pair.human for pair in similarity.pairs() if known.issuperset(pair[:2])]


def beside_gensim(found: Sequence[Figures], text: Text, seeds: tuple[int, ...], folder: Path) -> Figures:
    """What a card says of gensim, with its own learning rate and, as "..._same_rate", with that of vectors-skipgram."""
    said = {}
    for end, same_rate in (("", False), ("_same_rate", True)):
        gensim = gensim_of(text, seeds, folder, same_rate)
        said[f"gensim{end}"] = gensim
        said[f"gensim{end}_metrics"] = metrics(gensim["runs"])
        said[f"difference{end}"] = difference(found, gensim["runs"], text.words)
    return said


def gensim_settings(recipe: SkipGramRecipe, same_rate: bool = False) -> dict[str, Any]:
    """Arguments of gensim's Word2Vec that are those of a recipe; what is not named is gensim's own, one thread."""
    rate = {"alpha": recipe.learning_rate} if same_rate else {}
    return {
        "sg": 1,
        "vector_size": recipe.n_e,
        "window": recipe.window,
        "min_count": recipe.least,
        "negative": recipe.negatives,
        "ns_exponent": recipe.power,
        "sample": recipe.threshold,
        "epochs": recipe.epochs,
        "workers": 1,
        **rate,
    }


def gensim_of(text: Text, seeds: tuple[int, ...], folder: Path, same_rate: bool = False) -> Figures:
    """What gensim's skip-gram reaches on the same corpus with the settings of vectors-skipgram.

    Args:
        text: the corpus.
        seeds: one run each.
        folder: where another card may lie that states the same already; then it is taken from there.
        same_rate: whether the learning rate is of the settings too; gensim's own where not.

    Returns:
        "version", "settings", and "runs": for each seed its time and what `figures` gives.
    """
    recipe, key = RECIPES["vectors-skipgram"], "gensim_same_rate" if same_rate else "gensim"
    assert isinstance(recipe, SkipGramRecipe)
    asked = {"version": version("gensim"), "settings": gensim_settings(recipe, same_rate)}
    for name in references.available(folder):
        stated = references.card(name, folder)
        gensim = stated.get(key, {"runs": []})
        same_seeds = tuple(run["seed"] for run in gensim["runs"]) == seeds
        if same_seeds and stated["data"] == text.provenance and asked.items() <= gensim.items():
            return dict(gensim)
    return {**asked, "runs": [gensim_run(recipe, seed, text, same_rate) for seed in seeds]}


def gensim_run(
    recipe: SkipGramRecipe, seed: int, text: Text, same_rate: bool = False, workers: int = 1
) -> Figures:
    """One run of gensim's skip-gram; its time leaves out the building of the vocabulary, as ours does.

    Args:
        recipe: of the skip-gram whose settings are taken.
        seed: of the run.
        text: the corpus.
        same_rate: whether to take its learning rate too.
        workers: threads; with more than one the result differs from run to run.

    Returns:
        "seed", "seconds", "words_per_second" and what `figures` gives.
    """
    from gensim.models import Word2Vec

    sentences, settings = corpus.sentences(), gensim_settings(recipe, same_rate) | {"workers": workers}
    model = Word2Vec(**settings, seed=seed)
    model.build_vocab(sentences)
    start = time.perf_counter()
    model.train(sentences, total_examples=model.corpus_count, epochs=recipe.epochs)
    seconds = time.perf_counter() - start
    words = len(text.encoded.tokens) * recipe.epochs / seconds
    vectors = model.wv[text.words].T.astype(np.float64)
    return {"seed": seed, "seconds": seconds, "words_per_second": words, **figures(vectors, text.words)}


def neighbours(vectors: NDArray[Any], words: Sequence[str]) -> dict[str, list[str]]:
    """The nearest words of each probe word."""
    found = {}
    for probe in PROBES:
        found[probe] = [word for word, _ in similarity.nearest(probe, words, vectors, NEIGHBOURS)]
    return found


def record(arrays: Parameters, objective: str, words: Sequence[str]) -> Parameters:
    """The recorded outputs: the nearest words of the probe words, and their cosines.

    Args:
        arrays: the weights.
        objective: "skip-gram" or "glove".
        words: V words.

    Returns:
        probes (10,) and neighbours (10, 8), places of words; cosines (10, 8).
    """
    vectors, place = as_vectors(arrays, objective), {word: i for i, word in enumerate(words)}
    found = [similarity.nearest(probe, words, vectors, NEIGHBOURS) for probe in PROBES]
    return {
        "probes": np.array([place[probe] for probe in PROBES]),
        "neighbours": np.array([[place[word] for word, _ in row] for row in found]),
        "cosines": np.array([[cosine for _, cosine in row] for row in found]),
    }


def precision(arrays: Parameters, objective: str, outputs: Parameters) -> Figures:
    """How far the recorded cosines in float32 are from those in float64, both on the CPU: vectors are only read.

    Args:
        arrays: the weights.
        objective: "skip-gram" or "glove".
        outputs: what `record` gives for them.

    Returns:
        "device" and "largest_difference".
    """
    vectors = as_vectors(arrays, objective).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=0)
    near = unit[:, outputs["neighbours"]]  # (n_e, 10, 8)
    rounded = (unit[:, outputs["probes"], np.newaxis] * near).sum(axis=0)
    return {"device": "cpu", "largest_difference": float(np.abs(rounded - outputs["cosines"]).max())}


def verify(recipe: VectorRecipe, folder: Path) -> list[str]:
    """Recompute what a card states from the committed weights; gensim is not trained again.

    Args:
        recipe: the reference model's.
        folder: where its files lie.

    Returns:
        One sentence for each thing that does not belong together; empty when all does.
    """
    try:
        parameters, content = references.load(recipe.name, folder)
        known = references.recorded_neighbours(recipe.name, folder)
        similarity.pairs()
    except (ValueError, FileNotFoundError, ModuleNotFoundError) as error:
        return [str(error)]
    text = prepare_text(recipe.least)
    words, runs = content["vocabulary"], content["runs"]
    problems = differences("data", content["data"], text.provenance)
    problems += differences("recipe", content["recipe"], json.loads(json.dumps(asdict(recipe))))
    if words != text.words or content["counts"] != text.counts.tolist():
        return [*problems, "the words or their counts are not those of the corpus"]
    outputs = record(parameters, recipe.objective, words)
    if not all(np.allclose(known[key], value, rtol=0, atol=1e-9) for key, value in outputs.items()):
        problems.append("the recorded outputs are not those of the weights")
    vectors = as_vectors(parameters, recipe.objective)
    found = precision(parameters, recipe.objective, outputs)
    problems += spread_problems(content["precision"], found["largest_difference"])
    problems += differences(
        "card", {"departure": content.get("departure", "")}, {"departure": departure(recipe)}
    )
    problems += differences("neighbours", content["neighbours"], neighbours(vectors, words))
    recomputed = figures(vectors, words)
    problems += differences("kept run", {key: runs[0][key] for key in recomputed}, recomputed)
    problems += _problems_of_runs(content, text)
    problems += differences("bars", {"missed": content["missed"]}, {"missed": missed_bars(content)})
    return problems + missed_bars(content) + machine_problems(content["machine"])


def _problems_of_runs(content: references.Card, text: Text) -> list[str]:
    """What of the figures of all runs does not follow from their cosines and times."""
    runs, everyone = content["runs"], list(content["runs"])
    problems = differences("metrics", content["metrics"], metrics(runs))
    for end in ("", "_same_rate"):
        gensim = content[f"gensim{end}"]["runs"]
        everyone += gensim
        expected = {
            f"gensim{end}_metrics": metrics(gensim),
            f"difference{end}": difference(runs, gensim, text.words),
        }
        for key, value in expected.items():
            problems += differences(key, content[key], value)
    human = _human(text.words)
    for run in everyone:
        found = {"rho": similarity.spearman(human, run["cosines"]), "covered": len(human)}
        problems += differences(f"run {run['seed']}", {key: run[key] for key in found}, found)
    if len(content["curve"]) != content["recipe"]["epochs"] or content["seed"] != runs[0]["seed"]:
        problems.append(
            "the loss curve has not the epochs of its recipe, or another seed than the first is kept"
        )
    return problems


def missed_bars(content: references.Card) -> list[str]:
    """The bar that vectors miss: the mean ρ over their seeds is not below that of gensim's skip-gram."""
    found = content["difference"]
    if found["difference"] >= 0:
        return []
    interval = f"from {found['low']:.3f} to {found['high']:.3f}"
    return [f"WordSim ρ is {-found['difference']:.3f} below gensim's, the difference {interval}"]


def table(content: references.Card) -> list[str]:
    """A card's figures as lines: WordSim and analogies of ours and gensim's, the difference, neighbours."""
    lines = [f"  {'':42} {'WordSim ρ':>10} {'analogies':>10} {'words/s':>10}"]
    gensim, same = content["gensim"], content["gensim_same_rate"]
    name = f"gensim {gensim['version']}, skip-gram"
    rate = same["settings"]["alpha"]
    sets = {content["name"]: content["runs"], name: gensim["runs"], f"{name}, rate {rate}": same["runs"]}
    for name, runs in sets.items():
        for run in runs:
            shown = f"{run['rho']:10.4f} {run['analogies']:10.4f} {run['words_per_second']:10.0f}"
            lines.append(f"  {name + ', seed ' + str(run['seed']):42} {shown}")
    for key, of in (("difference", ""), ("difference_same_rate", f", rate {rate}")):
        found = content[key]
        lines.append(
            f"  ρ less that of gensim{of}, means: {found['difference']:+.4f}, {found['level']:.0%} interval "
            f"{found['low']:+.4f} to {found['high']:+.4f}, over {content['runs'][0]['covered']} pairs of 353"
        )
    lines += [f"  {sentence}" for sentence in (content["chosen"], content.get("departure")) if sentence]
    return lines + [f"  {probe:8} {' '.join(near)}" for probe, near in content["neighbours"].items()]
