"""Pages without a free connection or without a database: 503, and the next request works again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import close_all_sessions
from werkzeug.test import TestResponse

from sandbox.servers.postgres import PostgresServer
from tests.conftest import settings
from tests.webapp.client import HTMX, LintingClient
from webapp.application import create_app
from webapp.core.database_errors import is_away
from webapp.extensions import db
from webapp.settings import database_settings

POOL = 2
LOGIN = {"email": "support@example.com", "password": "wrong"}


@pytest.fixture
def url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    name = f"away_{uuid4().hex[:12]}"
    yield postgres_server.create_database(name, template=postgres_template)
    postgres_server.drop_database(name)


@pytest.fixture
def app(url: str, tmp_path: Path) -> Iterator[Flask]:
    """On PostgreSQL, with few connections, and with errors answered as in production."""
    environ = {"DATABASE_URL": url, "DATABASE_POOL_SIZE": str(POOL), "DATABASE_POOL_TIMEOUT": "1"}
    engines = database_settings.read(environ, database_settings.WEB, "")
    app = create_app({**settings(url, tmp_path), **engines, "PROPAGATE_EXCEPTIONS": False})
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


def is_refused_for_a_moment(response: TestResponse) -> bool:
    """503 with a reason, and with every header that any other page has."""
    assert int(response.headers["Retry-After"]) > 0
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Request-ID"]
    return response.status_code == 503 and "in a moment" in response.text


def answers(client: LintingClient) -> list[TestResponse]:
    """A page, a fragment of it, and a form."""
    return [client.get("/dealers"), client.get("/dealers", headers=HTMX), client.post("/login", data=LOGIN)]


def test_a_page_without_a_free_connection_asks_to_retry_later(app: Flask, staff: LintingClient) -> None:
    assert staff.get("/dealers").status_code == 200
    held = [db.engine.connect() for _ in range(POOL)]
    assert all(is_refused_for_a_moment(response) for response in answers(staff)[:2])
    for connection in held:
        connection.close()
    assert staff.get("/dealers").status_code == 200


def test_a_page_without_a_database_asks_to_retry_later(app: Flask, staff: LintingClient, url: str) -> None:
    assert staff.get("/dealers").status_code == 200
    own, _, name = url.rpartition("/")
    with psycopg.connect(f"{own}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        assert all(is_refused_for_a_moment(response) for response in answers(staff))
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert staff.get("/dealers").status_code == 200


def test_a_defect_is_not_an_outage(app: Flask, staff: LintingClient) -> None:
    db.session.execute(text("ALTER TABLE recent_runs RENAME TO mislaid"))
    db.session.commit()
    response = staff.get("/dealers")
    assert response.status_code == 500
    assert "Retry-After" not in response.headers


def test_session_use_is_recorded_only_when_a_connection_is_free(app: Flask, staff: LintingClient) -> None:
    """Beside the request's own: with a pool that is used up, threads would wait for each other."""
    db.session.execute(text("UPDATE sign_ins SET last_seen_at = last_seen_at - interval '5 minutes'"))
    db.session.commit()
    noted = text("SELECT count(*) FROM sign_ins WHERE last_seen_at > now() - interval '2 minutes'")
    with db.engine.connect():
        assert staff.get("/dealers").status_code == 200
    assert db.session.execute(noted).scalar_one() == 0
    db.session.rollback()
    assert staff.get("/dealers").status_code == 200
    assert db.session.execute(noted).scalar_one() == 1


def error_of(url: str, statement: str) -> DBAPIError:
    engine = create_engine(url, connect_args={"timeout": 0} if url.startswith("sqlite") else {})
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
    return caught.value


def test_a_locked_sqlite_file_is_busy_and_a_wrong_statement_is_not(tmp_path: Path) -> None:
    path = tmp_path / "locked.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        connection.execute("BEGIN EXCLUSIVE")
        assert is_away(error_of(f"sqlite:///{path}", "SELECT * FROM t"))
    assert not is_away(error_of(f"sqlite:///{path}", "SELECT * FROM nowhere"))


def test_a_statement_that_postgresql_refuses_is_no_outage(url: str) -> None:
    assert not is_away(error_of(url, "SELECT * FROM nowhere"))
    assert not is_away(error_of(url, "SELECT 1 / 0"))
