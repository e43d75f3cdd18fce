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
from tests.factories import (
    make_code_scan,
    make_found_code,
    make_held_pull,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    raise_catalog_version,
)
from tests.sync_harness import SyncHarness
from webapp.code_discovery import scans
from webapp.core import clock, queues
from webapp.extensions import db
from webapp.models import (
    AliasVersion,
    CatalogImport,
    CodeScan,
    Configuration,
    Freeze,
    HeldClearing,
    OutboxEntry,
    ProductLock,
    Run,
    RunItem,
    SupplierCode,
)
from webapp.previews import requests
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
        _add_scans(harness)
        _add_aliases(harness)
        _add_freeze(harness, now)
        _add_held_pull(harness)
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
    lock = ProductLock(dealer_id=harness.dealer.id, product_id=product.id, is_hidden=True, reason="")
    lock.until = now - timedelta(minutes=1)
    db.session.add_all([clearing, upload, note, lock])
    harness.configuration.check_state, harness.configuration.checked_at = "checking", long_ago


def _add_scans(harness: SyncHarness) -> None:
    """A scan and a preview that wait, a scan before a catalog changed, and a dealer never scanned."""
    pacific = harness.add_dealer("Pacific", "4720", "America/Los_Angeles")
    scans.request(pacific, "manual")
    requests.request(pacific, "run")
    found = harness.add_dealer("Mountain", "4722", "America/Denver")
    make_code_scan(found, trigger="setup")
    make_found_code(found, "X")
    raise_catalog_version()
    code = db.session.scalars(select(SupplierCode).limit(1)).one()
    harness.dealer = harness.add_dealer("Eastern", "4721", "America/New_York")
    harness.map_code("TR", code.manufacturer)


def _add_aliases(harness: SyncHarness) -> None:
    """Of a dealer without a due slot: they were changed while a run was active."""
    code = db.session.scalars(select(SupplierCode).limit(1)).one()
    dealer = harness.dealer = harness.add_dealer("Atlantic", "4722", "America/New_York")
    harness.map_code("TR", code.manufacturer)
    db.session.add(AliasVersion(dealer_id=dealer.id, manufacturer_id=code.manufacturer_id, version=1))


def _add_freeze(harness: SyncHarness, now: datetime) -> None:
    """One whose time is over, and one to be reminded of."""
    for ends_at in (now - timedelta(hours=1), now + timedelta(hours=1)):
        row = Freeze(dealer_id=harness.dealer.id, scope="all", reason="physical count", ends_at=ends_at)
        row.starts_at = now - timedelta(hours=4)
        db.session.add(row)


def _add_held_pull(harness: SyncHarness) -> None:
    """One that a user had applied, while another run was active."""
    code = db.session.scalars(select(SupplierCode).limit(1)).one()
    harness.dealer = harness.add_dealer("Central", "4723", "America/New_York")
    harness.map_code("TR", code.manufacturer)
    make_held_pull(make_run_item(make_run(harness.dealer), "TR"), state="applying")


def done(redis: Redis) -> dict[str, bool]:
    """For each step whether what it does was done."""
    db.session.rollback()
    triggers = list(db.session.scalars(select(Run.trigger)))
    queued = {
        job_id
        for name in (queues.CONTROL, queues.SYNC, queues.INDEX, queues.SCAN)
        for job_id in (raw.decode() for raw in redis.lrange(f"rq:queue:{name}", 0, -1))
    }
    waiting = db.session.scalars(select(Run.id).where(Run.trigger == "manual", Run.status == "queued")).one()
    scanned = dict(db.session.execute(select(CodeScan.trigger, CodeScan.dealer_id)).all())
    numbers = db.session.scalars(select(Configuration.check_number))
    return {
        "expire_locks": db.session.scalar(select(ProductLock.ended_how)) == "expired",
        "start_due": triggers.count("scheduled") == 2,
        "retry_failed": "retry" in triggers,
        "end_freezes": any(db.session.scalars(select(Freeze.ended_at))),
        "remind_of_freezes": any(db.session.scalars(select(Freeze.reminded_at))),
        "start_held_runs": "held" in triggers,
        "start_alias_runs": "alias" in triggers,
        "wake_stalled": any(job_id.startswith(f"sync-{waiting}-") for job_id in queued),
        "wake_clearings": any(job_id.startswith("clear-") for job_id in queued),
        "wake_imports": any(job_id.startswith("catalog-import-") for job_id in queued),
        "wake_index": "drain-index" in queued,
        "start_weekly_scans": "weekly" in scanned,
        "wake_scans": f"scan-codes-{scanned.get('manual')}" in queued,
        "wake_previews": any(job_id.startswith("plan-preview-") for job_id in queued),
        "suggest_again": f"suggest-codes-{scanned.get('setup')}" in queued,
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
    assert [name for name in STEPS if steps[name]] == STEPS[: STEPS.index("wake_stalled")]


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
