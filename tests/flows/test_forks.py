"""Worker and web processes are forks of one parent which imported everything; they share no connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from redis import Redis

from sandbox.servers.ports import free_port
from tests.flows.conftest import Program, has_ended, wait_until
from tests.flows.test_workers import two_codes
from tests.sync_harness import SyncHarness
from webapp.runs import lifecycle

# What a fork must find imported: both halves of the program, and the largest of its libraries.
IMPORTED = {"webapp.models", "webapp.application", "sqlalchemy.orm", "flask", "cryptography.fernet"}
WORKERS_IMPORT = IMPORTED | {"jobs.tasks", "jobs.sync.run_sync", "jobs.sources.lightspeed", "rq"}
OURS = ("webapp", "jobs", "sqlalchemy", "flask", "rq", "redis", "requests", "cryptography")


class Forks:
    """What tests/flows/tailed_process.py wrote down."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def all(self) -> list[dict[str, Any]]:
        return [one for one in self._lines() if "forked" in one]

    def of(self, parent: int) -> list[dict[str, Any]]:
        return [one for one in self.all() if one["parent"] == parent]

    def imported_later(self) -> set[str]:
        names = {one["imported"] for one in self._lines() if "imported" in one}
        return {name for name in names if name.split(".")[0] in OURS}

    def _lines(self) -> Iterator[dict[str, Any]]:
        yield from map(json.loads, self.file.read_text().splitlines())


@pytest.fixture
def forks(tmp_path: Path, program: Program) -> Forks:
    program.environment["FORKS_FILE"] = str(tmp_path / "forks")
    (tmp_path / "forks").touch()
    return Forks(tmp_path / "forks")


def connections(process: psutil.Process) -> set[tuple[Any, Any]]:
    """The two ends of each TCP connection of a process."""
    return {(one.laddr, one.raddr) for one in process.net_connections(kind="tcp") if one.raddr}


def assert_nothing_is_shared(parent: psutil.Process) -> None:
    """Between the processes that the parent forked. (Work-horses inherit, and never use, their worker's.)"""
    seen: set[tuple[Any, Any]] = set()
    for process in [parent, *parent.children()]:
        own = connections(process)
        assert not own & seen, process
        seen |= own
    assert seen


def test_workers_are_forks_of_one_parent_which_imported_everything(
    harness: SyncHarness, program: Program, forks: Forks
) -> None:
    two_codes(harness)
    parent = psutil.Process(program.start("tests.flows.tailed_process", WORKER_PROCESSES="2").pid)
    run = lifecycle.start(harness.dealer, "manual").run
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    wait_until(lambda: program.log.count("Listening on") == 3, "three workers", program)

    workers = forks.of(parent.pid)
    assert {one["pid"] for one in workers} == {child.pid for child in parent.children()}
    assert len(workers) == 3
    for one in workers:
        assert one["forked"] == {"threads": 1, "connections": 0, "files": []}
        assert set(one["modules"]) >= WORKERS_IMPORT
        assert one["frozen"] > 100_000
    horses = [one for worker in workers for one in forks.of(worker["pid"])]
    assert horses
    assert all(one["frozen"] > 100_000 for one in horses)
    assert forks.imported_later() == set()
    assert_nothing_is_shared(parent)


def test_a_worker_that_died_is_forked_again_from_the_same_parent(
    harness: SyncHarness, program: Program, forks: Forks, redis: Redis
) -> None:
    two_codes(harness)
    parent = psutil.Process(program.start("tests.flows.tailed_process", WORKER_PROCESSES="1").pid)
    wait_until(lambda: program.log.count("Listening on") == 2, "two workers", program)
    first = {child.pid for child in parent.children()}
    for child in parent.children():
        child.kill()
    wait_until(lambda: program.log.count("Listening on") == 4, "two more workers", program)
    assert not first & {child.pid for child in parent.children()}
    for one in forks.of(parent.pid):
        assert one["forked"] == {"threads": 1, "connections": 0, "files": []}
    run = lifecycle.start(harness.dealer, "manual").run
    wait_until(lambda: has_ended(run.id), "the run's end", program)
    assert harness.load_run(run.id).status == "succeeded"
    assert forks.imported_later() == set()


@pytest.mark.parametrize("moment", ["while starting", "while idle"])
def test_all_processes_exit_on_sigterm_at_any_moment(
    harness: SyncHarness, program: Program, moment: str
) -> None:
    process = program.start("jobs.worker", WORKER_PROCESSES="3")
    wait_until(lambda: "process.started" in program.log, "the first worker", program)
    if moment == "while idle":
        wait_until(lambda: program.log.count("Listening on") == 4, "four workers", program)
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    assert process.wait(20) == 0
    assert psutil.wait_procs(family, timeout=20)[1] == []
    assert "process.killed" not in program.log
    assert "Traceback" not in program.log


def test_web_processes_are_forks_of_one_parent_which_imported_the_app(
    harness: SyncHarness, program: Program, forks: Forks
) -> None:
    port = free_port()
    serving = ("--bind", f"127.0.0.1:{port}", "--workers", "3", "--threads", "4")
    server = program.start("gunicorn", *serving, "--no-control-socket", "tests.flows.tailed_process:app")
    parent = psutil.Process(server.pid)
    wait_until(lambda: program.log.count("Booting worker") == 3, "three web processes", program)

    def ask(_number: int) -> int:
        # Without a scheduler it says 503; it has asked the database and Redis then.
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).status_code

    with ThreadPoolExecutor(8) as together:
        assert set(together.map(ask, range(40))) == {503}
    web = forks.of(parent.pid)
    assert {one["pid"] for one in web} == {child.pid for child in parent.children()}
    assert len(web) == 3
    for one in web:
        assert one["forked"]["threads"] == 1
        assert one["forked"]["files"] == []
        assert set(one["modules"]) >= IMPORTED
        assert one["frozen"] > 100_000
    assert connections(parent) == set()
    assert_nothing_is_shared(parent)
    server.terminate()
    assert server.wait(20) == 0
