"""Rules: which reported parts are usable (R10), and which clearings are held (R14).

Pure functions: no Flask, SQL, HTTP, Redis or clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from jobs.sources.values import date_of, quantity_of
from webapp.core.limits import FRESH_DAYS
from webapp.core.text_keys import key_of
from webapp.pulls.entries import (
    AVAILABLE,
    LAST_UPDATED,
    MAX_PART_NUMBER,
    ON_HAND,
    PART_NUMBER,
    SUPPLIER_CODE,
    RawPart,
)
from webapp.runs.skipped_reasons import REASONS

UNREADABLE: Final = "unreadable"
NO_PART_NUMBER: Final = "no_part_number"
NO_SUPPLIER_CODE: Final = "no_supplier_code"
OTHER_CODE: Final = "other_code"
NO_QUANTITY: Final = "no_quantity"
NOT_IN_STOCK: Final = "not_in_stock"
UNDATED: Final = "undated"
STALE: Final = "stale"
UNMATCHED: Final = "unmatched"

# R10: rows with these reasons are no evidence about their part, which keeps its quantity.
UNKNOWN: Final = (UNREADABLE, NO_SUPPLIER_CODE, NO_QUANTITY, UNDATED)
# Rows with these reasons are evidence that their part is not in stock.
EVIDENCE: Final = (NOT_IN_STOCK, STALE)

# A pull has few spellings of its code.
_key_of_code: Final = lru_cache(maxsize=256)(key_of)


class Verdict(NamedTuple):
    """Whether a part is usable: `reason` is None if it is. `changed` is its date if it is usable."""

    reason: str | None
    quantity: int | None
    changed: datetime | None = None


@dataclass(frozen=True)
class Expectation:
    """Query of a run: the code, the quantity column, and the earliest change (the dealer's local time)."""

    code_key: str
    quantity_column: str
    since: datetime

    @classmethod
    def of(cls, code_key: str, quantity_column: str, today: date) -> Expectation:
        """Return the expectation on a dealer's local day: the last 365 days count (R9)."""
        return cls(code_key, quantity_column, datetime.combine(since(today), time.min))


def since(today: date) -> date:
    """Return the first day whose changes count (R9)."""
    return today - timedelta(days=FRESH_DAYS)


def is_code(code: str | None, expected: Expectation) -> bool:
    """Return whether a row with this supplier code is of the code that was asked for."""
    return _key_of_code(code) == expected.code_key


def judge(raw: RawPart, expected: Expectation) -> Verdict:
    """Check a part as reported; the service's own filter is not trusted (R10)."""
    if len(raw) == 1:
        return Verdict(UNREADABLE, None)
    quantity = quantity_of(raw[ON_HAND if expected.quantity_column == "on_hand" else AVAILABLE])
    code_key = _key_of_code(raw[SUPPLIER_CODE])
    if code_key and code_key != expected.code_key:
        return Verdict(OTHER_CODE, quantity)
    number = (raw[PART_NUMBER] or "").strip()
    if not number:
        return Verdict(NO_PART_NUMBER, quantity)
    if len(number) > MAX_PART_NUMBER:
        return Verdict(UNREADABLE, quantity)
    if not code_key:
        return Verdict(NO_SUPPLIER_CODE, quantity)
    if quantity is None:
        return Verdict(NO_QUANTITY, None)
    if quantity <= 0:
        return Verdict(NOT_IN_STOCK, quantity)
    changed = date_of(raw[LAST_UPDATED])
    if changed is None:
        return Verdict(UNDATED, quantity)
    return Verdict(STALE, quantity) if changed < expected.since else Verdict(None, quantity, changed)


def no_evidence(counts: Mapping[str, int]) -> str:
    """Explain that a pull is incomplete because none of its rows is evidence (R10)."""
    rows = sum(counts.values())
    reasons = "; ".join(f"{number:,}: {REASONS[reason]}" for reason, number in sorted(counts.items()))
    return f"Lightspeed sent {rows:,} rows, but none can be used ({reasons})."


class ClearingSize(NamedTuple):
    """Size of a clearing: it sets `products` of the `stocked` ones to zero."""

    products: int
    stocked: int


def is_suspicious(size: ClearingSize, share: float, minimum: int) -> bool:
    """Return whether over `share` of at least `minimum` stocked products would be cleared; 0 disables it."""
    if not share or not minimum or size.stocked < minimum:
        return False
    return size.products > size.stocked * share


def confirms(now: int, before: int) -> bool:
    """Return whether a pull that would clear `now` products confirms one that would have cleared `before`.

    Parts are sold between two runs, so up to a tenth more confirms it too, as fewer always do.
    """
    return now <= before * 1.1
