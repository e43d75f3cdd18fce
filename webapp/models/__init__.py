"""What is stored. Import models from here."""

from __future__ import annotations

from webapp.models.catalog import Manufacturer, PartNumber, Product
from webapp.models.catalog_imports import CatalogImport
from webapp.models.configuration import Configuration
from webapp.models.runs import PartMatch, Report, ReportedPart, Run, RunItem, RunMapping
from webapp.models.shelf import ReindexNote, ShelfStock, WebstoreFigures
from webapp.models.supplier_codes import SupplierCode
from webapp.models.tenants import Dealer, Organization, User

__all__ = [
    "CatalogImport",
    "Configuration",
    "Dealer",
    "Manufacturer",
    "Organization",
    "PartMatch",
    "PartNumber",
    "Product",
    "ReindexNote",
    "Report",
    "ReportedPart",
    "Run",
    "RunItem",
    "RunMapping",
    "ShelfStock",
    "SupplierCode",
    "User",
    "WebstoreFigures",
]
