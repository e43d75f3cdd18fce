"""CSV file of a dealer's coverage: every day that is kept, and every code."""

from __future__ import annotations

import io
from typing import Final

from sqlalchemy import select

from webapp.core.spreadsheet import defuse, write_header
from webapp.extensions import db
from webapp.models import CoverageDay
from webapp.models.coverage import OVERALL, UNMAPPED

COLUMNS: Final = (
    *("day", "stock", "supplier_code", "parts", "parts_online", "units", "units_online"),
    *("value", "value_online"),
)
# What the row of a day is about; all others are of a code.
_STOCK: Final = {OVERALL: "all", UNMAPPED: "unmapped"}


def text_of(dealer_id: int) -> str:
    """Return the file, the latest day first; value is in dollars."""
    file = io.StringIO(newline="")
    sheet = write_header(file, COLUMNS)
    query = select(CoverageDay).where(CoverageDay.dealer_id == dealer_id)
    for row in db.session.scalars(query.order_by(CoverageDay.day.desc(), CoverageDay.code_key)):
        sheet.writerow(
            [
                row.day.isoformat(),
                _STOCK.get(row.code_key, "code"),
                defuse(row.supplier_code),
                *(row.parts, row.parts_online, row.units, row.units_online),
                *(_dollars(row.value_cents), _dollars(row.value_online_cents)),
            ]
        )
    return file.getvalue()


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
