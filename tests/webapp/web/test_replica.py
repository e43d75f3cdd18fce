"""Lists and searches are read from the replica, and users always read their own writes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing
import time_machine
from cryptography.fernet import Fernet
from flask import Flask, g
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import close_all_sessions

from sandbox.servers.databases import Databases
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.replica import PostgresReplica
from tests.conftest import settings
from tests.factories import make_dealer, make_run
from tests.webapp.client import LintingClient
from webapp.application import create_app
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer
from webapp.settings import config, database_settings
from webapp.web import job_heartbeats, replica

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
NEW = "Lagging Motors"


@pytest.fixture(scope="module")
def standby(postgres_server: PostgresServer | Databases) -> Iterator[PostgresReplica]:
    """A replica of the tests' own server."""
    if not isinstance(postgres_server, PostgresServer):
        pytest.fail("these tests copy the server that the tests start: unset TEST_DATABASE_URL")
    with (
        tempfile.TemporaryDirectory(prefix="replica-") as folder,
        PostgresReplica(Path(folder), postgres_server) as server,
    ):
        yield server


@pytest.fixture
def app(
    database_url: str,
    redis_url: str,
    standby: PostgresReplica,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """The application with a replica that has come as far as the last tick, and is looked at each time."""
    monkeypatch.setattr(replica, "LOOK_EVERY", 0.0)
    url = make_url(standby.url).set(database=make_url(database_url).database)
    variables = {"DATABASE_URL": database_url, "DATABASE_REPLICA_URL": url.render_as_string(False)}
    keys = {"SECRET_KEY": "test", "CREDENTIALS_KEYS": Fernet.generate_key().decode()}
    binds = config.from_environment({**keys, **variables})["SQLALCHEMY_BINDS"]
    ours = {"SQLALCHEMY_BINDS": binds, "REDIS_URL": redis_url}
    app = create_app({**settings(database_url, tmp_path), **ours})
    with app.app_context(), ExitStack() as stack:
        stack.callback(lambda: [engine.dispose() for engine in db.engines.values()])
        stack.callback(close_all_sessions)
        stack.callback(standby.resume)
        tick(standby)
        yield app


def tick(standby: PostgresReplica) -> None:
    """Have a tick end, and the replica know of it."""
    job_heartbeats.record_completion(job_heartbeats.TICK)
    standby.catch_up()


def shows(client: LintingClient, path: str, words: str) -> bool:
    answer = client.get(path)
    assert answer.status_code == 200
    return words in answer.text


def readiness(client: LintingClient) -> tuple[str, int, str | None]:
    """What /readyz says of the whole, its status, and what it says of the replica."""
    answer = client.get("/readyz")
    said = answer.get_json()
    return said["status"], answer.status_code, said["checks"]["replica"].get("reason")


def test_lists_are_read_from_the_replica(staff: LintingClient, standby: PostgresReplica) -> None:
    standby.pause()
    make_dealer(NEW)
    assert not shows(staff, "/dealers", NEW)
    standby.resume()
    standby.catch_up()
    assert shows(staff, "/dealers", NEW)


def test_other_pages_are_read_from_the_primary(staff: LintingClient, standby: PostgresReplica) -> None:
    standby.pause()
    dealer_id = make_dealer(NEW).id
    assert shows(staff, f"/dealers/{dealer_id}", NEW)


def test_a_user_sees_their_own_change_immediately(
    client: LintingClient, staff: LintingClient, dealer: Dealer, standby: PostgresReplica
) -> None:
    run_id = make_run(dealer, "queued").id
    path = f"/dealers/{dealer.id}/runs"
    standby.catch_up()
    standby.pause()
    assert client.post(f"{path}/{run_id}/cancellation").status_code == 303
    assert not shows(client, f"{path}?status=queued", f'{path}/{run_id}"')
    assert shows(staff, f"{path}?status=queued", f'{path}/{run_id}"')


def test_a_user_who_wrote_reads_from_the_replica_once_it_has_the_write(
    client: LintingClient, dealer: Dealer, standby: PostgresReplica
) -> None:
    run_id = make_run(dealer, "queued").id
    path = f"/dealers/{dealer.id}/runs"
    client.post(f"{path}/{run_id}/cancellation")
    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        tick(standby)
        standby.pause()
        later = make_run(dealer, "queued").id
        assert not shows(client, path, f'{path}/{later}"')


def test_a_write_of_a_reading_page_goes_to_the_primary(app: Flask, standby: PostgresReplica) -> None:
    with app.test_request_context():
        g.replica = db.engines[database_settings.REPLICA]
        db.session.add(Dealer(name=NEW, timezone="America/Chicago"))
        db.session.commit()
        standby.catch_up()
        assert db.session.scalar(select(func.count()).where(Dealer.name == NEW)) == 1


def test_an_unavailable_replica_is_not_used(staff: LintingClient, standby: PostgresReplica) -> None:
    standby.stop()
    make_dealer(NEW)
    with structlog.testing.capture_logs() as logs:
        assert all(shows(staff, "/dealers", NEW) for _ in range(3))
        status, code, reason = readiness(staff)
        standby.start()
        assert shows(staff, "/dealers", NEW)
    assert [line["event"] for line in logs if "replica" in line["event"]] == [
        "replica.lost",
        "replica.recovered",
    ]
    assert (status, code, reason) == ("degraded", 200, "it isn't responding (OperationalError)")
    assert readiness(staff) == ("ready", 200, None)


def test_a_page_whose_replica_fails_during_the_request_is_read_from_the_primary(
    staff: LintingClient, standby: PostgresReplica, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not shows(staff, "/dealers", NEW)
    monkeypatch.setattr(replica, "LOOK_EVERY", 1000.0)
    standby.kill()
    make_dealer(NEW)
    assert shows(staff, "/dealers", NEW)
    standby.start()


def test_a_replica_that_lags_far_behind_is_not_used_and_reported(
    staff: LintingClient, standby: PostgresReplica
) -> None:
    standby.pause()
    make_dealer(NEW)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        job_heartbeats.record_completion(job_heartbeats.TICK)
        assert shows(staff, "/dealers", NEW)
        status, code, reason = readiness(staff)
    assert (status, code) == ("degraded", 200)
    assert (reason or "").startswith("the replica is 36")
