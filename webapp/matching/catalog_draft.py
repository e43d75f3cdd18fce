"""Skipped parts that no product has, as a file for the import of the catalog, to be completed by staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Final

from sqlalchemy import select

from webapp.core.money import decimal_text
from webapp.core.spreadsheet import defuse, write_header
from webapp.extensions import db
from webapp.matching.skipped_rows import UNMATCHED, SkippedRow
from webapp.models import Dealer, Manufacturer, SupplierCode

# Those of webapp/catalog/importing/rows.py.
COLUMNS: Final = (
    *("catalog", "manufacturer", "abbreviation", "oem_manufacturer_id", "dealer", "part_number", "brand"),
    *("mpn", "name", "msrp", "upc"),
)


def write_draft(dealer: Dealer, rows: Iterable[SkippedRow], file: IO[str]) -> None:
    """Write a line for each part without a product and without a candidate, under its code's first mapping.

    A number under two codes of a manufacturer is one part number of the catalog: it has one line. A
    distributor's products have brands that Lightspeed does not report: theirs are left empty.
    """
    sheet = write_header(file, COLUMNS)
    makers = _first_manufacturers(dealer.id)
    written: set[tuple[int, str]] = set()
    for row in rows:
        maker = makers.get(row.code_key)
        if row.group == UNMATCHED and maker is not None and (maker.id, row.key) not in written:
            written.add((maker.id, row.key))
            sheet.writerow([defuse(cell) for cell in _cells(row, maker)])


def _cells(row: SkippedRow, maker: Manufacturer) -> tuple[str, ...]:
    return (
        maker.catalog,
        maker.name,
        maker.abbreviation or "",
        maker.oem_manufacturer_id or "",
        str(maker.dealer_id or ""),
        row.part_number,
        "" if maker.catalog == "aftermarket" else maker.name,
        "",
        row.description or "",
        "" if row.cents is None else decimal_text(row.cents),
        row.upc or "",
    )


def _first_manufacturers(dealer_id: int) -> dict[str, Manufacturer]:
    query = select(SupplierCode.code_key, Manufacturer).join(
        Manufacturer, Manufacturer.id == SupplierCode.manufacturer_id
    )
    found: dict[str, Manufacturer] = {}
    of_dealer = query.where(SupplierCode.dealer_id == dealer_id)
    for code_key, maker in db.session.execute(of_dealer.order_by(SupplierCode.position, SupplierCode.id)):
        found.setdefault(code_key, maker)
    return found
