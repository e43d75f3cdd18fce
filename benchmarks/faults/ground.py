"""Where runs are disturbed: the app, the simulator, and worker processes on a real Redis and database."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import structlog
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import update

from benchmarks.environment import environment
from benchmarks.faults import observed, shop
from benchmarks.faults.left import Left, left, looking
from jobs.sync import lease, tick
from sandbox.simulator import Behavior, Fault, Simulator
from webapp.application import create_app
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.runs import lifecycle
from webapp.search import outbox
from webapp.settings import config
from webapp.settings.config import ROOT

# Seconds. Long, as machines are shared; nothing waits for it when all is well.
PATIENCE = 180.0
LATENCY = {"latency": 0.01, "latency_jitter": 0.03}
QUEUES = ("control", "index", "sync")
WORKERS = 2


class InVain(AssertionError):
    """What was waited for did not come."""


class Ground:
    """One dealer, who is synced again and again from two stocks in turn."""

    def __init__(self, app: Flask, simulator: Simulator, folder: Path, variables: dict[str, str]) -> None:
        self.app, self.simulator, self.folder, self._variables = app, simulator, folder, variables
        self.workers: list[subprocess.Popen[bytes]] = []
        self._all: list[subprocess.Popen[bytes]] = []
        self.dealer_id, self.turn, self.last_run = shop.open_shop(), 0, 0
        self.references: dict[int, Left] = {}
        self.moments: dict[int, list[str]] = {}
        self.seconds = 0.0

    def quiet(self) -> Behavior:
        """The service in good order, with a latency over which moments spread."""
        return Behavior(**LATENCY, requests_per_minute=1_000_000, timeout_seconds=0.2)

    def start_worker(self, *module: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker process; by default an observed one that listens to every queue."""
        command = [sys.executable, "-m", *(module or ("benchmarks.faults.observed", *QUEUES))]
        with (self.folder / "workers.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self._variables, "OBSERVED_FOLDER": str(self.folder), **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._all.append(process)
        return process

    def staff(self) -> None:
        """Have as many workers as there should be, those that died replaced."""
        self.workers = [one for one in self.workers if one.poll() is None]
        while len(self.workers) < WORKERS:
            self.workers.append(self.start_worker())

    def dismiss(self) -> None:
        """End every worker, and what was left of it."""
        for one in list(self._processes()):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        for started in self._all:
            started.wait()
        self.workers = []

    def next_run(self, faults: Sequence[Fault] = ()) -> int:
        """Have the other stock reported, with faults of the service if any, and queue a run; its id."""
        self.turn += 1
        self.simulator.dealers[shop.CMF] = shop.served(self.turn)
        self.simulator.switches = self.quiet()
        self.simulator.switches.faults = list(faults)
        self.simulator.requests.clear()
        db.session.rollback()
        run_id = lifecycle.start(db.session.get_one(Dealer, self.dealer_id), "manual").run.id
        db.session.rollback()
        self.last_run = run_id
        return run_id

    def order(self, **given: Any) -> None:
        """Tell the next horse of a task at which moment to die; moment None has it note all of them."""
        for name in (observed.ORDER, observed.STRUCK, observed.HORSE, observed.MOMENTS):
            (self.folder / name).unlink(missing_ok=True)
        unfinished = self.folder / "order.unfinished"
        unfinished.write_text(
            json.dumps({"task": lifecycle.TASK, "delay": 0.0, "victim": "work-horse", **given})
        )
        unfinished.rename(self.folder / observed.ORDER)

    def horse(self) -> tuple[int, int]:
        """The process that carries the run out, and its parent."""
        self.wait(lambda: (self.folder / observed.HORSE).exists(), "a worker that takes the run")
        horse, parent = (self.folder / observed.HORSE).read_text().split()
        return int(horse), int(parent)

    def learn(self) -> None:
        """Run undisturbed until each stock has replaced the other, and keep what that leaves."""
        self.staff()
        for _ in range(4):
            self.order(moment=None)
            began = time.monotonic()
            run_id = self.next_run()
            self.wait_for_end(run_id)
            self.seconds = time.monotonic() - began
            self.references[self.turn % 2] = self.finish(run_id)
            if self.references[self.turn % 2]["run"][0] != "succeeded":
                raise InVain(f"an undisturbed run {self.references[self.turn % 2]['run']}")
            self.moments[self.turn % 2] = (self.folder / observed.MOMENTS).read_text().splitlines()
        (self.folder / observed.ORDER).unlink()

    def run(self, run_id: int) -> tuple[str, int]:
        """A run's state and attempt."""
        with looking():
            run = db.session.get_one(Run, run_id, populate_existing=True)
            return run.status, run.attempt

    def age(self, run_id: int, attempt: int) -> None:
        """Have the heartbeat of that attempt look older than a living worker's."""
        db.session.execute(
            update(Run)
            .where(Run.id == run_id, Run.attempt == attempt, Run.status == "running")
            .values(heartbeat_at=clock.now() - lease.DEAD_AFTER * 2)
        )
        db.session.commit()

    def take_over(self, run_id: int, attempt: int = 1) -> None:
        """Do what the minute's tick does, with an old heartbeat, until another attempt began, or the end."""

        def is_taken() -> bool:
            if self.run(run_id) == ("running", attempt):
                self.age(run_id, attempt)
            tick.tick()
            db.session.rollback()
            status, now = self.run(run_id)
            return now > attempt or status not in ("queued", "running")

        self.wait(is_taken, "the takeover", every=0.3)

    def wait_for_end(self, run_id: int) -> None:
        """Wait until the run is over."""
        self.wait(lambda: self.run(run_id)[0] not in ("queued", "running"), f"the end of run {run_id}")

    def finish(self, run_id: int) -> Left:
        """Wait for the run's end and the empty outbox; what is left."""
        self.wait_for_end(run_id)
        self.settle()
        return left(self.dealer_id, run_id)

    def settle(self) -> None:
        """Wait until all is indexed, and no job is under way."""

        def is_settled() -> bool:
            with looking():
                if not outbox.pending():
                    return not self.horses()
            tick.tick()
            return False

        self.wait(is_settled, "an empty outbox", every=0.3)

    def horses(self) -> list[psutil.Process]:
        """The living processes that carry out jobs, those too whose parent is gone."""
        parents = {one.pid for one in self._all}
        return [one for one in self._processes() if one.pid not in parents]

    def _processes(self) -> Iterator[psutil.Process]:
        """All that were started here, and their forks: each of those is in a group of its own."""
        for one in psutil.process_iter():
            try:
                folder = one.environ().get("OBSERVED_FOLDER")
            except psutil.Error:
                continue
            if folder == str(self.folder):
                yield one

    def wait(self, is_so: Callable[[], object], what: str, every: float = 0.02) -> None:
        """Look until it is so. Raises InVain."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > deadline:
                log = (self.folder / "workers.log").read_text(errors="replace")
                raise InVain(f"waited in vain for {what}\n{log[-3000:]}")
            time.sleep(every)


def hush() -> None:
    """Keep this program's own log lines, which the app turned on, from hiding its answer."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@contextmanager
def ground(database_url: str, redis_url: str, folder: Path, *, migrate: bool = True) -> Iterator[Ground]:
    """A ground on an empty database and an empty Redis, in the app's context; its processes end with it."""
    with Simulator([]) as simulator:
        far = (datetime.now(ZoneInfo(shop.TIMEZONE)).hour + 12) % 24
        variables = environment(database_url, simulator.url, folder) | {
            "REDIS_URL": redis_url,
            "SYNC_HOURS": str(far),
            "CODE_RETRY_SECONDS": "0",
            "RETRY_AFTER_MINUTES": "",
        }
        app = create_app(config.from_environment(variables))
        with app.app_context():
            if migrate:
                upgrade()
            made = Ground(app, simulator, folder, variables)
            try:
                yield made
            finally:
                made.dismiss()
                db.session.remove()
                db.engine.dispose()
