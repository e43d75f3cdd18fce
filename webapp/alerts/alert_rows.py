"""How alerts are written and looked for on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db


def insert_new(model: Any) -> Any:
    """`INSERT INTO … ON CONFLICT DO NOTHING`, still without its rows; `returning` gives only new ones."""
    return _insert(model).on_conflict_do_nothing()


def replace_rows(model: Any, key: str, rows: list[dict[str, Any]]) -> Any:
    """An INSERT of the rows that takes the place of those which are there already under the same key."""
    put = _insert(model).values(rows)
    others = {name: put.excluded[name] for name in rows[0] if name != key}
    return put.on_conflict_do_update(index_elements=[key], set_=others)


def _insert(model: Any) -> Any:
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.engine.dialect.name]
    return insert(model)


def look_only() -> None:
    """Begin a transaction that only reads: on SQLite it must not keep the writers waiting."""
    db.session.rollback()
    db.session.connection(execution_options={"sqlite_begin": "DEFERRED"})
