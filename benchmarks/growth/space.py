"""How many bytes each table takes for each of its rows, its indexes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import Connection

# Those that grow with dealers times products, and then those that grow with runs.
SHELF: Final = (
    *("shelf_stock", "webstore_figures", "webstore_documents"),
    *("reported_parts", "part_matches"),
)
HISTORY: Final = ("runs", "run_items", "run_mappings", "reports", "audit_entries", "slot_accounts")
HEADINGS: Final = ("table", "rows", "MB", "bytes a row", "of them indexes", "")

_POSTGRESQL: Final = """
    SELECT sum(pg_total_relation_size(part)) AS whole, sum(pg_indexes_size(part)) AS indexes
    FROM (SELECT CAST(:name AS regclass) UNION SELECT relid FROM pg_partition_tree(:name)) AS parts (part)
"""
# An index is a b-tree of its own, and so is the table; FTS5 keeps tables of its own name and more.
_SQLITE: Final = """
    SELECT coalesce(sum(d.pgsize), 0) AS whole,
           coalesce(sum(CASE WHEN m.type = 'index' OR m.name LIKE :name || '_words%' THEN d.pgsize END), 0)
           AS indexes
    FROM sqlite_master AS m JOIN dbstat AS d ON d.name = m.name
    WHERE m.tbl_name = :name OR m.name LIKE :name || '_words%'
"""


@dataclass(frozen=True)
class Space:
    """A table's rows, its bytes with its indexes, and those of the indexes alone."""

    table: str
    rows: int
    whole: int
    indexes: int

    @property
    def a_row(self) -> float:
        """Bytes for each row."""
        return self.whole / max(self.rows, 1)

    def cells(self) -> tuple[str, ...]:
        """The line under `HEADINGS`."""
        indexes = self.indexes / max(self.rows, 1)
        return (
            self.table,
            f"{self.rows:,}",
            f"{self.whole / 1e6:,.1f}",
            f"{self.a_row:,.0f}",
            f"{indexes:,.0f}",
            "",
        )


def taken(connection: Connection, tables: tuple[str, ...]) -> Iterator[Space]:
    """What each of the tables takes."""
    statement = _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
    for name in tables:
        rows = connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
        found = connection.execute(text(statement), {"name": name}).one()
        yield Space(name, rows, int(found.whole), int(found.indexes))
