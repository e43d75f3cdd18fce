"""Audit log for display: actor, action, dealer, and changed fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from webapp.audit import ACTIONS
from webapp.audit.audit_filter import AuditFilter
from webapp.core.enums import CATALOG_LABELS, PRICING_LABELS, QUANTITY_COLUMN_LABELS
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer

PAGE_LENGTH: Final = 50
# Imports of hundreds of codes show this many fields; the others are collapsed.
SHOWN: Final = 8
FIELD_LABELS: Final = {
    "enabled": "Enable Lightspeed 3PA/Data Warehouse",
    "username": "3PA Username",
    "password": "3PA Password",  # nosec B105
    "quantity_column": "Quantity Column",
    "clear_previous": "Clear Previous Quantities",
    "hold_old_data": "Hold Updates with Old Data",
    "disabled_on": "Disabled On",
    "code": "LightSpeed Supplier Code",
    "catalog": "Ecommerce Catalog",
    "manufacturer": "Manufacturer/Distributor",
    "lead_time_days": "Lead Time Value",
    "pricing": "LightSpeed Pricing",
    "timezone": "Time zone",
    "trigger": "Started by",
    "anyway": "Run anyway",
    "before_run": "Before run",
    "role": "Role",
    "sessions": "Sessions",
    "job": "Job",
    "reason": "Reason",
    "codes_left": "Recovery codes left",
    "warned": "Without a price",
    "webhook's secret address": "Full webhook URL",
    "webhook's secret": "Webhook secret",  # nosec B105
}
VALUE_LABELS: Final[dict[str, dict[str, str]]] = {
    "catalog": CATALOG_LABELS,
    "pricing": PRICING_LABELS,
    "quantity_column": QUANTITY_COLUMN_LABELS,
    "trigger": {
        "manual": "Queue Inventory Update",
        "scheduled": "schedule",
        "command": "system",
        "retry": "automatic retry",
        "alias": "changed matches, guards or freezes",
        "preview": "preview",
        "held": "held update",
        "restore": "restore",
    },
}
WITHOUT_PERSON: Final = {"command": "System", "schedule": "Schedule"}


@dataclass(frozen=True)
class ChangedField:
    """One field as text; None if it had, or has, no value."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class AuditRow:
    """One entry. `zone` is the dealer's on its own page; the list of all dealers uses UTC for comparison."""

    entry: AuditEntry
    who: str
    is_staff: bool
    what: str
    zone: ZoneInfo
    shown: list[ChangedField]
    folded: list[ChangedField]


@dataclass(frozen=True)
class AuditLog:
    """One page of entries, the latest first. `older` is the cursor of the next page, if any."""

    rows: list[AuditRow]
    choice: AuditFilter
    older: int | None
    is_latest: bool

    @classmethod
    def of(cls, choice: AuditFilter, dealer: Dealer | None = None, before: int | None = None) -> AuditLog:
        """Return the filtered entries of one dealer or of all, older than an entry's id."""
        page = select(AuditEntry).where(*choice.conditions()).options(selectinload(AuditEntry.dealer))
        if dealer is not None:
            page = page.where(AuditEntry.dealer_id == dealer.id)
        if before is not None:
            page = page.where(AuditEntry.id < before)
        rows = list(db.session.scalars(page.order_by(AuditEntry.id.desc()).limit(PAGE_LENGTH + 1)))
        shown = rows[:PAGE_LENGTH]
        older = shown[-1].id if len(rows) > PAGE_LENGTH else None
        zone = dealer.zone if dealer else ZoneInfo("UTC")
        return cls([_row(entry, zone) for entry in shown], choice, older, before is None)


def _row(entry: AuditEntry, zone: ZoneInfo) -> AuditRow:
    fields = _changed_fields(entry)
    return AuditRow(
        entry,
        who=entry.email or WITHOUT_PERSON[entry.actor],
        is_staff=entry.actor == "staff",
        what=ACTIONS.get(entry.action, entry.action),
        zone=zone,
        shown=fields[:SHOWN],
        folded=fields[SHOWN:],
    )


def _changed_fields(entry: AuditEntry) -> list[ChangedField]:
    before, after = entry.before or {}, entry.after or {}
    return [
        ChangedField(
            FIELD_LABELS.get(name, name if " " in name else name.replace("_", " ").capitalize()),
            _said(name, before[name]) if name in before else None,
            _said(name, after[name]) if name in after else None,
        )
        for name in {**before, **after}
    ]


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value is None or value == "":
        return "not set"
    return VALUE_LABELS.get(name, {}).get(str(value), str(value))
