"""Inserts and read-only transactions for alerts on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db


def insert_new(model: Any) -> Any:
    """Return `INSERT INTO … ON CONFLICT DO NOTHING`, still without rows; `returning` yields only new ones."""
    return _insert(model).on_conflict_do_nothing()


def replace_rows(model: Any, key: str, rows: list[dict[str, Any]]) -> Any:
    """Return an upsert of the rows by their key."""
    put = _insert(model).values(rows)
    others = {name: put.excluded[name] for name in rows[0] if name != key}
    return put.on_conflict_do_update(index_elements=[key], set_=others)


def _insert(model: Any) -> Any:
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.engine.dialect.name]
    return insert(model)


def look_only() -> None:
    """Begin a read-only transaction: on SQLite it must not block writers."""
    db.session.rollback()
    db.session.connection(execution_options={"sqlite_begin": "DEFERRED"})
