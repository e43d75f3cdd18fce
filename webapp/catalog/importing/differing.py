"""Finds the staged rows that are not stored as they are; most imports change few rows of a large catalog."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection

from webapp.catalog.importing import staging

# Fewer rows are looked up individually in less time than a full table scan takes.
MANY = 20_000
SAMPLE_ROWS: Final = 1_000

# Rows that tell whether nearly all differ, as when a catalog is imported for the first time.
_SAMPLE: Final = f"(SELECT * FROM staged_rows LIMIT {SAMPLE_ROWS})"  # noqa: S608 # nosec B608 - our number

_COUNT_DIFFERING: Final = "SELECT count(*)"

_LIST_DIFFERING: Final = """
    CREATE TEMPORARY TABLE differing_rows AS
    SELECT s.line, s.manufacturer_id, s.key, s.catalog, s.owner_key, s.brand_key, s.mpn_key
"""

_DIFFERING: Final = """
    FROM {rows} AS s
    LEFT JOIN part_numbers AS n
           ON n.manufacturer_id = s.manufacturer_id AND n.key = s.key AND n.part_number = s.part_number
    LEFT JOIN products AS p
           ON p.id = n.product_id AND p.catalog = s.catalog AND p.owner_key = s.owner_key
          AND p.brand = s.brand AND p.brand_key = s.brand_key AND p.mpn = s.mpn AND p.mpn_key = s.mpn_key
          AND p.name = s.name AND coalesce(p.msrp_cents, -1) = coalesce(s.msrp_cents, -1){same_upc}
    WHERE p.id IS NULL
"""

# A file without the column leaves the stored UPCs as they are.
_SAME_UPC: Final = " AND coalesce(p.upc, '') = coalesce(s.upc, '')"

# Others of the same part numbers and products may contradict the differing ones, or come after them in the
# file. (A cross join makes SQLite look up the shorter list for each row of the file.)
_LIST_RELATED: Final = """
    CREATE TEMPORARY TABLE related_rows AS
    SELECT * FROM staged_rows
    WHERE line IN (
        SELECT line FROM differing_rows
        UNION
        SELECT s.line
        FROM staged_rows AS s CROSS JOIN differing_rows AS d
        WHERE s.manufacturer_id = d.manufacturer_id AND s.key = d.key
        UNION
        SELECT s.line
        FROM staged_rows AS s CROSS JOIN differing_rows AS d
        WHERE s.mpn_key = d.mpn_key AND s.brand_key = d.brand_key
          AND s.owner_key = d.owner_key AND s.catalog = d.catalog
    )
"""


class Rows(NamedTuple):
    """A table with the columns of `staging.STAGED`, and the number of its rows."""

    table: str
    number: int


def list_differing(connection: Connection, with_upc: bool, staged: int) -> Rows:
    """Return a table with every row that may change something; all others are stored as they are."""
    staging.tell_sizes(connection, "staged_rows")
    same_upc = _SAME_UPC if with_upc else ""
    sampled = text(_COUNT_DIFFERING + _DIFFERING.format(rows=_SAMPLE, same_upc=same_upc))
    if connection.execute(sampled).scalar_one() > min(staged, SAMPLE_ROWS) // 2:
        connection.commit()
        return Rows("staged_rows", staged)
    scan_tables(connection, staged)
    connection.execute(text(_LIST_DIFFERING + _DIFFERING.format(rows="staged_rows", same_upc=same_upc)))
    staging.tell_sizes(connection, "differing_rows")
    connection.commit()
    differing = _number(connection, "differing_rows")
    if not differing or differing > staged // 2:
        return Rows("staged_rows", staged if differing else 0)
    connection.execute(text(_LIST_RELATED))
    staging.tell_sizes(connection, "related_rows")
    connection.commit()
    return Rows("related_rows", _number(connection, "related_rows"))


def scan_tables(connection: Connection, rows: int) -> None:
    """Have PostgreSQL scan whole tables if there are many rows, until the transaction ends."""
    if connection.dialect.name == "postgresql" and rows > MANY:
        # The planner expects a handful of rows, and would look up a million one by one.
        connection.execute(text("SET LOCAL enable_nestloop = off"))


def _number(connection: Connection, table: str) -> int:
    number: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 # nosec B608
    connection.commit()
    return number
