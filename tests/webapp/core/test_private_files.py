"""Other users of the machine can read neither the SQLite file nor its folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from webapp.core import private_files
from webapp.extensions import prepare_sqlite
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def written(path: Path) -> dict[str, int]:
    """The modes of the files while a connection has written to the database."""
    engine = create_engine(f"sqlite:///{path}")
    prepare_sqlite(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS something (id INTEGER)"))
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM something"))
        found = {file.name: mode(file) for file in path.parent.iterdir()}
    engine.dispose()
    return found


def test_the_file_and_its_log_are_created_for_this_user_alone(tmp_path: Path) -> None:
    assert written(tmp_path / "app.sqlite3") == dict.fromkeys(
        ("app.sqlite3", "app.sqlite3-shm", "app.sqlite3-wal"), 0o600
    )


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o640, 0o640)])
def test_an_older_file_is_closed_to_others_and_a_chosen_group_stays(
    tmp_path: Path, before: int, after: int
) -> None:
    path = tmp_path / "app.sqlite3"
    path.touch()
    path.chmod(before)
    assert set(written(path).values()) == {after}


def _count_in_another_process(path: Path) -> int:
    script = (
        "import sqlite3, sys; database = sqlite3.connect(sys.argv[1]);"
        "print(database.execute('SELECT count(*) FROM something').fetchone()[0]); database.close()"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_new_connection_leaves_the_locks_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "app.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    prepare_sqlite(engine)
    with engine.connect() as first:
        first.execute(text("CREATE TABLE something (id INTEGER)"))
        first.commit()
        engine.connect().close()
        # Without a lock, this process would be the last one, and delete the log as it leaves.
        assert _count_in_another_process(path) == 0
        first.execute(text("INSERT INTO something VALUES (1)"))
        first.commit()
        assert _count_in_another_process(path) == 1
    engine.dispose()


def test_an_in_memory_database_is_not_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = create_engine("sqlite://")
    prepare_sqlite(engine)
    engine.connect().close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_created_for_this_user_alone_and_an_older_one_is_closed(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    for folder in (new, old):
        private_files.make_folder(folder)
        assert mode(folder) == 0o700


def test_a_process_with_the_usual_umask_creates_private_files(tmp_path: Path) -> None:
    given = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "of a test",
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'app.sqlite3'}",
        "REPORT_STORAGE_URL": (tmp_path / "reports").as_uri(),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(command, cwd=ROOT, env=given, umask=0o022, check=True, capture_output=True, timeout=120)
    assert mode(tmp_path / "app.sqlite3") == 0o600
