"""Lists as parameters of statements."""

from __future__ import annotations

import pytest
from flask import Flask

from jobs.sync.applying import sql
from webapp.extensions import db


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["plain"],
        ["", "NULL", "{}", "a,b", 'quo"ted', "back\\slash", '\\"', "  spaces ", "new\nline", "ünï"],
        [f"part-{number}" for number in range(12_000)],
    ],
)
def test_texts_arrive_as_they_are_in_their_order(app: Flask, words: list[str]) -> None:
    query = "SELECT words.value, words.place FROM {words:text} ORDER BY words.place"
    rows = sql.rows(db.session.connection(), query, words=words)
    assert [tuple(row) for row in rows] == [(word, place) for place, word in enumerate(words)]
    db.session.rollback()


def test_numbers_arrive_as_they_are(app: Flask) -> None:
    numbers = [3, -1, 0, 2**40]
    query = "SELECT numbers.value FROM {numbers:bigint} ORDER BY numbers.place"
    assert [row[0] for row in sql.rows(db.session.connection(), query, numbers=numbers)] == numbers
    db.session.rollback()


def test_an_array_may_lack_numbers() -> None:
    assert sql.array([1, None, 3]) == "{1,NULL,3}"
