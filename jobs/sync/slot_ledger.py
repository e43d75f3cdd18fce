"""Ledger of the slots that are settled for each scheduled dealer (R6).

A tick looks only at what began after the last slot that is settled, however late the tick comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam, delete, select, text

from jobs.sync.slot_planner import Begun
from webapp.extensions import db
from webapp.models import Configuration, Dealer, SlotLedgerEntry
from webapp.runs import slots
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

# What was missed longer ago is not recorded one by one: it would be history that nobody keeps.
LOOK_BACK: Final = timedelta(days=31)

_SETTLE = text("""
    INSERT INTO slot_accounts (dealer_id, timezone, slot_date, slot_hour)
    VALUES (:dealer_id, :timezone, :slot_date, :slot_hour)
    ON CONFLICT (dealer_id) DO UPDATE
       SET timezone = excluded.timezone, slot_date = excluded.slot_date, slot_hour = excluded.slot_hour
     WHERE (slot_accounts.slot_date, slot_accounts.slot_hour) < (excluded.slot_date, excluded.slot_hour)
        OR slot_accounts.timezone <> excluded.timezone
""").bindparams(bindparam("slot_date", type_=Date))


@dataclass(frozen=True)
class LedgerEntry:
    """A scheduled dealer with news: `begun` are its slots since `settled`.

    `is_new` says that the dealer was not scheduled before, `has_moved` that its time zone was changed.
    """

    dealer_id: int
    timezone: str
    disabled_days: int
    settled: Slot
    is_new: bool
    has_moved: bool
    begun: Begun


def forget_unscheduled() -> None:
    """Commit that dealers which are not ready have no slots (R6)."""
    ready = select(Configuration.dealer_id).where(
        Configuration.dealer_id == SlotLedgerEntry.dealer_id, Configuration.ready_since.is_not(None)
    )
    gone = delete(SlotLedgerEntry).where(~ready.exists())
    db.session.execute(gone)
    db.session.commit()


def with_news(now: datetime, hours: Sequence[int]) -> Iterator[LedgerEntry]:
    """The scheduled dealers with slots to settle, or that have no account yet, or moved; by their ids."""

    @cache
    def latest(timezone: str) -> Slot:
        return slots.last_begun(now, ZoneInfo(timezone), hours, timedelta())

    for row in _scheduled():
        account = _account(row, now, hours, latest(row.timezone))
        if account is not None:
            yield account


def _account(row: Any, now: datetime, hours: Sequence[int], latest: Slot) -> LedgerEntry | None:
    is_new, has_moved = row.known is None, row.known not in (None, row.timezone)
    if not (is_new or has_moved) and latest <= Slot(row.slot_date, row.slot_hour):
        return None
    zone, delay = ZoneInfo(row.timezone), slots.delay(row.id)
    settled = max(_settled(row, now, hours), Slot(_day(now - LOOK_BACK), 0))
    begun = slots.begun(now, zone, hours, delay, settled)
    if not (begun or is_new or has_moved):
        return None
    return LedgerEntry(row.id, row.timezone, row.disabled_days, settled, is_new, has_moved, begun)


def _settled(row: Any, now: datetime, hours: Sequence[int]) -> Slot:
    """Up to which slot nothing is left to do: it is accounted for, or does not count (R6)."""
    zone = ZoneInfo(row.timezone)
    known = None if row.known is None else Slot(row.slot_date, row.slot_hour)
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


def _scheduled() -> Sequence[Any]:
    wanted = (
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
    rows = db.session.execute(wanted).all()
    db.session.commit()
    return rows


def settle(accounts: Iterable[tuple[LedgerEntry, Slot]]) -> None:
    """Note, not commit, that each dealer's slots are settled up to this one."""
    rows = [
        {
            "dealer_id": account.dealer_id,
            "timezone": account.timezone,
            "slot_date": slot.date,
            "slot_hour": slot.hour,
        }
        for account, slot in accounts
    ]
    if rows:
        db.session.execute(_SETTLE, rows)
