"""The simulated service with one dealer of any size, started anew for each size at the same address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.environment import UNLIMITED
from sandbox.start.program import Program

# Seconds. A million parts take a while to be made.
PATIENCE = 240.0


@contextmanager
def bulk(
    environment: Mapping[str, str], folder: Path, port: int, parts: int, products: int
) -> Iterator[None]:
    """Serve so many parts of the bulk catalog meanwhile; it never refuses for the rate."""
    program = Program(environment, folder / f"service-{parts}")
    program.start(
        *("simulator", "sandbox.simulator", "--port", str(port), "--bulk", str(parts)),
        *("--bulk-products", str(products), "--switch", f"requests_per_minute={UNLIMITED}"),
    )
    try:
        program.wait_for("simulator", "settings at", PATIENCE)
        yield
    finally:
        program.end()
