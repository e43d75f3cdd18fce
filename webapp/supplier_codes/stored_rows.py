"""Rows of supplier codes as they are stored: inserted and updated with validated values (R4)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Dealer, SupplierCode
from webapp.supplier_codes.checks import Checked, already_there


def next_position(dealer: Dealer) -> int:
    """Return the position after the end of the dealer's list."""
    last = db.session.scalar(
        select(func.max(SupplierCode.position)).where(SupplierCode.dealer_id == dealer.id)
    )
    return 0 if last is None else last + 1


def insert(dealer: Dealer, checked: Checked, position: int) -> SupplierCode:
    """Insert a row; no commit. Raises FieldRefused if the code is already mapped to the manufacturer."""
    # Built in advance: after a failed flush nothing can be loaded.
    twice = already_there(checked)
    row = SupplierCode(dealer_id=dealer.id, position=position)
    overwrite(row, checked)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise twice from None
    return row


def insert_many(dealer: Dealer, checked_rows: list[Checked], position: int) -> list[SupplierCode]:
    """Insert rows from a position on, none of which may exist; no commit."""
    rows = [
        SupplierCode(dealer_id=dealer.id, position=place) for place, _ in enumerate(checked_rows, position)
    ]
    for row, checked in zip(rows, checked_rows, strict=True):
        overwrite(row, checked)
    db.session.add_all(rows)
    db.session.flush()
    return rows


def spelling_of(row: SupplierCode, checked: Checked) -> str:
    """Return a row's spelling of its code with these values.

    A spelling confirmed by Lightspeed's rows is not replaced by one that differs only in case (R4).
    """
    is_same_code = row.code_key == checked.key[0]
    is_kept = is_same_code and row.reported_code and row.reported_code != checked.code
    return row.code if is_kept else checked.code


def overwrite(row: SupplierCode, checked: Checked) -> None:
    """Update a row with validated values, except its position."""
    row.code = spelling_of(row, checked)
    if row.code_key != checked.key[0]:
        row.reported_code = None
    row.code_key, row.manufacturer_id = checked.key
    row.manufacturer = checked.manufacturer
    row.lead_time_days = checked.lead_time_days
    row.pricing = checked.pricing
