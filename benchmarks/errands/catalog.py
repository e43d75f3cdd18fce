"""Imports a catalog, and drains the outbox into the search index."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from webapp.catalog_import import Imported, import_catalog
from webapp.webstore import outbox


class ImportCatalog:
    """`catalog import FILE`."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._imported: Imported | None = None

    def carry_out(self) -> None:
        with self._path.open("rb") as file:
            self._imported = import_catalog(file, _refuse)

    def facts(self) -> dict[str, Any]:
        assert self._imported is not None
        return asdict(self._imported)


class DrainOutbox:
    """The index job."""

    def __init__(self) -> None:
        self._written = 0

    def carry_out(self) -> None:
        self._written = outbox.drain()

    def facts(self) -> dict[str, Any]:
        return {"documents": self._written}


def _refuse(line: int, reason: str) -> None:
    raise SystemExit(f"line {line} of our own catalog was rejected: {reason}")
