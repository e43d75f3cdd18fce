"""The whole program as processes: workers and schedulers on a real Redis and a real database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from redis import Redis
from sqlalchemy.orm import close_all_sessions

from sandbox.servers.fork_server import ForkedProcess, ForkServer
from sandbox.simulator import Simulator
from tests.conftest import settings
from tests.sync_harness import SyncHarness
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Run
from webapp.settings.config import ROOT

# Seconds. Long, as machines are shared; nothing waits for it when all is well.
TIMEOUT = 60


class Program:
    """Starts the program's processes with a test's own servers, and ends them."""

    def __init__(self, environment: dict[str, str], folder: Path, fork_server: ForkServer) -> None:
        self.environment = environment
        self._folder = folder
        self._fork_server = fork_server
        self._started: list[subprocess.Popen[bytes] | ForkedProcess] = []

    @property
    def log(self) -> str:
        """Everything that the processes wrote."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("process-*.log")))

    def start(self, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start `python -m …` in a process group of its own."""
        with self._next_log().open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**self.environment, **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def fork(self, module: str, *arguments: str, **variables: str) -> ForkedProcess:
        """Start the same in a fork that has imported the module already, which takes a tenth of the time."""
        environment = {**self.environment, **variables}
        process = self._fork_server.start(module, arguments, environment, self._next_log())
        self._started.append(process)
        return process

    def _next_log(self) -> Path:
        return self._folder / f"process-{len(self._started)}.log"

    def flask(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        """Run a command of the program to its end."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    def end(self) -> None:
        """Kill what is left of every group."""
        for process in self._started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()


def has_ended(run_id: int) -> bool:
    """Whether a run is no longer active."""
    return not db.session.get_one(Run, run_id, populate_existing=True).is_active


def wait_until(is_so: Callable[[], object], what: str, program: Program | None = None) -> None:
    """Poll until the condition is true; fails with the processes' logs after a minute."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        db.session.rollback()
        if is_so():
            db.session.rollback()
            return
        time.sleep(0.05)
    pytest.fail(f"timed out waiting for {what}\n{program.log if program else ''}")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application. Outside of its requests it only looks on, so that workers can write to SQLite."""
    looking_on = {"execution_options": {"sqlite_begin": "DEFERRED"}}
    app = create_app({**settings(database_url, tmp_path), "SQLALCHEMY_ENGINE_OPTIONS": looking_on})
    respond = app.wsgi_app

    def responding(*request: Any) -> Any:
        db.engine.update_execution_options(sqlite_begin=None)
        try:
            return respond(*request)
        finally:
            db.engine.update_execution_options(**looking_on["execution_options"])

    app.wsgi_app = responding  # type: ignore[method-assign]
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


@pytest.fixture
def redis(redis_url: str, app: Flask) -> Iterator[Redis]:
    """An empty Redis, which the app uses too."""
    connection = Redis.from_url(redis_url)
    connection.flushdb()
    app.config["REDIS_URL"] = redis_url
    yield connection
    connection.flushdb()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running 3PA simulator without dealers."""
    with Simulator([]) as running:
        yield running


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """One connected dealer; on each database."""
    return SyncHarness(simulator)


@pytest.fixture
def program(
    app: Flask, redis: Redis, simulator: Simulator, tmp_path: Path, fork_server: ForkServer
) -> Iterator[Program]:
    """The program on this test's database, Redis, simulator and report folder."""
    config = current_app.config
    running = Program(
        {
            "PATH": os.environ["PATH"],
            "SECRET_KEY": config["SECRET_KEY"],
            "CREDENTIALS_KEYS": ",".join(config["CREDENTIALS_KEYS"]),
            "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
            "REDIS_URL": config["REDIS_URL"],
            "LIGHTSPEED_API_URL": simulator.url,
            "LIGHTSPEED_REQUESTS_PER_MINUTE": "100000",
            "CODE_RETRY_SECONDS": "0",
            "REPORT_STORAGE_URL": config["REPORT_STORAGE_URL"],
        },
        tmp_path,
        fork_server,
    )
    yield running
    running.end()
