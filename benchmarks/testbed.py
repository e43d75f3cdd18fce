"""A testbed: an empty database, Redis, the simulated service, and real worker processes."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks.databases import DATABASES
from benchmarks.environment import environment
from benchmarks.seed import SeedDealer, seed_catalog, seed_dealers
from benchmarks.service import Service, start_service
from benchmarks.snapshot import read_only
from jobs.sources.lightspeed import RateBudget
from sandbox.servers.ports import free_port
from sandbox.servers.redis import RedisServer
from sandbox.start.program import Program
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.settings import config
from webapp.settings.database_settings import WEB


class TimedOut(Exception):
    """A condition did not become true in time."""


@dataclass(frozen=True)
class Testbed:
    """The app's side of a deployment, on whose `service` and workers dealers are synced."""

    service: Service
    program: Program
    ids: dict[str, int]

    def add_dealers(self, dealers: Sequence[SeedDealer]) -> None:
        """Add dealers over a catalog that has all of their parts, and have the service serve them."""
        seed_catalog(max(one.codes for one in dealers), max(one.parts for one in dealers))
        self.ids.update(seed_dealers(dealers))
        for dealer in dealers:
            self.service.serve(list(dealer.stock()), dealer.cmf, dealer.username)

    def start_workers(self, count: int) -> None:
        """Start processes that take syncs, and one for the short work, as `worker` does."""
        self.program.start("short-work", "jobs.worker", "control", "index")
        for number in range(count):
            self.program.start(f"worker-{number}", "jobs.worker", "sync")

    def queue(self, dealers: Sequence[SeedDealer]) -> dict[str, int]:
        """Queue a run of each dealer, in this order; the ids of the runs by CMF."""
        db.session.rollback()
        run_ids = {}
        for dealer in dealers:
            row = db.session.get_one(Dealer, self.ids[dealer.cmf])
            run_ids[dealer.cmf] = lifecycle.start(row, "manual").run.id
        db.session.rollback()
        return run_ids

    def run(self, run_id: int) -> Run:
        """A run as it is now, detached."""
        with read_only():
            run = db.session.get_one(Run, run_id, populate_existing=True)
            db.session.expunge(run)
            return run

    def running(self) -> list[int]:
        """The dealers whose runs are under way."""
        with read_only():
            return list(db.session.scalars(select(Run.dealer_id).where(Run.status == "running")))

    def are_finished(self, run_ids: Sequence[int]) -> bool:
        """Whether none of these runs is active."""
        with read_only():
            active = select(Run.id).where(Run.id.in_(run_ids), Run.status.in_(("queued", "running")))
            return db.session.scalar(active.limit(1)) is None


def wait(condition: Callable[[], object], what: str, seconds: float, every: float = 0.1) -> None:
    """Poll until the condition is true. Raises TimedOut."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimedOut(f"timed out waiting for {what}")
        time.sleep(every)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder that other users may enter: under root PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix=f"{prefix}-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        yield folder


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keep this program's own log lines, which the app turned on, out of the output of the block."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def application(variables: Mapping[str, str], *, migrate: bool = True) -> Iterator[Flask]:
    """The context of an app on the database that the variables name. Its server may go away and come back."""
    app = create_app(config.from_environment(dict(variables)), kind=WEB)
    with app.app_context(), quiet_logs():
        if migrate:
            upgrade()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def testbed(kind: str, switches: dict[str, object], variables: dict[str, str]) -> Iterator[Testbed]:
    """A testbed on an empty database of that kind; everything ends with it."""
    with (
        temporary_folder("testbed") as folder,
        DATABASES[kind](folder) as database,
        RedisServer(folder / "redis") as redis,
    ):
        port = free_port()
        given = environment(database.url, f"http://127.0.0.1:{port}/lsapi", folder)
        given |= {"REDIS_URL": redis.url, "RETRY_AFTER_MINUTES": "", **variables}
        program = Program(given, folder)
        try:
            with application(given):
                # A rate limiter that starts beside active runs cannot know what they have sent.
                RateBudget.shared(redis.url, 1).acquire("nobody", lambda: None)
                yield Testbed(start_service(program, port, switches), program, {})
        finally:
            program.end()
