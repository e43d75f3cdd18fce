"""A dealer with runs of earlier days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import (
    make_dealer,
    make_manufacturer,
    make_product,
    make_report,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.factories.rows import save
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, PartMatch, ReportedPart, Run, RunItem
from webapp.operations import housekeeping


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


class History:
    """A dealer with runs of earlier days."""

    def __init__(self) -> None:
        self.dealer = make_dealer("Prairie")
        self.manufacturer = make_manufacturer("Tucker")
        self.product = make_product(self.manufacturer, "P0")

    def add_code(self, code: str, dealer: Dealer | None = None) -> None:
        make_supplier_code(dealer or self.dealer, code, self.manufacturer)

    def add_run(
        self, days: float, status: str = "succeeded", *codes: str, dealer: Dealer | None = None, **fields: Any
    ) -> Run:
        """A run that ended so many days ago, with a report, and an item with three parts for each code."""
        moment = ago(days)
        values = {"queued_at": moment, "started_at": moment, "finished_at": moment, **fields}
        run = make_run(dealer or self.dealer, status, **values)
        for code in codes:
            self.add_parts(make_run_item(run, code), 3)
        make_report(run, f"runs/{run.id}/inventory-1.csv")
        return run

    def add_parts(self, item: RunItem, count: int) -> None:
        """Reported parts in the tables of earlier versions, each matched with the product."""
        for number in range(count):
            part = save(
                ReportedPart(run_item_id=item.id, part_number=f"P{number}", key=f"p{number}", bare_key="p")
            )
            ids = {"run_item_id": item.id, "reported_part_id": part.id, "product_id": self.product.id}
            save(PartMatch(**ids, manufacturer_id=self.manufacturer.id))

    def purge_expired(self) -> dict[str, int]:
        return housekeeping.purge_expired(pause=lambda _seconds: None)

    def run_ids(self) -> list[int]:
        ids = list(db.session.scalars(select(Run.id).order_by(Run.id)))
        db.session.rollback()
        return ids

    def count(self, model: Any) -> int:
        number = db.session.scalar(select(db.func.count()).select_from(model))
        db.session.rollback()
        return number or 0


@pytest.fixture
def history(app: Flask) -> History:
    return History()
