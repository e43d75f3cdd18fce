"""Builder of the `$filter` option (docs/lightspeed-3pa.md, Query options)."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

QUANTITY_FIELDS = {"on_hand": "OnHand", "available": "Avail"}
"""Lightspeed field of each quantity column."""

LONGEST_FILTER = 1_800
"""Characters of a filter as written in an address; many web servers accept 2,048 after the question mark."""


def part_filter(code: str, quantity_field: str, since: date, *, before: bool = False) -> str:
    """Return the filter for one Lightspeed code's parts in stock that changed on `since` or later (R9).

    With `before`, of those that last changed before that day (R30).

    `quantity_field` is `OnHand` or `Avail`; `since` is a date in the dealer's time zone, because
    `lastupdatedate` is local time of the dealer. Uses only operators documented in the vendor's guide, and no
    parentheses. Raises `ValueError` for another field or an empty code, which would match the wrong parts.
    """
    if quantity_field not in (fields := QUANTITY_FIELDS.values()):
        raise ValueError(f"the quantity field must be one of {', '.join(fields)}, not {quantity_field!r}")
    if not code.strip():
        raise ValueError("the Lightspeed code must not be empty")
    midnight = f"{since.year:04}-{since.month:02}-{since.day:02}T00:00:00"
    return (
        f"SupplierCode eq {_text_literal(code)} and {quantity_field} gt 0 "
        f"and lastupdatedate {'lt' if before else 'ge'} datetime'{midnight}'"
    )


def stock_filter(without: Sequence[str]) -> str:
    """Return the filter for all parts in stock but those of some codes (R20).

    Only the first codes that fit into `LONGEST_FILTER` are left out: a gateway may refuse a long address.
    """
    text = "OnHand gt 0"
    for code in without:
        longer = f"{text} and SupplierCode ne {_text_literal(code)}"
        if len(quote(longer)) <= LONGEST_FILTER:
            text = longer
    return text


def number_filter(spellings: Sequence[str]) -> str:
    """Return the filter for the parts with a number under any code, in one of its spellings (R23).

    Whether the service compares text case-sensitively is unknown. Raises `ValueError` without a spelling.
    """
    if not all(spelling.strip() for spelling in spellings) or not spellings:
        raise ValueError("the part number must not be empty")
    return " or ".join(f"PartNumber eq {_text_literal(spelling)}" for spelling in spellings)


def _text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
