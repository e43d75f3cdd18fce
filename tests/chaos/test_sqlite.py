"""Disturbed runs on SQLite."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.testbed import temporary_folder
from sandbox.servers.redis import RedisServer
from tests.chaos.database_faults import of_sqlite
from tests.chaos.harness import harness
from tests.chaos.survival import Deployment, Survival
from tests.chaos.volume import RefusedWrites, small_volume


@pytest.fixture(scope="module")
def deployment(sqlite_template: Path) -> Iterator[Deployment]:
    """One for all tests: recording the undisturbed runs takes longer than a disturbance."""
    with (
        temporary_folder("chaos") as folder,
        small_volume(folder / "volume") as volume,
        RedisServer(folder / "redis") as redis,
    ):
        path = (volume.folder if volume else folder) / "chaos.sqlite3"
        shutil.copy(sqlite_template, path)
        with harness(f"sqlite:///{path}", redis.url, folder, migrate=False) as running:
            yield Deployment(running, redis, of_sqlite(path), volume or RefusedWrites(folder))


class TestOnSqlite(Survival):
    pass
