"""Changes a dealer's list of supplier codes, and with it what the webstore shows (R4, R16)."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Dealer, ShelfStock, SupplierCode
from webapp.supplier_codes.checks import Checked, Fields, Refused, already_there, check, existing
from webapp.supplier_codes.lists import listed, stocked_products
from webapp.webstore import figures

OF_CODE = figures.OF_MANUFACTURER + " AND code_key = :code_key"


def add(dealer: Dealer, fields: Fields) -> SupplierCode:
    """Add a supplier code at the end of the dealer's list. Raises Refused."""
    checked = check(dealer, fields)
    lock(dealer.id)
    row = insert(dealer, checked, next_position(dealer))
    refresh(dealer.id, checked.key)
    db.session.commit()
    return row


def edit(row: SupplierCode, fields: Fields) -> None:
    """Give a supplier code other values, where it stands. Raises Refused.

    Mapped to something else it leaves its stock behind as a removed code does.
    """
    checked = check(row.dealer, fields)
    row = _locked(row)
    before = (row.code_key, row.manufacturer_id)
    if checked.key != before and existing(row.dealer, checked.key):
        db.session.rollback()
        raise already_there(checked)
    overwrite(row, checked)
    db.session.flush()
    if checked.key != before:
        refresh(row.dealer_id, before)
        refresh(row.dealer_id, checked.key)
    db.session.commit()


def remove(row: SupplierCode, clear: bool) -> int:
    """Remove a supplier code; its stock keeps its quantities, or goes to zero with `clear` (R4).

    Answers how many products kept a quantity, or lost it. Raises Refused for a code already removed.
    """
    row = _locked(row)
    dealer_id, key = row.dealer_id, (row.code_key, row.manufacturer_id)
    products = stocked_products(row)
    db.session.delete(row)
    db.session.flush()
    if clear:
        _clear(dealer_id, key)
    refresh(dealer_id, key)
    db.session.commit()
    return products


def move(row: SupplierCode, places: int) -> None:
    """Move a supplier code up (negative) or down its dealer's list, as far as the list goes."""
    row = _locked(row)
    ids = [each.id for each in listed(row.dealer)]
    at = ids.index(row.id)
    ids.insert(max(0, at + places), ids.pop(at))
    _place(row.dealer, ids)


def reorder(dealer: Dealer, ids: list[int]) -> None:
    """Put the dealer's list in this order; ids of others are ignored, rows that are not named come last."""
    lock(dealer.id)
    present = [row.id for row in listed(dealer)]
    named = [number for number in dict.fromkeys(ids) if number in present]
    _place(dealer, named + [number for number in present if number not in named])


def _place(dealer: Dealer, ids: list[int]) -> None:
    rows = {row.id: row for row in listed(dealer)}
    for position, number in enumerate(ids):
        rows[number].position = position
    db.session.flush()
    # The order decides whose price a product has (R16).
    figures.refresh(db.session(), dealer.id, figures.OF_DEALER)
    db.session.commit()


def lock(dealer_id: int) -> None:
    """Wait for whoever else changes the dealer's list; SQLite has one writer at a time anyway."""
    db.session.execute(select(Dealer.id).where(Dealer.id == dealer_id).with_for_update(key_share=True))


def _locked(row: SupplierCode) -> SupplierCode:
    """The row as it is now. Raises Refused when it was removed meanwhile."""
    number, dealer_id = row.id, row.dealer_id
    lock(dealer_id)
    found = db.session.get(SupplierCode, number, populate_existing=True)
    if found is None:
        db.session.rollback()
        raise Refused("supplier_code", "This supplier code was removed meanwhile")
    return found


def next_position(dealer: Dealer) -> int:
    """The place after the last of the dealer's list."""
    last = db.session.scalar(
        select(func.max(SupplierCode.position)).where(SupplierCode.dealer_id == dealer.id)
    )
    return 0 if last is None else last + 1


def insert(dealer: Dealer, checked: Checked, position: int) -> SupplierCode:
    """Insert a row, not committed. Raises Refused where the code is mapped to the manufacturer already."""
    row = SupplierCode(dealer_id=dealer.id, position=position)
    overwrite(row, checked)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise already_there(checked) from None
    return row


def overwrite(row: SupplierCode, checked: Checked) -> None:
    """Write checked values into a row, its place in the list aside."""
    row.code = checked.code
    row.code_key, row.manufacturer_id = checked.key
    row.manufacturer = checked.manufacturer
    row.lead_time_days = checked.lead_time_days
    row.pricing = checked.pricing


def refresh(dealer_id: int, key: tuple[str, int]) -> None:
    """Bring up to date what the webstore shows of the products with stock from a code."""
    code_key, manufacturer_id = key
    figures.refresh(db.session(), dealer_id, OF_CODE, manufacturer_id=manufacturer_id, code_key=code_key)


def _clear(dealer_id: int, key: tuple[str, int]) -> None:
    code_key, manufacturer_id = key
    db.session.execute(
        update(ShelfStock)
        .where(
            ShelfStock.dealer_id == dealer_id,
            ShelfStock.code_key == code_key,
            ShelfStock.manufacturer_id == manufacturer_id,
            ShelfStock.quantity > 0,
        )
        # No run cleared it, so no run's report may claim it.
        .values(quantity=0, changed_item_id=None)
    )
