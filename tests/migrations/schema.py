"""Everything that a database's schema consists of, in a form that can be compared."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

Schema = dict[str, Any]

_SQLITE_OBJECTS = """
    SELECT type || ' ' || name, sql FROM sqlite_master
    WHERE (type IN ('index', 'trigger') AND sql <> '') OR sql LIKE 'CREATE VIRTUAL%'
"""
_POSTGRESQL = {
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) || ' ' || convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    """,
    "index": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ' ' || indisvalid
        FROM pg_index JOIN pg_class ON oid = indrelid WHERE relnamespace = 'public'::regnamespace
    """,
    "trigger": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "function": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "statistics": """
        SELECT attrelid::regclass || '.' || attname, attstattarget::text
        FROM pg_attribute JOIN pg_class ON oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND attstattarget >= 0 AND attnum > 0 AND NOT attisdropped
    """,
    "collation": """
        SELECT attrelid::regclass || '.' || attname, attcollation::regcollation::text
        FROM pg_attribute JOIN pg_class ON oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND attnum > 0 AND attcollation <> 0 AND NOT attisdropped
    """,
    "partition": """
        SELECT oid::regclass::text, relkind::text || ' ' || coalesce(pg_get_expr(relpartbound, oid), '')
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    """,
    "sequence": """
        SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
    """,
}


def schema_of(connection: Connection) -> Schema:
    """Columns by table, and all else by kind and name; the order of columns does not count."""
    inspector = inspect(connection)
    schema: Schema = {}
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            described = (str(column["type"]), column["nullable"], _plain(column["default"]))
            schema[f"column {table}.{column['name']}"] = described
    queries = _POSTGRESQL if connection.dialect.name == "postgresql" else {"object": _SQLITE_OBJECTS}
    for kind, query in queries.items():
        for name, definition in connection.execute(text(query)):
            schema[f"{kind} {name}"] = _plain(definition)
    if connection.dialect.name == "sqlite":
        schema |= _sqlite_constraints(connection)
    return schema


def _sqlite_constraints(connection: Connection) -> Schema:
    inspector = inspect(connection)
    found: Schema = {}
    for table in inspector.get_table_names():
        found[f"key of {table}"] = inspector.get_pk_constraint(table)
        for kind, read in (
            ("check", inspector.get_check_constraints),
            ("unique", inspector.get_unique_constraints),
            ("reference", inspector.get_foreign_keys),
        ):
            rows = sorted(read(table), key=lambda row: str(row["name"]))
            found[f"{kind} of {table}"] = [{**row, "dialect_options": None} for row in rows]
    return found


def _plain(definition: str | None) -> str | None:
    return re.sub(r"\s+", " ", definition).strip() if definition else definition
