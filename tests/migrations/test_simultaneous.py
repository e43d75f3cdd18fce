"""Two release phases at once both succeed, and what keeps an upgrade from its locks only delays it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from cryptography.fernet import Fernet

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


def start(url: str, folder: Path, *command: str) -> subprocess.Popen[str]:
    """Run `flask db …` as a platform's release phase does."""
    own = {"SECRET_KEY": "k" * 40, "CREDENTIALS_KEYS": Fernet.generate_key().decode(), "DATABASE_URL": url}
    own["REPORT_STORAGE_URL"] = (folder / "reports").as_uri()
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "db", *command]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {"PATH": os.environ["PATH"], **own}
    return subprocess.Popen(words, cwd=ROOT, env=environment, text=True, **pipes)  # type: ignore[call-overload]


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, errors = process.communicate(timeout=TIMEOUT)
    return process.returncode, output + errors


def test_simultaneous_upgrades_both_succeed(url: str, tmp_path: Path) -> None:
    processes = [start(url, tmp_path, "upgrade") for _ in range(3)]
    results = [ended(process) for process in processes]
    assert [code for code, _ in results] == [0, 0, 0], results
    code, output = ended(start(url, tmp_path, "current"))
    assert (code, HEAD in output) == (0, True), output


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_locked_table_delays_an_upgrade_and_blocks_no_one_else(url: str, tmp_path: Path) -> None:
    restore(DUMP, url)
    with psycopg.connect(url) as reader, psycopg.connect(url, autocommit=True) as other:
        # A long read of a table that the upgrade alters.
        reader.execute("SELECT count(*) FROM runs")
        process = start(url, tmp_path, "upgrade")
        assert process.stderr is not None
        line = process.stderr.readline()
        while "attempt 2" not in line:
            assert process.poll() is None or line, "the upgrade ended instead of trying again"
            line = process.stderr.readline()
        # Between two tries nothing of the upgrade waits in front of others.
        assert other.execute("SELECT count(*) FROM runs").fetchone() == (3,)
        reader.rollback()
    code, output = ended(process)
    assert code == 0, output


def test_a_database_of_a_newer_version_is_refused_by_name(url: str, tmp_path: Path) -> None:
    assert ended(start(url, tmp_path, "upgrade", "0001"))[0] == 0
    change = "UPDATE alembic_version SET version_num = '9999'"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(change)
    else:
        with psycopg.connect(url) as connection:
            connection.execute(change)  # type: ignore[arg-type]
    code, output = ended(start(url, tmp_path, "upgrade"))
    assert code == 1
    assert "at revision 9999, which this version of the program does not have" in output
    assert "Traceback" not in output
