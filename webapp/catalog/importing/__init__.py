"""Imports catalogs: manufacturers, products, and the part numbers that they are sold under."""

from __future__ import annotations

from webapp.catalog.importing.rows import COLUMNS, OPTIONAL_COLUMNS
from webapp.catalog.importing.run_import import Imported, import_catalog

__all__ = ["COLUMNS", "OPTIONAL_COLUMNS", "Imported", "import_catalog"]
