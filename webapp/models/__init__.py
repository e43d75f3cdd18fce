"""Database models. Import them from here."""

from __future__ import annotations

from webapp.models.alerts import Alert, AlertDelivery, AlertRecipients, AlertState, UnmatchedShare
from webapp.models.aliases import Alias, AliasVersion, IgnoredPart, RejectedCandidate
from webapp.models.audit import AuditEntry
from webapp.models.catalog import Manufacturer, PartNumber, Product
from webapp.models.catalog_imports import CatalogImport
from webapp.models.code_discovery import CodeScan, CodeScanBlock, CodeSuggestion, FoundCode
from webapp.models.configuration import Configuration
from webapp.models.coverage import CoverageDay, StockSummary
from webapp.models.freezes import Freeze
from webapp.models.guards import CodeGuards, GuardSettings, MinimumPrice, PriceAllowance
from webapp.models.held_clearings import HeldClearing
from webapp.models.held_pulls import HeldPull, HeldPullRows
from webapp.models.item_changes import ItemChanges
from webapp.models.job_heartbeats import JobHeartbeat
from webapp.models.part_requests import PartRequest
from webapp.models.planned_changes import PlannedChanges
from webapp.models.previews import Preview, PreviewCode, PreviewPull
from webapp.models.product_locks import ProductLock
from webapp.models.recent_runs import RecentRuns
from webapp.models.restores import Restore
from webapp.models.runs import PartMatch, Report, ReportedPart, Run, RunItem, RunMapping
from webapp.models.sessions import UserSession
from webapp.models.shelf import (
    OutboxBatch,
    OutboxEntry,
    RetainedPart,
    ShelfStock,
    ShelfTotal,
    WebstoreFigures,
)
from webapp.models.slot_ledger import SlotLedgerEntry
from webapp.models.slow_movers import SlowMover, SlowMoverCode
from webapp.models.stored_pulls import ArrivedPart, CatalogVersion, PullBlock, StockVersion, StoredPull
from webapp.models.summaries import StoredSummary, SummaryChoice
from webapp.models.supplier_codes import SupplierCode
from webapp.models.tallies import RunTally
from webapp.models.tenants import Dealer, Organization, User

__all__ = [
    "Alert",
    "AlertDelivery",
    "AlertRecipients",
    "AlertState",
    "Alias",
    "AliasVersion",
    "ArrivedPart",
    "AuditEntry",
    "CatalogImport",
    "CatalogVersion",
    "CodeGuards",
    "CodeScan",
    "CodeScanBlock",
    "CodeSuggestion",
    "Configuration",
    "CoverageDay",
    "Dealer",
    "FoundCode",
    "Freeze",
    "GuardSettings",
    "HeldClearing",
    "HeldPull",
    "HeldPullRows",
    "IgnoredPart",
    "ItemChanges",
    "JobHeartbeat",
    "Manufacturer",
    "MinimumPrice",
    "Organization",
    "OutboxBatch",
    "OutboxEntry",
    "PartMatch",
    "PartNumber",
    "PartRequest",
    "PlannedChanges",
    "Preview",
    "PreviewCode",
    "PreviewPull",
    "PriceAllowance",
    "Product",
    "ProductLock",
    "PullBlock",
    "RecentRuns",
    "RejectedCandidate",
    "Report",
    "ReportedPart",
    "Restore",
    "RetainedPart",
    "Run",
    "RunItem",
    "RunMapping",
    "RunTally",
    "ShelfStock",
    "ShelfTotal",
    "SlotLedgerEntry",
    "SlowMover",
    "SlowMoverCode",
    "StockSummary",
    "StockVersion",
    "StoredPull",
    "StoredSummary",
    "SummaryChoice",
    "SupplierCode",
    "UnmatchedShare",
    "User",
    "UserSession",
    "WebstoreFigures",
]
