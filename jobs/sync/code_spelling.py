"""Letter case in which a code is requested: that of Lightspeed's own rows (R4).

The service may compare codes exactly. If no spelling is confirmed, or the confirmed one no longer has rows,
the other spellings are requested too before an empty list is accepted.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Select, select, update

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import RunItem, SupplierCode


def to_request(dealer_id: int, item: RunItem) -> list[str]:
    """Return the spellings of an item's code, in the order in which they are tried until one has rows."""
    code_key, code = item.code_key, item.supplier_code
    rows = db.session.execute(
        select(SupplierCode.reported_code, SupplierCode.code)
        .where(SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == code_key)
        .order_by(SupplierCode.position, SupplierCode.id)
    ).all()
    confirmed = [row.reported_code for row in rows if row.reported_code]
    spellings = [*confirmed, code, *(row.code for row in rows), code.upper(), code.lower()]
    # Stripped: `key_of` ignores surrounding spaces, but the service may not.
    distinct = dict.fromkeys(spelling.strip() for spelling in spellings)
    return [spelling for spelling in distinct if key_of(spelling) == code_key]


class Spellings:
    """Counter of the spellings of a code in the rows of a pull."""

    def __init__(self, code_key: str) -> None:
        self._code_key = code_key
        self._counts: Counter[str | None] = Counter()

    def count(self, codes: list[str | None]) -> None:
        """Add the codes of one page's rows."""
        self._counts.update(codes)

    @property
    def usual(self) -> str | None:
        """Return the most frequent spelling; None if no row has the code."""
        spellings = (code.strip() for code, _ in self._counts.most_common() if code)
        return next((spelling for spelling in spellings if key_of(spelling) == self._code_key), None)


def is_new(dealer_id: int, code_key: str, spelling: str) -> bool:
    """Return whether a mapping of the code has another confirmed spelling, or none."""
    return db.session.scalar(_rows(dealer_id, code_key, spelling).limit(1)) is not None


def keep(dealer_id: int, code_key: str, spelling: str) -> None:
    """Store the confirmed spelling, which later pulls request; the caller commits."""
    ids = _rows(dealer_id, code_key, spelling)
    statement = update(SupplierCode).where(SupplierCode.id.in_(ids)).values(reported_code=spelling)
    db.session.execute(statement)


def _rows(dealer_id: int, code_key: str, spelling: str) -> Select[int]:
    return select(SupplierCode.id).where(
        SupplierCode.dealer_id == dealer_id,
        SupplierCode.code_key == code_key,
        SupplierCode.reported_code.is_distinct_from(spelling),
    )
