"""Worker processes: `python -m jobs.worker`.

One process serves only the queues of short jobs (`control`, `index`), so that a long sync does not delay a
tick, a credential check or the index; `WORKER_PROCESSES` others (2 by default) run syncs. All are forks of
one parent that has imported everything. They share its memory, as does the work-horse that RQ forks for each
job.

On SIGTERM, which a platform sends to every process, each exits within seconds, and another worker resumes its
run (R19).
"""

from __future__ import annotations

import gc
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

import jobs.tasks  # noqa: F401 - imported in the parent, so that no process of a job has to
from jobs import shutdown
from jobs.processes.supervisor import Supervisor
from jobs.processes.task_worker import TaskWorker
from jobs.sync import rehearsal
from webapp.application import create_app
from webapp.core import clock, queues
from webapp.core.logs import configure_logs
from webapp.extensions import db
from webapp.settings import config
from webapp.settings.database_settings import WORKER
from webapp.settings.env import ConfigurationError
from webapp.web import forks

log = structlog.get_logger(__name__)

SHORT_WORK = (queues.CONTROL, queues.INDEX)
LONG_WORK = (queues.SYNC, queues.SCAN)
# Time that a worker has to exit, before another signal forces it.
EXIT_TIMEOUT = timedelta(seconds=8)


class AppWorker(TaskWorker):
    """Worker whose jobs run in the app context and shut down gracefully on SIGTERM."""

    app: Flask

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        forks.disconnect(self.app)
        with self.app.app_context():
            super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        # RQ's work-horse would die at once; this one sets the stop flag, which a sync checks between pages.
        shutdown.on_signals(*shutdown.USUAL)

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        # Both the platform and the parent send SIGTERM, so a second one must not force an exit.
        requested = self._shutdown_requested_date
        if requested is None or clock.now() - requested > EXIT_TIMEOUT:
            super().request_force_stop(signum, frame)


def work(app: Flask, names: Sequence[str]) -> None:
    """Run jobs of these queues until shutdown. Waits while Redis is unavailable."""
    with app.app_context():
        _wait_for_redis()
        if queues.SYNC in names:
            _prepare_forks()
        redis = queues.connection(timeout=None)
        AppWorker.app = app
        AppWorker(names, redis, _kind(names)).work()


def _prepare_forks() -> None:
    """Compile what every run executes, and keep the garbage collector from copying shared memory."""
    rehearsal.rehearse()
    # A fork has connections of its own.
    db.session.remove()
    db.engine.dispose()
    gc.collect()
    gc.freeze()


def _kind(names: Sequence[str]) -> str:
    """Return the first part of a worker's name, from its queues."""
    kinds: dict[tuple[str, ...], str] = {SHORT_WORK: "short", LONG_WORK: "sync"}
    return kinds.get(tuple(names), "-".join(names))


def _wait_for_redis() -> None:
    """Wait until Redis is available and not full: an exit would cause a restart loop."""
    if queues.is_unavailable():
        log.warning("worker.redis_awaited", error=queues.outage_reason())
        while queues.is_unavailable():
            time.sleep(1)


def main(arguments: list[str]) -> int:
    """Run a worker for the named queues; without names, supervise all worker processes."""
    configure_logs()
    try:
        app = create_app(kind=WORKER)
        # Once, before forking.
        configure_mappers()
        if arguments:
            work(app, arguments)
        else:
            Supervisor(_mains(app)).keep()
    except ConfigurationError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201 - the command's output
        return 1
    return 0


def _mains(app: Flask) -> dict[str, Callable[[], None]]:
    """Return the main function of each worker process by its name, which the log shows."""
    queue_names: dict[str, tuple[str, ...]] = {"short-work": SHORT_WORK}
    queue_names |= {f"sync-{number}": LONG_WORK for number in range(1, config.worker_processes() + 1)}
    return {name: partial(_work_in_fork, app, names) for name, names in queue_names.items()}


def _work_in_fork(app: Flask, names: Sequence[str]) -> None:
    forks.disconnect(app)
    work(app, names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
