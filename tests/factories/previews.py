"""Factories of previews."""

from __future__ import annotations

from typing import Any

from tests.factories.rows import save
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, PlannedChanges, Preview, PreviewCode, Product
from webapp.previews.basis import basis_of
from webapp.previews.summary import summary_of
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import pack, unpack
from webapp.pulls.stored_changes import CausedChange

# Product and manufacturer, the stock before and after.
PlannedRow = tuple[Product, Manufacturer, Stock | None, Stock]


def make_preview(dealer: Dealer, *rows: PlannedRow, code: str = "TR", **fields: Any) -> Preview:
    """A preview that is ready, with what it plans for one code."""
    figures = {"before": {"pieces": 10, "cents": 1000}, "after": {"pieces": 12, "cents": 1300}}
    values = {"kind": "run", "state": "ready", "figures": figures, **fields}
    preview = Preview(dealer_id=dealer.id, basis=basis_of(dealer.id, dealer.timezone), **values)
    save(preview)
    noted = [(StockKey(row[0].id, row[1].id, code.lower()), row[2], row[3], None, 0) for row in rows]
    body = pack(noted) if noted else b""
    summary = summary_of([[CausedChange(change, "reported") for change in unpack(body)]] if noted else [])
    save(
        PreviewCode(
            preview_id=preview.id,
            code_key=code.lower(),
            position=0,
            supplier_code=code,
            status="succeeded",
            counts=summary.as_counts(),
            largest=summary.pack(),
            figures=figures,
        )
    )
    if rows:
        owner = {"dealer_id": dealer.id, "preview_id": preview.id, "code_key": code.lower()}
        save(PlannedChanges(**owner, cause="reported", changes=len(rows), largest=body, body=body))
    db.session.commit()
    return preview
