"""The scheduler process sends alerts by itself: without a worker, and without Redis."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sandbox.servers.ports import free_port
from tests.factories import make_alert_recipients
from tests.flows.conftest import Program, wait_until
from tests.jobs.notifications.receivers import Kept, mail_server
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Alert, AlertDelivery

ADDRESS = "parts@northwind.example.com"
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def mailed() -> Iterator[tuple[Kept, str]]:
    """A mail server: what it takes, and its address."""
    kept, port = Kept(), free_port()
    with mail_server(kept, port):
        yield kept, f"smtp://127.0.0.1:{port}"


def refuse(harness: SyncHarness) -> None:
    harness.configuration.check_state = "refused"
    db.session.commit()
    make_alert_recipients(harness.dealer, ADDRESS)


def test_an_alert_is_sent_while_redis_is_unavailable_and_no_worker_runs(
    harness: SyncHarness, program: Program, mailed: tuple[Kept, str]
) -> None:
    kept, server = mailed
    refuse(harness)
    process = program.fork(
        "jobs.schedule", REDIS_URL=NOBODY_LISTENS, SMTP_URL=server, MAIL_FROM="alerts@example.com"
    )
    wait_until(lambda: kept.messages, "the email", program)
    assert kept.subjects == [f"{harness.dealer.name}: Credentials refused"]
    assert kept.recipients == [[ADDRESS]]
    wait_until(lambda: "scheduler.redis_lost" in program.log, "the outage to be noticed", program)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert "Traceback" not in program.log


def test_two_schedulers_send_an_alert_once(
    harness: SyncHarness, program: Program, mailed: tuple[Kept, str]
) -> None:
    kept, server = mailed
    refuse(harness)
    for _ in range(2):
        program.fork("jobs.schedule", SMTP_URL=server, MAIL_FROM="alerts@example.com")
    wait_until(lambda: program.log.count("scheduler.started") == 2, "both schedulers", program)
    delivered = db.select(db.func.count()).where(AlertDelivery.state == "delivered")
    wait_until(lambda: db.session.scalar(delivered) == 1, "the email", program)
    assert db.session.scalar(db.select(db.func.count()).select_from(Alert)) == 1
    assert len(kept.messages) == 1
