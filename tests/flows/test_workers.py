"""Runs in real worker processes: finished, killed and taken over, stopped."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import psutil
import pytest
from redis import Redis

from jobs.sync import tick
from sandbox.simulator import Behavior, Fault, Simulator
from tests.factories import make_manufacturer
from tests.flows.conftest import Program, has_ended, wait_until
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Run
from webapp.runs import lifecycle
from webapp.search import outbox

ALL = ("jobs.worker", "control", "index", "sync")


def two_codes(harness: SyncHarness) -> None:
    numbers = [f"P{number:05}" for number in range(1200)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail")
    harness.map_code("PU", make_manufacturer("Parts", numbers=numbers))
    harness.set_parts(
        part("TR", "A-1", 3), part("TR", "A-2", 4), *(part("PU", number, 2) for number in numbers)
    )


def outcome(harness: SyncHarness, run: Run) -> tuple[object, ...]:
    """All that a run leaves, comparable between runs on equal data."""
    items = [(item.status, item.fetched, item.synced, item.skipped, item.changed) for item in run.items]
    return (
        run.status,
        items,
        sorted(harness.shelf_quantities().items()),
        harness.report_rows(run, "inventory"),
    )


def pages_of(harness: SyncHarness, run_id: int, code_key: str) -> int:
    return sum(item.pages for item in harness.load_run(run_id).items if item.code_key == code_key)


def states(harness: SyncHarness, run_id: int) -> list[str]:
    return [item.status for item in harness.load_run(run_id).items]


def horses(worker: int) -> list[psutil.Process]:
    return psutil.Process(worker).children(recursive=True)


def test_a_run_that_was_queued_is_carried_out_and_indexed(harness: SyncHarness, program: Program) -> None:
    two_codes(harness)
    program.fork(*ALL)
    run = lifecycle.start(harness.dealer, "manual").run
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    wait_until(lambda: not outbox.pending(), "an empty outbox", program)
    assert harness.load_run(run.id).status == "succeeded"
    assert len(harness.report_rows(run, "inventory")) == 1202


@pytest.mark.parametrize("moment", ["between two codes", "within a page"])
def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost_or_doubled(
    harness: SyncHarness, program: Program, simulator: Simulator, moment: str
) -> None:
    two_codes(harness)
    # The request that never answers holds the worker where it is to be killed.
    page = 1 if moment == "between two codes" else 2
    simulator.switches = Behavior(faults=[Fault("timeout", code="PU", page=page, times=None)])
    worker = program.fork(*ALL)
    run = lifecycle.start(harness.dealer, "manual").run
    held = f"$skip={500 * (page - 1)}"
    wait_until(
        lambda: any(
            "'PU'" in request.options.get("$filter", "") and request.options["$skip"] == held[6:]
            for request in simulator.requests
        ),
        "the request that does not answer",
        program,
    )
    # Which is asked for while the code before is still being applied.
    wait_until(lambda: states(harness, run.id) == ["succeeded", "running"], "the first code's end", program)
    os.killpg(horses(worker.pid)[0].pid, signal.SIGKILL)
    worker.kill()
    simulator.switches = Behavior()
    left = harness.load_run(run.id)
    assert left.status == "running"
    assert states(harness, run.id) == ["succeeded", "running"]
    left.heartbeat_at = clock.now() - timedelta(seconds=91)
    db.session.commit()
    program.fork(*ALL)
    tick.tick()
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    taken_over = outcome(harness, harness.load_run(run.id))
    # On SQLite a write that follows a read fails when the index was written in between.
    wait_until(lambda: not outbox.pending(), "an empty outbox", program)

    undisturbed = harness.add_dealer("Undisturbed", "4711")
    rows = [(row.code, row.manufacturer, row.pricing) for row in _codes(harness)]
    parts = simulator.dealers["76014857"].parts
    harness.dealer = undisturbed
    for code, manufacturer, pricing in rows:
        harness.map_code(code, manufacturer, pricing=pricing)
    simulator.dealers["4711"].set_parts({**one, "Cmf": "4711"} for one in parts)
    other_id = lifecycle.start(undisturbed, "manual").run.id
    wait_until(lambda: has_ended(other_id), "the undisturbed run's end", program)
    other = harness.load_run(other_id)
    assert outcome(harness, other)[:2] == taken_over[:2]
    assert outcome(harness, other)[3] == taken_over[3]


def _codes(harness: SyncHarness) -> list[object]:
    from webapp.models import SupplierCode

    return list(
        db.session.scalars(db.select(SupplierCode).where(SupplierCode.dealer_id == harness.dealer.id))
    )


def test_a_stopped_worker_exits_and_another_continues_immediately(
    harness: SyncHarness, program: Program, simulator: Simulator
) -> None:
    two_codes(harness)
    simulator.switches = Behavior(faults=[Fault("timeout", code="PU", page=2, times=1)])
    worker = program.fork(*ALL)
    run = lifecycle.start(harness.dealer, "manual").run
    wait_until(
        lambda: [i for i in harness.load_run(run.id).items if i.pages and i.code_key == "pu"],
        "a page",
        program,
    )
    # As a platform does: every process is told, the worker and its horse alike.
    for process in [*horses(worker.pid), psutil.Process(worker.pid)]:
        process.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert harness.load_run(run.id).status == "queued"
    program.fork(*ALL)
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    assert harness.load_run(run.id).status == "succeeded"
    assert harness.load_run(run.id).attempt == 2


def test_a_stopped_worker_leaves_a_check_to_another(
    harness: SyncHarness, program: Program, simulator: Simulator
) -> None:
    simulator.switches = Behavior(latency=60.0)
    worker = program.fork(*ALL)
    configurations.start_check(harness.configuration)
    wait_until(lambda: len(simulator.requests) == 1, "the request that gets no response", program)
    for process in [*horses(worker.pid), psutil.Process(worker.pid)]:
        process.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    db.session.expire_all()
    assert harness.configuration.check_state == "checking"
    simulator.switches = Behavior()
    program.fork(*ALL)
    wait_until(lambda: harness.configuration.check_state == "connected", "the connection", program)


def test_credentials_are_validated_by_a_worker(harness: SyncHarness, program: Program) -> None:
    program.fork(*ALL)
    configurations.save_credentials(harness.configuration, password="wrong horse")
    wait_until(lambda: harness.configuration.check_state == "refused", "the refusal", program)
    assert "password" in (harness.configuration.check_reason or "").lower()
    configurations.save_credentials(harness.configuration, password="correct horse")
    wait_until(lambda: harness.configuration.check_state == "connected", "the connection", program)


def test_the_worker_command_keeps_its_processes_running(harness: SyncHarness, program: Program) -> None:
    two_codes(harness)
    parent = program.start("jobs.worker", WORKER_PROCESSES="1")
    wait_until(lambda: len(psutil.Process(parent.pid).children()) == 2, "two workers", program)
    psutil.Process(parent.pid).children()[1].kill()
    wait_until(lambda: "process.died" in program.log, "the restart", program)
    run = lifecycle.start(harness.dealer, "manual").run
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    parent.terminate()
    assert parent.wait(15) == 0


def test_no_job_holds_a_login(harness: SyncHarness, redis: Redis, program: Program) -> None:
    two_codes(harness)
    program.fork(*ALL)
    run = lifecycle.start(harness.dealer, "manual").run
    configurations.save_credentials(harness.configuration, password="correct horse")
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    stored = b"".join(_dump(redis, key) for key in redis.scan_iter("*"))
    assert b"correct horse" not in stored
    assert b"76014857" not in stored
    assert "correct horse" not in program.log


def _dump(redis: Redis, key: bytes) -> bytes:
    import zlib

    kind = redis.type(key)
    if kind == b"hash":
        values = [value for pair in redis.hgetall(key).items() for value in pair]
    elif kind == b"zset":
        values = redis.zrange(key, 0, -1)
    else:
        values = [redis.dump(key) or b""]
    plain = []
    for value in values:
        try:
            plain.append(zlib.decompress(value))
        except zlib.error:
            plain.append(value)
    return key + b"".join(plain)
