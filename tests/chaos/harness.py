"""The harness of disturbed runs: the app, the simulator, and real workers on a real Redis and database."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update

from benchmarks.environment import UNLIMITED, environment
from benchmarks.seed import TIMEZONE
from benchmarks.snapshot import Snapshot, read_only, take_snapshot
from benchmarks.testbed import application
from jobs.sources.lightspeed import RateBudget
from sandbox.simulator import Behavior, Fault, Simulator
from tests.chaos import instrumented_worker, seed
from tests.chaos.ticks import TICK_EVERY, tick_until
from tests.chaos.workers import Workers
from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.search import outbox

LATENCY = {"latency": 0.01, "latency_jitter": 0.03}


class Harness:
    """One dealer, who is synced again and again from two stocks in turn."""

    def __init__(self, simulator: Simulator, workers: Workers) -> None:
        self.simulator, self.workers = simulator, workers
        self.dealer_id, self.turn, self.last_run = seed.add_dealer(), 0, 0
        self.references: dict[int, Snapshot] = {}
        self.moments: dict[int, list[str]] = {}
        self.seconds = 0.0

    def switches(self) -> Behavior:
        """An undisturbed service, with a latency over which moments spread."""
        return Behavior(**LATENCY, requests_per_minute=1_000_000, timeout_seconds=0.2)

    def next_run(self, faults: Sequence[Fault] = ()) -> int:
        """Have the other stock reported, with faults of the service if any, and queue a run; its id."""
        self.turn += 1
        self.simulator.dealers[seed.CMF] = seed.simulated_dealer(self.turn)
        self.simulator.switches = self.switches()
        self.simulator.switches.faults = list(faults)
        self.simulator.requests.clear()
        db.session.rollback()
        run_id = lifecycle.start(db.session.get_one(Dealer, self.dealer_id), "manual").run.id
        db.session.rollback()
        self.last_run = run_id
        return run_id

    def record_references(self) -> None:
        """Run undisturbed until each stock has replaced the other, and keep snapshots and moments."""
        self.workers.replace()
        for _ in range(4):
            self.workers.order(moment=None)
            began = time.monotonic()
            run_id = self.next_run()
            self.wait_for_end(run_id)
            self.seconds = time.monotonic() - began
            snapshot = self.finish(run_id)
            assert snapshot["run"][0] == "succeeded", snapshot["run"]
            self.references[self.turn % 2] = snapshot
            self.moments[self.turn % 2] = self.workers.moments()
        (self.workers.folder / instrumented_worker.ORDER).unlink()

    @property
    def reference(self) -> Snapshot:
        """What an undisturbed run on the present stock leaves."""
        return self.references[self.turn % 2]

    def run(self, run_id: int) -> tuple[str, int]:
        """A run's state and attempt."""
        with read_only():
            run = db.session.get_one(Run, run_id, populate_existing=True)
            return run.status, run.attempt

    def is_active(self, run_id: int) -> bool:
        """Whether a run is queued or running."""
        return self.run(run_id)[0] in ("queued", "running")

    def take_over(self, run_id: int, attempt: int = 1) -> None:
        """Tick, with an old heartbeat, until another attempt has started, or the end."""

        def is_taken() -> bool:
            return self.run(run_id)[1] > attempt or not self.is_active(run_id)

        age = partial(_age_heartbeat, run_id, attempt)
        tick_until(self.workers, is_taken, "the takeover", before=age)

    def wait_for_end(self, run_id: int) -> None:
        """Wait until a run is finished."""
        self.workers.wait(lambda: not self.is_active(run_id), f"the end of run {run_id}")

    def finish(self, run_id: int) -> Snapshot:
        """Wait for the run's end, the empty outbox and idle workers; a snapshot then."""
        self.wait_for_end(run_id)

        def is_settled() -> bool:
            with read_only():
                is_indexed = not outbox.pending()
            return is_indexed and not self.workers.work_horses()

        tick_until(self.workers, is_settled, "an empty outbox", first=TICK_EVERY)
        return take_snapshot(self.dealer_id, run_id)


def _age_heartbeat(run_id: int, attempt: int) -> None:
    """Make the heartbeat of that attempt look older than a living worker's."""
    db.session.execute(
        update(Run)
        .where(Run.id == run_id, Run.attempt == attempt, Run.status == "running")
        .values(heartbeat_at=clock.now() - HEARTBEAT_TIMEOUT * 2)
    )
    db.session.commit()


@contextmanager
def harness(database_url: str, redis_url: str, folder: Path, *, migrate: bool = True) -> Iterator[Harness]:
    """A harness on an empty database and an empty Redis, in the app's context; its processes end with it."""
    with Simulator([]) as simulator:
        far_hour = (datetime.now(ZoneInfo(TIMEZONE)).hour + 12) % 24
        variables = environment(database_url, simulator.url, folder) | {
            "REDIS_URL": redis_url,
            "SYNC_HOURS": str(far_hour),
            "CODE_RETRY_SECONDS": "0",
            "RETRY_AFTER_MINUTES": "",
        }
        # Workers first: their modules are imported while the database is migrated.
        with closing(Workers(folder, variables)) as workers, application(variables, migrate=migrate):
            # A rate limiter that starts beside active runs cannot know what they have sent, and slows them.
            RateBudget.shared(redis_url, UNLIMITED).acquire("nobody", lambda: None)
            running = Harness(simulator, workers)
            running.record_references()
            yield running
