"""Columns of the reports, as an Excel file shows them: heading, width, and kind of value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Kind of a column's values; the value is Excel's number format."""

    # `@` is text: an edited cell stays text, with its leading zeros, and is never taken for a formula.
    TEXT = "@"
    WHOLE = "#,##0"
    MONEY = "#,##0.00"
    PERCENT = "0.0"
    MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True)
class Column:
    """Column of a worksheet; the width is in characters."""

    heading: str
    width: int = 16
    kind: Kind = Kind.TEXT


_KNOWN: Final = {
    "candidate": Column("Candidate", 20),
    "catalog": Column("Catalog", 14),
    "change": Column("Change", 12),
    "dealer": Column("Dealer", 32),
    "dealer_id": Column("Dealer number", 14, Kind.WHOLE),
    "description": Column("Description", 40),
    "details": Column("Details", 50),
    "last_run": Column("Last run", 10, Kind.WHOLE),
    "last_run_at": Column("Last run at (UTC)", 18, Kind.MOMENT),
    "last_run_status": Column("Last run status", 16),
    "last_success_at": Column("Last success (UTC)", 18, Kind.MOMENT),
    "lead_time_days": Column("Lead time (days)", 16, Kind.WHOLE),
    "line": Column("Line", 9, Kind.WHOLE),
    "manufacturer": Column("Manufacturer", 24),
    "mpn": Column("MPN", 20),
    "name": Column("Name", 44),
    "next_run_at": Column("Next run (UTC)", 18, Kind.MOMENT),
    "organization": Column("Organization", 26),
    "part_number": Column("Part number", 20),
    "quantity": Column("Quantity", 11, Kind.WHOLE),
    "reason": Column("Reason", 70),
    "reported_quantity": Column("Reported quantity", 18, Kind.WHOLE),
    "sale_price": Column("Sale price", 12, Kind.MONEY),
    "shelf_quantity": Column("Shelf quantity", 15, Kind.WHOLE),
    "status": Column("Status", 36),
    "supplier_code": Column("Supplier code", 15),
    "3pa_dealer_id": Column("3PA Dealer ID", 15),
    "time_zone": Column("Time zone", 22),
    "unmatched_percent": Column("Unmatched (%)", 14, Kind.PERCENT),
}


def column(name: str) -> Column:
    """Return the column of a report by its name in CSV files."""
    return _KNOWN.get(name) or Column(name.replace("_", " ").capitalize())
