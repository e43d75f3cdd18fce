"""Database models. Import them from here."""

from __future__ import annotations

from webapp.models.alerts import Alert, AlertDelivery, AlertRecipients, AlertState, UnmatchedShare
from webapp.models.audit import AuditEntry
from webapp.models.catalog import Manufacturer, PartNumber, Product
from webapp.models.catalog_imports import CatalogImport
from webapp.models.configuration import Configuration
from webapp.models.held_clearings import HeldClearing
from webapp.models.job_heartbeats import JobHeartbeat
from webapp.models.recent_runs import RecentRuns
from webapp.models.runs import PartMatch, Report, ReportedPart, Run, RunItem, RunMapping
from webapp.models.sessions import UserSession
from webapp.models.shelf import OutboxEntry, RetainedPart, ShelfStock, ShelfTotal, WebstoreFigures
from webapp.models.slot_ledger import SlotLedgerEntry
from webapp.models.stored_pulls import ArrivedPart, CatalogVersion, PullBlock, StockVersion, StoredPull
from webapp.models.supplier_codes import SupplierCode
from webapp.models.tallies import RunTally
from webapp.models.tenants import Dealer, Organization, User

__all__ = [
    "Alert",
    "AlertDelivery",
    "AlertRecipients",
    "AlertState",
    "ArrivedPart",
    "AuditEntry",
    "CatalogImport",
    "CatalogVersion",
    "Configuration",
    "Dealer",
    "HeldClearing",
    "JobHeartbeat",
    "Manufacturer",
    "Organization",
    "OutboxEntry",
    "PartMatch",
    "PartNumber",
    "Product",
    "PullBlock",
    "RecentRuns",
    "Report",
    "ReportedPart",
    "RetainedPart",
    "Run",
    "RunItem",
    "RunMapping",
    "RunTally",
    "ShelfStock",
    "ShelfTotal",
    "SlotLedgerEntry",
    "StockVersion",
    "StoredPull",
    "SupplierCode",
    "UnmatchedShare",
    "User",
    "UserSession",
    "WebstoreFigures",
]
