"""One seeded application for all tests of this folder: each test restores its database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.tenancy.seed import SeededApp
from webapp.extensions import db


@pytest.fixture(scope="package")
def seeded_app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededApp]:
    seeded_app = SeededApp(sqlite_template, tmp_path_factory.mktemp("seeded"))
    yield seeded_app
    with seeded_app.app.app_context():
        db.engine.dispose()
