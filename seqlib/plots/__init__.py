"""The figures of the course; each function takes arrays and returns a `Picture` with alt text."""

from seqlib.plots.style import Picture, canvas

__all__ = ["Picture", "canvas"]
