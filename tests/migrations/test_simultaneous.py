"""Two release phases at once both succeed, and what keeps an upgrade from its locks only delays it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from cryptography.fernet import Fernet

from sandbox.servers.fork_server import ForkedProcess, ForkServer
from tests.migrations.earlier import DUMPS, restore
from webapp.settings.config import ROOT

# Seconds. Long, as machines are shared; nothing waits for it when all is well.
TIMEOUT = 240
HEAD = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("*.py"))
DUMP = next(name for name in DUMPS if name.startswith("0009") and ".postgresql." in name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'app.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"release_{uuid4().hex[:12]}"
    yield server.create_database(name)
    server.drop_database(name)


@dataclass
class Command:
    """A process, and the file with all that it writes."""

    process: ForkedProcess
    log: Path

    def end(self) -> tuple[int, str]:
        """Its exit status, once it has ended, and all that it wrote."""
        return self.process.wait(TIMEOUT), self.log.read_text()

    def wait_for(self, words: str) -> None:
        """Return once it has written these words; fail if it ends without them."""
        deadline = time.monotonic() + TIMEOUT
        while words not in self.log.read_text():
            ended = self.process.poll() is not None
            assert words in self.log.read_text() or not ended, f"it ended: {self.log.read_text()}"
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.01)


Start = Callable[..., Command]


@pytest.fixture
def start(url: str, tmp_path: Path, fork_server: ForkServer) -> Start:
    """Runs `flask db …` as a platform's release phase does, each in a process of its own."""
    own = {"SECRET_KEY": "k" * 40, "CREDENTIALS_KEYS": Fernet.generate_key().decode(), "DATABASE_URL": url}
    own["REPORT_STORAGE_URL"] = (tmp_path / "reports").as_uri()
    environment = {"PATH": os.environ["PATH"], **own}

    def start(*words: str) -> Command:
        log = tmp_path / f"{uuid4().hex}.log"
        log.touch()
        arguments = ["--app", "wsgi", "db", *words]
        return Command(fork_server.start("flask.__main__", arguments, environment, log), log)

    return start


def test_simultaneous_upgrades_both_succeed(start: Start) -> None:
    processes = [start("upgrade") for _ in range(3)]
    results = [process.end() for process in processes]
    assert [code for code, _ in results] == [0, 0, 0], results
    code, output = start("current").end()
    assert (code, HEAD in output) == (0, True), output


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_locked_table_delays_an_upgrade_and_blocks_no_one_else(url: str, start: Start) -> None:
    restore(DUMP, url)
    with psycopg.connect(url) as reader, psycopg.connect(url, autocommit=True) as other:
        # A long read of a table that the upgrade alters.
        reader.execute("SELECT count(*) FROM runs")
        process = start("upgrade")
        process.wait_for("attempt 2")
        # Between two tries nothing of the upgrade waits in front of others.
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (3,)
        reader.rollback()
    code, output = process.end()
    assert code == 0, output


def test_a_database_of_a_newer_version_is_refused_by_name(url: str, start: Start) -> None:
    assert start("upgrade", "0001").end()[0] == 0
    change = "UPDATE alembic_version SET version_num = '9999'"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(change)
    else:
        with psycopg.connect(url) as connection:
            connection.execute(change)  # type: ignore[arg-type]
    code, output = start("upgrade").end()
    assert code == 1
    assert "at revision 9999, which this version of the program does not have" in output
    assert "Traceback" not in output
