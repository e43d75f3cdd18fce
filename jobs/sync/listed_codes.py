"""What is known of a dealer's codes before they are requested: spellings (R4), and last pulls (R11)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import and_, select, update

from jobs.sync.applying import known_rows
from jobs.sync.applying.known_rows import KnownPull
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import RunItem, StoredPull, SupplierCode


@dataclass
class _Listed:
    """What is known of one code: for each of its rows in the list, the spelling that Lightspeed confirmed and
    the one listed; and its last pull."""

    spellings: list[tuple[str | None, str]] = field(default_factory=list)
    pull: KnownPull | None = None


class ListedCodes:
    """The codes of a dealer's list, read once in a run."""

    def __init__(self, dealer_id: int) -> None:
        self._dealer_id = dealer_id
        self._codes: dict[str, _Listed] | None = None

    def to_request(self, item: RunItem) -> list[str]:
        """Return the spellings of an item's code, in the order in which they are tried until one has rows."""
        code = item.supplier_code
        rows = self._of(item.code_key).spellings
        confirmed = [reported for reported, _ in rows if reported]
        spellings = [*confirmed, code, *(listed for _, listed in rows), code.upper(), code.lower()]
        # Stripped: `key_of` ignores surrounding spaces, but the service may not.
        distinct = dict.fromkeys(spelling.strip() for spelling in spellings)
        return [spelling for spelling in distinct if key_of(spelling) == item.code_key]

    def last_pull(self, code_key: str) -> KnownPull | None:
        """Return the last complete pull of a code; None if it cannot be known."""
        return self._of(code_key).pull

    def is_news(self, code_key: str, spelling: str) -> bool:
        """Return whether a confirmed spelling is not stored yet."""
        return any(reported != spelling for reported, _ in self._of(code_key).spellings)

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
        listed = self._of(code_key)
        listed.spellings = [(spelling, code) for _, code in listed.spellings]

    def _of(self, code_key: str) -> _Listed:
        if self._codes is None:
            self._codes = self._read()
        return self._codes.get(code_key) or _Listed()

    def _read(self) -> dict[str, _Listed]:
        found: dict[str, _Listed] = {}
        columns = SupplierCode.code_key, SupplierCode.reported_code, SupplierCode.code, StoredPull.known
        of_code = (
            StoredPull.dealer_id == SupplierCode.dealer_id,
            StoredPull.code_key == SupplierCode.code_key,
        )
        query = select(*columns).outerjoin(StoredPull, and_(*of_code))
        query = query.where(SupplierCode.dealer_id == self._dealer_id)
        query = query.order_by(SupplierCode.position, SupplierCode.id)
        for key, reported, code, pull in db.session.execute(query):
            if key not in found:
                found[key] = _Listed(pull=known_rows.read(pull))
            found[key].spellings.append((reported, code))
        # No transaction stays open while the service is asked.
        db.session.commit()
        return found
