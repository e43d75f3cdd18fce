"""Letter case in which a code is requested: that of Lightspeed's own rows (R4).

The service may compare codes exactly. If no spelling is confirmed, or the confirmed one no longer has rows,
the other spellings are requested too before an empty list is accepted.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select, update

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import RunItem, SupplierCode


class ListedSpellings:
    """How a dealer's list and Lightspeed spell each code, read once in a run."""

    def __init__(self, dealer_id: int) -> None:
        self._dealer_id = dealer_id
        self._rows: dict[str, list[tuple[str | None, str]]] | None = None

    def to_request(self, item: RunItem) -> list[str]:
        """Return the spellings of an item's code, in the order in which they are tried until one has rows."""
        code = item.supplier_code
        rows = self._of(item.code_key)
        confirmed = [reported for reported, _ in rows if reported]
        spellings = [*confirmed, code, *(listed for _, listed in rows), code.upper(), code.lower()]
        # Stripped: `key_of` ignores surrounding spaces, but the service may not.
        distinct = dict.fromkeys(spelling.strip() for spelling in spellings)
        return [spelling for spelling in distinct if key_of(spelling) == item.code_key]

    def is_news(self, code_key: str, spelling: str) -> bool:
        """Return whether a confirmed spelling is not stored yet."""
        return any(reported != spelling for reported, _ in self._of(code_key))

    def keep(self, code_key: str, spelling: str) -> None:
        """Store a confirmed spelling, which later pulls request. The caller commits."""
        statement = update(SupplierCode).where(
            SupplierCode.dealer_id == self._dealer_id,
            SupplierCode.code_key == code_key,
            SupplierCode.reported_code.is_distinct_from(spelling),
        )
        db.session.execute(statement.values(reported_code=spelling))

    def kept(self, code_key: str, spelling: str) -> None:
        """Note that a confirmed spelling is stored."""
        rows = self._of(code_key)
        rows[:] = [(spelling, code) for _, code in rows]

    def _of(self, code_key: str) -> list[tuple[str | None, str]]:
        if self._rows is None:
            self._rows = self._read()
        return self._rows.get(code_key, [])

    def _read(self) -> dict[str, list[tuple[str | None, str]]]:
        found: dict[str, list[tuple[str | None, str]]] = {}
        columns = SupplierCode.code_key, SupplierCode.reported_code, SupplierCode.code
        query = select(*columns).where(SupplierCode.dealer_id == self._dealer_id)
        for key, reported, code in db.session.execute(query.order_by(SupplierCode.position, SupplierCode.id)):
            found.setdefault(key, []).append((reported, code))
        # No transaction stays open while the service is asked.
        db.session.commit()
        return found


class Spellings:
    """Counter of the spellings of a code in the rows of a pull."""

    def __init__(self, code_key: str) -> None:
        self._code_key = code_key
        self._counts: Counter[str | None] = Counter()

    def count(self, codes: list[str | None]) -> None:
        """Add the codes of one page's rows."""
        if codes and codes.count(codes[0]) == len(codes):  # nearly every page
            self._counts[codes[0]] += len(codes)
        else:
            self._counts.update(codes)

    @property
    def usual(self) -> str | None:
        """Return the most frequent spelling; None if no row has the code."""
        spellings = (code.strip() for code, _ in self._counts.most_common() if code)
        return next((spelling for spelling in spellings if key_of(spelling) == self._code_key), None)
