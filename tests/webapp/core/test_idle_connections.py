"""A connection that was idle is checked before it is used; one that was just in use is not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from tests.sync_harness import is_postgresql
from webapp.core import idle_connections
from webapp.extensions import db

BACKEND = text("SELECT pg_backend_pid()")


def backend() -> int:
    """The server's process of the connection that the pool lends."""
    with db.engine.connect() as connection:
        return int(connection.execute(BACKEND).scalar_one())


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections that were checked."""
    checked: list[Any] = []
    ping = db.engine.dialect.do_ping

    def count(connection: Any) -> bool:
        checked.append(connection)
        return ping(connection)

    monkeypatch.setattr(db.engine.dialect, "do_ping", count)
    return checked


def use_twice() -> None:
    for _ in range(2):
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))


def test_a_connection_is_trusted_for_a_moment_after_its_last_use(app: Flask, checks: list[Any]) -> None:
    use_twice()
    assert len(checks) <= 1


def test_an_idle_connection_is_checked(
    app: Flask, checks: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_connections, "TRUSTED_FOR", 0.0)
    use_twice()
    assert checks


def test_a_connection_that_the_server_closed_is_replaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_postgresql():
        # A file has no server to close a connection.
        return
    monkeypatch.setattr(idle_connections, "TRUSTED_FOR", 0.0)
    closed = backend()
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (closed,))
    assert backend() != closed
