"""Simulated workers: they claim queued runs, hold them for minutes or hours, and finish them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import select

from jobs.sync import lease
from jobs.sync.run_plan import RunEnded, open_run
from webapp.extensions import db
from webapp.models import Run

RUN_MINUTES: Final = (1, 3, 10, 40, 130, 400, 900)
CLAIM_PROBABILITY: Final = 0.8


class SimulatedWorkers:
    """Any number of workers. A queued run is claimed at most steps, and not at all at some."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._claims: dict[int, tuple[lease.Lease, datetime]] = {}

    def step(self, now: datetime) -> None:
        """Finish the runs that have lasted long enough, and claim queued ones."""
        for run_id, (claim, end) in list(self._claims.items()):
            if end <= now:
                del self._claims[run_id]
                lease.finish(claim, "succeeded")
        for run_id in db.session.scalars(select(Run.id).where(Run.status == "queued")).all():
            if self._random.random() < CLAIM_PROBABILITY:
                self._start(run_id, now)

    def _start(self, run_id: int, now: datetime) -> None:
        claim = lease.acquire(run_id)
        assert claim is not None
        try:
            open_run(claim)
        except RunEnded as over:
            lease.finish(claim, over.status, over.reason)
        else:
            duration = timedelta(minutes=self._random.choice(RUN_MINUTES))
            self._claims[run_id] = (claim, now + duration)
