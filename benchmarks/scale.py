"""How large everything is that is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Products in the catalog, parts of the dealer, and how often the syncs are repeated.

    `smaller` are further numbers of parts, to see whether memory grows with them. `paced_parts` are synced
    from a service that takes `latency` seconds for each answer. The parts lie over twelve codes.
    """

    products: int = 1_000_000
    parts: int = 100_000
    smaller: tuple[int, ...] = (10_000, 50_000)
    paced_parts: int = 100_000
    latency: float = 0.3
    repeats: int = 5
    searches: int = 400


FULL = Scale()
QUICK = Scale(products=100_000, parts=10_000, smaller=(1_000, 5_000), paced_parts=10_000, repeats=1)
