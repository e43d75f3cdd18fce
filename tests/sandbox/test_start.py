"""`bin/run` as a newcomer uses it: one sync, then the whole program, then Ctrl-C."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
import requests

from sandbox.servers.ports import free_port, is_free
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow

# Seconds. A shared machine takes its time over the first start.
TIMEOUT = 600


class Starter:
    """Runs `python -m sandbox.start` with a folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("WEB_PORT", "SIMULATOR_PORT", "REDIS_PORT")}

    def start(self, *options: str, **variables: str) -> subprocess.Popen[str]:
        return self._python("sandbox.start", *options, **variables)

    def flask(self, *arguments: str) -> tuple[int, str]:
        """What `bin/flask` with these arguments exits with, and prints."""
        process = self._python("sandbox.start.run_beside", *arguments)
        output, _ = process.communicate(timeout=TIMEOUT)
        return process.returncode, output

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "app.sqlite3", timeout=60)) as connection, connection:
            return connection.execute(statement).fetchall()

    def _python(self, module: str, *options: str, **variables: str) -> subprocess.Popen[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ports = {name: str(port) for name, port in self.ports.items()}
        return subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=ROOT,
            env={**kept, **ports, "INSTANCE_FOLDER": str(self.folder), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Starter:
    return Starter(tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="module")
def once(starter: Starter) -> str:
    """What `bin/run --once` prints, from an empty folder."""
    process = starter.start("--once")
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, output
    return output


def test_once_runs_one_sync_and_says_where_its_report_is(once: str) -> None:
    assert "Run 1 succeeded." in once
    path = Path(once.rsplit("Report: ", 1)[1].strip())
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("catalog,manufacturer,supplier_code,part_number,")
    assert len(lines) > 4000


def test_once_leaves_no_process_behind(once: str, starter: Starter) -> None:
    left = [process.cmdline() for process in psutil.process_iter() if _belongs(process, starter)]
    assert left == []


LEFT_QUEUED = "UPDATE runs SET status = 'queued', heartbeat_at = NULL WHERE id = {}"
LEFT_RUNNING = (
    "UPDATE runs SET status = 'running', attempt = 1, heartbeat_at = datetime('now', '-10 minutes')"
    " WHERE id = {}"
)


@pytest.mark.parametrize("left", [LEFT_QUEUED, LEFT_RUNNING], ids=["queued", "running"])
def test_once_finishes_a_run_that_an_interrupted_start_left_behind(
    once: str, starter: Starter, left: str
) -> None:
    # Without a running bin/run it is queued in the database, and no Redis knows of it.
    status, output = starter.flask("sync", "queue", "--dealer", "1", "--anyway")
    assert status == 0, output
    run_id = int(output.split()[-1])
    starter.sql(left.format(run_id))
    process = starter.start("--once")
    output, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, output
    assert f"Run {run_id} was left by an earlier start, and is finished now." in output
    assert f"Run {run_id} succeeded." in output


def test_once_ends_with_the_workers_log_when_its_worker_ends(once: str, starter: Starter) -> None:
    # With so few requests a minute the run cannot end before its worker does.
    process = starter.start("--once", LIGHTSPEED_REQUESTS_PER_MINUTE="5")
    printed = _read_until(process, "running: ")
    _kill_worker(process)
    printed += process.communicate(timeout=TIMEOUT)[0]
    assert process.returncode == 1
    _, shown = printed.split("worker has ended; the end of its log:\n")
    assert shown.strip()
    assert (starter.folder / "logs" / "worker.log").read_text().endswith(shown)


def _kill_worker(program: subprocess.Popen[str]) -> None:
    """Kill the worker and its children at once: after the first has died no other starts or logs anything."""
    worker = next(
        child for child in psutil.Process(program.pid).children() if "jobs.worker" in child.cmdline()
    )
    worker.suspend()
    # Twice, as a child may fork after it was listed.
    for _ in range(2):
        for child in worker.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.suspend()
    for process in [*worker.children(recursive=True), worker]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def test_a_command_beside_it_says_where_there_is_nothing_yet(tmp_path: Path) -> None:
    status, output = Starter(tmp_path / "never").flask("dealer", "list")
    assert (status, output) == (1, "There is no database yet: start bin/run first (in another terminal).\n")


def test_a_command_without_it_works_and_says_that_jobs_wait(once: str, starter: Starter) -> None:
    status, output = starter.flask("dealer", "list")
    assert status == 0
    assert "Northwind Powersports" in output
    assert "bin/run is not running" in output


@pytest.fixture(scope="module")
def running(once: str, starter: Starter) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The whole program, started again over the data of the first time, and what it printed."""
    process = starter.start()
    printed = _read_until(process, "Ctrl-C ends everything.")
    yield process, printed
    if process.poll() is None:
        process.kill()


def test_it_prints_the_address_and_the_logins(
    running: tuple[subprocess.Popen[str], str], starter: Starter
) -> None:
    printed = running[1]
    assert f"http://127.0.0.1:{starter.ports['WEB_PORT']}" in printed
    assert "parts@northwind.example" in printed
    assert "Loading the sample catalog" not in printed
    page = requests.get(f"http://127.0.0.1:{starter.ports['WEB_PORT']}/login", timeout=30)
    assert page.status_code == 200


def test_a_command_beside_it_needs_no_settings(
    running: tuple[subprocess.Popen[str], str], starter: Starter
) -> None:
    status, output = starter.flask("sync", "queue", "--dealer", "2", "--anyway")
    assert status == 0
    # The run that the start queued may still be active; then its id is printed, after a line that says so.
    run_id = int(output.splitlines()[-1])
    assert (starter.folder / "running.json").stat().st_mode & 0o777 == 0o600
    deadline = time.monotonic() + TIMEOUT
    ended: list[tuple[object, ...]] = []
    while not ended and time.monotonic() < deadline:
        time.sleep(0.5)
        ended = starter.sql(f"SELECT status FROM runs WHERE id = {run_id} AND finished_at IS NOT NULL")
    assert ended == [("succeeded",)]


def test_taken_ports_are_distinguished_and_named(
    running: tuple[subprocess.Popen[str], str], starter: Starter
) -> None:
    second = starter.start()
    output, _ = second.communicate(timeout=TIMEOUT)
    assert second.returncode == 1
    for name, port in starter.ports.items():
        assert f"Port {port} is taken" in output
        assert f"{name}=" in output


def test_ctrl_c_stops_every_process(running: tuple[subprocess.Popen[str], str], starter: Starter) -> None:
    process = running[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert [process.cmdline() for process in psutil.process_iter() if _belongs(process, starter)] == []
    assert all(is_free(port) for port in starter.ports.values())
    assert not (starter.folder / "running.json").exists()


def test_reset_starts_over_and_refuses_to_empty_another_database(starter: Starter) -> None:
    refused = starter.start("--reset", "--once", DATABASE_URL="postgresql://localhost/precious")
    output, _ = refused.communicate(timeout=TIMEOUT)
    assert refused.returncode == 1
    assert "DATABASE_URL" in output


def _belongs(process: psutil.Process, starter: Starter) -> bool:
    try:
        return process.environ().get("INSTANCE_FOLDER") == str(starter.folder)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + TIMEOUT
    printed = ""
    while words not in printed and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            break
        printed += line
    assert words in printed, printed
    return printed


def test_interrupted_while_it_loads_it_says_so_in_one_line(tmp_path: Path) -> None:
    # No package can be imported where the interpreter is interrupted at the first of them.
    hook = "import sys, builtins\nload = builtins.__import__\n"
    hook += "def interrupted(name, *rest, **more):\n    if name == 'flask': raise KeyboardInterrupt\n"
    hook += "    return load(name, *rest, **more)\nbuiltins.__import__ = interrupted\n"
    (tmp_path / "sitecustomize.py").write_text(hook)
    process = Starter(tmp_path / "never").start("--once", PYTHONPATH=str(tmp_path))
    output, _ = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, output.strip()) == (130, "Interrupted before anything was started.")
