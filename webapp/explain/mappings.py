"""Supplier codes of a part, with their last change according to the audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import or_, select

from webapp.explain.explanation import Mapping
from webapp.extensions import db
from webapp.models import AuditEntry, Manufacturer, SupplierCode

_ACTIONS: Final = ("supplier_code.added", "supplier_code.changed", "supplier_codes.imported")
# Entries of the audit log that are looked at.
_RECENT: Final = 100
MOST: Final = 100


def of_part(
    dealer_id: int, code_keys: Collection[str], manufacturer_ids: Collection[int]
) -> tuple[Mapping, ...]:
    """Return the rows of codes, and those of manufacturers, in the order of the dealer's list."""
    query = (
        select(
            SupplierCode.code,
            SupplierCode.code_key,
            SupplierCode.manufacturer_id,
            Manufacturer.name,
            Manufacturer.catalog,
            SupplierCode.lead_time_days,
            SupplierCode.pricing,
        )
        .join(Manufacturer, Manufacturer.id == SupplierCode.manufacturer_id)
        .where(SupplierCode.dealer_id == dealer_id)
        .where(or_(SupplierCode.code_key.in_(code_keys), SupplierCode.manufacturer_id.in_(manufacturer_ids)))
        .order_by(SupplierCode.position, SupplierCode.id)
        .limit(MOST)
    )
    return tuple(Mapping(*row) for row in db.session.execute(query))


def dated(dealer_id: int, rows: Collection[Mapping]) -> tuple[Mapping, ...]:
    """Return rows with the time of their last change, and who made it."""
    if not rows:
        return ()
    columns = AuditEntry.at, AuditEntry.email, AuditEntry.action, AuditEntry.subject, AuditEntry.after
    query = select(*columns).where(AuditEntry.dealer_id == dealer_id, AuditEntry.action.in_(_ACTIONS))
    entries = db.session.execute(query.order_by(AuditEntry.id.desc()).limit(_RECENT)).all()
    return tuple(_with_change(row, entries) for row in rows)


def _with_change(row: Mapping, entries: Collection[Any]) -> Mapping:
    # As webapp.supplier_codes.audit_entries names a row.
    name = f"{row.code} → {row.manufacturer}"
    for entry in entries:
        if entry.subject == name or (entry.action == _ACTIONS[2] and name in (entry.after or {})):
            return replace(row, changed_at=entry.at, changed_by=entry.email)
    return row
