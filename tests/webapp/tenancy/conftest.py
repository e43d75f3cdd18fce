"""One town for all tests of this folder: each puts back what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.tenancy.seed import Town
from webapp.extensions import db


@pytest.fixture(scope="package")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(sqlite_template, tmp_path_factory.mktemp("town"))
    yield town
    with town.app.app_context():
        db.engine.dispose()
