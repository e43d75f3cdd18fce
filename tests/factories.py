"""A small world to run syncs in: manufacturers with products, a dealer, and a Lightspeed to report parts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from jobs.sources.lightspeed import Credentials, LightspeedClient, RateBudget, RetryPolicy
from jobs.sync import run_sync
from sandbox.simulator import SimulatedDealer, Simulator
from webapp.core import clock, storage, vault
from webapp.core.spreadsheet import BOM
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import (
    Configuration,
    Dealer,
    Manufacturer,
    OutboxEntry,
    PartNumber,
    Product,
    Report,
    Run,
    RunItem,
    ShelfStock,
    SupplierCode,
    WebstoreFigures,
)
from webapp.runs import lifecycle

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


class World:
    """Builds what a test needs, runs syncs, and tells what came of them."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.dealer = self.add_dealer("Northwind Powersports", CMF)

    def add_dealer(self, name: str, cmf: str, timezone: str = "America/Chicago") -> Dealer:
        """A connected dealer, whose parts the simulator serves."""
        dealer = Dealer(name=name, timezone=timezone)
        db.session.add(dealer)
        db.session.flush()
        configuration = configurations.of(dealer)
        configuration.enabled, configuration.cmf, configuration.username = True, cmf, USERNAME
        configuration.sealed_password = vault.seal(PASSWORD)
        configuration.check_state = "connected"
        db.session.commit()
        self.simulator.dealers[cmf] = SimulatedDealer(cmf, USERNAME, PASSWORD, name)
        return dealer

    @property
    def configuration(self) -> Configuration:
        return db.session.get_one(Configuration, self.dealer.id)

    def settings(self, **values: Any) -> None:
        """Change the dealer's configuration."""
        configurations.save_settings(self.configuration, **values)

    def manufacturer(
        self, name: str, catalog: str = "aftermarket", numbers: Iterable[str] = ()
    ) -> Manufacturer:
        """A manufacturer that sells products under these part numbers, each a product of its own."""
        owner = self.dealer.id if catalog == "private_label" else None
        manufacturer = Manufacturer(
            catalog=catalog,
            name=name,
            name_key=key_of(name),
            abbreviation=name if catalog == "aftermarket" else None,
            abbreviation_key=key_of(name) if catalog == "aftermarket" else None,
            oem_manufacturer_id=key_of(name) if catalog == "oem" else None,
            dealer_id=owner,
            owner_key=owner or 0,
        )
        db.session.add(manufacturer)
        db.session.flush()
        for number in numbers:
            self.sell(manufacturer, number)
        db.session.commit()
        return manufacturer

    def sell(
        self, manufacturer: Manufacturer, number: str, product: Product | None = None, **fields: Any
    ) -> Product:
        """Sell a product, a new one unless given, under a part number."""
        if product is None:
            product = Product(
                catalog=manufacturer.catalog,
                dealer_id=manufacturer.dealer_id,
                owner_key=manufacturer.owner_key,
                brand=manufacturer.name,
                brand_key=manufacturer.name_key,
                mpn=number,
                mpn_key=key_of(number),
                name=f"Product {number}",
                **fields,
            )
            db.session.add(product)
            db.session.flush()
        db.session.add(
            PartNumber(
                manufacturer_id=manufacturer.id,
                product_id=product.id,
                part_number=number,
                key=key_of(number),
                bare_key=bare_key_of(number),
            )
        )
        db.session.commit()
        return product

    def map(
        self, code: str, manufacturer: Manufacturer, lead_time_days: int = 1, pricing: str = "disabled"
    ) -> SupplierCode:
        """Map a Lightspeed code, at the end of the dealer's list."""
        row = SupplierCode(
            dealer_id=self.dealer.id,
            position=db.session.scalar(select(db.func.count(SupplierCode.id))) or 0,
            code=code,
            code_key=key_of(code),
            manufacturer_id=manufacturer.id,
            lead_time_days=lead_time_days,
            pricing=pricing,
        )
        db.session.add(row)
        self.ready_since(clock.now())
        return row

    def ready_since(self, moment: datetime) -> None:
        """Have the dealer be ready for scheduled runs since then (R6)."""
        self.configuration.ready_since = moment
        db.session.commit()

    def report(self, *parts: dict[str, Any]) -> None:
        """Have Lightspeed report these parts, and no others, from now on."""
        self.simulator.dealers[self.configuration.cmf or ""].set_parts(parts)
        db.session.commit()

    def connect(self, credentials: Credentials) -> LightspeedClient:
        """Reach the simulator, without waiting long before a retry."""
        return LightspeedClient(
            self.simulator.url, credentials, RateBudget.in_process(None), retry=QUICK, allowed_hosts=HERE
        )

    def surroundings(self, **changes: Any) -> run_sync.RunContext:
        return run_sync.RunContext(**{"connect": self.connect, **changes})

    def sync(self, *parts: dict[str, Any], anyway: bool = False, **changes: Any) -> Run:
        """Report the parts, if any are given, and run one sync to its end."""
        if parts:
            self.report(*parts)
        run = lifecycle.record(self.dealer, "command", anyway=anyway).run
        run_id = run.id
        assert run_sync.execute(run_id, self.surroundings(**changes))
        return self.run(run_id)

    def run(self, run_id: int) -> Run:
        return db.session.get_one(Run, run_id, populate_existing=True)

    def item(self, run: Run, code: str) -> RunItem:
        db.session.expire_all()
        return next(item for item in run.items if item.code_key == key_of(code))

    def shelf(self) -> dict[tuple[str, str], int]:
        """Quantity by (code, MPN) of all shelf stock."""
        rows = db.session.execute(
            select(ShelfStock.code, Product.mpn, ShelfStock.quantity).join(
                Product, Product.id == ShelfStock.product_id
            )
        )
        found = {(code, mpn): quantity for code, mpn, quantity in rows}
        db.session.commit()
        return found

    def stock(self, code: str, mpn: str) -> ShelfStock:
        """The shelf stock of one code for one product."""
        found = db.session.scalars(
            select(ShelfStock)
            .join(Product, Product.id == ShelfStock.product_id)
            .where(ShelfStock.code_key == key_of(code), Product.mpn == mpn)
            .execution_options(populate_existing=True)
        ).one()
        db.session.commit()
        return found

    def figures(self, mpn: str) -> tuple[int, int | None, int | None]:
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

    def noted(self) -> list[str]:
        """MPNs of the products that wait to be reindexed, as often as noted; forgets the notes."""
        names = list(
            db.session.scalars(select(Product.mpn).join(OutboxEntry, OutboxEntry.product_id == Product.id))
        )
        db.session.execute(db.delete(OutboxEntry))
        db.session.commit()
        return sorted(names)

    def csv(self, run: Run, kind: str) -> list[dict[str, str]]:
        """The rows of a run's report."""
        report = db.session.scalars(select(Report).where(Report.run_id == run.id, Report.kind == kind)).one()
        with storage.open_for_reading(report.path) as file:
            rows = list(csv.DictReader(io.StringIO(file.read().removeprefix(BOM), newline="")))
        db.session.commit()
        return rows


def is_postgresql() -> bool:
    """Which database the test is on."""
    return str(current_app.config["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql")
