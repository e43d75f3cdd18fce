"""What users decide about a code found: map it, or hide it as not for the webstore (R20, R21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from webapp import audit, supplier_codes
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, FoundCode, Manufacturer, SupplierCode, User
from webapp.supplier_codes import Fields, RowsRefused

GONE: Final = "The list has changed. Check it and try again."


def map_codes(dealer: Dealer, chosen: Mapping[str, int]) -> list[SupplierCode]:
    """Add a supplier code for each code key with its manufacturer's id; all or nothing.

    Raises Refused if a code or a manufacturer is not the dealer's, or one of them is mapped already.
    """
    rows = require_offered(dealer, chosen)
    try:
        return supplier_codes.add_all(dealer, rows)
    except RowsRefused as refused:
        reasons = (f"{rows[place].supplier_code}: {said}" for place, said in refused.refusals.items())
        raise Refused("; ".join(reasons)) from None


def require_offered(dealer: Dealer, chosen: Mapping[str, int]) -> list[Fields]:
    """Return the supplier codes of code keys with their manufacturers' ids.

    Raises Refused if a code was not found in the dealer's stock, or a manufacturer is another dealer's.
    """
    codes = {row.code_key: row for row in _found(dealer, chosen)}
    makers = {row.id: row for row in _makers(dealer, chosen)}
    if not all(key in codes and maker in makers for key, maker in chosen.items()):
        raise Refused(GONE)
    return [_fields(codes[key].code, makers[maker]) for key, maker in chosen.items()]


def hide(dealer: Dealer, code_key: str, user: User) -> FoundCode:
    """Hide a code until it has half as many parts again, and commit. Raises Refused."""
    row = _one(dealer, code_key)
    row.hidden_parts, row.hidden_at, row.hidden_by_id = row.parts, clock.now(), user.id
    audit.note("code.hidden", row.code or "No code", dealer_id=dealer.id)
    db.session.commit()
    return row


def list_again(dealer: Dealer, code_key: str) -> FoundCode:
    """Undo `hide`, and commit. Raises Refused."""
    row = _one(dealer, code_key)
    row.hidden_parts = row.hidden_at = row.hidden_by_id = None
    audit.note("code.unhidden", row.code or "No code", dealer_id=dealer.id)
    db.session.commit()
    return row


def _one(dealer: Dealer, code_key: str) -> FoundCode:
    row = db.session.get(FoundCode, (dealer.id, code_key))
    if row is None:
        raise Refused(GONE)
    return row


def _found(dealer: Dealer, chosen: Mapping[str, int]) -> list[FoundCode]:
    keys = [key for key in chosen if key]
    query = select(FoundCode).where(FoundCode.dealer_id == dealer.id, FoundCode.code_key.in_(keys))
    return list(db.session.scalars(query))


def _makers(dealer: Dealer, chosen: Mapping[str, int]) -> list[Manufacturer]:
    query = select(Manufacturer).where(
        Manufacturer.id.in_(set(chosen.values())), Manufacturer.owner_key.in_((0, dealer.id))
    )
    return list(db.session.scalars(query))


def _fields(code: str, maker: Manufacturer) -> Fields:
    return Fields(maker.catalog, code, maker.name)
