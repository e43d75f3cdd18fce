"""Builder of the `$filter` option (docs/lightspeed-3pa.md, Query options)."""

from datetime import date

QUANTITY_FIELDS = {"on_hand": "OnHand", "available": "Avail"}
"""Lightspeed field of each quantity column."""


def part_filter(code: str, quantity_field: str, since: date) -> str:
    """Return the filter for one Lightspeed code's parts in stock that changed on `since` or later (R9).

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
        f"and lastupdatedate ge datetime'{midnight}'"
    )


def _text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
