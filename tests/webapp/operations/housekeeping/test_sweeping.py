"""Orphan files in report storage are found and removed, and no others."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import current_app

from tests.factories import make_user
from tests.webapp.operations.housekeeping.conftest import History, ago
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


def test_reports_of_deleted_runs_are_removed(history: History) -> None:
    run = history.add_run(3)
    age(f"runs/{run.id}/inventory-1.csv", 3)
    write("runs/4711/inventory-1.csv")
    write("runs/4711/skipped-1.csv")
    assert housekeeping.purge_orphan_files() == 1
    assert storage.list_names("runs") == [str(run.id)]
    assert storage.list_names(f"runs/{run.id}") == ["inventory-1.csv"]


def test_files_of_an_attempt_that_lost_its_run_are_removed(history: History) -> None:
    run = history.add_run(3, attempt=2)
    age(f"runs/{run.id}/inventory-1.csv", 3)
    write(f"runs/{run.id}/inventory-2.csv")
    assert housekeeping.purge_orphan_files() == 1
    assert storage.list_names(f"runs/{run.id}") == ["inventory-1.csv"]


def test_files_of_an_active_run_stay(history: History) -> None:
    run = history.add_run(3, "running", attempt=2, finished_at=None)
    write(f"runs/{run.id}/inventory-2.csv")
    assert housekeeping.purge_orphan_files() == 0


def test_recent_files_stay(history: History) -> None:
    write("runs/4711/inventory-1.csv", days=0)
    write("catalog-imports/abc/catalog.csv", days=0)
    assert housekeeping.purge_orphan_files() == 0


def test_uploads_without_an_import_are_removed(history: History) -> None:
    row = uploads.start(io.BytesIO(b"x"), "catalog.csv", make_user("support@example.com"))
    age(row.path, 3)
    write("catalog-imports/abc/catalog.csv")
    db.session.rollback()
    assert housekeeping.purge_orphan_files() == 1
    assert storage.list_names("catalog-imports") == [row.path.split("/")[1]]


def test_an_unknown_folder_is_left_alone(history: History) -> None:
    write("runs/notes/read-me.csv")
    write("elsewhere/file.csv")
    assert housekeeping.purge_orphan_files() == 0


def test_an_empty_storage_is_no_error(history: History) -> None:
    assert housekeeping.purge_orphan_files() == 0


def test_a_refusal_of_storage_is_reported(history: History) -> None:
    current_app.config["REPORT_STORAGE_URL"] = "unknown://nowhere"
    with pytest.raises(storage.StorageError):
        housekeeping.purge_orphan_files()
