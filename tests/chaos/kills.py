"""Kills work-horses and workers at seeded moments of runs, and has others take the runs over (R19)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random

from benchmarks.snapshot import read_only
from tests.chaos import instrumented_worker
from tests.chaos.harness import Harness
from tests.chaos.trials import Trial, attempt
from webapp.search import outbox

VICTIMS = ("work-horse", "parent", "both")
ANY_TIME = "at any time"
# Tried in turn, from a random one on. In every other one the run has a lease, and must be taken over.
PHASES = (
    instrumented_worker.APPLYING,
    ANY_TIME,
    instrumented_worker.APPLIED,
    instrumented_worker.INDEXING,
    instrumented_worker.REPORTS,
    instrumented_worker.ENDING,
    instrumented_worker.PAGES,
    instrumented_worker.BEFORE,
)


def kills(harness: Harness, count: int, random: Random) -> Iterator[Trial]:
    """So many kills, each in a run of its own."""
    first = random.randrange(len(PHASES))
    for place in range(count):
        harness.workers.replace()
        victim, phase = random.choice(VICTIMS), PHASES[(first + place) % len(PHASES)]
        trial = Trial(f"kill -9 of {victim} {phase}")
        with attempt(harness, trial):
            _kill_and_resume(harness, trial, victim, phase, random)
        yield trial


def _kill_and_resume(harness: Harness, trial: Trial, victim: str, phase: str, random: Random) -> None:
    kill = _kill_at_any_time if phase == ANY_TIME else _kill_in_phase
    run_id = kill(harness, victim, phase, random)
    harness.workers.replace()
    status, attempt_number = harness.run(run_id)
    if status in ("queued", "running"):
        # Still queued if it was killed while taking the lease.
        harness.take_over(run_id, attempt_number)
    trial.compare(harness, harness.finish(run_id))


def _kill_in_phase(harness: Harness, victim: str, phase: str, random: Random) -> int:
    """At a statement, commit or file of that phase, or some milliseconds after."""
    delay = random.choice((0.0, random.uniform(0.0, 0.03)))
    if phase == instrumented_worker.INDEXING:
        moment, task = random.randrange(1, 5), {"task": outbox.TASK}
    else:
        moments = enumerate(harness.moments[(harness.turn + 1) % 2], start=1)
        moment, task = random.choice([place for place, name in moments if name == phase]), {}
    harness.workers.order(moment=moment, delay=delay, victim=victim, **task)
    run_id = harness.next_run()
    obeyed = harness.workers.folder / instrumented_worker.OBEYED
    harness.workers.wait(lambda: obeyed.exists() or _is_settled(harness, run_id), f"the kill {phase}")
    if not obeyed.exists():
        # The job had fewer moments this time: another run is killed in its place.
        harness.finish(run_id)
        return _kill_in_phase(harness, victim, phase, random)
    time.sleep(delay)
    return run_id


def _is_settled(harness: Harness, run_id: int) -> bool:
    with read_only():
        is_indexed = not outbox.pending()
    return is_indexed and not harness.is_active(run_id) and not harness.workers.work_horses()


def _kill_at_any_time(harness: Harness, victim: str, _phase: str, random: Random) -> int:
    harness.workers.order(moment=0)
    run_id = harness.next_run()
    work_horse, parent = harness.workers.work_horse()
    time.sleep(random.uniform(0.0, harness.seconds * 0.8))
    for pid, name in ((parent, "parent"), (work_horse, "work-horse")):
        if victim in (name, "both"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return run_id
