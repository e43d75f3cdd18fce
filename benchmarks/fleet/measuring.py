"""Measures what a run, a code and a page take, by the differences between real runs of three shapes.

One worker carries out all runs. Without latency the local work shows; with it only what is not hidden behind
the service's answers does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

import requests

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
LATENCY: Final = 0.1
DEALERS: Final = 6


@dataclass(frozen=True)
class Took:
    """Seconds of a run, from the end of the one before it, and CPU seconds."""

    seconds: float
    worker_cpu: float
    database_cpu: float


def measure(ground: Ground) -> Measurement:
    """Sync a few dealers of each shape several times."""
    ids = {name: [ground.open(codes) for _ in range(DEALERS)] for name, codes in SHAPES.items()}
    first = {name: _took(ground.sync(some)) for name, some in ids.items()}
    again = {name: _took(ground.sync(some)) for name, some in ids.items()}
    paced, gaps = {}, {}
    for name, some in ids.items():
        ground.serving.forget_requests()
        paced[name] = _took(ground.sync(some, latency=LATENCY))
        gaps[name] = _between_requests(ground)
    # A code's first page is asked for as soon as the one before is there: the next page of its own, later.
    request = max(0.0, gaps["codes"] - LATENCY)
    later = _figures(again, paced, request, max(0.0, gaps["pages"] - gaps["codes"]))
    return Measurement(machine.described(), _first(first, again, later), later)


def _took(passed: Passed) -> Took:
    """The first run's seconds are left out: they have the worker's start in them."""
    count, ends = len(passed.ended), sorted(passed.ended.values())
    seconds = median(late - early for early, late in pairwise(ends))
    return Took(seconds, passed.worker_cpu / count, passed.database_cpu / count)


def _between_requests(ground: Ground) -> float:
    """Seconds from one request of a dealer to the next; 0 where dealers send one each."""
    asked = requests.get(f"{ground.serving.base}/_control/requests", timeout=60).json()
    pairs = [pair for pair in pairwise(asked) if pair[0]["path"] == pair[1]["path"]]
    return median(late["time"] - early["time"] for early, late in pairs) if pairs else 0.0


def _figures(plain: Mapping[str, Took], paced: Mapping[str, Took], request: float, fetch: float) -> Figures:
    """Solve for what each part of a run takes (see `Figures`)."""
    pages = FULL_PAGES - SMALL
    local = (plain["pages"].seconds - plain["small"].seconds) / pages
    answers = (REQUESTS - 1) * (LATENCY + request) + pages * fetch
    hidden = (paced["pages"].seconds - paced["small"].seconds - answers) / pages
    apply = min(max(0.0, hidden), local)
    store = local - apply
    code = (plain["codes"].seconds - plain["small"].seconds) / (CODES - 1) - SMALL * (store + apply)
    run = paced["small"].seconds - LATENCY - request - code - SMALL * (fetch + store + apply)
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
