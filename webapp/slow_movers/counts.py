"""Which codes' slow movers are due to be counted, and what a count found (R30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update

from webapp.core.limits import FRESH_DAYS
from webapp.extensions import db
from webapp.models import SlowMover, SlowMoverCode, SupplierCode
from webapp.models.upserts import insert_new
from webapp.runs import changed_rules

# Less than a week, as scans do not come at the same minute.
COUNTED_LATELY: Final = timedelta(days=6, hours=12)
# Parts that will be too old within this time are counted ahead: they may be before the next count.
AHEAD: Final = timedelta(days=30)


class DueCode(NamedTuple):
    """A code to be counted, as its rows spell it."""

    code_key: str
    code: str


def too_old_since(today: date) -> date:
    """Return the day before which a part's last change is too old for updates (R9)."""
    return today - timedelta(days=FRESH_DAYS)


def due(dealer_id: int, now: datetime, *, is_weekly: bool) -> list[DueCode]:
    """Return the dealer's codes that were not counted for a week; else only those that a user had counted."""
    counted = (SlowMoverCode.dealer_id == SupplierCode.dealer_id) & (
        SlowMoverCode.code_key == SupplierCode.code_key
    )
    code = func.max(func.coalesce(SupplierCode.reported_code, SupplierCode.code))
    query = (
        select(SupplierCode.code_key, code)
        .outerjoin(SlowMoverCode, counted)
        .where(
            SupplierCode.dealer_id == dealer_id,
            or_(SlowMoverCode.counted_at.is_(None), SlowMoverCode.counted_at < now - COUNTED_LATELY)
            if is_weekly
            else SlowMoverCode.supplier_code.is_not(None) & SlowMoverCode.counted_at.is_(None),
        )
        .group_by(SupplierCode.code_key)
        .order_by(SupplierCode.code_key)
    )
    return [DueCode(*row) for row in db.session.execute(query)]


def forget_removed(dealer_id: int) -> None:
    """Delete what was counted of codes that the dealer no longer lists; does not commit."""
    listed = select(SupplierCode.code_key).where(SupplierCode.dealer_id == dealer_id)
    for model in (SlowMover, SlowMoverCode):
        gone = model.dealer_id == dealer_id, model.code_key.not_in(listed)
        db.session.execute(delete(model).where(*gone))


def request(dealer_id: int) -> None:
    """Have all of the dealer's codes counted by the next scan, whatever its kind; does not commit."""
    query = select(SupplierCode.code_key, func.max(SupplierCode.code))
    query = query.where(SupplierCode.dealer_id == dealer_id).group_by(SupplierCode.code_key)
    for row in db.session.execute(query).all():
        note(dealer_id, DueCode(*row), counted_at=None, error=None)


def store(
    dealer_id: int, code: DueCode, rows: Sequence[Mapping[str, Any]], today: date, now: datetime
) -> None:
    """Replace what was counted of a code; does not commit.

    `rows` are columns of `SlowMover` without dealer and code. If other parts than before are protected, the
    stored pull is applied again, which clears those that no longer are (R14).
    """
    of_code = SlowMover.dealer_id == dealer_id, SlowMover.code_key == code.code_key
    before = set(db.session.scalars(select(SlowMover.key).where(*of_code)))
    db.session.execute(delete(SlowMover).where(*of_code))
    names = {"dealer_id": dealer_id, "code_key": code.code_key}
    if rows:
        db.session.execute(insert(SlowMover), [{**names, **row} for row in rows])
    old = [row for row in rows if row["changed_on"] < too_old_since(today)]
    note(
        dealer_id,
        code,
        parts=len(old),
        units=sum(row["quantity"] for row in old),
        value_cents=sum(row["value_cents"] for row in old),
        counted_at=now,
        error=None,
    )
    if before != {row["key"] for row in rows} and _is_protected(dealer_id, code.code_key):
        changed_rules.raise_versions(dealer_id, manufacturers_of(dealer_id, code.code_key))


def note(dealer_id: int, code: DueCode, **values: Any) -> None:
    """Change the row of a code, which is inserted if it is missing; does not commit."""
    key = {"dealer_id": dealer_id, "code_key": code.code_key}
    nothing = {"supplier_code": code.code, "parts": 0, "units": 0, "value_cents": 0}
    db.session.execute(insert_new(SlowMoverCode).values(**key, **nothing))
    of_code = SlowMoverCode.dealer_id == dealer_id, SlowMoverCode.code_key == code.code_key
    db.session.execute(update(SlowMoverCode).where(*of_code).values(supplier_code=code.code, **values))


def manufacturers_of(dealer_id: int, code_key: str) -> list[int]:
    """Return the manufacturers that the code is mapped to."""
    query = select(SupplierCode.manufacturer_id).where(
        SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == code_key
    )
    return list(db.session.scalars(query))


def _is_protected(dealer_id: int, code_key: str) -> bool:
    row = db.session.get(SlowMoverCode, (dealer_id, code_key), populate_existing=True)
    return row is not None and row.is_protected
