"""Measures what a run, a code and a page take, by the differences between real runs of three shapes.

Without latency and with one worker the local work shows. With latency, and as many workers as are to be
simulated on such a machine, what is not hidden behind the service's answers does: so the figures have in them
what workers take from each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean
from typing import Final

from benchmarks import machine
from benchmarks.fleet.dealers import CODES, PAGE
from benchmarks.fleet.figures import Cost, Figures, Measurement
from benchmarks.fleet.ground import Ground, Passed

FEW: Final = 100
FULL_PAGES: Final = 19.8
# Parts for each code. The last page of the long one is not full.
SHAPES: Final = {"small": (FEW,), "codes": (FEW,) * CODES, "pages": (round(FULL_PAGES * PAGE),)}
SMALL: Final = FEW / PAGE
REQUESTS: Final = 20
# Runs of each shape that a worker carries out.
RUNS: Final = 4


@dataclass(frozen=True)
class Took:
    """Seconds of a run, from the end of the one before it, and CPU seconds."""

    seconds: float
    worker_cpu: float
    database_cpu: float


def measure(ground: Ground, workers: int, latency: float) -> Measurement:
    """Sync a few dealers of each shape several times."""
    ids = {name: [ground.open(codes) for _ in range(RUNS * workers)] for name, codes in SHAPES.items()}
    alone = {name: some[:RUNS] for name, some in ids.items()}
    first = {name: _took(ground.sync(some), 1) for name, some in alone.items()}
    again = {name: _took(ground.sync(some), 1) for name, some in alone.items()}
    paced, gaps = {}, {}
    for name, some in ids.items():
        ground.sync(some[RUNS:], workers)
        ground.serving.forget_requests()
        paced[name] = _took(ground.sync(some, workers, latency), workers)
        gaps[name] = _between_requests(ground) - latency
    later = _figures(again, paced, gaps, latency)
    return Measurement(machine.described(), _first(first, again, later), later)


def _took(passed: Passed, workers: int) -> Took:
    """The first run of each worker is left out of the seconds: it has the worker's start in it."""
    count, ends = len(passed.ended), sorted(passed.ended.values())
    seconds = (ends[-1] - ends[workers - 1]) * workers / (count - workers)
    return Took(seconds, passed.worker_cpu / count, passed.database_cpu / count)


def _between_requests(ground: Ground) -> float:
    """Seconds from one request of a dealer to its next; 0 where each sends one."""
    asked = sorted(ground.serving.requests(), key=lambda one: (one["path"], one["time"]))
    pairs = [pair for pair in pairwise(asked) if pair[0]["path"] == pair[1]["path"]]
    return mean(late["time"] - early["time"] for early, late in pairs) if pairs else 0.0


def _figures(
    plain: Mapping[str, Took], paced: Mapping[str, Took], gaps: Mapping[str, float], latency: float
) -> Figures:
    """Solve for what each part of a run takes (see `Figures`); most dealers are like the shape with codes."""
    pages = FULL_PAGES - SMALL
    # A code's first page is asked for once the one before is there, as the next page of its own is.
    request, fetch = max(0.0, gaps["codes"]), max(0.0, gaps["pages"] - gaps["codes"])
    local = (plain["pages"].seconds - plain["small"].seconds) / pages
    answers = (REQUESTS - 1) * (latency + request) + pages * fetch
    hidden = (paced["pages"].seconds - paced["small"].seconds - answers) / pages
    apply = min(max(0.0, hidden), local)
    store = local - apply
    code = (plain["codes"].seconds - plain["small"].seconds) / (CODES - 1) - SMALL * (store + apply)
    pulled = CODES * (latency + request + SMALL * fetch) + SMALL * (store + apply) + code
    run = paced["codes"].seconds - pulled
    cpu = _cost(plain, "worker_cpu"), _cost(plain, "database_cpu")
    return Figures(run, code, request, fetch, store, apply, *cpu)


def _cost(took: Mapping[str, Took], name: str) -> Cost:
    small, codes, pages = (getattr(took[shape], name) for shape in SHAPES)
    page = (pages - small) / (FULL_PAGES - SMALL)
    code = (codes - small) / (CODES - 1) - SMALL * page
    return Cost(small - code - SMALL * page, code, page)


def _first(first: Mapping[str, Took], again: Mapping[str, Took], later: Figures) -> Figures:
    """What a first sync takes more than a later one counts as applying: of a code, and of a page."""
    more = {name: first[name].seconds - again[name].seconds for name in SHAPES}
    apply = max(0.0, (more["pages"] - more["small"]) / (FULL_PAGES - SMALL))
    code = max(0.0, (more["codes"] - more["small"]) / (CODES - 1) - SMALL * apply)
    return Figures(
        later.run,
        later.code + code,
        later.request,
        later.fetch,
        later.store,
        later.apply + apply,
        _cost(first, "worker_cpu"),
        _cost(first, "database_cpu"),
    )
