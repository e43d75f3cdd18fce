"""Rows copied into PostgreSQL as lines."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from tests.sync_harness import is_postgresql
from webapp.core.pg_copy import NULL, copy_lines, escaped
from webapp.extensions import db


def test_copied_lines_are_read_back_as_they_were(app: Flask) -> None:
    words = ["plain", "tab\there", "two\nlines", "back\\slash", r"\N", "", "ünïcode", "cr\rlf"]
    if is_postgresql():
        db.session.execute(text("CREATE TEMPORARY TABLE copied (place integer, word text, price integer)"))
        lines = [f"{place}\t{escaped(word)}\t{NULL}" for place, word in enumerate(words)]
        copy_lines(db.session.connection(), "copied", ("place", "word", "price"), lines)
        rows = db.session.execute(text("SELECT place, word, price FROM copied ORDER BY place")).all()
        assert [tuple(row) for row in rows] == [(place, word, None) for place, word in enumerate(words)]
        db.session.rollback()
    else:
        assert escaped("a\tb\\c") == r"a\tb\\c"
