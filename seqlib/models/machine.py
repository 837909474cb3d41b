"""What the machine says of itself, for the cards."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

PACKAGES = ("torch", "numpy", "safetensors")
Machine = dict[str, str | int]


def choose_device(device: str = "auto") -> torch.device:
    """The device to train on: what was asked for, or with "auto" a CUDA GPU where there is one."""
    if device != "auto":
        return torch.device(device)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def describe(device: torch.device) -> Machine:
    """The device and the versions with which a model is being trained, read from this machine.

    Args:
        device: what the training runs on.

    Returns:
        Plain values. Fields of a CUDA GPU (its name, memory, capability, CUDA and cuDNN versions) stand there
        only when `device` is one.
    """
    described: Machine = {
        "device": device.type,
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": ".".join(map(str, sys.version_info[:3])),
        **{package: version(package) for package in PACKAGES},
    }
    if device.type == "cuda":
        gpu = torch.cuda.get_device_properties(device)
        described |= {
            "gpu": gpu.name,
            "gpu_memory_bytes": gpu.total_memory,
            "gpu_capability": f"{gpu.major}.{gpu.minor}",
            "cuda": str(torch.version.cuda),
            "cudnn": str(torch.backends.cudnn.version()),  # type: ignore[no-untyped-call]
        }
    return described


def processor() -> str:
    """The processor's name, as the system gives it."""
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
