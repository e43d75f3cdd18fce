"""A deployment of its own for one measurement: database, Redis, simulator, and real worker processes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks.databases import KINDS
from benchmarks.environment import environment
from benchmarks.faults.ground import hush
from benchmarks.faults.left import looking
from benchmarks.sharing import service, shops
from benchmarks.sharing.service import Service
from benchmarks.sharing.shops import Shop
from jobs.sources.lightspeed import RateBudget
from sandbox.servers.ports import free_port
from sandbox.servers.redis import RedisServer
from sandbox.start.program import Program
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.settings import config


@dataclass(frozen=True)
class Ground:
    """The app's side of a deployment, on whose `service` and workers dealers are synced."""

    service: Service
    program: Program
    ids: dict[str, int]

    def open(self, opened: Sequence[Shop]) -> None:
        """Add dealers over a catalog that has all of their parts, and have the service serve them."""
        shops.fill_catalog(max(shop.codes for shop in opened), max(shop.parts for shop in opened))
        self.ids.update(shops.open_shops(opened))
        for shop in opened:
            self.service.serve(list(shop.stock()), shop.cmf, shop.username)

    def staff(self, workers: int) -> None:
        """Start so many processes that take syncs, and one for the short work, as `worker` does."""
        self.program.start("short-work", "jobs.worker", "control", "index")
        for number in range(workers):
            self.program.start(f"worker-{number}", "jobs.worker", "sync")

    def queue(self, opened: Sequence[Shop]) -> dict[str, int]:
        """Queue a run of each dealer, in this order; the ids of the runs by CMF."""
        db.session.rollback()
        found = {}
        for shop in opened:
            dealer = db.session.get_one(Dealer, self.ids[shop.cmf])
            found[shop.cmf] = lifecycle.start(dealer, "manual").run.id
        db.session.rollback()
        return found

    def run(self, run_id: int) -> Run:
        """A run as it is now, detached."""
        with looking():
            run = db.session.get_one(Run, run_id, populate_existing=True)
            db.session.expunge(run)
            return run

    def running(self) -> list[int]:
        """The dealers whose runs are under way."""
        with looking():
            return list(db.session.scalars(select(Run.dealer_id).where(Run.status == "running")))

    def are_over(self, run_ids: Sequence[int]) -> bool:
        """Whether none of these runs is active any more."""
        with looking():
            active = select(Run.id).where(Run.id.in_(run_ids), Run.status.in_(("queued", "running")))
            return db.session.scalar(active.limit(1)) is None


def wait(is_so: Callable[[], object], what: str, seconds: float, every: float = 0.1) -> None:
    """Look until it is so; raises SystemExit where it takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(every)


@contextmanager
def ground(kind: str, switches: dict[str, object], variables: dict[str, str]) -> Iterator[Ground]:
    """A ground on an empty database of that kind; everything ends with it."""
    with tempfile.TemporaryDirectory(prefix="sharing-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        with KINDS[kind](folder) as database, RedisServer(folder / "redis") as redis:
            port = free_port()
            given = environment(database.url, f"http://127.0.0.1:{port}/lsapi", folder)
            given |= {"REDIS_URL": redis.url, "RETRY_AFTER_MINUTES": "", **variables}
            program = Program(given, folder)
            try:
                with _app(given):
                    # Of runs that are under way when a Redis begins to count, it cannot know what they sent.
                    RateBudget.shared(redis.url, 1).acquire("nobody", lambda: None)
                    yield Ground(service.start(program, port, switches), program, {})
            finally:
                program.end()


@contextmanager
def _app(variables: dict[str, str]) -> Iterator[None]:
    app = create_app(config.from_environment(variables))
    with app.app_context():
        hush()
        upgrade()
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
