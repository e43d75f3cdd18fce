"""What a simulated fleet runs on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """Seconds throughout.

    `latency` is what the service takes for an answer. `slice` is how long a run holds its worker while runs
    wait that have not begun; 0 lets it go on to its end. `window` is what `rate` requests of a login are
    counted in: a little more than the service's minute (webapp/core/rate_window.py).
    """

    workers: int
    latency: float = 0.3
    slice: float = 60.0
    rate: int = 200
    window: float = 61.0
