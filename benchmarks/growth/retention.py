"""Whether history stays bounded: runs of many days, with a round of housekeeping at the end of each.

The days pass as fast as the database takes them. What each run leaves is written set-based; what is deleted
is deleted by the program's own housekeeping.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import time_machine
from sqlalchemy import bindparam, text

from benchmarks.growth.space import HISTORY, Space, taken
from webapp.extensions import db
from webapp.models.types import UtcDateTime
from webapp.operations import housekeeping

HEADINGS: Final = ("day", "runs", "run items", "mappings", "reports", "audit", "MB", "")
COUNTED: Final = ("runs", "run_items", "run_mappings", "reports", "audit_entries")
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
SLOTS, CODES, PIECE = 4, 12, 1_000

_DEALERS: Final = """
    INSERT INTO dealers (name, timezone, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :dealers)
    SELECT 'Dealer ' || i, 'America/Chicago', :at FROM n
"""
_MANUFACTURERS: Final = """
    INSERT INTO manufacturers (catalog, owner_key, name, name_key, abbreviation, abbreviation_key)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :codes)
    SELECT 'aftermarket', 0, 'M' || i, 'm' || i, 'M' || i, 'm' || i FROM n
"""
_RUNS: Final = """
    INSERT INTO runs (dealer_id, status, trigger, anyway, queued_at, started_at, finished_at,
                      attempt, tallied)
    SELECT id, 'succeeded', 'scheduled', false, :at, :at, :at, 1, false FROM dealers
"""
_ITEMS: Final = """
    INSERT INTO run_items (run_id, position, supplier_code, code_key, status, pages, fetched, synced, skipped,
                           cleared, changed, prices_left, requests, rate_waited_ms, started_at, finished_at)
    SELECT r.id, m.id, 'C' || m.id, 'c' || m.id, 'succeeded', 2, 700, 650, 50, 3, 40, 0, 2, 0, :at, :at
    FROM runs AS r CROSS JOIN manufacturers AS m WHERE r.queued_at = :at
"""
_MAPPINGS: Final = """
    INSERT INTO run_mappings (run_item_id, manufacturer_id, position, lead_time_days, pricing)
    SELECT i.id, i.position, 0, 2, 'retail' FROM run_items AS i JOIN runs AS r ON r.id = i.run_id
    WHERE r.queued_at = :at
"""
_REPORTS: Final = """
    INSERT INTO reports (run_id, kind, path, rows, created_at)
    SELECT r.id, k.kind, 'runs/' || r.id || '/' || k.kind || '-1.csv', 8000, :at
    FROM runs AS r CROSS JOIN (SELECT 'inventory' AS kind UNION ALL SELECT 'skipped') AS k
    WHERE r.queued_at = :at
"""
_AUDIT: Final = """
    INSERT INTO audit_entries (at, actor, dealer_id, action, subject, after)
    SELECT :at, 'schedule', dealer_id, 'run.queued', 'Run ' || id, '{"trigger": "scheduled"}'
    FROM runs WHERE queued_at = :at
"""


@dataclass(frozen=True)
class Evening:
    """What there is at the end of a day."""

    day: int
    spaces: tuple[Space, ...]

    @property
    def rows(self) -> dict[str, int]:
        """The rows of each table."""
        return {space.table: space.rows for space in self.spaces}

    def cells(self) -> tuple[str, ...]:
        """The line under `HEADINGS`."""
        counted = (f"{self.rows[name]:,}" for name in COUNTED)
        return f"{self.day}", *counted, f"{sum(space.whole for space in self.spaces) / 1e6:,.1f}", ""


def evenings(dealers: int, days: int, every: int) -> Iterator[Evening]:
    """Let days pass, in the context of an app on an empty database; what is left after every so many."""
    _execute(_DEALERS, BEGIN, dealers=dealers)
    _execute(_MANUFACTURERS, BEGIN, codes=CODES)
    for day in range(1, days + 1):
        for slot in range(SLOTS):
            at = BEGIN + timedelta(days=day, hours=24 // SLOTS * slot)
            for statement in (_RUNS, _ITEMS, _MAPPINGS, _REPORTS, _AUDIT):
                _execute(statement, at)
        with time_machine.travel(BEGIN + timedelta(days=day + 1), tick=False):
            housekeeping.purge_expired(pause=lambda _: None)
        _vacuum()
        if day % every == 0:
            yield Evening(day, tuple(taken(db.session.connection(), HISTORY)))
            db.session.rollback()


def _vacuum() -> None:
    """What PostgreSQL does by itself about once in so many rows: it knows nothing of these days."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))


def _execute(statement: str, at: datetime, **values: int) -> None:
    dated = {"at": at} if ":at" in statement else {}
    asked = text(statement).bindparams(*(bindparam(name, type_=UtcDateTime) for name in dated))
    db.session.execute(asked, {**dated, **values})
    db.session.commit()
