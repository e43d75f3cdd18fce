"""Imports catalogs: manufacturers, products, and the part numbers that they are sold under."""

from __future__ import annotations

from webapp.catalog_import.importing import Imported, import_catalog
from webapp.catalog_import.rows import COLUMNS, OPTIONAL_COLUMNS

__all__ = ["COLUMNS", "OPTIONAL_COLUMNS", "Imported", "import_catalog"]
