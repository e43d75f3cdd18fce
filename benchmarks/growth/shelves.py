"""Gives further dealers what a synced dealer has: the database itself copies each of that dealer's rows.

Dealer, configuration, supplier codes, last run with what it reported and matched, shelf, figures and search
documents. The copies have negative numbers, which no sequence will come to. Indexes of the large tables are
taken off meanwhile: to keep them in order row by row would take hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from webapp.extensions import db

LARGE: Final = ("shelf_stock", "webstore_figures", "reported_parts", "part_matches", "webstore_documents")
# Numbers between two copies: more than the parts of a dealer.
STEP: Final = 10_000_000
_FEW: Final = "id - :dealer * 1000"
_MANY: Final = f"{{}} - :dealer * {STEP}"
_ITEM: Final = "{} - :dealer * 1000"
# The words of a document name the dealer, and the dealer with its stock (webapp/search/postgres_index.py).
_WORDS: Final = """
    array_to_tsvector(array_cat(
        array_remove(array_remove(tsvector_to_array(words), '+1'), '+1+stock'),
        CASE WHEN shelf_quantity > 0 THEN ARRAY['+' || :dealer, '+' || :dealer || '+stock']
             ELSE ARRAY['+' || :dealer] END
    ))
"""

# What differs in the copy of a row, in the order in which tables refer to each other.
_TABLES: Final[dict[str, dict[str, str]]] = {
    "dealers": {"id": ":dealer"},
    "configurations": {"dealer_id": ":dealer"},
    "supplier_codes": {"id": _FEW, "dealer_id": ":dealer"},
    "runs": {"id": _FEW, "dealer_id": ":dealer"},
    "run_items": {"id": _FEW, "run_id": _ITEM.format("run_id")},
    "run_mappings": {"run_item_id": _ITEM.format("run_item_id")},
    "shelf_stock": {
        "dealer_id": ":dealer",
        "created_item_id": _ITEM.format("created_item_id"),
        "changed_item_id": _ITEM.format("changed_item_id"),
    },
    "webstore_figures": {"dealer_id": ":dealer"},
    "shelf_totals": {"dealer_id": ":dealer"},
    "reported_parts": {"id": _MANY.format("id"), "run_item_id": _ITEM.format("run_item_id")},
    "part_matches": {
        "run_item_id": _ITEM.format("run_item_id"),
        "reported_part_id": _MANY.format("reported_part_id"),
    },
    "webstore_documents": {"dealer_id": ":dealer", "words": _WORDS},
}
_RUN: Final = "SELECT max(id) FROM runs WHERE dealer_id = 1 AND id > 0"
_ITEMS: Final = f"SELECT id FROM run_items WHERE run_id = ({_RUN})"
_OF_FIRST: Final = {
    "dealers": "id = 1",
    "runs": f"id = ({_RUN})",
    "run_items": f"run_id = ({_RUN})",
    "run_mappings": f"run_item_id IN ({_ITEMS})",
    "reported_parts": f"run_item_id IN ({_ITEMS})",
    "part_matches": f"run_item_id IN ({_ITEMS})",
}


def copy(first: int, last: int, documents: int) -> None:
    """Make the dealers with these ids from dealer 1, and commit; with only so many of the search documents.

    Documents are copied on PostgreSQL alone, where each names its dealer in one place.
    """
    connection = db.session.connection()
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        # Rows that are copied refer to what those refer to that they are copied from.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
    statements = [
        (text(_statement(connection, table, documents)), table)
        for table in _TABLES
        if is_postgresql or table != "webstore_documents"
    ]
    with _without_indexes(connection):
        for dealer in range(first, last + 1):
            for statement, _ in statements:
                connection.execute(statement, {"dealer": dealer})
    db.session.commit()
    # At rest: the server would do this by itself in the next minutes, and what is measured would pay for it.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as settled:
        settled.execute(text("VACUUM ANALYZE" if is_postgresql else "ANALYZE"))


def _statement(connection: Connection, table: str, documents: int) -> str:
    changed = _TABLES[table]
    names = [column["name"] for column in inspect(connection).get_columns(table)]
    cells = ", ".join(changed.get(name, name).replace(":dealer", _dealer(connection)) for name in names)
    limit = f" ORDER BY product_id LIMIT {documents}" if table == "webstore_documents" else ""
    of_first = _OF_FIRST.get(table, "dealer_id = 1")
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {cells} FROM {table} WHERE {of_first}{limit}"


def _dealer(connection: Connection) -> str:
    return "CAST(:dealer AS bigint)" if connection.dialect.name == "postgresql" else ":dealer"


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Take the indexes off that no constraint needs, and make them again."""
    if connection.dialect.name == "postgresql":
        found = (
            "SELECT indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes"
            " WHERE tablename = :table AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    else:
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql <> ''"
    indexes = [row for table in LARGE for row in connection.execute(text(found), {"table": table}).all()]
    for name, _ in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
