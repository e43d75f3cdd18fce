"""Fixtures for all tests: an app on a real, migrated database, once for each kind of database."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade
from passlib.hash import sha256_crypt
from sqlalchemy import event
from sqlalchemy.orm import close_all_sessions

from sandbox.servers.postgres import PostgresServer
from tests import compiled_once
from tests.compiled_once import STATEMENTS
from tests.database_pool import DatabasePool
from webapp.application import create_app
from webapp.extensions import db
from webapp.settings.database_settings import ENGINE_OPTIONS

pytest_plugins = ["tests.distribution", "tests.servers", "tests.slow_tests"]

compiled_once.install()
# The machines are shared: how long an example takes says nothing. In CI the same examples each time.
hypothesis.settings.register_profile("shared", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("shared")
# The minimal cost of the hash in links to set a password, for the same reason as that of Argon2 below.
sha256_crypt.default_rounds = sha256_crypt.min_rounds


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection, and collect seldom: it took a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def settings(database_url: str, folder: Path) -> dict[str, object]:
    """A configuration for tests: nothing from the environment, report storage in a folder."""
    return {
        "SECRET_KEY": "test",
        "CREDENTIALS_KEYS": [Fernet.generate_key().decode()],
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {**ENGINE_OPTIONS, "execution_options": {"compiled_cache": STATEMENTS}},
        "REDIS_URL": None,
        "LIGHTSPEED_API_URL": "http://127.0.0.1:9/lsapi",
        "LIGHTSPEED_ALLOWED_HOSTS": frozenset({"127.0.0.1", "localhost"}),
        # As on a platform with one router.
        "PROXY_HOPS": 1,
        "LIGHTSPEED_REQUESTS_PER_MINUTE": 1_000_000,
        "CODE_RETRY_SECONDS": 0,
        "LIGHTSPEED_TIMEZONE": ZoneInfo("UTC"),
        "SYNC_HOURS": (1, 7, 13, 19),
        "REPORT_STORAGE_URL": (folder / "reports").as_uri(),
        "WTF_CSRF_ENABLED": False,
        "TESTING": True,
        "DESIGN_PAGE": True,
        # The minimal cost of Argon2: tests need no protection against guessing.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 8,
            "argon2__rounds": 1,
            "argon2__parallelism": 1,
        },
    }


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test: migrating takes longer than most tests."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite3"
    _migrate(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated PostgreSQL database that others are made from."""
    name = f"template_{uuid4().hex[:12]}"
    _migrate(postgres_server.create_database(name), tmp_path_factory.mktemp("template"))
    return name


def _migrate(url: str, folder: Path) -> None:
    app = create_app(settings(url, folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer, postgres_template: str) -> Iterator[DatabasePool]:
    """Empty migrated PostgreSQL databases, the same one for test after test where that can be."""
    pool = DatabasePool(postgres_server, postgres_template)
    yield pool
    pool.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty migrated database; a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    pool: DatabasePool = request.getfixturevalue("postgres_databases")
    url = pool.take()
    yield url
    pool.give_back(url)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on that database, inside its context."""
    app = create_app(settings(database_url, tmp_path))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _never_sync)
        yield app
        close_all_sessions()
        db.engine.dispose()


def _never_sync(connection: sqlite3.Connection, _record: object) -> None:
    """Leave writing to the disk to the operating system: only its crash could lose anything."""
    connection.execute("PRAGMA synchronous = OFF")
