"""Rows for the pages to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from webapp.core import clock, vault
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import (
    Alert,
    Configuration,
    Dealer,
    Manufacturer,
    Organization,
    Product,
    Run,
    RunItem,
    ShelfStock,
    SupplierCode,
    User,
)
from webapp.runs import readiness

PASSWORD = "correct horse battery"
# Argon2 of PASSWORD is computed where a test signs in by the form; the others never look at it.
NO_PASSWORD = "!"


class Shop:
    """Adds rows, each committed."""

    def dealer(self, name: str, timezone: str = "America/Chicago", **fields: Any) -> Dealer:
        return self._add(Dealer(name=name, timezone=timezone, **fields))

    def organization(self, name: str = "Big Sky Group") -> Organization:
        """An organization that holds 3PA credentials (R2)."""
        return self._add(
            Organization(name=name, username="group", sealed_password=vault.seal("group secret"))
        )

    def user(self, email: str, dealer: Dealer | None = None, password: str = NO_PASSWORD) -> User:
        role = "dealer" if dealer else "staff"
        dealer_id = dealer.id if dealer else None
        of_role = {"role": role, "dealer_id": dealer_id}
        return self._add(User(email=email, password=password, password_set_at=clock.now(), **of_role))

    def configuration(self, dealer: Dealer, **fields: Any) -> Configuration:
        """Enabled, complete and connected, unless the fields say otherwise."""
        row = configurations.of(dealer)
        complete = {
            "enabled": True,
            "username": "dealer-login",
            "sealed_password": vault.seal("hunter2"),
            "password_set_at": clock.now(),
            "cmf": "76014846",
            "check_state": "connected",
            "checked_at": clock.now(),
        }
        for name, value in (complete | fields).items():
            setattr(row, name, value)
        self._note_readiness(dealer.id)
        return row

    def _note_readiness(self, dealer_id: int) -> None:
        """A dealer that is ready has long been, also at a moment that a test travels to (R6)."""
        readiness.refresh(dealer_id)
        row = db.session.get(Configuration, dealer_id)
        if row is not None and row.ready_since is not None:
            row.ready_since = datetime(2020, 1, 1, tzinfo=UTC)
        db.session.commit()

    def manufacturer(
        self, name: str, catalog: str = "aftermarket", dealer: Dealer | None = None
    ) -> Manufacturer:
        return self._add(
            Manufacturer(
                catalog=catalog,
                name=name,
                name_key=key_of(name),
                abbreviation=name[:3] if catalog == "aftermarket" else None,
                abbreviation_key=key_of(name[:3]) if catalog == "aftermarket" else None,
                oem_manufacturer_id=name if catalog == "oem" else None,
                dealer_id=dealer.id if dealer else None,
                owner_key=dealer.id if dealer else 0,
            )
        )

    def code(self, dealer: Dealer, code: str, manufacturer: Manufacturer, position: int = 0) -> SupplierCode:
        row = self._add(
            SupplierCode(
                dealer_id=dealer.id,
                code=code,
                code_key=key_of(code),
                manufacturer_id=manufacturer.id,
                position=position,
            )
        )
        self._note_readiness(dealer.id)
        return row

    def stock(self, row: SupplierCode, mpn: str, quantity: int = 3) -> ShelfStock:
        """A product with a quantity from the supplier code."""
        product = self._add(
            Product(
                catalog="aftermarket", brand="Bell", brand_key="bell", mpn=mpn, mpn_key=key_of(mpn), name=mpn
            )
        )
        return self._add(
            ShelfStock(
                dealer_id=row.dealer_id,
                product_id=product.id,
                manufacturer_id=row.manufacturer_id,
                code_key=row.code_key,
                code=row.code,
                quantity=quantity,
                lead_time_days=1,
            )
        )

    def run(self, dealer: Dealer, status: str = "succeeded", **fields: Any) -> Run:
        values: dict[str, Any] = {"trigger": "manual", **fields}
        if status != "queued":
            values.setdefault("started_at", clock.now())
        if status not in ("queued", "running"):
            values.setdefault("finished_at", clock.now())
        return self._add(Run(dealer_id=dealer.id, status=status, **values))

    def item(self, run: Run, code: str, status: str = "succeeded", **fields: Any) -> RunItem:
        position = len(run.items)
        return self._add(
            RunItem(
                run_id=run.id,
                position=position,
                supplier_code=code,
                code_key=key_of(code),
                status=status,
                **fields,
            )
        )

    def alert(self, dealer: Dealer | None, cause: str, sentence: str = "It is so.", **fields: Any) -> Alert:
        """An open alert of the dealer, or of the deployment."""
        number = dealer.id if dealer else None
        return self._add(
            Alert(dealer_id=number, dealer_key=number or 0, cause=cause, sentence=sentence, **fields)
        )

    def _add(self, row: Any) -> Any:
        db.session.add(row)
        db.session.commit()
        return row
