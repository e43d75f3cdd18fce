"""One slot of a fleet: runs are queued, workers take them, fetch, store and apply, and give way to others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import simpy

from benchmarks.fleet.dealers import FleetDealer, pages
from benchmarks.fleet.figures import Figures
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.window import Window
from jobs.sources.lightspeed.pages import PAGES_AHEAD
from webapp.runs import slots

TICK: Final = 60.0
Passing = Generator[simpy.Event, Any, None]


@dataclass
class _Run:
    dealer: FleetDealer
    next_code: int = 0

    @property
    def is_begun(self) -> bool:
        return self.next_code > 0

    @property
    def is_over(self) -> bool:
        return self.next_code == len(self.dealer.codes)


@dataclass(frozen=True)
class Outcome:
    """When each dealer was done, by its id, in seconds after its own slot.

    `worked` are the seconds that runs held workers, `busy` their share of all the workers' time by the end.
    """

    done: Mapping[int, float]
    worked: float
    busy: float

    @property
    def last(self) -> float:
        """Seconds that the dealer took for whom it took longest."""
        return max(self.done.values())

    def quantile(self, share: float) -> float:
        """Seconds after which this share of the dealers was done."""
        in_order = sorted(self.done.values())
        return in_order[min(len(in_order) - 1, math.ceil(share * len(in_order)) - 1)]


def scheduled(dealers: Sequence[FleetDealer]) -> list[float]:
    """When each dealer's run is queued: by the first tick after its own share of the spread (R6)."""
    began = (dealer.slot + slots.delay(dealer.id).total_seconds() for dealer in dealers)
    return [math.ceil(at / TICK) * TICK for at in began]


def simulate(
    dealers: Sequence[FleetDealer], figures: Figures, setting: Setting, queued: Sequence[float] | None = None
) -> Outcome:
    """What becomes of a slot; `queued` says when each dealer's run is queued (default: as scheduled)."""
    return _Simulation(figures, setting).outcome(dealers, scheduled(dealers) if queued is None else queued)


class _Simulation:
    def __init__(self, figures: Figures, setting: Setting) -> None:
        self._env = simpy.Environment()
        self._queue = simpy.Store(self._env)
        self._figures = figures
        self._setting = setting
        self._windows: defaultdict[int, Window] = defaultdict(lambda: Window(setting.rate, setting.window))
        self._unbegun = 0
        self._worked = 0.0
        self._done: dict[int, float] = {}

    def outcome(self, dealers: Sequence[FleetDealer], queued: Sequence[float]) -> Outcome:
        self._env.process(self._enqueue(dealers, queued))
        for _ in range(self._setting.workers):
            self._env.process(self._work())
        self._env.run()
        passed = max(self._done[dealer.id] + dealer.slot for dealer in dealers)
        return Outcome(self._done, self._worked, self._worked / (self._setting.workers * passed))

    def _enqueue(self, dealers: Sequence[FleetDealer], queued: Sequence[float]) -> Passing:
        """By time, and of one tick in the order of the dealers' ids."""
        in_order = sorted(zip(queued, dealers, strict=True), key=lambda one: (one[0], one[1].id))
        for at, together in groupby(in_order, key=lambda one: one[0]):
            yield self._env.timeout(at - self._env.now)
            for _, dealer in together:
                self._unbegun += 1
                self._queue.put(_Run(dealer))

    def _work(self) -> Passing:
        while True:
            run: _Run = yield self._queue.get()
            began = self._env.now
            if not run.is_begun:
                self._unbegun -= 1
            yield from self._carry_out(run)
            self._worked += self._env.now - began
            if run.is_over:
                self._done[run.dealer.id] = self._env.now - run.dealer.slot
            else:
                self._queue.put(run)

    def _carry_out(self, run: _Run) -> Passing:
        """Code after code, as jobs/sync/code_sync.py does it; the next is fetched while this one is
        applied."""
        until = self._env.now + (self._setting.slice or math.inf)
        yield self._env.timeout(self._figures.run)
        free = self._env.now
        while not run.is_over:
            filled = pages(run.dealer.codes[run.next_code])
            free = yield from self._pull(run.dealer.login, filled, free)
            run.next_code += 1
            free += self._figures.code + self._figures.apply * sum(filled)
            if self._unbegun and self._env.now > until:
                break
        yield self._env.timeout(free - self._env.now)

    def _pull(self, login: int, filled: Sequence[float], free: float) -> Generator[simpy.Event, Any, float]:
        """Fetch a code's pages, storing them one behind the other; when its end is proven.

        `free` is when the worker has applied the code before, and begins to store. The last request proves
        the end; the next code's first page is requested meanwhile.
        """
        window, env, setting, figures = self._windows[login], self._env, self._setting, self._figures
        for full in filled[:-1]:
            behind = free - PAGES_AHEAD * figures.store
            if behind > env.now:
                yield env.timeout(behind - env.now)
            asked = window.room(env.now) + setting.latency + figures.request
            answered = asked + figures.fetch * full
            yield env.timeout(answered - env.now)
            free = max(free, env.now) + figures.store * full
        proven = window.room(env.now) + setting.latency + figures.request
        yield env.timeout(free - env.now)
        return max(free, proven)
