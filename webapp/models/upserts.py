"""Inserts that tolerate rows that exist already, on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db


def insert_new(model: Any) -> Any:
    """Build `INSERT … ON CONFLICT DO NOTHING`, still without its rows; `returning` gives only new ones."""
    return _insert(model).on_conflict_do_nothing()


def replace_rows(model: Any, key: str, rows: list[dict[str, Any]]) -> Any:
    """Build an INSERT of the rows that replaces existing ones with the same key."""
    put = _insert(model).values(rows)
    others = {name: put.excluded[name] for name in rows[0] if name != key}
    return put.on_conflict_do_update(index_elements=[key], set_=others)


def replace_keys(model: Any, keys: tuple[str, ...]) -> Any:
    """Build an INSERT, still without its rows, that replaces existing rows with the same key."""
    put = _insert(model)
    names = [column.name for column in model.__table__.columns if column.name not in keys]
    return put.on_conflict_do_update(
        index_elements=list(keys), set_={name: put.excluded[name] for name in names}
    )


def replace_found(model: Any, keys: tuple[str, ...], kept: str) -> Any:
    """Build an INSERT that replaces existing rows with the same key, but for the column `kept`.

    Columns that the rows do not have keep their values.
    """
    put = _insert(model)
    names = [column.name for column in model.__table__.columns if not column.nullable]
    others = {name: put.excluded[name] for name in names if name not in (*keys, kept)}
    return put.on_conflict_do_update(index_elements=list(keys), set_=others)


def _insert(model: Any) -> Any:
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[db.engine.dialect.name]
    return insert(model)
