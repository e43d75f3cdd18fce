"""A forked process leaves the connections of its parent alone, and makes its own."""

from __future__ import annotations

import os
from collections.abc import Callable

from flask import Flask
from sqlalchemy import text

from webapp.core import queues
from webapp.extensions import db
from webapp.web import forks


def in_fork(look: Callable[[], object]) -> str:
    """What a function returns in a child process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, repr(look()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


def test_a_fork_has_no_connection_of_its_parent_and_makes_its_own(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]

    def look() -> tuple[int, object]:
        forks.disconnect(app)
        idle = db.engine.pool.checkedin()  # type: ignore[attr-defined]
        with db.engine.connect() as own:
            return idle, own.scalar(text("SELECT 7"))

    assert in_fork(look) == "(0, 7)"
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT 8")) == 8


def test_a_fork_makes_a_redis_client_of_its_own(app: Flask) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    client = queues.connection()
    assert queues.connection() is client

    def look() -> bool:
        forks.disconnect(app)
        return queues.connection() is client

    assert in_fork(look) == "False"
