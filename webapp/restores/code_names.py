"""Codes as the dealer writes them, also those that are no longer in the list."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.models import Run, RunItem, ShelfStock, SupplierCode


def names_of(connection: Connection, dealer_id: int, code_keys: Iterable[str]) -> dict[str, str]:
    """Return each code by its key: as listed, else as its stock or last run has it, else the key itself."""
    query = select(SupplierCode.code_key, SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    listed = {row.code_key: row.code for row in connection.execute(query)}
    return {
        key: listed.get(key)
        or _on_shelf(connection, dealer_id, key)
        or _in_runs(connection, dealer_id, key)
        or key
        for key in code_keys
    }


def _on_shelf(connection: Connection, dealer_id: int, code_key: str) -> str | None:
    of_code = ShelfStock.dealer_id == dealer_id, ShelfStock.code_key == code_key
    return connection.scalar(select(ShelfStock.code).where(*of_code).limit(1))


def _in_runs(connection: Connection, dealer_id: int, code_key: str) -> str | None:
    query = select(RunItem.supplier_code).join(Run, Run.id == RunItem.run_id)
    of_code = Run.dealer_id == dealer_id, RunItem.code_key == code_key, RunItem.supplier_code != code_key
    return connection.scalar(query.where(*of_code).order_by(RunItem.id.desc()).limit(1))
