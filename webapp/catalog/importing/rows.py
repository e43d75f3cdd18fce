"""Validation of one row of a catalog file on its own. Pure: stored data is compared elsewhere."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from webapp.core import money
from webapp.core.enums import CATALOGS
from webapp.core.limits import MAX_PRODUCT_NAME_LENGTH
from webapp.core.spreadsheet import damage_reason, is_error
from webapp.core.text_keys import cleaned

COLUMNS: Final = (
    "catalog",
    "manufacturer",
    "abbreviation",
    "oem_manufacturer_id",
    "dealer",
    "part_number",
    "brand",
    "mpn",
    "name",
    "msrp",
)
OPTIONAL_COLUMNS: Final = ("upc",)

_NAME: Final = COLUMNS.index("name")
_MSRP: Final = COLUMNS.index("msrp")
# What a spreadsheet leaves in a damaged cell.
_SUSPECT = re.compile(r"[0-9]E[+-]|[#=]|Err:", re.IGNORECASE)
# Text that a spreadsheet takes for a number or a formula, although it is neither.
_NUMBERS: Final = ("oem_manufacturer_id", "part_number", "mpn")

# Longer values are damaged data, and their keys would not fit into a PostgreSQL index.
MAX_VALUE_LENGTH: Final = 200

_UPC = re.compile(r"[0-9]{8,14}")
# Except tabs and line ends. PostgreSQL cannot store NUL; text with direction marks is displayed differently.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# Which of abbreviation, oem_manufacturer_id and dealer a catalog needs; the other two must be empty.
_OWN_COLUMNS: Final = {
    "aftermarket": (True, False, False),
    "oem": (False, True, False),
    "private_label": (False, False, True),
}


class Rejected(ValueError):
    """Row that cannot be imported; the message is the reason."""


class CatalogRow(NamedTuple):
    """Row that is valid on its own. Text is trimmed; prices are in cents."""

    catalog: str
    manufacturer: str
    abbreviation: str
    oem_manufacturer_id: str
    dealer: str
    part_number: str
    brand: str
    mpn: str
    name: str
    msrp_cents: int | None
    upc: str | None


def parse(cells: tuple[str, ...]) -> CatalogRow:
    """Parse the cells of `COLUMNS` and, if the file has them, `OPTIONAL_COLUMNS`.

    Raises Rejected.
    """
    text = "".join(cells)
    catalog, manufacturer, abbreviation, oem_id, dealer, part_number, brand, mpn, name, msrp, *rest = map(
        str.strip if text.isascii() else cleaned, cells
    )
    catalog = catalog.casefold()
    if catalog not in _OWN_COLUMNS:
        raise Rejected(f"catalog must be one of {', '.join(CATALOGS)}")
    if not (manufacturer and part_number and brand and name):
        raise Rejected(f"{_first_empty(cells)} is missing")
    if (bool(abbreviation), bool(oem_id), bool(dealer)) != _OWN_COLUMNS[catalog]:
        _reject_own_columns(catalog, abbreviation=abbreviation, oem_manufacturer_id=oem_id, dealer=dealer)
    if len(text) > MAX_VALUE_LENGTH:
        _check_lengths(cells)
    # Fast path: most rows are printable ASCII.
    if not (text.isascii() and text.isprintable()) and _UNFIT.search(text):
        raise Rejected("it contains a control character or one that changes the text direction")
    if is_suspect(text):
        _check_damage(cells)
    return CatalogRow(
        catalog,
        manufacturer,
        abbreviation,
        oem_id,
        dealer,
        part_number,
        brand,
        mpn or part_number,
        # Joiners are invisible, but change letters and signs in some languages.
        name if text.isascii() else unicodedata.normalize("NFC", cells[_NAME]).strip(),
        cents_of(msrp) if msrp and not is_error(msrp) else None,
        _upc(rest[0]) if rest and rest[0] else None,
    )


def is_suspect(text: str) -> bool:
    """Return whether a spreadsheet may have damaged a cell of the text. Most rows need no pattern."""
    has_mark = "#" in text or "=" in text or ":" in text
    may_be_float = "E+" in text or "E-" in text or "e+" in text or "e-" in text
    return (has_mark or may_be_float) and _SUSPECT.search(text) is not None


def _first_empty(cells: tuple[str, ...]) -> str:
    required = ("manufacturer", "part_number", "brand", "name")
    return next(column for column in required if not cells[COLUMNS.index(column)].strip())


def _reject_own_columns(catalog: str, **values: str) -> None:
    for (column, value), needed in zip(values.items(), _OWN_COLUMNS[catalog], strict=True):
        if needed and not value:
            raise Rejected(f"{column} is missing: {catalog} needs it")
        if value and not needed:
            raise Rejected(f"{column} must be empty for {catalog}")


def _check_lengths(cells: tuple[str, ...]) -> None:
    for column, cell in zip(COLUMNS + OPTIONAL_COLUMNS, cells, strict=False):
        limit = MAX_PRODUCT_NAME_LENGTH if column == "name" else MAX_VALUE_LENGTH
        if len(cell.strip()) > limit:
            raise Rejected(f"{column} is longer than {limit} characters")


def warning(cells: tuple[str, ...]) -> str:
    """Return the warning about an imported row; empty if there is none."""
    msrp = cells[_MSRP].strip()
    return f"imported without a price: msrp is {msrp}" if msrp and is_error(msrp) else ""


def _check_damage(cells: tuple[str, ...]) -> None:
    """Raise Rejected for a cell that a spreadsheet damaged."""
    for column, cell in zip(COLUMNS[:_MSRP], map(cleaned, cells), strict=False):
        is_damaged = damage_reason(cell) if column in _NUMBERS else is_error(cell)
        if is_damaged:
            raise Rejected(f"{column}: {damage_reason(cell)}")


def cents_of(price: str) -> int:
    """Parse a price such as `19.99`, `$1,234.56` or `1.234,56` to cents, half up. Raises Rejected."""
    try:
        return money.cents_in(price)
    except ValueError as error:
        raise Rejected(f"msrp {error}") from None


def _upc(text: str) -> str:
    digits = text.replace(" ", "").replace("-", "")
    if not _UPC.fullmatch(digits):
        raise Rejected("upc must be 8 to 14 digits")
    return digits
