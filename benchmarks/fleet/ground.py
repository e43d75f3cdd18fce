"""Where real dealers are synced: PostgreSQL, Redis, the service over HTTP, and worker processes."""

from __future__ import annotations

import io
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from flask_migrate import upgrade
from sqlalchemy import func, select

from benchmarks.databases import Database, postgresql
from benchmarks.environment import environment
from benchmarks.resources import server_cpu_seconds
from benchmarks.service import PASSWORD, Service, service
from sandbox.samples.bulk import BULK_CODES, bulk_catalog, bulk_parts, bulk_supplier_codes
from sandbox.samples.dealers import write_supplier_codes
from sandbox.servers.process import ServerProcess
from sandbox.servers.redis import RedisServer
from webapp import supplier_codes
from webapp.application import create_app
from webapp.catalog import importing
from webapp.core import clock
from webapp.core.enums import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.settings import config
from webapp.settings.config import ROOT

# Seconds. Nothing waits for it when all is well.
PATIENCE = 300.0
LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Passed:
    """When each dealer's run ended, in seconds after all were queued; CPU seconds of both sides meanwhile."""

    ended: Mapping[int, float]
    worker_cpu: float
    database_cpu: float


class Ground:
    """A database with a bulk catalog, and dealers who are synced by workers that are started for it."""

    def __init__(
        self, database: Database, serving: Service, variables: dict[str, str], folder: Path, products: int
    ) -> None:
        self.database, self.serving, self._folder = database, serving, folder
        self._variables, self._products = variables, products

    def open(self, codes: Sequence[int], username: str | None = None) -> int:
        """A new dealer who reports so many parts for each of the first bulk codes; the id."""
        dealer = Dealer(name="Fleet dealer", timezone="America/Chicago")
        db.session.add(dealer)
        db.session.commit()
        dealer_id, cmf = dealer.id, str(77_000_000 + dealer.id)
        file = io.StringIO()
        write_supplier_codes(file, bulk_supplier_codes()[: len(codes)])
        supplier_codes.import_csv(dealer, io.BytesIO(file.getvalue().encode()))
        configurations.save_credentials(
            configurations.of(dealer), enabled=True, cmf=cmf, username=username or cmf, password=PASSWORD
        )
        db.session.commit()
        today = datetime.now(UTC).date()
        parts = [
            one
            for code, count in zip(BULK_CODES, codes, strict=False)
            for one in bulk_parts(count, [code], today, self._products)
        ]
        self.serving.serve(parts, cmf, username or cmf)
        return dealer_id

    def sync(self, dealer_ids: Sequence[int], workers: int = 1, latency: float = 0.0) -> Passed:
        """Queue a run of each dealer at once, and wait until workers have carried all of them out."""
        print(
            f"{len(dealer_ids)} runs, {workers} workers, {latency:g} s an answer", file=sys.stderr, flush=True
        )
        self.database.settle()
        self.serving.take(latency)
        with self._staff(workers) as staff:
            before = [self._cpu(one) for one in (*staff, None)]
            began, run_ids = clock.now(), self._queued(dealer_ids)
            self._wait(run_ids)
            after = [self._cpu(one) for one in (*staff, None)]
        ended = db.session.execute(
            select(Run.dealer_id, Run.finished_at, Run.status, Run.reason).where(Run.id.in_(run_ids))
        )
        rows = ended.all()
        db.session.rollback()
        if wrong := [row for row in rows if row.status != "succeeded"]:
            raise SystemExit(f"{len(wrong)} of {len(rows)} runs: {wrong[0].status}: {wrong[0].reason}")
        used = [late - early for late, early in zip(after, before, strict=True)]
        since = {row.dealer_id: (row.finished_at - began).total_seconds() for row in rows}
        return Passed(since, sum(used[:-1]), used[-1])

    def _queued(self, dealer_ids: Sequence[int]) -> list[int]:
        run_ids = [
            lifecycle.record(db.session.get_one(Dealer, dealer_id), "manual").run.id
            for dealer_id in dealer_ids
        ]
        db.session.commit()
        lifecycle.wake_all((run_id, 0) for run_id in run_ids)
        return run_ids

    @contextmanager
    def _staff(self, workers: int) -> Iterator[list[ServerProcess]]:
        """Worker processes that have come to wait for work."""
        command = [sys.executable, "-m", "jobs.worker", "sync"]
        logs = [self._folder / f"worker-{number}.log" for number in range(workers)]
        staff = [ServerProcess(command, ROOT, log, environment=self._variables) for log in logs]
        try:
            for log in logs:
                self._await(log, "Listening on")
            yield staff
        finally:
            for one in staff:
                one.end()
            for log in logs:
                log.unlink()

    def _await(self, log: Path, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in (said := log.read_text(errors="replace")):
            if time.monotonic() > deadline:
                raise SystemExit(f"a worker did not start:\n{said[-2000:]}")
            time.sleep(LOOK_EVERY)

    def _wait(self, run_ids: Sequence[int]) -> None:
        active = select(func.count()).where(Run.id.in_(run_ids), Run.status.in_(ACTIVE_RUN_STATES))
        deadline = time.monotonic() + PATIENCE
        while left := db.session.scalar(active):
            db.session.rollback()
            if time.monotonic() > deadline:
                said = [log.read_text(errors="replace")[-1500:] for log in self._folder.glob("worker-*.log")]
                raise SystemExit("\n".join([f"{left} of {len(run_ids)} runs did not end", *said]))
            time.sleep(LOOK_EVERY)
        db.session.rollback()

    def _cpu(self, worker: ServerProcess | None) -> float:
        """CPU seconds so far of a worker with its work-horses, or of the database's server."""
        return server_cpu_seconds(worker.pid if worker else self.database.server) or 0.0


@contextmanager
def ground(products: int) -> Iterator[Ground]:
    """A ground with a catalog of so many products, in the app's context; all of it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="fleet-") as place:
        folder = Path(place)
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder.chmod(0o755)
        with (
            postgresql(folder) as database,
            RedisServer(folder / "redis") as redis,
            service(environment(database.url, "", folder), folder) as serving,
        ):
            variables = environment(database.url, serving.url, folder) | {
                "REDIS_URL": redis.url,
                "LIGHTSPEED_REQUESTS_PER_MINUTE": "200",
                "CODE_RETRY_SECONDS": "0",
            }
            with create_app(config.from_environment(variables)).app_context():
                structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
                upgrade()
                _import_catalog(folder / "catalog.csv", products)
                try:
                    yield Ground(database, serving, variables, folder, products)
                finally:
                    db.session.remove()
                    db.engine.dispose()


def _import_catalog(path: Path, products: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        bulk_catalog(file, products)
    with path.open("rb") as file:
        importing.import_catalog(file, lambda line, reason: None)
