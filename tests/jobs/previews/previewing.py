"""Plans previews in tests, and compares them with what runs then do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, table, text

from jobs.previews.plan_preview import plan_preview
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Preview, PreviewCode, Run
from webapp.previews import requests, shelf_figures
from webapp.pulls.stored_changes import CausedChange, changes_of, planned_of_preview

COUNTS = ("synced", "skipped", "kept", "kept_absent", "prices_left", "cleared", "changed", "held")
# What a preview writes. The ids of a table that only counts them are no contents.
OWN = ("previews", "preview_codes", "preview_pulls", "planned_changes", "audit_entries")

Contents = dict[str, list[tuple[Any, ...]]]
# By code: state, counts and changes.
Results = dict[str, tuple[str, dict[str, int], list[CausedChange]]]


def contents(without: Collection[str] = OWN) -> Contents:
    """All rows of all tables but some."""
    found = {
        name: sorted(map(tuple, db.session.execute(select(text("*")).select_from(table(name)))), key=repr)
        for name in db.metadata.tables
        if name not in without
    }
    db.session.commit()
    return found


def preview(harness: SyncHarness, kind: str = "run", **choice: Any) -> Preview:
    """Request and plan a preview."""
    number = requests.request(harness.dealer, kind, **choice).id
    return plan(harness, number)


def plan(harness: SyncHarness, number: int) -> Preview:
    """Plan a preview that waits."""
    assert plan_preview(number, harness.connect)
    db.session.commit()
    return db.session.get_one(Preview, number, populate_existing=True)


def planned(row: Preview) -> Results:
    """What a preview says of each code."""
    query = select(PreviewCode).where(PreviewCode.preview_id == row.id).order_by(PreviewCode.position)
    connection = db.session.connection()
    return {
        code.code_key: (
            code.status,
            {name: (code.counts or {}).get(name, 0) for name in COUNTS},
            [
                each
                for block in planned_of_preview(connection, row.dealer_id, row.id, code.code_key)
                for each in block
            ],
        )
        for code in db.session.scalars(query)
    }


def done(run: Run) -> Results:
    """What a run did of each code."""
    connection = db.session.connection()
    return {
        item.code_key: (
            item.status,
            {name: getattr(item, name) for name in COUNTS},
            list(changes_of(connection, item.id)),
        )
        for item in run.items
    }


def shelf_total(harness: SyncHarness) -> dict[str, int]:
    """Pieces and value of the dealer's shelf."""
    found = shelf_figures.total(shelf_figures.of_codes(harness.dealer.id))
    db.session.commit()
    return found._asdict()
