"""Whether each slot of a season came out right, from what happened and the rows that it left."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from benchmarks.slots.calendar import beginnings
from benchmarks.slots.season import ZONES, Season
from webapp import slots
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import Slot
from webapp.slots import CATCH_UP
from webapp.words import WEEKDAYS

# A tick that is late notices as late that a dealer was switched off or on.
LATE = timedelta(hours=12)


@dataclass(frozen=True)
class Verdict:
    """`outcome` is `started`, `skipped`, `missed` or `not scheduled`; `fault` is empty where it is right."""

    dealer_id: int
    slot: Slot
    outcome: str
    fault: str


class Judge:
    """Knows one season."""

    def __init__(self, season: Season, hours: Collection[int]) -> None:
        self._season, self._past = season, season.past
        margin = timedelta(days=3)
        self._begin = {
            zone: beginnings(ZoneInfo(zone), hours, season.begin - margin, season.end + margin)
            for zone in ZONES
        }

    def verdicts(self) -> Iterator[Verdict]:
        """One for each slot of each dealer, of days that are wholly within the season wherever it lives."""
        first, last = self._season.begin.date(), self._season.end.date()
        for dealer_id in self._past.zones:
            ran = {Slot(run.slot_date, run.slot_hour): run for run in self._runs(dealer_id)}  # type: ignore[arg-type]
            for slot in self._begin[ZONES[0]]:
                if first + timedelta(days=1) < slot.date < last - timedelta(days=1):
                    yield self._verdict(dealer_id, slot, ran.get(slot))

    def _runs(self, dealer_id: int) -> list[Run]:
        return list(
            db.session.scalars(select(Run).where(Run.dealer_id == dealer_id, Run.slot_date.is_not(None)))
        )

    def _verdict(self, dealer_id: int, slot: Slot, run: Run | None) -> Verdict:
        if run is None:
            fault = "" if self._was_off(dealer_id, slot) else "no trace of it"
            return Verdict(dealer_id, slot, "not scheduled", fault)
        if run.status in ("queued", "running"):
            return Verdict(dealer_id, slot, "started", "it never ended")
        if run.started_at is not None:
            outcome = "skipped" if run.status == "skipped" else "started"
            return Verdict(dealer_id, slot, outcome, self._fault_of_start(dealer_id, slot, run))
        return Verdict(dealer_id, slot, "missed", self._fault_of_miss(dealer_id, slot, run))

    def _fault_of_start(self, dealer_id: int, slot: Slot, run: Run) -> str:
        begin = self._beginning(dealer_id, slot, run.queued_at)
        if self._was_synced_by_hand(dealer_id, slot, run, before=run.queued_at):
            return "started although a run had been started by hand since it began"
        if not begin <= run.queued_at < begin + CATCH_UP:
            return f"started at {run.queued_at}, not within two hours of {begin}"
        if run.status == "skipped":
            return "" if run.reason else "no reason"
        return ""

    def _fault_of_miss(self, dealer_id: int, slot: Slot, run: Run) -> str:
        reason = run.reason or ""
        if reason == f"Updates are disabled on {WEEKDAYS[slot.date.weekday()]}.":
            return self._fault_of_chance(dealer_id, slot, run)
        if reason.startswith("Skipped: an update was started by hand"):
            return "" if self._was_synced_by_hand(dealer_id, slot, run) else "no run was started by hand"
        if not reason.startswith("Missed: "):
            return f"no reason: {reason}"
        if "a later update" in reason:
            return "" if self._is_later_due(dealer_id, slot, run.queued_at) else "no later one was due"
        return self._fault_of_chance(dealer_id, slot, run)

    def _was_synced_by_hand(
        self, dealer_id: int, slot: Slot, run: Run, before: datetime | None = None
    ) -> bool:
        """Whether a run was started by hand after the slot began, and in its time or before a moment."""
        start = self._beginning(dealer_id, slot, run.queued_at)
        first, last = start - slots.delay(dealer_id), before or start + CATCH_UP
        by_hand = select(Run).where(Run.dealer_id == dealer_id, Run.trigger == "manual")
        return any(
            first <= (each.started_at or each.queued_at) < last for each in db.session.scalars(by_hand)
        )

    def _fault_of_chance(self, dealer_id: int, slot: Slot, run: Run) -> str:
        """A slot may be missed only where no tick within its time found the dealer idle."""
        for tick in self._past.ticks:
            now, begin = tick.believed, self._beginning(dealer_id, slot, tick.at)
            # A clock that stepped back may show a time at which the slot was already recorded.
            if max(tick.at, now) > run.queued_at or now < tick.at == run.queued_at:
                break
            if not begin <= now < begin + CATCH_UP or dealer_id in tick.busy:
                continue
            if not self._is_later_due(dealer_id, slot, now) and not self._is_off(dealer_id, now):
                return f"missed ({run.reason}), but the tick of {now} could have started it"
        return ""

    def _is_later_due(self, dealer_id: int, slot: Slot, now: datetime) -> bool:
        return any(one > slot and self._beginning(dealer_id, one, now) <= now for one in self._near(slot))

    def _near(self, slot: Slot) -> list[Slot]:
        return [one for one in self._begin[ZONES[0]] if abs((one.date - slot.date).days) <= 1]

    def _beginning(self, dealer_id: int, slot: Slot, now: datetime) -> datetime:
        """When the slot begins for the dealer where it lived at a moment."""
        zones = self._past.zones[dealer_id]
        zone = max((since, zone) for since, zone in zones if since <= max(now, zones[0][0]))[1]
        return self._begin[zone][slot] + slots.delay(dealer_id)

    def _is_off(self, dealer_id: int, now: datetime) -> bool:
        return any(since <= now <= until for since, until in self._past.off[dealer_id])

    def _was_off(self, dealer_id: int, slot: Slot) -> bool:
        begins = [zone[slot] for zone in self._begin.values()]
        return any(
            since - LATE <= begin <= until + LATE
            for since, until in self._past.off[dealer_id]
            for begin in begins
        )
