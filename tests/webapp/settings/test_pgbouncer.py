"""The program behind PgBouncer in transaction mode: each transaction may get another server connection."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.orm import close_all_sessions

from sandbox.servers.pgbouncer import POOL_SIZE, PgBouncer, folder
from sandbox.servers.postgres import PostgresServer
from sandbox.simulator import Simulator
from tests.conftest import settings
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.application import create_app
from webapp.catalog.importing import import_catalog
from webapp.core.spreadsheet import Unreadable
from webapp.extensions import db
from webapp.search import outbox
from webapp.search.reindexing import differences
from webapp.search.search_index import search_index
from webapp.settings import database_settings

CATALOG = (
    b"catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
    b"aftermarket,Tucker,TR,,,A-1,Moose,M-1,Chain,19.99\n"
)


@pytest.fixture(scope="module")
def bouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    with folder() as place, PgBouncer(Path(place), postgres_server.url) as running:
        yield running


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    """An empty database: its name, and its own address."""
    name = f"pooled_{uuid4().hex[:12]}"
    yield name, postgres_server.create_database(name)
    postgres_server.drop_database(name)


def app_on(bouncer: PgBouncer, database: tuple[str, str], tmp_path: Path, **variables: str) -> Flask:
    name, _ = database
    environ = {"DATABASE_URL": bouncer.url(name), "DATABASE_POOL_SIZE": str(POOL_SIZE), **variables}
    engines = database_settings.read(environ, database_settings.WEB, "")
    return create_app({**settings(bouncer.url(name), tmp_path), **engines})


@pytest.fixture
def pooled(bouncer: PgBouncer, database: tuple[str, str], tmp_path: Path) -> Iterator[Flask]:
    """An app that knows only the pooler, on a database that it has migrated."""
    app = app_on(bouncer, database, tmp_path)
    with app.app_context():
        upgrade()
        # Transactions at once, for which the pooler opens its server connections.
        connections = [db.engine.connect() for _ in range(POOL_SIZE)]
        for connection in connections:
            connection.execute(text("SELECT 1"))
        for connection in connections:
            connection.close()
        yield app
        close_all_sessions()
        db.engine.dispose()


def backends() -> set[int]:
    """The processes of the server that answer twenty transactions."""
    found = set()
    for _ in range(20):
        found.add(db.session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        db.session.rollback()
    return found


def test_transactions_get_different_server_connections(pooled: Flask) -> None:
    assert len(backends()) == POOL_SIZE


def test_a_sync_is_applied_and_found(pooled: Flask) -> None:
    with Simulator([]) as simulator:
        harness = SyncHarness(simulator)
        harness.map_code("TR", make_manufacturer("Tucker", numbers=[f"A-{n}" for n in range(30)]))
        run = harness.sync(*(part("TR", f"A-{n}", n) for n in range(1, 30)))
        assert run.status == "succeeded", run.reason
        again = harness.sync(*(part("TR", f"A-{n}", n + 1) for n in range(1, 30)))
        assert (again.status, again.items[0].changed) == ("succeeded", 29)
        dealer_id = harness.dealer.id
    outbox.drain()
    assert differences() == 0
    for _ in range(20):
        found = search_index(db.session.connection()).search(dealer_id, "A-7", 5)
        db.session.rollback()
        assert [document.mpn for document in found] == ["A-7"]


def test_no_statement_is_prepared_under_a_name(pooled: Flask, database: tuple[str, str]) -> None:
    for number in range(40):
        # psycopg prepares a statement that it has executed five times, unless it is told not to.
        db.session.execute(text("SELECT name FROM dealers WHERE id = :id"), {"id": number})
        db.session.execute(text("SELECT name FROM users, dealers WHERE users.id = :id"), {"id": number})
        prepared = db.session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
        db.session.rollback()
        assert prepared == 0


def test_settings_of_a_transaction_do_not_reach_others(pooled: Flask) -> None:
    names = "('work_mem', 'join_collapse_limit', 'enable_seqscan', 'lock_timeout', 'enable_nestloop')"
    query = text(f"SELECT name FROM pg_settings WHERE name IN {names} AND source = 'session'")
    with Simulator([]) as simulator:
        harness = SyncHarness(simulator)
        harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
        harness.sync(part("TR", "A-1", 3))
        outbox.drain()
        search_index(db.session.connection()).search(harness.dealer.id, "A-1", 5)
        db.session.commit()
    for _ in range(20):
        left = db.session.execute(query).all()
        temporary = db.session.execute(
            text("SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'")
        ).all()
        db.session.rollback()
        assert (left, temporary) == ([], [])


def test_a_catalog_import_is_refused_without_an_address_of_its_own(pooled: Flask) -> None:
    with pytest.raises(Unreadable, match="DATABASE_DIRECT_URL"):
        import_catalog(BytesIO(CATALOG), lambda line, reason: None)
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM products")).scalar_one() == 0


def test_a_catalog_import_runs_with_an_address_of_its_own(
    bouncer: PgBouncer, database: tuple[str, str], tmp_path: Path
) -> None:
    app = app_on(bouncer, database, tmp_path, DATABASE_DIRECT_URL=database[1])
    with app.app_context():
        upgrade()
        imported = import_catalog(BytesIO(CATALOG), lambda line, reason: None)
        assert imported.products_new == 1
        for engine in db.engines.values():
            engine.dispose()


def test_the_server_gets_the_name_of_the_process(
    bouncer: PgBouncer, pooled: Flask, database: tuple[str, str]
) -> None:
    name, own = database
    db.session.execute(text("SELECT 1"))
    with psycopg.connect(own) as connection:
        query = "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
        rows = connection.execute(query, (name, connection.info.backend_pid)).fetchall()
    assert ("parts-sync web",) in rows
