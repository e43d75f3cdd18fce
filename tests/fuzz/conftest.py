"""One seeded application for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.routes import Watched
from tests.webapp.tenancy.seed import SeededApp
from webapp.extensions import db


@pytest.fixture(scope="package")
def watched(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    watched = Watched(SeededApp(sqlite_template, tmp_path_factory.mktemp("seeded")))
    yield watched
    with watched.seeded_app.app.app_context():
        db.engine.dispose()
