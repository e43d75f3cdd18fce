"""A snapshot of all that a run leaves, comparable between runs of the same dealer on the same data."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, text

from webapp.core import storage
from webapp.extensions import db
from webapp.models import OutboxBatch, OutboxEntry, Report, Run, RunItem
from webapp.search import reindexing

# Without the requests, tries and waits: they are more after a takeover, as they should be.
COUNTERS = ("supplier_code", "status", "pages", "fetched", "synced", "skipped", "cleared", "changed")
COUNTERS += ("prices_left", "prices_blocked", "held", "error_kind", "error")
QUERIES = {
    "shelf": "SELECT product_id, manufacturer_id, code_key, quantity, sale_price_cents, lead_time_days "
    "FROM shelf_stock WHERE dealer_id = :dealer ORDER BY 1, 2, 3",
    "webstore figures": "SELECT product_id, shelf_quantity, sale_price_cents, lead_time_days "
    "FROM webstore_figures WHERE dealer_id = :dealer ORDER BY 1",
    "shelf totals": "SELECT catalog, products, pieces FROM shelf_totals WHERE dealer_id = :dealer ORDER BY 1",
    "changes": "SELECT i.code_key, sum(c.changes) FROM item_changes AS c "
    "JOIN run_items AS i ON i.id = c.run_item_id WHERE i.run_id = :run GROUP BY i.code_key ORDER BY 1",
    "stored pulls": "SELECT code_key, synced, skipped, kept, prices_left FROM stored_pulls "
    "WHERE dealer_id = :dealer ORDER BY 1",
}
Snapshot = dict[str, Any]


@contextmanager
def read_only() -> Iterator[None]:
    """Read without blocking writers, on SQLite too."""
    db.session.rollback()
    db.session.connection(execution_options={"sqlite_begin": "DEFERRED"})
    try:
        yield
    finally:
        db.session.rollback()


def take_snapshot(dealer_id: int, run_id: int) -> Snapshot:
    """Everything that is there after a run of a dealer."""
    with read_only():
        run = db.session.get_one(Run, run_id, populate_existing=True)
        items = select(RunItem).where(RunItem.run_id == run_id).order_by(RunItem.position)
        found: Snapshot = {
            "run": (run.status, run.reason),
            "items": [tuple(getattr(item, name) for name in COUNTERS) for item in db.session.scalars(items)],
        }
        for name, query in QUERIES.items():
            key = {"dealer": dealer_id} if ":dealer" in query else {"run": run_id}
            found[name] = [tuple(row) for row in db.session.execute(text(query), key)]
        found["outbox"] = _outbox(dealer_id)
        reports = db.session.scalars(select(Report).where(Report.run_id == run_id).order_by(Report.kind))
        for report in list(reports):
            with storage.open_for_reading(report.path) as file:
                found[f"{report.kind} report"] = (report.rows, sorted(csv.reader(file)))
    found["index"] = reindexing.differences(dealer_id)
    return found


def _outbox(dealer_id: int) -> list[int]:
    single = select(OutboxEntry.product_id).where(OutboxEntry.dealer_id == dealer_id)
    many = select(OutboxBatch.product_ids).where(OutboxBatch.dealer_id == dealer_id)
    batches = [number for numbers in db.session.scalars(many) for number in numbers]
    return sorted([*db.session.scalars(single), *batches])


def differences(one: Snapshot, other: Snapshot) -> list[str]:
    """The names of what is not the same."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
