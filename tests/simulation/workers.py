"""Simulated workers: they lease queued runs, hold them for minutes or hours, and finish them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import select

from jobs.sync import lease
from jobs.sync.interruption import RunInterrupted
from jobs.sync.run_outcome import outcome_after
from jobs.sync.run_plan import open_run
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Run

RUN_MINUTES: Final = (1, 3, 10, 40, 130, 400, 900)
CLAIM_PROBABILITY: Final = 0.8


class SimulatedWorkers:
    """Any number of workers. A queued run is leased at most steps, and not at all at some."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._leases: dict[int, tuple[lease.Lease, datetime]] = {}

    def step(self, now: datetime) -> None:
        """Finish the runs that have lasted long enough, and lease queued ones."""
        for run_id, (run_lease, end) in list(self._leases.items()):
            if end <= now:
                del self._leases[run_id]
                lease.finish(run_lease, RunState.SUCCEEDED)
        for run_id in db.session.scalars(select(Run.id).where(Run.status == "queued")).all():
            if self._random.random() < CLAIM_PROBABILITY:
                self._start(run_id, now)

    def _start(self, run_id: int, now: datetime) -> None:
        run_lease = lease.acquire(run_id)
        assert run_lease is not None
        try:
            open_run(run_lease)
        except RunInterrupted as interrupted:
            lease.finish(run_lease, *outcome_after(interrupted, lease.load(run_lease)))
        else:
            duration = timedelta(minutes=self._random.choice(RUN_MINUTES))
            self._leases[run_id] = (run_lease, now + duration)
