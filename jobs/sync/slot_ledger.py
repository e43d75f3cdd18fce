"""Ledger of the slots that are settled for each scheduled dealer (R6).

A tick looks only at what began after the last slot that is settled, however late the tick comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam, delete, select, text

from jobs.sync.slot_planner import Begun
from webapp.extensions import db
from webapp.models import Configuration, Dealer, SlotLedgerEntry
from webapp.runs import slots
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

# Slots missed longer ago are not recorded one by one: such history would be purged at once.
LOOK_BACK: Final = timedelta(days=31)

_SETTLE = text("""
    INSERT INTO slot_accounts (dealer_id, timezone, slot_date, slot_hour)
    VALUES (:dealer_id, :timezone, :slot_date, :slot_hour)
    ON CONFLICT (dealer_id) DO UPDATE
       SET timezone = excluded.timezone, slot_date = excluded.slot_date, slot_hour = excluded.slot_hour
     WHERE (slot_accounts.slot_date, slot_accounts.slot_hour) < (excluded.slot_date, excluded.slot_hour)
        OR slot_accounts.timezone <> excluded.timezone
""").bindparams(bindparam("slot_date", type_=Date))


class _Scheduled(NamedTuple):
    """A scheduled dealer; `known` and the slot are those of its ledger entry, None without one."""

    id: int
    timezone: str
    disabled_days: int
    ready_since: datetime
    known: str | None
    slot_date: date | None
    slot_hour: int | None

    @property
    def settled(self) -> Slot | None:
        if self.known is None or self.slot_date is None or self.slot_hour is None:
            return None
        return Slot(self.slot_date, self.slot_hour)


@dataclass(frozen=True)
class LedgerEntry:
    """Scheduled dealer with slots to settle: `begun` are those since `settled`.

    `is_new`: the dealer was not scheduled before. `has_moved`: its time zone was changed.
    """

    dealer_id: int
    timezone: str
    disabled_days: int
    settled: Slot
    is_new: bool
    has_moved: bool
    begun: Begun


def forget_unscheduled() -> None:
    """Delete and commit the entries of dealers that are not ready: they have no slots (R6)."""
    ready = select(Configuration.dealer_id).where(
        Configuration.dealer_id == SlotLedgerEntry.dealer_id, Configuration.ready_since.is_not(None)
    )
    db.session.execute(delete(SlotLedgerEntry).where(~ready.exists()))
    db.session.commit()


def with_news(now: datetime, hours: Sequence[int]) -> Iterator[LedgerEntry]:
    """Yield the scheduled dealers, by id, with slots to settle, no ledger entry, or a new time zone."""

    @cache
    def latest(timezone: str) -> Slot:
        return slots.last_begun(now, ZoneInfo(timezone), hours, timedelta())

    for row in _scheduled():
        entry = _entry(row, now, hours, latest(row.timezone))
        if entry is not None:
            yield entry


def _entry(row: _Scheduled, now: datetime, hours: Sequence[int], latest: Slot) -> LedgerEntry | None:
    is_new, has_moved = row.settled is None, row.known not in (None, row.timezone)
    if row.settled and not has_moved and latest <= row.settled:
        return None
    zone, delay = ZoneInfo(row.timezone), slots.delay(row.id)
    settled = max(_settled(row, now, hours), Slot(_day(now - LOOK_BACK), 0))
    begun = slots.begun(now, zone, hours, delay, settled)
    if not (begun or is_new or has_moved):
        return None
    return LedgerEntry(row.id, row.timezone, row.disabled_days, settled, is_new, has_moved, begun)


def _settled(row: _Scheduled, now: datetime, hours: Sequence[int]) -> Slot:
    """Return the last slot with nothing left to do: it is in the ledger, or does not count (R6)."""
    zone = ZoneInfo(row.timezone)
    known = row.settled
    if known and row.known != row.timezone:
        # West of the former zone a slot that was settled there may begin only now. One that has its run is
        # not started again.
        known = min(known, slots.last_begun(now - CATCH_UP, zone, hours, slots.delay(row.id)))
    if known and row.ready_since < slots.moment(known, zone):
        return known
    # A slot that had begun when the dealer became ready does not count, whatever the dealer's delay.
    not_counted = slots.last_begun(row.ready_since, zone, hours, timedelta())
    return max(not_counted, known or not_counted)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _scheduled() -> list[_Scheduled]:
    query = (
        select(
            Dealer.id,
            Dealer.timezone,
            Configuration.disabled_days,
            Configuration.ready_since,
            SlotLedgerEntry.timezone.label("known"),
            SlotLedgerEntry.slot_date,
            SlotLedgerEntry.slot_hour,
        )
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .outerjoin(SlotLedgerEntry, SlotLedgerEntry.dealer_id == Dealer.id)
        .where(Configuration.ready_since.is_not(None))
        .order_by(Dealer.id)
    )
    return [_Scheduled._make(row) for row in db.session.execute(query)]


def settle(entries: Iterable[tuple[LedgerEntry, Slot]]) -> None:
    """Record that each dealer's slots are settled up to this one. The caller commits."""
    rows = [
        {
            "dealer_id": entry.dealer_id,
            "timezone": entry.timezone,
            "slot_date": slot.date,
            "slot_hour": slot.hour,
        }
        for entry, slot in entries
    ]
    if rows:
        db.session.execute(_SETTLE, rows)
