"""Runs with their items, reported parts and reports."""

from __future__ import annotations

from typing import Any

from tests.factories.rows import save
from webapp.core import clock, storage
from webapp.core.text_keys import bare_key_of, key_of
from webapp.models import (
    Dealer,
    HeldClearing,
    Manufacturer,
    PartMatch,
    Product,
    Report,
    ReportedPart,
    Run,
    RunItem,
)


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


def make_reported_part(item: RunItem, number: str, **fields: Any) -> ReportedPart:
    """A part as Lightspeed reported it."""
    keys = {"part_number": number, "key": key_of(number), "bare_key": bare_key_of(number)}
    return save(ReportedPart(run_item_id=item.id, **keys, **fields))


def make_part_match(part: ReportedPart, manufacturer: Manufacturer, product: Product) -> PartMatch:
    ids = {"run_item_id": part.run_item_id, "reported_part_id": part.id}
    return save(PartMatch(**ids, manufacturer_id=manufacturer.id, product_id=product.id))


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
