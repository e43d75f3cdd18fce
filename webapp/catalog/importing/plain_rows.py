"""Fast path for the rows that nearly all are: printable ASCII, with a price such as `19.99` or none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from webapp.catalog.importing.rows import MAX_VALUE_LENGTH, is_suspect
from webapp.core.limits import MAX_CENTS

# Digits before the point of a price that cannot be too large.
_MAX_DIGITS: Final = len(str(MAX_CENTS)) - 3

# The part number, brand, MPN, name, price in cents and UPC of a row.
PlainFields = tuple[str, str, str, str, int | None, str | None]


def plain_fields(cells: Sequence[str]) -> PlainFields | None:
    """Return what `rows.parse` makes of the cells from `part_number` on; None if it has to check them."""
    text = "".join(cells)
    if not (text.isascii() and text.isprintable()) or len(text) > MAX_VALUE_LENGTH or is_suspect(text):
        return None
    part_number, brand, mpn, name, msrp, *rest = map(str.strip, cells)
    if not (part_number and brand and name):
        return None
    cents = None
    if msrp:
        digits = msrp[:-3] + msrp[-2:]
        if msrp[-3:-2] != "." or not digits.isdigit() or not 2 < len(digits) <= _MAX_DIGITS + 2:
            return None
        cents = int(digits)
    upc = rest[0] if rest else ""
    if upc and not (upc.isdigit() and 8 <= len(upc) <= 14):
        return None
    return part_number, brand, mpn or part_number, name, cents, upc or None
