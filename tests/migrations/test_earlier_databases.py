"""Databases that earlier versions created become what a new one is, with all that was in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import close_all_sessions

from jobs.sync import tick
from sandbox.simulator import SimulatedDealer, Simulator
from tests.conftest import settings
from tests.migrations.earlier import DUMPS, Databases, Rows, kept, kind_of, restore, rows_of
from tests.migrations.schema import Schema, schema_of
from tests.sync_harness import PASSWORD, USERNAME, SyncHarness, part
from webapp.application import create_app
from webapp.core import vault
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, ShelfStock
from webapp.search import outbox
from webapp.search.reindexing import differences
from webapp.search.search_index import search_index

# The last runs of the dumps ended half an hour before.
LATER = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Upgraded:
    """What a dump held, and the database that it became; no test changes that, but copies of it."""

    before: Rows
    database: str


@contextmanager
def app_on(url: str, folder: Path) -> Iterator[Flask]:
    """An app of today on that database."""
    app = create_app(settings(url, folder))
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


@pytest.fixture(scope="module", params=DUMPS)
def dump(request: pytest.FixtureRequest) -> str:
    """The name of a dump of each earlier version."""
    return str(request.param)


@pytest.fixture
def databases(request: pytest.FixtureRequest, dump: str, tmp_path: Path) -> Iterator[Databases]:
    """Creates databases of the dump's kind."""
    databases = Databases(kind_of(dump), tmp_path, request)
    yield databases
    databases.drop()


@pytest.fixture
def earlier(dump: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An app of today on a database of an earlier version, not upgraded yet."""
    url = databases.create()
    restore(dump, url)
    with app_on(url, tmp_path) as app:
        yield app


@pytest.fixture(scope="module")
def upgrade_of_dump(
    request: pytest.FixtureRequest, dump: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """The dump, upgraded once for the tests that begin with that."""
    folder = tmp_path_factory.mktemp("upgraded")
    databases = Databases(kind_of(dump), folder, request)
    url = databases.create()
    restore(dump, url)
    with app_on(url, folder):
        before = rows_now()
        upgrade()
    yield Upgraded(before, str(make_url(url).database))
    databases.drop()


@pytest.fixture
def upgraded(upgrade_of_dump: Upgraded, databases: Databases, tmp_path: Path) -> Iterator[Upgraded]:
    """An app of today on a copy of the upgraded dump."""
    with app_on(databases.create(upgrade_of_dump.database), tmp_path):
        yield upgrade_of_dump


@pytest.fixture
def new(request: pytest.FixtureRequest, dump: str, databases: Databases, tmp_path: Path) -> Schema:
    """The schema of a database that was created today."""
    template = "sqlite_template" if kind_of(dump) == "sqlite" else "postgres_template"
    url = databases.create(str(request.getfixturevalue(template)))
    with create_app(settings(url, tmp_path)).app_context():
        schema = schema_now()
        db.engine.dispose()
    return schema


def schema_now() -> Schema:
    with db.engine.connect() as connection:
        return schema_of(connection)


def rows_now() -> Rows:
    with db.engine.connect() as connection:
        return rows_of(connection)


def unequal(one: Schema, other: Schema) -> dict[str, tuple[object, object]]:
    names = one.keys() | other.keys()
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}


def test_the_schema_becomes_that_of_a_new_database(new: Schema, earlier: Flask) -> None:
    upgrade(revision="0018")
    before_repair = schema_now()
    upgrade(revision="0019")
    assert unequal(before_repair, schema_now()) != {}
    upgrade()
    assert unequal(schema_now(), new) == {}
    check()
    # A repair that is carried out again changes nothing.
    downgrade(revision="0018")
    upgrade()
    assert unequal(schema_now(), new) == {}


def test_all_rows_are_kept(upgraded: Upgraded) -> None:
    before = dict(upgraded.before)
    after = rows_now()
    assert sorted(row["code"] for row in after["shelf_stock"]) == ["Tr"] * 7 + ["gone"]
    recent = {row["dealer_id"]: (row["last_id"], row["unmatched"]) for row in after["recent_runs"]}
    assert recent == {1: (2, 0.125), 2: (3, None)}
    # Written by triggers and by the upgrade; and a part has one product of a manufacturer, the first.
    for table in ("alembic_version", "recent_runs", "reindex_outbox"):
        before.pop(table, None)
    match = {"reported_part_id": 1, "product_id": 2}
    before["part_matches"] = [row for row in before["part_matches"] if not match.items() <= row.items()]
    assert kept(before, after) == before


def test_a_tick_gives_failed_codes_another_run_and_every_product_is_found(upgraded: Upgraded) -> None:
    with time_machine.travel(LATER, tick=True):
        tick.tick()
    assert db.session.scalars(select(Run.retry_of_id).where(Run.trigger == "retry")).all() == [2]
    outbox.drain()
    assert differences() == 0
    index = search_index(db.session.connection())
    assert {document.mpn for document in index.search(1, "chain", 20)} == {f"M-00{n}" for n in range(1, 8)}
    assert [document.mpn for document in index.search(1, "m003", 20)] == ["M-003"]
    assert [document.mpn for document in index.search(2, "06455-MGE", 20)] == ["06455-MGE-009"]
    assert former_documents() == 0


def former_documents() -> int:
    """Documents whose words are in a form that searches no longer ask for (PostgreSQL)."""
    if db.engine.dialect.name == "sqlite":
        return 0
    former = "words @@ CAST(:stock AS tsquery) OR NOT words @@ CAST(:number AS tsquery)"
    count = text(f"SELECT count(*) FROM webstore_documents WHERE {former}")
    return db.session.execute(count, {"stock": "'+stock'", "number": "'=':*"}).scalar_one()


def test_a_sync_of_a_dealer_succeeds(upgraded: Upgraded) -> None:
    with Simulator([]) as simulator:
        harness = SyncHarness(simulator)
        harness.dealer = db.session.get_one(Dealer, 1)
        configuration = db.session.get_one(Configuration, 1)
        configuration.username, configuration.sealed_password = USERNAME, vault.seal(PASSWORD)
        cmf = str(configuration.cmf)
        simulator.dealers[cmf] = SimulatedDealer(cmf, USERNAME, PASSWORD, "Alpha")
        run = harness.sync(part("Tr", "P-003", 30), part("HON", "06455-MGE-012", 2), part("HON", "P-012", 5))
        assert run.status == "succeeded", run.reason
    outbox.drain()
    stock = select(ShelfStock.product_id, ShelfStock.quantity).where(
        ShelfStock.dealer_id == 1, ShelfStock.quantity > 0
    )
    assert sorted(map(tuple, db.session.execute(stock))) == [(3, 30), (12, 5)]
    assert differences() == 0
