"""Kills work-horses and workers at seeded moments of runs, and has others take the runs over (R19)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random

from benchmarks.faults import observed
from benchmarks.faults.ground import Ground
from benchmarks.faults.left import looking
from benchmarks.faults.trials import Trial, judge, trying
from webapp.search import outbox

VICTIMS = ("work-horse", "parent", "both")
BY_THE_CLOCK = "at any time"
# What is tried in turn: most phases by their own moments, and some kills by the clock alone.
PHASES = (
    observed.BEFORE,
    observed.PAGES,
    observed.APPLYING,
    observed.APPLIED,
    observed.REPORTS,
    observed.ENDING,
    BY_THE_CLOCK,
    observed.INDEXING,
)


def kills(ground: Ground, number: int, seed: int) -> Iterator[Trial]:
    """Carry out that many kills, one a run."""
    chance = Random(seed)
    for place in range(number):
        ground.staff()
        trial = Trial("kill -9 " + VICTIMS[chance.randrange(3)], PHASES[place % len(PHASES)])
        with trying(ground, trial):
            _carry_out(ground, trial, chance)
        yield trial


def _carry_out(ground: Ground, trial: Trial, chance: Random) -> None:
    victim = trial.kind.removeprefix("kill -9 ")
    if trial.what == BY_THE_CLOCK:
        run_id = _kill_by_the_clock(ground, victim, chance)
    else:
        run_id = _kill_at_a_moment(ground, victim, trial.what, chance)
    crashed = time.monotonic()
    ground.staff()
    status, attempt = ground.run(run_id)
    if status in ("queued", "running"):
        # Queued still, where the claim itself was killed.
        ground.take_over(run_id, attempt)
        trial.resumed = time.monotonic() - crashed
    judge(ground, trial, ground.finish(run_id))


def _kill_at_a_moment(ground: Ground, victim: str, phase: str, chance: Random) -> int:
    """At a statement, commit or file of that phase, or some milliseconds after."""
    ahead = (ground.turn + 1) % 2
    delay = chance.choice((0.0, chance.uniform(0.0, 0.03)))
    if phase == observed.INDEXING:
        ground.order(moment=chance.randrange(1, 5), delay=delay, victim=victim, task=outbox.TASK)
    else:
        places = [place for place, name in enumerate(ground.moments[ahead], start=1) if name == phase]
        ground.order(moment=chance.choice(places), delay=delay, victim=victim)
    run_id = ground.next_run()
    struck = ground.folder / observed.STRUCK
    ground.wait(lambda: struck.exists() or _is_over(ground, run_id), f"the kill {phase}")
    if not struck.exists():
        # The job was shorter this time: it is done, and another run is killed in its place.
        ground.finish(run_id)
        return _kill_at_a_moment(ground, victim, phase, chance)
    time.sleep(delay)
    return run_id


def _is_over(ground: Ground, run_id: int) -> bool:
    with looking():
        is_indexed = not outbox.pending()
    return is_indexed and ground.run(run_id)[0] not in ("queued", "running") and not ground.horses()


def _kill_by_the_clock(ground: Ground, victim: str, chance: Random) -> int:
    ground.order(moment=0)
    run_id = ground.next_run()
    horse, parent = ground.horse()
    time.sleep(chance.uniform(0.0, ground.seconds * 0.8))
    for pid, name in ((parent, "parent"), (horse, "work-horse")):
        if victim in (name, "both"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return run_id
