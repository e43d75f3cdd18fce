"""Fast path for the rows that nearly all are: printable ASCII, with a price such as `19.99` or none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from webapp.catalog.importing.rows import MAX_VALUE_LENGTH, CatalogRow, is_suspect
from webapp.core.limits import MAX_CENTS
from webapp.core.text_keys import bare, key_of

# Digits before the point of a price that cannot be too large.
_MAX_DIGITS: Final = len(str(MAX_CENTS)) - 3

# The columns of `staging.STAGED` from `part_number` on.
Fields = tuple[str, str, str, str, str, str, str, str, int | None, str | None]


def fields_of(row: CatalogRow) -> Fields:
    """Return the fields of a parsed row."""
    key = key_of(row.part_number)
    keys = key, bare(key)
    brand = row.brand, key_of(row.brand)
    return row.part_number, *keys, *brand, row.mpn, key_of(row.mpn), row.name, row.msrp_cents, row.upc


def plain_fields(cells: Sequence[str]) -> Fields | None:
    """Return `fields_of` a row by its cells from `part_number` on; None if `rows.parse` has to check it."""
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
    # In ASCII, lower case is what `key_of` makes of a cell without spaces around it.
    key = part_number.lower()
    mpn = mpn or part_number
    return part_number, key, bare(key), brand, brand.lower(), mpn, mpn.lower(), name, cents, upc or None
