"""The worker processes: `python -m jobs.worker`.

One process listens to the short work alone (`control`, `index`), so that a long sync never delays a tick, a
check or the index; `WORKER_PROCESSES` others (2 by default) take syncs. All are forks of one parent that has
imported everything: they share its memory, and so does the work-horse that RQ forks for each job.

A platform's SIGTERM, sent to every process, lets each leave within seconds; what was under way goes on in
another worker (R19).
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from types import FrameType

import structlog
from flask import Flask
from rq.job import Job
from rq.queue import Queue
from sqlalchemy.orm import configure_mappers

import jobs.tasks  # noqa: F401 - the process of each job has it from its parent, and need not import it
from jobs import shutdown
from jobs.processes.supervisor import Supervisor
from jobs.processes.task_worker import TaskWorker
from webapp.application import create_app
from webapp.core import clock, queues
from webapp.core.logs import configure_logs
from webapp.settings import config
from webapp.settings.database_settings import WORKER
from webapp.settings.env import ConfigurationError
from webapp.web import forks

log = structlog.get_logger(__name__)

SHORT_WORK = (queues.CONTROL, queues.INDEX)
LONG_WORK = (queues.SYNC,)
# How long a worker may take to leave before a further signal ends it the hard way.
PATIENCE = timedelta(seconds=8)


class AppWorker(TaskWorker):
    """A worker whose jobs run inside the app's context and leave on SIGTERM in good order."""

    app: Flask

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        forks.disconnect(self.app)
        with self.app.app_context():
            super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        # RQ's own horse would die at once: ours is told, and the engine looks between pages.
        shutdown.on_signals(*shutdown.USUAL)

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        # A platform signals every process, and so does the parent: a second SIGTERM is no second wish.
        requested = self._shutdown_requested_date
        if requested is None or clock.now() - requested > PATIENCE:
            super().request_force_stop(signum, frame)


def work(app: Flask, names: Sequence[str]) -> None:
    """Work on these queues until told to stop. Waits for a Redis that is away."""
    with app.app_context():
        _wait_for_redis()
        redis = queues.connection(timeout=None)
        AppWorker.app = app
        AppWorker(names, redis, _kind(names)).work()


def _kind(names: Sequence[str]) -> str:
    """What a worker is called after: what it takes."""
    return {SHORT_WORK: "short", LONG_WORK: "sync"}.get(tuple(names), "-".join(names))


def _wait_for_redis() -> None:
    """No worker can begin while Redis is away or full; to end and start again would keep a core busy."""
    if queues.is_unavailable():
        log.warning("worker.redis_awaited", error=queues.outage_reason())
        while queues.is_unavailable():
            time.sleep(1)


def main(arguments: list[str]) -> int:
    """Work on the queues named; without names, keep the whole set of worker processes running."""
    configure_logs()
    try:
        app = create_app(kind=WORKER)
        # Here, once: not in each process that is forked from this one.
        configure_mappers()
        if arguments:
            work(app, arguments)
        else:
            Supervisor(_mains(app)).keep()
    except ConfigurationError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - this is the command's answer
        return 1
    return 0


def _mains(app: Flask) -> dict[str, Callable[[], None]]:
    """What each worker process does, by the name that the log gives it."""
    named: dict[str, tuple[str, ...]] = {"short-work": SHORT_WORK}
    named |= {f"sync-{number}": LONG_WORK for number in range(1, config.worker_processes() + 1)}
    return {name: partial(_work_in_fork, app, names) for name, names in named.items()}


def _work_in_fork(app: Flask, names: Sequence[str]) -> None:
    forks.disconnect(app)
    work(app, names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
