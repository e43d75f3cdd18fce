"""Downloads of the skipped parts that a filter lists, as CSV and Excel files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

from flask import Response, g, request

from webapp.core.money import decimal_text
from webapp.core.spreadsheet import Cell, defuse, write_header
from webapp.matching.views.skipped import choice_of
from webapp.matching.workbench import listed_rows
from webapp.runs import skipped_reasons
from webapp.web import downloads, replica, tenancy

pages = tenancy.dealer_blueprint("skipped_files", __name__, "/skipped")
COLUMNS: Final = (
    "supplier_code",
    "part_number",
    "description",
    "quantity",
    "retail_value",
    "reason",
    "candidate",
)


@pages.get("/export.csv")
@replica.may_serve
def export() -> Response:
    """Send the filtered parts in the order of the page."""
    file = io.StringIO(newline="")
    sheet = write_header(file, COLUMNS)
    sheet.writerows([defuse(str(cell)) for cell in row] for row in _rows())
    headers = downloads.headers(f"skipped-parts-dealer-{g.dealer.id}.csv")
    return Response(file.getvalue(), mimetype=downloads.CSV, headers=headers)


@pages.get("/export.xlsx")
@replica.may_serve
def export_workbook() -> Response:
    """Send them as an Excel file."""
    rows = list(_rows())
    downloads.refuse_long_workbook(len(rows))
    return downloads.workbook(f"skipped-parts-dealer-{g.dealer.id}.xlsx", "Skipped parts", COLUMNS, rows)


def _rows() -> Iterator[list[Cell]]:
    for row in listed_rows(g.dealer.id, choice_of(request.args)):
        yield [
            row.supplier_code,
            row.part_number,
            row.description or "",
            row.quantity_text or "" if row.quantity is None else row.quantity,
            decimal_text(row.value_cents) if row.cents is not None else "",
            skipped_reasons.reason(row.reason, row.candidate_by, row.part_number, row.candidate),
            row.candidate or "",
        ]
