"""What is stored. Import models from here."""

from __future__ import annotations

from webapp.models.alerts import Alert, AlertContact, AlertDelivery, AlertWatch, UnmatchedShare
from webapp.models.audit import AuditEntry
from webapp.models.catalog import Manufacturer, PartNumber, Product
from webapp.models.catalog_imports import CatalogImport
from webapp.models.configuration import Configuration
from webapp.models.held_clearings import HeldClearing
from webapp.models.job_heartbeats import PeriodicJob
from webapp.models.recent_runs import RecentRuns
from webapp.models.runs import PartMatch, Report, ReportedPart, Run, RunItem, RunMapping
from webapp.models.sessions import SignIn
from webapp.models.shelf import ReindexNote, RetainedPart, ShelfStock, ShelfTotal, WebstoreFigures
from webapp.models.slot_ledger import SlotAccount
from webapp.models.supplier_codes import SupplierCode
from webapp.models.tallies import RunTally
from webapp.models.tenants import Dealer, Organization, User

__all__ = [
    "Alert",
    "AlertContact",
    "AlertDelivery",
    "AlertWatch",
    "AuditEntry",
    "CatalogImport",
    "Configuration",
    "Dealer",
    "HeldClearing",
    "Manufacturer",
    "Organization",
    "PartMatch",
    "PartNumber",
    "PeriodicJob",
    "Product",
    "RecentRuns",
    "ReindexNote",
    "Report",
    "ReportedPart",
    "RetainedPart",
    "Run",
    "RunItem",
    "RunMapping",
    "RunTally",
    "ShelfStock",
    "ShelfTotal",
    "SignIn",
    "SlotAccount",
    "SupplierCode",
    "UnmatchedShare",
    "User",
    "WebstoreFigures",
]
