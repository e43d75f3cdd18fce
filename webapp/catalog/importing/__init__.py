"""Catalog import: manufacturers, products, and the part numbers under which they are sold."""

from __future__ import annotations

from webapp.catalog.importing.apply import Imported
from webapp.catalog.importing.rows import COLUMNS, OPTIONAL_COLUMNS
from webapp.catalog.importing.run_import import import_catalog

__all__ = ["COLUMNS", "OPTIONAL_COLUMNS", "Imported", "import_catalog"]
