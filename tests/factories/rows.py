"""Saving of any row."""

from __future__ import annotations

from typing import TypeVar

from webapp.extensions import db

Row = TypeVar("Row")


def save(row: Row) -> Row:
    """Add the row and commit."""
    db.session.add(row)
    db.session.commit()
    return row
