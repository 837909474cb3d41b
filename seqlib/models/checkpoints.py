"""Training that can be stopped: a run lies in one file, of which it goes on, and which keeps it once it is finished."""

from pathlib import Path
from typing import Any

import torch

from seqlib.models.machine import Machine

# What has to be the same for a run to go on as it began.
_OF_MACHINE = ("device", "gpu", "torch")


class OtherRun(ValueError):
    """A file holds the run of something else than what is asked for."""


def write(state: dict[str, Any], file: Path) -> None:
    """Write the state of a run; the file is there as a whole or not at all.

    Args:
        state: plain values and tensors; "of" says what the run is of, "run" how it went until now, its "machine" among
            that; "parts" is there while it is not finished.
        file: where it goes.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    torch.save(state, part)
    part.replace(file)


def read(file: Path, of: dict[str, Any], machine: Machine) -> dict[str, Any]:
    """The state of a run that goes on, or that was finished here or on another machine.

    Args:
        file: what `write` wrote.
        of: what is being trained.
        machine: the one that asks.

    Returns:
        The state, its tensors on the CPU.

    Raises:
        OtherRun: the state is one of something else, or not finished and begun on another machine.
    """
    state: dict[str, Any] = torch.load(file, weights_only=True, map_location="cpu")
    begun, here = dict(state["of"]), dict(of)
    if "parts" in state:
        begun |= {key: state["run"]["machine"].get(key) for key in _OF_MACHINE}
        here |= {key: machine.get(key) for key in _OF_MACHINE}
    for key, value in here.items():
        if begun[key] != value:
            raise OtherRun(
                f"{file} is a run of {key} {begun[key]!r}; expected {value!r}. Delete it to train anew."
            )
    return state
