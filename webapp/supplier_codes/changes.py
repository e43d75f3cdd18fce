"""Changes of a dealer's supplier codes, and of the webstore figures that depend on them (R4, R16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.exc import ObjectDeletedError

from webapp.core import clock
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import Dealer, SupplierCode
from webapp.pulls import frozen_stock
from webapp.runs import readiness
from webapp.search import figures
from webapp.supplier_codes import audit_entries, code_figures, stored_rows
from webapp.supplier_codes.checks import Fields, already_there, check, existing
from webapp.supplier_codes.lists import listed, stocked_products

FROZEN: Final = "Its inventory is frozen. Release it first, or remove the code and keep the quantities"


def add(dealer: Dealer, fields: Fields) -> SupplierCode:
    """Add a supplier code at the end of the dealer's list. Raises FieldRefused."""
    with changing(dealer.id):
        checked = check(dealer, fields)
        row = stored_rows.insert(dealer, checked, stored_rows.next_position(dealer))
        audit_entries.added(row)
        code_figures.refresh(dealer.id, checked.key)
    return row


class Stale(FieldRefused):
    """The row was saved since the form was loaded: by another user, or in another tab."""


def state_of(row: SupplierCode) -> str:
    """Return a row's stored fields as text to compare, except its position."""
    return f"{row.manufacturer_id}/{row.lead_time_days}/{row.pricing}/{row.code}"


def edit(row: SupplierCode, fields: Fields, was: str = "") -> None:
    """Change a supplier code in place. Raises FieldRefused.

    When mapped to another manufacturer, it keeps the previous stock as a removed code does. With `was`, the
    `state_of` the row when the form was loaded, raises Stale if the row has changed since.
    """
    with changing(_dealer_id(row)):
        row = _as_it_is_now(row)
        if was and was != state_of(row):
            raise Stale("", _who_changed(row))
        checked = check(row.dealer, fields)
        before, fields_before = (row.code_key, row.manufacturer_id), audit_entries.fields_of(row)
        if checked.key != before and existing(row.dealer, checked.key):
            raise already_there(checked)
        stored_rows.overwrite(row, checked)
        db.session.flush()
        audit_entries.changed(row, fields_before)
        if checked.key != before:
            code_figures.refresh(row.dealer_id, before)
            code_figures.refresh(row.dealer_id, checked.key)


def remove(row: SupplierCode, clear: bool) -> int:
    """Remove a supplier code; its stock keeps its quantities, or goes to zero with `clear` (R4).

    Returns how many products kept a quantity, or lost it. Raises FieldRefused for a code already removed, and
    for stock to be set to zero that is frozen (R26).
    """
    with changing(_dealer_id(row)):
        row = _as_it_is_now(row)
        dealer_id, key = row.dealer_id, (row.code_key, row.manufacturer_id)
        if clear and frozen_stock.active(db.session.connection(), dealer_id, clock.now()).covers(*key):
            raise FieldRefused("clear", FROZEN)
        products = stocked_products(row)
        take_off(row, clear)
    return products


def take_off(row: SupplierCode, clear: bool = False) -> None:
    """Remove a supplier code as `remove` does, within `changing` of the caller."""
    dealer_id, key = row.dealer_id, (row.code_key, row.manufacturer_id)
    audit_entries.removed(row, clear)
    db.session.delete(row)
    db.session.flush()
    if clear:
        code_figures.clear_stock(dealer_id, key)
        code_figures.refresh(dealer_id, key)
    else:
        code_figures.refresh_removed(dealer_id, key)


def set_pricing(dealer: Dealer, rows: Iterable[SupplierCode], pricing: str) -> None:
    """Change the pricing of some of the dealer's supplier codes, within `changing` of the caller."""
    changed = [row for row in rows if row.pricing != pricing]
    audit_entries.repriced(dealer, changed, pricing)
    for row in changed:
        row.pricing = pricing
    db.session.flush()


def move(row: SupplierCode, places: int) -> int:
    """Move a supplier code up (negative) or down its dealer's list, within its bounds.

    Returns its new position, from 1.
    """
    with changing(_dealer_id(row)):
        row = _as_it_is_now(row)
        ids = [each.id for each in listed(row.dealer)]
        at = ids.index(row.id)
        number = ids.pop(at)
        ids.insert(max(0, at + places), number)
        audit_entries.moved(row, at + 1, ids.index(number) + 1)
        _place(row.dealer, ids)
    return ids.index(number) + 1


def reorder(dealer: Dealer, ids: list[int]) -> None:
    """Reorder the dealer's list; unknown ids are ignored, missing rows come last."""
    with changing(dealer.id):
        rows = {row.id: row for row in listed(dealer)}
        named = [number for number in dict.fromkeys(ids) if number in rows]
        ordered = named + [number for number in rows if number not in named]
        audit_entries.reordered(dealer, list(rows.values()), [rows[number] for number in ordered])
        _place(dealer, ordered)


def _place(dealer: Dealer, ids: list[int]) -> None:
    rows = {row.id: row for row in listed(dealer)}
    for position, number in enumerate(ids):
        rows[number].position = position
    db.session.flush()
    # The order determines which price a product has (R16).
    figures.refresh_order(db.session(), dealer.id, figures.OF_DEALER)


@contextmanager
def changing(dealer_id: int) -> Iterator[None]:
    """Change the dealer's list under a lock; commits at the end, rolls back on errors."""
    # SQLite has only one writer at a time.
    db.session.execute(select(Dealer.id).where(Dealer.id == dealer_id).with_for_update(key_share=True))
    try:
        yield
        readiness.refresh(dealer_id)
    except Exception:
        db.session.rollback()
        raise
    db.session.commit()


def _dealer_id(row: SupplierCode) -> int:
    try:
        return row.dealer_id
    except ObjectDeletedError:
        raise _removed() from None


def _as_it_is_now(row: SupplierCode) -> SupplierCode:
    current = db.session.get(SupplierCode, row.id, populate_existing=True)
    if current is None:
        raise _removed()
    return current


def _who_changed(row: SupplierCode) -> str:
    if audit_entries.is_own_change(row):
        return "You changed this supplier code in another tab or on another device since you opened it"
    return "Someone else changed this supplier code since you opened it"


def _removed() -> FieldRefused:
    return FieldRefused("supplier_code", "This supplier code was already removed")
