"""Runs syncs of a dealer against the Lightspeed simulator."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.source import Credentials
from jobs.sync import run_sync
from sandbox.simulator import SimulatedDealer, Simulator
from tests.factories import make_configuration, make_dealer, make_supplier_code
from webapp.core import clock, storage, vault
from webapp.core.spreadsheet import BOM
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import (
    Configuration,
    Dealer,
    Manufacturer,
    Product,
    Report,
    Run,
    RunItem,
    ShelfStock,
    SupplierCode,
    WebstoreFigures,
)
from webapp.runs import lifecycle
from webapp.search import noted_products

CMF, USERNAME, PASSWORD = "76014857", "76014857", "correct horse"
HERE = ("127.0.0.1",)
QUICK = RetryPolicy(attempts=2, base=0.01, cap=0.02, total=1.0)


def part(code: str, number: str | None, quantity: Any = 1, **fields: Any) -> dict[str, Any]:
    """A part as Lightspeed reports it, changed yesterday and in stock."""
    changed = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "SupplierCode": code,
        "PartNumber": number,
        "Description": f"Part {number}",
        "OnHand": quantity,
        "Avail": quantity,
        "Retail": 10.0,
        "CurrentActivePrice": 8.5,
        "lastupdatedate": changed,
        **fields,
    }


class SyncHarness:
    """Runs syncs of a connected dealer against the simulator, and reads the results."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.dealer = self.add_dealer("Northwind Powersports", CMF)

    def add_dealer(self, name: str, cmf: str, timezone: str = "America/Chicago") -> Dealer:
        """A connected dealer whose parts the simulator serves."""
        dealer = make_dealer(name, timezone)
        make_configuration(dealer, cmf=cmf, username=USERNAME, sealed_password=vault.seal(PASSWORD))
        self.simulator.dealers[cmf] = SimulatedDealer(cmf, USERNAME, PASSWORD, name)
        return dealer

    @property
    def configuration(self) -> Configuration:
        return db.session.get_one(Configuration, self.dealer.id)

    def change_settings(self, **values: Any) -> None:
        """Change the dealer's configuration."""
        configurations.save_settings(self.configuration, **values)

    def map_code(self, code: str, manufacturer: Manufacturer, **fields: Any) -> SupplierCode:
        """Map a Lightspeed code for the dealer, which is ready for scheduled runs from now on."""
        row = make_supplier_code(self.dealer, code, manufacturer, **fields)
        self.set_ready_since(clock.now())
        return row

    def set_ready_since(self, moment: datetime) -> None:
        """Make the dealer ready for scheduled runs since that moment (R6)."""
        self.configuration.ready_since = moment
        db.session.commit()

    def set_parts(self, *parts: dict[str, Any]) -> None:
        """Make Lightspeed report exactly these parts from now on."""
        self.simulator.dealers[self.configuration.cmf or ""].set_parts(parts)
        db.session.commit()

    def connect(self, credentials: Credentials) -> LightspeedClient:
        """A client of the simulator that retries quickly."""
        return LightspeedClient(
            self.simulator.url, credentials, RateBudget.in_process(None), retry=QUICK, allowed_hosts=HERE
        )

    def run_context(self, **changes: Any) -> run_sync.RunContext:
        return run_sync.RunContext(**{"connect": self.connect, **changes})

    def sync(self, *parts: dict[str, Any], anyway: bool = False, **changes: Any) -> Run:
        """Set the parts, if any are given, and run one sync to its end."""
        if parts:
            self.set_parts(*parts)
        run = lifecycle.record(self.dealer, "command", anyway=anyway).run
        run_id = run.id
        assert run_sync.execute(run_id, self.run_context(**changes))
        return self.load_run(run_id)

    def load_run(self, run_id: int) -> Run:
        return db.session.get_one(Run, run_id, populate_existing=True)

    def load_item(self, run: Run, code: str) -> RunItem:
        db.session.expire_all()
        return next(item for item in run.items if item.code_key == key_of(code))

    def shelf_quantities(self) -> dict[tuple[str, str], int]:
        """Quantity by (code, MPN) of all shelf stock."""
        rows = db.session.execute(
            select(ShelfStock.code, Product.mpn, ShelfStock.quantity).join(
                Product, Product.id == ShelfStock.product_id
            )
        )
        quantities = {(code, mpn): quantity for code, mpn, quantity in rows}
        db.session.commit()
        return quantities

    def shelf_stock(self, code: str, mpn: str) -> ShelfStock:
        """The shelf stock of one code for one product."""
        row = db.session.scalars(
            select(ShelfStock)
            .join(Product, Product.id == ShelfStock.product_id)
            .where(ShelfStock.code_key == key_of(code), Product.mpn == mpn)
            .execution_options(populate_existing=True)
        ).one()
        db.session.commit()
        return row

    def webstore_figures(self, mpn: str) -> tuple[int, int | None, int | None]:
        """A product's shelf quantity, sale price in cents and lead time in the webstore."""
        row = db.session.execute(
            select(
                WebstoreFigures.shelf_quantity,
                WebstoreFigures.sale_price_cents,
                WebstoreFigures.lead_time_days,
            )
            .join(Product, Product.id == WebstoreFigures.product_id)
            .where(Product.mpn == mpn, WebstoreFigures.dealer_id == self.dealer.id)
        ).one()
        db.session.commit()
        return row[0], row[1], row[2]

    def take_outbox(self) -> list[str]:
        """Delete the outbox entries, and return the MPN of each."""
        connection = db.session.connection()
        noted = noted_products.take(connection, noted_products.count(connection))
        mpns = {product.id: product.mpn for product in db.session.scalars(select(Product))}
        db.session.commit()
        return sorted(mpns[product_id] for _, product_id in noted)

    def report_rows(self, run: Run, kind: str) -> list[dict[str, str]]:
        """The rows of a run's report."""
        report = db.session.scalars(select(Report).where(Report.run_id == run.id, Report.kind == kind)).one()
        with storage.open_for_reading(report.path) as file:
            rows = list(csv.DictReader(io.StringIO(file.read().removeprefix(BOM), newline="")))
        db.session.commit()
        return rows


def is_postgresql() -> bool:
    """Tell whether the test's database is PostgreSQL."""
    return str(current_app.config["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql")
