"""A step of the tick that fails keeps no other from its work, and the tick says that it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import current_app
from redis import Redis
from rq.timeouts import JobTimeoutException
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from jobs import tasks
from jobs.sync import tick
from tests.factories import make_manufacturer, make_product
from tests.sync_harness import SyncHarness
from webapp.core import clock, queues
from webapp.extensions import db
from webapp.models import (
    CatalogImport,
    Configuration,
    HeldClearing,
    OutboxEntry,
    Run,
    RunItem,
    SupplierCode,
)
from webapp.runs import lifecycle
from webapp.web import job_heartbeats

STEPS = [name for name, _ in tick.STEPS]
ONE_TEN = "2026-11-23T07:10:00Z"


@pytest.fixture
def redis(redis_url: str, app: object) -> Iterator[Redis]:
    connection = Redis.from_url(redis_url)
    connection.flushdb()
    current_app.config["REDIS_URL"] = redis_url
    yield connection
    connection.flushdb()


@pytest.fixture
def busy(harness: SyncHarness, redis: Redis) -> Iterator[SyncHarness]:
    """Dealers with something to do for each step of a tick at 1:10 AM."""
    with time_machine.travel(ONE_TEN, tick=True):
        now = clock.now()
        harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
        code = db.session.scalars(select(SupplierCode)).one()
        for number in range(2):
            harness.dealer = harness.add_dealer(f"Dealer {number}", f"471{number}")
            harness.map_code("TR", code.manufacturer)
            _record(harness, ("queued", "failed")[number], now)
        _add_rows(harness, now)
        # Slots count from the moment when a dealer is ready (R6).
        db.session.execute(update(Configuration).values(ready_since=now - timedelta(minutes=20)))
        db.session.commit()
        yield harness


def _record(harness: SyncHarness, status: str, now: datetime) -> None:
    # One that failed had the slot that is due, so that what follows is a run of its failed codes.
    slot = lifecycle.Slot(date(2026, 11, 23), 1) if status == "failed" else None
    run = lifecycle.record(harness.dealer, "scheduled" if slot else "manual", slot=slot).run
    if status == "failed":
        run.status, run.finished_at = "failed", now - timedelta(minutes=30)
        item = RunItem(run_id=run.id, position=1, supplier_code="TR", code_key="tr", status="failed")
        item.error_kind = "transient"
        db.session.add(item)
    db.session.commit()


def _add_rows(harness: SyncHarness, now: datetime) -> None:
    long_ago = now - timedelta(hours=1)
    named = {"supplier_code": "TR", "code_key": "tr", "products": 1, "stocked": 1}
    clearing = HeldClearing(dealer_id=harness.dealer.id, run_id=1, run_item_id=1, state="applying", **named)
    clearing.decided_at = long_ago
    upload = CatalogImport(status="queued", file_name="a.csv", path="a", bytes_total=1)
    product = make_product(make_manufacturer("Western"), "W-1")
    note = OutboxEntry(dealer_id=harness.dealer.id, product_id=product.id)
    db.session.add_all([clearing, upload, note])
    harness.configuration.check_state, harness.configuration.checked_at = "checking", long_ago


def done(redis: Redis) -> dict[str, bool]:
    """For each step whether what it does was done."""
    db.session.rollback()
    triggers = list(db.session.scalars(select(Run.trigger)))
    queued = {
        job_id
        for name in (queues.CONTROL, queues.SYNC, queues.INDEX)
        for job_id in (raw.decode() for raw in redis.lrange(f"rq:queue:{name}", 0, -1))
    }
    waiting = db.session.scalars(select(Run.id).where(Run.trigger == "manual", Run.status == "queued")).one()
    numbers = db.session.scalars(select(Configuration.check_number))
    return {
        "start_due": triggers.count("scheduled") == 2,
        "retry_failed": "retry" in triggers,
        "wake_stalled": any(job_id.startswith(f"sync-{waiting}-") for job_id in queued),
        "wake_clearings": any(job_id.startswith("clear-") for job_id in queued),
        "wake_imports": any(job_id.startswith("catalog-import-") for job_id in queued),
        "wake_index": "drain-index" in queued,
        "check_again": any(numbers),
    }


def broken(monkeypatch: pytest.MonkeyPatch, name: str, step: Callable[[datetime], int]) -> None:
    steps = tuple((each, step if each == name else real) for each, real in tick.STEPS)
    monkeypatch.setattr(tick, "STEPS", steps)


def refused_by_the_database(_now: datetime) -> int:
    """Fail as a table that is not as expected does: on PostgreSQL the whole transaction is lost."""
    return int(db.session.execute(text("SELECT nothing FROM no_such_table")).scalar_one())


def test_a_tick_takes_every_step(busy: SyncHarness, redis: Redis) -> None:
    assert not any(done(redis).values())
    tasks.tick()
    assert done(redis) == dict.fromkeys(STEPS, True)
    assert job_heartbeats.last_completion(job_heartbeats.TICK) is not None


@pytest.mark.parametrize("name", STEPS)
def test_a_failed_step_stops_no_other_step(
    name: str, busy: SyncHarness, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, name, refused_by_the_database)
    with capture_logs() as logs, pytest.raises(tick.TickFailed, match=rf"^{name}$"):
        tasks.tick()
    assert done(redis) == {step: step != name for step in STEPS}
    failures = [line for line in logs if line["event"] == "tick.step_failed"]
    assert [(line["step"], line["log_level"]) for line in failures] == [(name, "error")]
    assert job_heartbeats.last_completion(job_heartbeats.TICK) is None


def test_a_tick_names_all_steps_that_failed(
    busy: SyncHarness, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick, "STEPS", tuple((name, refused_by_the_database) for name in STEPS))
    with pytest.raises(tick.TickFailed) as failed:
        tasks.tick()
    assert str(failed.value) == ", ".join(STEPS)


def test_a_tick_whose_time_is_over_takes_no_further_step(
    busy: SyncHarness, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_now: datetime) -> Any:
        raise JobTimeoutException("The job took too long")

    broken(monkeypatch, "wake_stalled", late)
    with pytest.raises(JobTimeoutException):
        tasks.tick()
    steps = done(redis)
    assert [name for name in STEPS if steps[name]] == ["start_due", "retry_failed"]


def test_a_database_without_the_trigger_retry_keeps_its_index_up_to_date(
    busy: SyncHarness, redis: Redis
) -> None:
    """What databases of earlier versions refused: only a run of the failed codes."""
    if db.engine.dialect.name == "sqlite":
        refuse = "WHEN new.trigger = 'retry' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        db.session.execute(text(f"CREATE TRIGGER no_retries BEFORE INSERT ON runs {refuse}"))
    else:
        db.session.execute(text("ALTER TABLE runs ADD CONSTRAINT no_retries CHECK (trigger <> 'retry')"))
    db.session.commit()
    with pytest.raises(tick.TickFailed, match=r"^retry_failed$"):
        tasks.tick()
    assert done(redis) == {step: step != "retry_failed" for step in STEPS}
