"""Runs with their items, reported parts and reports."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.factories.rows import save
from webapp.core import clock, storage
from webapp.core.bulk_changes import PRICES, BulkChange
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import (
    Dealer,
    HeldClearing,
    HeldPull,
    Manufacturer,
    PartNumber,
    Product,
    PullBlock,
    Report,
    Run,
    RunItem,
    StoredPull,
)
from webapp.previews.summary import summary_of
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.entries import Entry, Match, pack, unpack
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change
from webapp.pulls.stored_changes import CausedChange


def make_run(dealer: Dealer, status: str = "succeeded", **fields: Any) -> Run:
    """A manual run, started and finished now as far as its status implies."""
    values: dict[str, Any] = {"trigger": "manual", **fields}
    if status != "queued":
        values.setdefault("started_at", clock.now())
    if status not in ("queued", "running"):
        values.setdefault("finished_at", clock.now())
    return save(Run(dealer_id=dealer.id, status=status, **values))


def make_run_item(run: Run, code: str, status: str = "succeeded", **fields: Any) -> RunItem:
    """The run's next item."""
    names = {"supplier_code": code, "code_key": key_of(code)}
    return save(RunItem(run_id=run.id, position=len(run.items), status=status, **names, **fields))


def make_stored_part(item: RunItem, number: str, match: Product | None = None, **fields: Any) -> None:
    """A part of the item's stored pull; with `match`, it updated that product of each manufacturer."""
    raw = (number, item.supplier_code, fields.pop("description", None))
    others = (None, None, fields.pop("upc", None), fields.pop("superseded_to", None), None, None)
    quantity = fields.get("quantity", fields.pop("quantity_text", None))
    values = {"reason": None, "quantity": None, **fields}
    entry = Entry(key_of(number), (*raw, quantity, quantity, *others), **values)
    if match is not None:
        numbers = db.session.scalars(select(PartNumber).where(PartNumber.product_id == match.id))
        entry.matches = [Match(row.manufacturer_id, match.id) for row in numbers]
    _store(item, entry)


def _store(item: RunItem, entry: Entry) -> None:
    names = {"dealer_id": item.run.dealer_id, "code_key": item.code_key}
    block = db.session.get(PullBlock, (*names.values(), "", item.id))
    entries = [entry] if block is None else [*unpack(block.body), entry]
    entries.sort(key=lambda entry: entry.key)
    counts = {"synced": 0, "kept": 0, "prices_left": 0}
    reasons = Counter(entry.reason for entry in entries if entry.reason)
    nothing = {"digest": b"", "inventory": b"", "skipped_lines": b"", "is_conclusive": True}
    parts = {"body": pack(entries), "reasons": reasons, "rows": len(entries), "inventory_rows": 0}
    pull = {"moment": item.run_id, "quantity_column": "on_hand", "digest": b"", "basis": b"", "unnamed": 0}
    db.session.merge(StoredPull(**names, item_id=item.id, skipped=0, **pull, **counts))
    db.session.merge(PullBlock(**names, first_key="", item_id=item.id, **parts, **nothing, **counts))
    db.session.commit()


def make_report(run: Run, path: str = "", text: str = "x", kind: str = "inventory") -> Report:
    """A report of one row, and its file."""
    path = path or f"runs/{run.id}/{kind}.csv"
    with storage.open_for_writing(path) as file:
        file.write(text)
    return save(Report(run_id=run.id, kind=kind, path=path, rows=1))


def make_held_clearing(item: RunItem, products: int = 100, stocked: int = 120, **fields: Any) -> HeldClearing:
    """A clearing of the item that would take so many of the stocked products to zero (R14)."""
    ids = {"dealer_id": item.run.dealer_id, "run_id": item.run_id, "run_item_id": item.id}
    names = {"supplier_code": item.supplier_code, "code_key": item.code_key}
    return save(HeldClearing(**ids, **names, products=products, stocked=stocked, **fields))


def make_held_pull(item: RunItem, *planned: Change, **fields: Any) -> HeldPull:
    """A pull of the item in which 412 of 430 prices moved by more than half, with planned changes (R27)."""
    ids = {"dealer_id": item.run.dealer_id, "run_id": item.run_id, "run_item_id": item.id}
    names = {"supplier_code": item.supplier_code, "code_key": item.code_key}
    log = ChangeLog(db.session.connection(), item.run.dealer_id, item.id, planned_for=item.code_key)
    log.add("reported", planned)
    log.flush()
    summary = summary_of([[CausedChange(change, "reported") for change in planned]])
    pull = {
        "reasons": [BulkChange(PRICES, 412, 430, "A-1", 1200, 120000)._asdict()],
        "planned": {"changes": summary.changes, **summary.counts, **summary.sum._asdict()},
        "largest": summary.pack(),
        **{"rows": 430, "digest": b"", "quantity_column": "on_hand"},
        "apply_at": clock.now() + timedelta(hours=24),
    }
    return save(HeldPull(**{**ids, **names, **pull, **fields}))


def make_changes(
    item: RunItem,
    *rows: tuple[Product, Manufacturer, Stock | None, Stock],
    cause: str = "reported",
    is_planned: bool = False,
    withheld: int = 0,
) -> None:
    """What an item changed of its code's stock: product and manufacturer, the stock before and after.

    Guards keep `withheld` pieces of each product off the webstore.
    """
    planned_for = item.code_key if is_planned else None
    log = ChangeLog(db.session.connection(), item.run.dealer_id, item.id, planned_for)
    log.add(
        cause,
        [
            (StockKey(product.id, manufacturer.id, item.code_key), before, after, None, withheld)
            for product, manufacturer, before, after in rows
        ],
    )
    log.flush()
    db.session.commit()
