"""Files in report storage that belong to nothing are found and removed, and no others."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import current_app

from tests.webapp.operations.housekeeping.conftest import Past, ago
from webapp.catalog import uploads
from webapp.core import storage
from webapp.extensions import db
from webapp.operations import housekeeping


def write(path: str, days: float = 3) -> str:
    """A stored file that was last written so many days ago."""
    with storage.open_for_writing(path) as file:
        file.write("x")
    age(path, days)
    return path


def age(path: str, days: float) -> None:
    moment = ago(days).timestamp()
    os.utime(Path(urlsplit(current_app.config["REPORT_STORAGE_URL"]).path) / path, (moment, moment))


def test_reports_of_runs_that_are_gone_are_removed(past: Past) -> None:
    run = past.run(3)
    age(f"runs/{run.id}/inventory-1.csv", 3)
    write("runs/4711/inventory-1.csv")
    write("runs/4711/skipped-1.csv")
    assert housekeeping.purge_orphan_files() == 1
    assert storage.names_in("runs") == [str(run.id)]
    assert storage.names_in(f"runs/{run.id}") == ["inventory-1.csv"]


def test_what_an_attempt_left_that_lost_its_run_is_removed(past: Past) -> None:
    run = past.run(3, attempt=2)
    age(f"runs/{run.id}/inventory-1.csv", 3)
    write(f"runs/{run.id}/inventory-2.csv")
    assert housekeeping.purge_orphan_files() == 1
    assert storage.names_in(f"runs/{run.id}") == ["inventory-1.csv"]


def test_what_a_run_under_way_has_written_stays(past: Past) -> None:
    run = past.run(3, "running", attempt=2, finished_at=None)
    write(f"runs/{run.id}/inventory-2.csv")
    assert housekeeping.purge_orphan_files() == 0


def test_what_was_written_lately_stays(past: Past) -> None:
    write("runs/4711/inventory-1.csv", days=0)
    write("catalog-imports/abc/catalog.csv", days=0)
    assert housekeeping.purge_orphan_files() == 0


def test_uploads_without_an_import_are_removed(past: Past) -> None:
    row = uploads.start(io.BytesIO(b"x"), "catalog.csv", past.shop.user("support@example.com"))
    age(row.path, 3)
    write("catalog-imports/abc/catalog.csv")
    db.session.rollback()
    assert housekeeping.purge_orphan_files() == 1
    assert storage.names_in("catalog-imports") == [row.path.split("/")[1]]


def test_what_is_no_ones_folder_is_let_be(past: Past) -> None:
    write("runs/notes/read-me.csv")
    write("elsewhere/file.csv")
    assert housekeeping.purge_orphan_files() == 0


def test_an_empty_storage_is_no_error(past: Past) -> None:
    assert housekeeping.purge_orphan_files() == 0


def test_a_storage_that_refuses_says_so(past: Past) -> None:
    current_app.config["REPORT_STORAGE_URL"] = "unknown://nowhere"
    with pytest.raises(storage.StorageError):
        housekeeping.purge_orphan_files()
