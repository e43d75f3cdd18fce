"""Comparison of a run's unmatched share with the median of the runs before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

# Counts of matched and unmatched parts, by the key of their Lightspeed code.
Counts = dict[str, tuple[int, int]]
# With fewer earlier runs there is no baseline yet.
LEAST_RUNS: Final = 3


@dataclass(frozen=True)
class Comparison:
    """A run's parts, and their unmatched share from 0 to 1; `usual` is the median of earlier runs."""

    parts: int
    share: float
    usual: float | None


def compare(runs: Mapping[int, Counts], run_id: int, least_parts: int) -> Comparison:
    """Compare one of the runs with all the others.

    Of earlier runs only the codes of this one count, and only if those had `least_parts` parts. A new code
    counts only in this run: a mapping that matches nothing should be noticed.
    """
    counts = runs.get(run_id, {})
    parts, share = _share(counts)
    earlier = [_share(_only(before, counts)) for each, before in runs.items() if each < run_id]
    shares = [one for number, one in earlier if number >= least_parts]
    return Comparison(parts, share, median(shares) if len(shares) >= LEAST_RUNS else None)


def _share(counts: Counts) -> tuple[int, float]:
    matched, unmatched = (sum(pair[place] for pair in counts.values()) for place in (0, 1))
    parts = matched + unmatched
    return parts, unmatched / parts if parts else 0.0


def _only(counts: Counts, wanted: Counts) -> Counts:
    return {code: pair for code, pair in counts.items() if code in wanted}
