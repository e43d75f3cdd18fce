"""A dealer with a past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.webapp.pages_seed import Shop
from webapp.core import clock, storage
from webapp.extensions import db
from webapp.models import Dealer, PartMatch, Report, ReportedPart, Run, RunItem
from webapp.operations import housekeeping


def ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


class Past:
    """Runs of long ago, and what became of them."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.dealer = self.shop.dealer("Prairie")
        self.maker = self.shop.manufacturer("Tucker")

    def code(self, code: str, dealer: Dealer | None = None) -> None:
        self.shop.code(dealer or self.dealer, code, self.maker)

    def run(
        self, days: float, status: str = "succeeded", *codes: str, dealer: Dealer | None = None, **fields: Any
    ) -> Run:
        """A run that ended so many days ago, with a report, and an item with parts for each code."""
        moment = ago(days)
        values = {"queued_at": moment, "started_at": moment, "finished_at": moment, **fields}
        run = self.shop.run(dealer or self.dealer, status, **values)
        for code in codes:
            self.report(self.shop.item(run, code), 3)
        path = f"runs/{run.id}/inventory-1.csv"
        with storage.open_for_writing(path) as file:
            file.write("x")
        db.session.add(Report(run_id=run.id, kind="inventory", path=path, rows=1))
        db.session.commit()
        return run

    def report(self, item: RunItem, parts: int) -> None:
        rows = [
            ReportedPart(run_item_id=item.id, part_number=f"P{n}", key=f"p{n}", bare_key=f"p{n}")
            for n in range(parts)
        ]
        db.session.add_all(rows)
        db.session.flush()
        for row in rows:
            match = PartMatch(
                run_item_id=item.id, reported_part_id=row.id, manufacturer_id=self.maker.id, product_id=1
            )
            db.session.add(match)
        db.session.commit()

    def purge_expired(self) -> dict[str, int]:
        return housekeeping.purge_expired(pause=lambda _seconds: None)

    def runs(self) -> list[int]:
        found = list(db.session.scalars(select(Run.id).order_by(Run.id)))
        db.session.rollback()
        return found

    def count(self, model: Any) -> int:
        number = db.session.scalar(select(db.func.count()).select_from(model))
        db.session.rollback()
        return number or 0


@pytest.fixture
def past(app: Flask) -> Past:
    return Past()
