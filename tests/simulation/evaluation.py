"""Evaluates a simulation: whether each slot came out right, from its history and the rows that it left."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tests.simulation.calendar import slot_starts
from tests.simulation.simulation import Simulation
from webapp.core.enums import WEEKDAYS
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import slots
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

# A late tick notices late that a dealer was enabled again.
LATE = timedelta(hours=12)


@dataclass(frozen=True)
class Verdict:
    """`outcome` is `started`, `skipped`, `missed` or `not scheduled`; `fault` is empty if it is right."""

    dealer_id: int
    slot: Slot
    outcome: str
    fault: str


class Evaluation:
    """The evaluation of one simulation."""

    def __init__(self, simulation: Simulation, hours: Collection[int]) -> None:
        self._simulation, self._history = simulation, simulation.history
        margin = timedelta(days=3)
        first, last = simulation.begin - margin, simulation.end + margin
        self._starts = {zone: slot_starts(ZoneInfo(zone), hours, first, last) for zone in simulation.zones}
        self._slots = list(self._starts[simulation.zones[0]])

    def verdicts(self) -> Iterator[Verdict]:
        """One for each slot of each dealer, on days that are within the simulation in every zone."""
        first, last = self._simulation.begin.date(), self._simulation.end.date()
        for dealer_id in self._history.zones:
            by_slot = {Slot(run.slot_date, run.slot_hour): run for run in _scheduled_runs(dealer_id)}  # type: ignore[arg-type]
            for slot in self._slots:
                if first + timedelta(days=1) < slot.date < last - timedelta(days=1):
                    yield self._verdict(dealer_id, slot, by_slot.get(slot))

    def _verdict(self, dealer_id: int, slot: Slot, run: Run | None) -> Verdict:
        if run is None:
            fault = "" if self._was_disabled(dealer_id, slot) else "no run was recorded"
            return Verdict(dealer_id, slot, "not scheduled", fault)
        if run.status in ("queued", "running"):
            return Verdict(dealer_id, slot, "started", "it never ended")
        if run.started_at is not None:
            outcome = "skipped" if run.status == "skipped" else "started"
            return Verdict(dealer_id, slot, outcome, self._fault_of_start(dealer_id, slot, run))
        return Verdict(dealer_id, slot, "missed", self._fault_of_miss(dealer_id, slot, run))

    def _fault_of_start(self, dealer_id: int, slot: Slot, run: Run) -> str:
        start = self._start(dealer_id, slot, run.queued_at)
        if self._had_manual_run(dealer_id, slot, run, before=run.queued_at):
            return "started although a run had been started by hand since it began"
        if not start <= run.queued_at < start + CATCH_UP:
            return f"started at {run.queued_at}, not within two hours of {start}"
        if run.status == "skipped":
            return "" if run.reason else "no reason"
        return ""

    def _fault_of_miss(self, dealer_id: int, slot: Slot, run: Run) -> str:
        reason = run.reason or ""
        if reason == f"Updates are disabled on {WEEKDAYS[slot.date.weekday()]}.":
            # It is named before a run that was started by hand, which is as good a reason.
            is_replaced = self._had_manual_run(dealer_id, slot, run)
            return "" if is_replaced else self._missed_chance(dealer_id, slot, run)
        if reason.startswith("Skipped: due at"):
            return "" if self._had_manual_run(dealer_id, slot, run) else "no run was started by hand"
        if not reason.startswith("Missed: "):
            return f"no reason: {reason}"
        if "a later update" in reason:
            return "" if self._is_later_due(dealer_id, slot, run.queued_at) else "no later one was due"
        return self._missed_chance(dealer_id, slot, run)

    def _had_manual_run(self, dealer_id: int, slot: Slot, run: Run, before: datetime | None = None) -> bool:
        """Whether a run was started by hand after the slot began, and in its time or before a moment."""
        start = self._start(dealer_id, slot, run.queued_at)
        first, last = start - slots.delay(dealer_id), before or start + CATCH_UP
        manual = select(Run).where(Run.dealer_id == dealer_id, Run.trigger == "manual")
        return any(first <= (one.started_at or one.queued_at) < last for one in db.session.scalars(manual))

    def _missed_chance(self, dealer_id: int, slot: Slot, run: Run) -> str:
        """A slot may be missed only if no tick within its time found the dealer idle."""
        for tick in self._history.ticks:
            now, start = tick.clock, self._start(dealer_id, slot, tick.at)
            # A clock that stepped back may show a time at which the slot was already recorded.
            if max(tick.at, now) > run.queued_at or now < tick.at == run.queued_at:
                break
            if not start <= now < start + CATCH_UP or dealer_id in tick.busy:
                continue
            if not self._is_later_due(dealer_id, slot, now) and not self._is_disabled(dealer_id, now):
                return f"missed ({run.reason}), but the tick of {now} could have started it"
        return ""

    def _is_later_due(self, dealer_id: int, slot: Slot, now: datetime) -> bool:
        nearby = (one for one in self._slots if abs((one.date - slot.date).days) <= 1)
        return any(one > slot and self._start(dealer_id, one, now) <= now for one in nearby)

    def _start(self, dealer_id: int, slot: Slot, now: datetime) -> datetime:
        """When the slot begins for the dealer, in its zone of a moment."""
        zones = self._history.zones[dealer_id]
        zone = max((since, zone) for since, zone in zones if since <= max(now, zones[0][0]))[1]
        return self._starts[zone][slot] + slots.delay(dealer_id)

    def _is_disabled(self, dealer_id: int, now: datetime) -> bool:
        return any(since <= now <= until for since, until in self._history.disabled[dealer_id])

    def _was_disabled(self, dealer_id: int, slot: Slot) -> bool:
        """Whether 3PA was disabled when the slot began, or before a tick could record it, in some zone."""
        starts = [zone[slot] + slots.delay(dealer_id) for zone in self._starts.values()]
        return any(
            since <= self._next_idle_tick(dealer_id, start) and start <= until + LATE
            for since, until in self._history.disabled[dealer_id]
            for start in starts
        )

    def _next_idle_tick(self, dealer_id: int, start: datetime) -> datetime:
        """The first tick since the start that found no active run of the dealer: misses wait for its end."""
        idle = (tick.at for tick in self._history.ticks if dealer_id not in tick.busy and tick.clock >= start)
        return next(idle, self._simulation.end)


def _scheduled_runs(dealer_id: int) -> list[Run]:
    scheduled = select(Run).where(Run.dealer_id == dealer_id, Run.slot_date.is_not(None))
    return list(db.session.scalars(scheduled))
