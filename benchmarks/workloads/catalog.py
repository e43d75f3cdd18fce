"""Imports a catalog, drains the outbox into the search index, and indexes a whole catalog."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import text

from webapp.catalog.importing import Imported, import_catalog
from webapp.extensions import db
from webapp.search import outbox, reindexing

# A quarter is out of stock.
_STOCK_ALL = """
    INSERT INTO webstore_figures (dealer_id, product_id, shelf_quantity, sale_price_cents, lead_time_days)
    SELECT :dealer, id, CASE WHEN id % 4 = 0 THEN 0 ELSE id % 9 + 1 END,
           CASE WHEN id % 4 = 0 THEN NULL ELSE 1999 END, CASE WHEN id % 4 = 0 THEN NULL ELSE 2 END
    FROM products
"""


class ImportCatalog:
    """`catalog import FILE`."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._imported: Imported | None = None

    def run(self) -> None:
        with self._path.open("rb") as file:
            self._imported = import_catalog(file, _refuse)

    def facts(self) -> dict[str, Any]:
        assert self._imported is not None
        return asdict(self._imported)


class DrainOutbox:
    """The index job."""

    def __init__(self) -> None:
        self._written = 0

    def run(self) -> None:
        self._written = outbox.drain()

    def facts(self) -> dict[str, Any]:
        return {"documents": self._written}


class IndexAll:
    """`webstore reindex` of a dealer who has, or had, every product of the catalog in stock."""

    def __init__(self, dealer_id: str) -> None:
        self._dealer_id = int(dealer_id)
        self._written = 0
        db.session.execute(text(_STOCK_ALL), {"dealer": self._dealer_id})
        db.session.commit()

    def run(self) -> None:
        self._written = reindexing.rebuild(self._dealer_id)

    def facts(self) -> dict[str, Any]:
        return {"documents": self._written}


def _refuse(line: int, reason: str) -> None:
    raise SystemExit(f"line {line} of our own catalog was rejected: {reason}")
