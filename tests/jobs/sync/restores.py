"""Restores in tests, and pictures of everything that a restore returns to its earlier state."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from jobs.sync import run_sync
from tests.sync_harness import SyncHarness
from webapp.core.errors import Refused
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Run, ShelfStock, ShelfTotal, WebstoreFigures
from webapp.restores import requests
from webapp.restores.freeze_choice import NO_FREEZE, FreezeChoice
from webapp.restores.restore_plan import plan
from webapp.runs import lifecycle
from webapp.search import inventory_rows, outbox, reindexing
from webapp.search.search_index import search_index

Picture = dict[str, list[Any]]
_TOTALS = (ShelfTotal.dealer_id, ShelfTotal.catalog, ShelfTotal.products, ShelfTotal.pieces)


def restore(
    harness: SyncHarness, before: Run, codes: Collection[str] | None = None, freeze: FreezeChoice = NO_FREEZE
) -> Run:
    """Restore to before a run, to the end."""
    keys = None if codes is None else list(map(key_of, codes))
    wanted = plan(db.session.connection(), before, keys)
    run_id = requests.request(harness.dealer, wanted, record=lifecycle.record, freeze=freeze).id
    assert run_sync.execute(run_id, harness.run_context())
    run = harness.load_run(run_id)
    assert run.status == "succeeded", run.reason
    return run


def restore_if_changed(harness: SyncHarness, before: Run, codes: Collection[str] | None = None) -> None:
    """Restore to before a run, unless nothing changed since."""
    try:
        restore(harness, before, codes)
    except Refused as refused:
        if str(refused) != requests.NOTHING:
            raise
        db.session.rollback()


def picture(harness: SyncHarness) -> Picture:
    """The dealer's shelf, figures, totals, export and documents, after the outbox was drained."""
    outbox.drain()
    dealer_id, connection = harness.dealer.id, db.session.connection()
    assert reindexing.differences(dealer_id) == 0
    stock, figures = ShelfStock, WebstoreFigures
    shown: Picture = {
        "shelf": _rows(
            dealer_id,
            *(stock.dealer_id, stock.product_id, stock.manufacturer_id, stock.code_key, stock.code),
            *(stock.quantity, stock.sale_price_cents, stock.lead_time_days),
        ),
        "figures": _rows(
            dealer_id,
            *(figures.dealer_id, figures.product_id, figures.shelf_quantity),
            *(figures.sale_price_cents, figures.lead_time_days),
        ),
        "totals": [row for row in _rows(dealer_id, *_TOTALS) if any(row[2:])],
        "export": list(inventory_rows.rows(connection, dealer_id)),
        "documents": list(search_index(connection).stored(dealer_id)),
    }
    db.session.commit()
    return shown


def _rows(dealer_id: int, *columns: Any) -> list[Any]:
    query = select(*columns).where(columns[0] == dealer_id).order_by(*columns[:4])
    return [tuple(row) for row in db.session.execute(query)]
