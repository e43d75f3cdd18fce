"""Rules: which reported parts are usable (R10), and which clearings are held (R14).

Pure functions: no Flask, SQL, HTTP, Redis or clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from jobs.sources.source import Part, Unreadable
from jobs.sources.values import cents_of, date_of, quantity_of
from webapp.core.limits import FRESH_DAYS
from webapp.core.text_keys import bare_key_of, key_of
from webapp.runs.skipped_reasons import REASONS

# PostgreSQL cannot index longer text. Real part numbers are much shorter.
MAX_PART_NUMBER: Final = 200
MAX_DESCRIPTION: Final = 500

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

_NOT_DIGITS: Final = re.compile(r"[^0-9]+")

# Kinds of errors after which a code is retried. After other kinds a user must act first.
PASSING: Final = frozenset({"transient", "rate_limited", "bad_answer", "database", "internal", "out_of_time"})


class StagedPart(NamedTuple):
    """Row of `reported_parts`, without its item. `reason` is None if the part is usable."""

    part_number: str
    key: str
    bare_key: str
    description: str | None
    quantity: int | None
    quantity_text: str | None
    retail_cents: int | None
    current_active_cents: int | None
    upc: str | None
    superseded_key: str | None
    reason: str | None


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


def judge(part: Part, expected: Expectation) -> StagedPart:
    """Check a part and return its row; the service's own filter is not trusted (R10)."""
    reported = part.on_hand if expected.quantity_column == "on_hand" else part.avail
    quantity = quantity_of(reported)
    number = (part.part_number or "").strip()
    # Positional arguments: keywords would take longer than everything else here.
    return StagedPart(
        number[:MAX_PART_NUMBER],
        key_of(number)[:MAX_PART_NUMBER],
        bare_key_of(number)[:MAX_PART_NUMBER],
        (part.description or "").strip()[:MAX_DESCRIPTION] or None,
        quantity,
        # The reported text of an unusable quantity, for the skipped report.
        str(reported)[:50] if quantity is None and reported is not None else None,
        cents_of(part.retail),
        cents_of(part.current_active_price),
        _gtin_of(part.upc),
        key_of(part.superseded_to)[:MAX_PART_NUMBER] or None,
        _reason(part, number, quantity, expected),
    )


def _reason(part: Part, number: str, quantity: int | None, expected: Expectation) -> str | None:
    """Return the first reason to skip a part that applies; None if it is usable."""
    code_key = key_of(part.supplier_code)
    if code_key and code_key != expected.code_key:
        return OTHER_CODE
    if not number:
        return NO_PART_NUMBER
    if len(number) > MAX_PART_NUMBER:
        return UNREADABLE
    if not code_key:
        return NO_SUPPLIER_CODE
    if quantity is None:
        return NO_QUANTITY
    if quantity <= 0:
        return NOT_IN_STOCK
    changed = date_of(part.last_updated)
    if changed is None:
        return UNDATED
    return STALE if changed < expected.since else None


def unreadable(record: Unreadable) -> StagedPart:
    """Return an undecodable record as a row of the skipped report."""
    number = (record.part_number or "").strip()[:MAX_PART_NUMBER]
    return StagedPart(
        part_number=number,
        key=key_of(number),
        bare_key="",
        description=None,
        quantity=None,
        quantity_text=None,
        retail_cents=None,
        current_active_cents=None,
        upc=None,
        superseded_key=None,
        reason=UNREADABLE,
    )


def _gtin_of(text: str | None) -> str | None:
    """Return a UPC or EAN as the 14 digits of a GTIN, so that leading zeros make no difference (R12)."""
    if not text:
        return None
    digits = text if text.isascii() and text.isdecimal() else _NOT_DIGITS.sub("", text)
    significant = digits.lstrip("0")
    # Other lengths are not a UPC or EAN: a candidate found by them would be misleading.
    return significant.zfill(14) if len(digits) >= 8 and 0 < len(significant) <= 14 else None


def no_evidence(counts: Mapping[str, int]) -> str:
    """Explain that a pull is incomplete because none of its rows is evidence (R10)."""
    rows = sum(counts.values())
    reasons = "; ".join(f"{number:,}: {REASONS[reason]}" for reason, number in sorted(counts.items()))
    return f"Lightspeed sent {rows:,} rows, and none of them can be used ({reasons})."


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
