"""Audit entries for changes of a dealer's supplier codes."""

from __future__ import annotations

from typing import Any

from webapp import audit
from webapp.core.enums import PRICING_LABELS
from webapp.models import Dealer, SupplierCode
from webapp.web.numbers import count

# The maximum number of codes listed in an import's entry; a file may have tens of thousands.
MOST_NAMED = 200


def name_of(row: SupplierCode) -> str:
    """Return a row's display name: the code, and its manufacturer."""
    return f"{row.code} → {row.manufacturer.name}"


def fields_of(row: SupplierCode) -> dict[str, Any]:
    """Return a row's editable fields, except its position."""
    return {
        "code": row.code,
        "catalog": row.manufacturer.catalog,
        "manufacturer": row.manufacturer.name,
        "lead_time_days": row.lead_time_days,
        "pricing": row.pricing,
    }


def summary_of(row: SupplierCode) -> str:
    """Return the fields as one line, for an entry about many rows."""
    days = "1 day" if row.lead_time_days == 1 else f"{row.lead_time_days} days"
    return f"lead time {days}, pricing {PRICING_LABELS[row.pricing]}"


def is_own_change(row: SupplierCode) -> bool:
    """Return whether the user of this request changed the row last, in another tab or on another device."""
    return audit.is_own(row.dealer_id, ("supplier_code.added", "supplier_code.changed"), name_of(row))


def added(row: SupplierCode) -> None:
    """Record that a row was added."""
    audit.note("supplier_code.added", name_of(row), dealer_id=row.dealer_id, after=fields_of(row))


def changed(row: SupplierCode, before: dict[str, Any]) -> None:
    """Record the differences of a row from `before`."""
    fields = fields_of(row)
    audit.note("supplier_code.changed", name_of(row), dealer_id=row.dealer_id, before=before, after=fields)


def removed(row: SupplierCode, clear: bool) -> None:
    """Record that a row will be removed."""
    after = {"quantities": "set to zero" if clear else "kept"}
    fields = fields_of(row)
    audit.note("supplier_code.removed", name_of(row), dealer_id=row.dealer_id, before=fields, after=after)


def moved(row: SupplierCode, place_before: int, place: int) -> None:
    """Record that a row was moved; positions count from 1."""
    before, after = {"place": place_before}, {"place": place}
    audit.note("supplier_code.moved", name_of(row), dealer_id=row.dealer_id, before=before, after=after)


def reordered(dealer: Dealer, before: list[SupplierCode], after: list[SupplierCode]) -> None:
    """Record that the list was reordered."""
    names = [{"order": [name_of(row) for row in rows[:MOST_NAMED]]} for rows in (before, after)]
    subject = "Supplier codes"
    audit.note("supplier_codes.reordered", subject, dealer_id=dealer.id, before=names[0], after=names[1])


def repriced(dealer: Dealer, rows: list[SupplierCode], pricing: str) -> None:
    """Record that some rows will get another pricing."""
    named = rows[:MOST_NAMED]
    before = {name_of(row): PRICING_LABELS[row.pricing] for row in named}
    after = {name_of(row): PRICING_LABELS[pricing] for row in named}
    subject = count(len(rows), "supplier code")
    if rows:
        audit.note("supplier_codes.repriced", subject, dealer_id=dealer.id, before=before, after=after)


def imported(dealer: Dealer, before: dict[str, str], after: dict[str, str]) -> None:
    """Record rows changed and added by an import, with old and new values by name."""
    subject = f"{len(after) - len(before)} added, {len(before)} updated"
    named = dict(list(after.items())[:MOST_NAMED])
    known = {name: line for name, line in before.items() if name in named}
    if after:
        audit.note("supplier_codes.imported", subject, dealer_id=dealer.id, before=known, after=named)
