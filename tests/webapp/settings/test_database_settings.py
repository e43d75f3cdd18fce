"""How many connections each kind of process may have, and how it makes them."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.settings import database_settings
from webapp.settings.config import worker_processes
from webapp.settings.database_settings import COMMAND, DIRECT, REPLICA, SCHEDULER, WEB, WORKER
from webapp.settings.env import ConfigurationError

POSTGRES = "postgresql://u:p@db.example/sync"
REPLICA_URL = "postgresql://u:p@replica.example/sync"
DIRECT_URL = "postgresql://u:p@direct.example/sync"


def read(kind: str = WEB, **variables: str) -> dict[str, Any]:
    return database_settings.read({"DATABASE_URL": POSTGRES, **variables}, kind, "sqlite:///default.sqlite3")


def options(kind: str = WEB, **variables: str) -> dict[str, Any]:
    found: dict[str, Any] = read(kind, **variables)["SQLALCHEMY_ENGINE_OPTIONS"]
    return found


def most(kind: str) -> int:
    """The connections that a process has at most."""
    return int(options(kind)["pool_size"]) + int(options(kind)["max_overflow"])


def test_the_default_set_of_processes_needs_twenty_connections() -> None:
    web = 2 * most(WEB)
    syncs = worker_processes({})
    # An import stages its rows on a connection beside the pool; only processes for long work import.
    workers = syncs * (most(WORKER) + 1) + most(WORKER)
    assert web + workers + most(SCHEDULER) + most(COMMAND) == 20


@pytest.mark.parametrize("kind", [WEB, WORKER, SCHEDULER, COMMAND])
def test_the_server_gets_the_kind_of_process(kind: str) -> None:
    assert options(kind)["connect_args"]["application_name"] == f"parts-sync {kind}"


def test_no_statement_is_prepared_and_a_silent_server_times_out() -> None:
    arguments = options()["connect_args"]
    assert arguments["prepare_threshold"] is None
    assert arguments["connect_timeout"] == 5


def test_connection_options_in_the_address_count() -> None:
    arguments = options(DATABASE_URL=f"{POSTGRES}?connect_timeout=30&application_name=mine")["connect_args"]
    assert "connect_timeout" not in arguments
    assert "application_name" not in arguments


def test_the_settings_determine_the_pool() -> None:
    given = {"DATABASE_POOL_SIZE": "7", "DATABASE_MAX_OVERFLOW": "3", "DATABASE_POOL_TIMEOUT": "4"}
    found = options(**given)
    assert (found["pool_size"], found["max_overflow"], found["pool_timeout"]) == (7, 3, 4)


@pytest.mark.parametrize("bind", [REPLICA, DIRECT])
def test_every_engine_has_the_same_settings(bind: str) -> None:
    urls = {"DATABASE_REPLICA_URL": REPLICA_URL, "DATABASE_DIRECT_URL": DIRECT_URL}
    found = read(SCHEDULER, **urls, DATABASE_POOL_SIZE="7")
    one, primary = found["SQLALCHEMY_BINDS"][bind], found["SQLALCHEMY_ENGINE_OPTIONS"]
    for name in ("pool_size", "max_overflow", "pool_timeout", "hide_parameters"):
        assert one[name] == primary[name]
    for name in ("application_name", "prepare_threshold"):
        assert one["connect_args"][name] == primary["connect_args"][name]
    assert one["connect_args"]["connect_timeout"] <= primary["connect_args"]["connect_timeout"]


def test_sqlite_has_no_limits_of_a_server() -> None:
    found = database_settings.read({}, WEB, "sqlite:///default.sqlite3")
    assert found["SQLALCHEMY_DATABASE_URI"] == "sqlite:///default.sqlite3"
    assert found["SQLALCHEMY_ENGINE_OPTIONS"] == database_settings.ENGINE_OPTIONS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_POOL_SIZE", "1"),
        ("DATABASE_POOL_SIZE", "many"),
        ("DATABASE_MAX_OVERFLOW", "-1"),
        ("DATABASE_POOL_TIMEOUT", "0"),
        ("DATABASE_DIRECT_URL", "sqlite:///x"),
        ("DATABASE_DIRECT_URL", "nonsense"),
    ],
)
def test_a_malformed_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} "):
        read(**{name: value})
