"""Sends what a platform sends: SIGTERM to every process, and SIGSTOP for longer than a heartbeat."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import psutil

from benchmarks.faults import service, shop
from benchmarks.faults.ground import Ground
from benchmarks.faults.trials import Trial, judge, trying
from sandbox.simulator import Fault
from webapp.extensions import db
from webapp.models import RunItem


def terminations(ground: Ground, number: int, seed: int) -> Iterator[Trial]:
    """Tell a whole set of workers to leave at a random moment, and start another."""
    chance = Random(seed)
    for _ in range(number):
        ground.dismiss()
        trial = Trial("SIGTERM", "to every process")
        with trying(ground, trial):
            _terminate(ground, trial, chance)
        yield trial


def _terminate(ground: Ground, trial: Trial, chance: Random) -> None:
    """No heartbeat grows old here, and no tick comes: who leaves says so."""
    ground.order(moment=0)
    parent = psutil.Process(ground.start_worker("jobs.worker", WORKER_PROCESSES="1").pid)
    run_id = ground.next_run()
    ground.wait(lambda: ground.run(run_id)[0] == "running", "the run's start")
    time.sleep(chance.uniform(0.0, ground.seconds / 2))
    told = time.monotonic()
    for one in [*parent.children(recursive=True), parent]:
        with suppress(psutil.NoSuchProcess):
            one.terminate()
    ground.wait(lambda: not ground.horses() and not _is_alive(parent), "the workers' leaving")
    left_within = time.monotonic() - told
    status, attempt = ground.run(run_id)
    trial.faults += [f"took {left_within:.1f} s to leave"] * (left_within > 10)
    trial.faults += [f"was left as {status}"] * (status == "running")
    done = _succeeded(run_id)
    ground.staff()
    if status == "queued":
        ground.wait(lambda: ground.run(run_id)[1] > attempt, "another worker")
        trial.resumed = time.monotonic() - told
    judge(ground, trial, ground.finish(run_id))
    again = [code for code, tries in _tries(run_id).items() if code in done and tries > 1]
    trial.faults += [f"{code} was fetched again" for code in again]


def _is_alive(one: psutil.Process) -> bool:
    return one.is_running() and one.status() != psutil.STATUS_ZOMBIE


def _succeeded(run_id: int) -> set[str]:
    done = db.select(RunItem.code_key).where(RunItem.run_id == run_id, RunItem.status == "succeeded")
    found = set(db.session.scalars(done))
    db.session.rollback()
    return found


def _tries(run_id: int) -> dict[str, int]:
    rows = db.session.execute(db.select(RunItem.code_key, RunItem.tries).where(RunItem.run_id == run_id))
    found = {row.code_key: row.tries for row in rows}
    db.session.rollback()
    return found


def pauses(ground: Ground, number: int, seed: int) -> Iterator[Trial]:
    """Stop a work-horse until another has done its work, and let it go on."""
    chance = Random(seed)
    for _ in range(number):
        ground.staff()
        trial = Trial("SIGSTOP, SIGCONT", "for longer than a heartbeat")
        with trying(ground, trial):
            _pause(ground, trial, chance)
        yield trial


def _pause(ground: Ground, trial: Trial, chance: Random) -> None:
    """While it waits for an answer, as one that is stopped within a transaction keeps its locks.

    (PostgreSQL ends such a transaction after a minute; SQLite's lock lives as long as the process.)
    """
    ground.order(moment=0)
    # A first page is asked for while the code before is still being applied.
    page = chance.choice([page for page in service.PAGES if page > 1])
    run_id = ground.next_run()
    ground.simulator.switches.timeout_seconds = 60.0
    ground.simulator.switches.faults = [Fault("timeout", code=shop.LONG_CODE, page=page)]
    horse = psutil.Process(ground.horse()[0])
    ground.wait(lambda: _asked_for(ground) >= page, "the request that is not answered")
    # What the page before brought is being stored meanwhile.
    time.sleep(0.5)
    horse.suspend()
    stopped = time.monotonic()
    try:
        ground.simulator.switches = ground.quiet()
        ground.take_over(run_id)
        trial.resumed = time.monotonic() - stopped
        ground.wait_for_end(run_id)
    finally:
        os.kill(horse.pid, signal.SIGCONT)
    judge(ground, trial, ground.finish(run_id))


def _asked_for(ground: Ground) -> int:
    """Pages of the longest code."""
    wanted = f"'{shop.LONG_CODE}'"
    return sum(wanted in one.options.get("$filter", "") for one in list(ground.simulator.requests))
