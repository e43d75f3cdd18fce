"""What becomes of one reported part before it is matched (R10), and which clearings are held (R14).

Pure: no Flask, SQL, HTTP, Redis or clock. Reads only what it is given.
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

# PostgreSQL refuses to index longer text; no part number comes near.
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

# R10: a row with one of these reasons says nothing about its part, which keeps its quantity. The others say
# that it is not in stock.
UNKNOWN: Final = (UNREADABLE, NO_SUPPLIER_CODE, NO_QUANTITY, UNDATED)
EVIDENCE: Final = (NOT_IN_STOCK, STALE)

_NOT_DIGITS: Final = re.compile(r"[^0-9]+")

# What made a code fail and may have passed by the next try. The others wait for a person.
PASSING: Final = frozenset({"transient", "rate_limited", "bad_answer", "database", "internal", "out_of_time"})


class StagedPart(NamedTuple):
    """A row of `reported_parts`, without its item. `reason` is None while nothing speaks against the part."""

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
    """What a run asked for: whose code, which quantity, and changed since when (dealer-local)."""

    code_key: str
    quantity_column: str
    since: datetime

    @classmethod
    def of(cls, code_key: str, quantity_column: str, today: date) -> Expectation:
        """The expectation on a dealer's local day: the last 365 days count (R9)."""
        return cls(code_key, quantity_column, datetime.combine(since(today), time.min))


def since(today: date) -> date:
    """The first day whose changes still count (R9)."""
    return today - timedelta(days=FRESH_DAYS)


def judge(part: Part, expected: Expectation) -> StagedPart:
    """Check a part again, whatever the service filtered (R10)."""
    reported = part.on_hand if expected.quantity_column == "on_hand" else part.avail
    quantity = quantity_of(reported)
    number = (part.part_number or "").strip()
    # By place, not by name: names would take longer than all the rest.
    return StagedPart(
        number[:MAX_PART_NUMBER],
        key_of(number)[:MAX_PART_NUMBER],
        bare_key_of(number)[:MAX_PART_NUMBER],
        (part.description or "").strip()[:MAX_DESCRIPTION] or None,
        quantity,
        # Where it is no usable quantity, what was reported, for the skipped report.
        str(reported)[:50] if quantity is None and reported is not None else None,
        cents_of(part.retail),
        cents_of(part.current_active_price),
        _gtin_of(part.upc),
        key_of(part.superseded_to)[:MAX_PART_NUMBER] or None,
        _reason(part, number, quantity, expected),
    )


def _reason(part: Part, number: str, quantity: int | None, expected: Expectation) -> str | None:
    """Why a part is left out; the first reason that applies."""
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
    """A record that could not be decoded, as a row of the skipped report."""
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
    """A UPC or EAN as the 14 digits of a GTIN, so that leading zeros make no difference (R12)."""
    if not text:
        return None
    digits = text if text.isascii() and text.isdecimal() else _NOT_DIGITS.sub("", text)
    significant = digits.lstrip("0")
    # Shorter or longer than any UPC or EAN is no UPC: a candidate found by it would mislead.
    return significant.zfill(14) if len(digits) >= 8 and 0 < len(significant) <= 14 else None


def no_evidence(counts: Mapping[str, int]) -> str:
    """Why a pull is not complete in which no row can be used and none says that a part is gone (R10)."""
    rows = sum(counts.values())
    reasons = "; ".join(f"{number:,}: {REASONS[reason]}" for reason, number in sorted(counts.items()))
    return f"Lightspeed sent {rows:,} rows, and none of them can be used ({reasons})."


class Weighed(NamedTuple):
    """What a clearing would take to zero: `products` of the `stocked` ones."""

    products: int
    stocked: int


def is_suspicious(weighed: Weighed, share: float, minimum: int) -> bool:
    """Whether more than `share` of `minimum` or more stocked products would go to zero; 0 turns it off."""
    if not share or not minimum or weighed.stocked < minimum:
        return False
    return weighed.products > weighed.stocked * share


def says_the_same(now: int, before: int) -> bool:
    """Whether a pull that would clear `now` products confirms one that would have cleared `before`.

    Parts are sold between two runs: up to a tenth more is the same answer, and fewer always is.
    """
    return now <= before * 1.1
