"""Skipped parts of a dealer's stored pulls, with what they are worth."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from webapp.core.limits import MAX_INT32
from webapp.core.text_keys import is_storable, key_of
from webapp.extensions import db
from webapp.models import PullBlock, StoredPull, SupplierCode
from webapp.pulls import stored_entries
from webapp.pulls.entries import RETAIL, SUPERSEDED_TO, UPC, Entry

UNMATCHED: Final = "unmatched"


class PartReference(NamedTuple):
    """Where a skipped part is, and the candidate that was shown for it, if any: what a decision is about."""

    code_key: str
    key: str
    candidate: str = ""

    def __str__(self) -> str:
        return json.dumps(self)

    @classmethod
    def parse(cls, text: str) -> PartReference | None:
        """Return the place that a form sent back; None if it is not one."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return None
        is_place = isinstance(values, list) and len(values) == 3 and all(map(is_storable, values))
        return cls(*values) if is_place and values[1] else None


class SkippedRow(NamedTuple):
    """A skipped part. `quantity_text` is the text of an unusable quantity, `cents` the retail price."""

    code_key: str
    supplier_code: str
    key: str
    part_number: str
    description: str | None
    quantity: int | None
    quantity_text: str | None
    cents: int | None
    reason: str
    candidate: str | None
    candidate_by: str | None
    upc: str | None
    superseded_to: str | None

    @property
    def place(self) -> PartReference:
        return PartReference(self.code_key, self.key, self.candidate or "")

    @property
    def units(self) -> int:
        return max(0, self.quantity or 0)

    @property
    def value_cents(self) -> int:
        return self.units * (self.cents or 0)

    @property
    def group(self) -> str:
        """The reason; of an unmatched part with a candidate, with how it was found."""
        return f"{self.reason}-{self.candidate_by}" if self.candidate_by else self.reason


def skipped_rows(dealer_id: int, code_keys: Collection[str] | None = None) -> Iterator[SkippedRow]:
    """Yield the skipped parts of the dealer's supplier codes, by code and part number.

    With `code_keys`, only of those codes.
    """
    codes = codes_of(dealer_id)
    wanted = [key for key in codes if code_keys is None or key in code_keys]
    columns = _columns(dealer_id)
    for code_key, entry in stored_entries.counted(dealer_id, wanted, PullBlock.reasons):
        if entry.reason is not None:
            yield _row(code_key, codes[code_key], columns.get(code_key, "on_hand"), entry)


def codes_of(dealer_id: int) -> dict[str, str]:
    """Return the spelling of each of the dealer's codes, by its key, in the order of the list."""
    query = select(SupplierCode.code_key, SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    found: dict[str, str] = {}
    for code_key, code in db.session.execute(query.order_by(SupplierCode.position, SupplierCode.id)):
        found.setdefault(code_key, code)
    return found


def _columns(dealer_id: int) -> dict[str, str]:
    query = select(StoredPull.code_key, StoredPull.quantity_column).where(StoredPull.dealer_id == dealer_id)
    return {row.code_key: row.quantity_column for row in db.session.execute(query)}


def _row(code_key: str, code: str, quantity_column: str, entry: Entry) -> SkippedRow:
    upc, superseded_to = (None, None) if entry.is_undecoded else entry.raw[UPC : SUPERSEDED_TO + 1]
    return SkippedRow(
        code_key,
        code,
        entry.key,
        entry.part_number,
        entry.description,
        entry.quantity,
        entry.quantity_text(quantity_column),
        entry.retail_cents if entry.retail_cents is not None else _cents(entry),
        entry.reason or "",
        entry.candidate,
        entry.candidate_by,
        upc,
        superseded_to,
    )


def _cents(entry: Entry) -> int | None:
    """Return the retail price of a part that cannot be used, if it is one."""
    reported: Any = None if entry.is_undecoded else entry.raw[RETAIL]
    try:
        cents = Decimal(str(reported)) * 100
        if not 0 < cents <= MAX_INT32:
            return None
        return int(cents.to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ValueError):
        return None


def matches_words(row: SkippedRow, words: str) -> bool:
    """Return whether a part's number, description or candidate contains the words."""
    texts = (row.part_number, row.description or "", row.candidate or "")
    wanted = key_of(words)
    return any(wanted in key_of(text) for text in texts)
