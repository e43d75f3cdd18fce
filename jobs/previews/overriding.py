"""Writes the settings that a preview changes, within the transaction that is rolled back (R24)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, select, update

from webapp.core.limits import DEFAULT_LEAD_TIME_DAYS
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Configuration, GuardSettings, SupplierCode
from webapp.models.upserts import insert_new
from webapp.previews.overrides import Overrides, of_stored
from webapp.runs import changed_rules
from webapp.supplier_codes import code_figures


def overriding(dealer_id: int, values: Mapping[str, Any]) -> Callable[[], None]:
    """Return what writes the overrides of a preview, as saving them would."""

    def override() -> None:
        _override(dealer_id, of_stored(values))
        db.session.add_all(added_codes(dealer_id, values))
        db.session.flush()

    return override


def added_codes(dealer_id: int, values: Mapping[str, Any]) -> list[SupplierCode]:
    """Return the codes that a preview adds, as going live adds them; they are not stored.

    Those that the dealer has in the meantime are left out.
    """
    listed = select(SupplierCode.code_key, SupplierCode.manufacturer_id, SupplierCode.position)
    rows = db.session.execute(listed.where(SupplierCode.dealer_id == dealer_id)).all()
    known = {(row.code_key, row.manufacturer_id) for row in rows}
    start = max((row.position for row in rows), default=-1) + 1
    return [
        SupplierCode(
            dealer_id=dealer_id,
            code=code,
            code_key=key_of(code),
            manufacturer_id=manufacturer_id,
            lead_time_days=DEFAULT_LEAD_TIME_DAYS,
            pricing="disabled",
            position=position,
        )
        for position, (code, manufacturer_id) in enumerate(of_stored(values).mapped, start)
        if (key_of(code), manufacturer_id) not in known
    ]


def _override(dealer_id: int, overrides: Overrides) -> None:
    of_dealer = {"quantity_column": overrides.quantity_column, "clear_previous": overrides.clear_previous}
    changed = {name: value for name, value in of_dealer.items() if value is not None}
    if changed:
        statement = update(Configuration).where(Configuration.dealer_id == dealer_id)
        db.session.execute(statement.values(changed))
    if overrides.pricing is not None:
        own = [SupplierCode.dealer_id == dealer_id]
        if overrides.of_mapping is not None:
            own.append(SupplierCode.id == overrides.of_mapping)
        db.session.execute(update(SupplierCode).where(*own).values(pricing=overrides.pricing))
    if overrides.without is not None:
        _remove(dealer_id, overrides.without)
    if overrides.buffer_units is not None:
        _guard(dealer_id, overrides.buffer_units)


def _remove(dealer_id: int, number: int) -> None:
    row = SupplierCode.dealer_id == dealer_id, SupplierCode.id == number
    key = db.session.execute(
        select(SupplierCode.code_key, SupplierCode.manufacturer_id).where(*row)
    ).one_or_none()
    if key is not None:
        statement = delete(SupplierCode).where(*row)
        db.session.execute(statement)
        # Which price a product has depends on the list (R16).
        code_figures.refresh_removed(dealer_id, (key.code_key, key.manufacturer_id))


def _guard(dealer_id: int, units: int) -> None:
    """Give the dealer another safety buffer, as the settings of guards do (R27)."""
    db.session.execute(insert_new(GuardSettings).values(dealer_id=dealer_id, placeholder_prices=[]))
    guards = update(GuardSettings).where(GuardSettings.dealer_id == dealer_id)
    db.session.execute(guards.values(buffer_units=units or None, buffer_percent=None))
    mapped = select(SupplierCode.manufacturer_id).where(SupplierCode.dealer_id == dealer_id)
    changed_rules.raise_versions(dealer_id, db.session.scalars(mapped).all())
