"""SIGTERM to every process, as a platform sends it, and SIGSTOP for longer than a heartbeat."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import psutil

from sandbox.simulator import Fault
from tests.chaos import seed
from tests.chaos.harness import Harness
from tests.chaos.trials import Trial, attempt
from webapp.extensions import db
from webapp.models import RunItem

# A first page is requested while the code before is still being applied.
PAGES = tuple(range(2, seed.LONG_PAGES + 1))
# Seconds. The platform kills processes that take longer.
SHUTDOWN_WITHIN = 10.0
# Seconds until each response: a run on this service takes longer than the shutdown may.
SLOW = 2.0
# Seconds without a response, unless the service's switches are reset before: by then a work-horse is stopped.
NO_RESPONSE = 60.0


def terminations(harness: Harness, count: int, random: Random) -> Iterator[Trial]:
    """Terminate all workers at a random time, and start others."""
    for _ in range(count):
        harness.workers.kill()
        trial = Trial("SIGTERM to every process")
        with attempt(harness, trial):
            _terminate(harness, trial, random)
        yield trial


def _terminate(harness: Harness, trial: Trial, random: Random) -> None:
    """No heartbeat gets old here, and no tick comes: a worker that stops requeues its run."""
    harness.workers.order(moment=0)
    parent = psutil.Process(harness.workers.start("jobs.worker", WORKER_PROCESSES="1").pid)
    run_id = harness.next_run()
    harness.simulator.switches.latency = SLOW
    harness.workers.wait(lambda: harness.run(run_id)[0] == "running", "the run's start")
    time.sleep(random.uniform(0.0, harness.seconds / 2))
    sent = time.monotonic()
    for process in [*parent.children(recursive=True), parent]:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    harness.workers.wait(lambda: not harness.workers.work_horses() and not _is_alive(parent), "the shutdown")
    took = time.monotonic() - sent
    trial.check(took <= SHUTDOWN_WITHIN, f"the shutdown took {took:.1f} s")
    harness.simulator.switches = harness.switches()
    status, attempt_number = harness.run(run_id)
    trial.check(status == "queued", f"the run was left as {status}")
    succeeded = _succeeded(run_id)
    harness.workers.replace()
    if status == "queued":
        harness.workers.wait(lambda: harness.run(run_id)[1] > attempt_number, "another worker")
    trial.compare(harness, harness.finish(run_id))
    for code, tries in _tries(run_id).items():
        trial.check(code not in succeeded or tries == 1, f"{code} was fetched again")


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _succeeded(run_id: int) -> set[str]:
    query = db.select(RunItem.code_key).where(RunItem.run_id == run_id, RunItem.status == "succeeded")
    codes = set(db.session.scalars(query))
    db.session.rollback()
    return codes


def _tries(run_id: int) -> dict[str, int]:
    query = db.select(RunItem.code_key, RunItem.tries).where(RunItem.run_id == run_id)
    tries = {row.code_key: row.tries for row in db.session.execute(query)}
    db.session.rollback()
    return tries


def pauses(harness: Harness, count: int, random: Random) -> Iterator[Trial]:
    """Stop a work-horse until another worker has taken its run over, or finished it, and let it continue."""
    for place in range(count):
        harness.workers.replace()
        is_finished = bool(place % 2)
        trial = Trial(f"SIGSTOP until the run was {'finished' if is_finished else 'taken over'}")
        with attempt(harness, trial):
            _pause(harness, trial, random, is_finished)
        yield trial


def _pause(harness: Harness, trial: Trial, random: Random, is_finished: bool) -> None:
    """While it waits for a response: a process that is stopped within a transaction keeps its locks.

    (PostgreSQL ends such a transaction after a minute; SQLite's lock lives as long as the process.)
    """
    harness.workers.order(moment=0)
    page = random.choice(PAGES)
    run_id = harness.next_run()
    harness.simulator.switches.timeout_seconds = NO_RESPONSE
    harness.simulator.switches.faults = [Fault("timeout", code=seed.LONG_CODE, page=page)]
    work_horse = psutil.Process(harness.workers.work_horse()[0])
    harness.workers.wait(lambda: _requested_pages(harness) >= page, "the request without a response")
    # The page before is being stored.
    time.sleep(0.5)
    work_horse.suspend()
    try:
        harness.simulator.switches = harness.switches()
        # The other attempt must still be running when this one wakes up.
        harness.simulator.switches.latency = 0.0 if is_finished else 0.5
        harness.take_over(run_id)
        if is_finished:
            harness.wait_for_end(run_id)
    finally:
        os.kill(work_horse.pid, signal.SIGCONT)
    harness.workers.wait(lambda: not _is_alive(work_horse), "the end of the paused work-horse")
    harness.simulator.switches.latency = 0.0
    trial.compare(harness, harness.finish(run_id))


def _requested_pages(harness: Harness) -> int:
    """Pages of the longest code."""
    literal = f"'{seed.LONG_CODE}'"
    requests = list(harness.simulator.requests)
    return sum(literal in one.options.get("$filter", "") for one in requests)
