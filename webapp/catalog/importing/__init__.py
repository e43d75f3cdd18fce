"""Catalog import: manufacturers, products, and the part numbers under which they are sold."""

from __future__ import annotations

from webapp.catalog.importing.rows import COLUMNS, OPTIONAL_COLUMNS
from webapp.catalog.importing.run_import import Imported, import_catalog

__all__ = ["COLUMNS", "OPTIONAL_COLUMNS", "Imported", "import_catalog"]
