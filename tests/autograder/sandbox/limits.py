"""The limits of the sandbox that tests reach in a moment."""

from autograder.sandbox import Limits

LIMITS = Limits(
    cell_cpu_s=1,
    cell_wall_s=10,
    notebook_cpu_s=30,
    memory_mb=512,
    file_mb=4,
    output_bytes=50_000,
    result_mb=8,
)
