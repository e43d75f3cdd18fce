"""What migrations of large tables are made of, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from migrations import guards, operations
from webapp.extensions import db

NAME = "ix_runs_queued_at"
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def migration() -> Iterator[Connection]:
    """Run operations as a migration does."""
    with guards.migrating(db.engine) as connection:
        options = {"transactional_ddl": True, "transaction_per_migration": True}
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            yield connection


def indexes() -> set[str | None]:
    return {index["name"] for index in inspect(db.engine).get_indexes("runs")}


def is_valid() -> bool:
    query = text("SELECT indisvalid FROM pg_index WHERE indexrelid = CAST(:name AS regclass)")
    return bool(db.session.execute(query, {"name": NAME}).scalar_one())


def test_an_index_is_created_once_and_dropped_once(app: Flask) -> None:
    for _ in range(2):
        with migration():
            operations.create_index(NAME, "runs", ["queued_at"])
        assert NAME in indexes()
    for _ in range(2):
        with migration():
            operations.drop_index(NAME, "runs")
        assert NAME not in indexes()


@POSTGRESQL
def test_an_index_that_was_left_invalid_is_built_again(app: Flask) -> None:
    with migration():
        operations.create_index(NAME, "runs", ["queued_at"])
    broken = text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = CAST(:name AS regclass)")
    db.session.execute(broken, {"name": NAME})
    db.session.commit()
    assert not is_valid()
    db.session.rollback()
    with migration():
        operations.create_index(NAME, "runs", ["queued_at"])
    assert is_valid()


@POSTGRESQL
def test_others_write_while_an_index_is_created(app: Flask) -> None:
    """CREATE INDEX alone would wait for the first writer, and keep the second one waiting behind it."""
    insert = text("INSERT INTO organizations (name, created_at) VALUES ('One', now())")
    waiting = "query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'"
    waits = text(f"SELECT count(*) FROM pg_stat_activity WHERE {waiting}")
    with db.engine.connect() as first, db.engine.connect() as second, ThreadPoolExecutor() as threads:
        first.execute(insert)
        created = threads.submit(_create_in_context, app)
        while not second.execute(waits).scalar_one():
            second.rollback()
            assert not created.done(), created.result()
        second.execute(text("SET LOCAL lock_timeout = '5s'"))
        second.execute(insert)
        second.commit()
        assert not created.done()
        first.commit()
        created.result(timeout=60)
    names = {index["name"] for index in inspect(db.engine).get_indexes("organizations")}
    assert "ix_organizations_created_at" in names


def _create_in_context(app: Flask) -> None:
    with app.app_context(), migration():
        operations.create_index("ix_organizations_created_at", "organizations", ["created_at"])


@POSTGRESQL
def test_a_check_that_was_left_unvalidated_is_validated(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE runs ADD CONSTRAINT ck_runs_new CHECK (attempt > 0) NOT VALID"))
    with migration():
        assert not operations.is_validated("runs", "ck_runs_new")
        operations.replace_check("runs", "ck_runs_new", "attempt >= 0")
    with migration():
        assert operations.is_validated("runs", "ck_runs_new")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_rebuilt_table_keeps_its_rows_and_what_refers_to_them(app: Flask) -> None:
    db.session.execute(text("INSERT INTO dealers (id, name, timezone, created_at) VALUES (1, 'A', 'UTC', 0)"))
    db.session.execute(text("INSERT INTO slot_accounts VALUES (1, 'UTC', '2026-01-01', 1)"))
    db.session.commit()
    before = inspect(db.engine).get_indexes("dealers")
    with migration():
        operations.rebuild_sqlite_table("dealers", lambda sql: sql[:-1] + ", CHECK (name <> 'B'))")
    assert inspect(db.engine).get_indexes("dealers") == before
    assert db.session.execute(text("SELECT count(*) FROM slot_accounts")).scalar_one() == 1
    with pytest.raises(IntegrityError):
        db.session.execute(
            text("INSERT INTO dealers (id, name, timezone, created_at) VALUES (2, 'B', 'UTC', 0)")
        )
    db.session.rollback()
    # References are enforced again after the migration.
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        db.session.execute(text("DELETE FROM dealers"))
