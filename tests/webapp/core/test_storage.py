"""No path leads out of report storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.client import ON_SQLITE
from webapp.core import storage

pytestmark = ON_SQLITE

HOSTILE = [
    *(
        "../secret.csv",
        "runs/../../secret.csv",
        "/etc/passwd",
        "runs//1.csv",
        "runs/./1.csv",
        "..",
        "",
        "runs/",
    ),
    *("runs\\..\\secret.csv", "secret.csv::memory://", "zip://x::secret.csv", "memory:x", "runs/*/1.csv"),
    *("runs/[ab].csv", "runs/?.csv", "runs/{a,b}.csv", "runs/1.csv\0", "runs/1\n.csv", "runs/\u202evsc.1"),
]
ACCESSES = {
    "read": storage.open_for_reading,
    "read as bytes": storage.open_bytes_for_reading,
    "write": storage.open_for_writing,
    "write as bytes": storage.open_bytes_for_writing,
    "remove a file": storage.remove_file,
    "remove a folder": storage.remove_folder,
    "list": storage.list_names,
    "look at": storage.modified_at,
}


@pytest.mark.parametrize("access", ACCESSES.values(), ids=ACCESSES)
def test_no_path_leads_out_of_report_storage(
    app: Flask, tmp_path: Path, access: Callable[[str], object]
) -> None:
    (tmp_path / "reports" / "runs").mkdir(parents=True)
    secret = tmp_path / "secret.csv"
    secret.write_text("kept")
    for path in HOSTILE:
        with pytest.raises(storage.StorageError):
            access(path)
    assert secret.read_text() == "kept"
    assert [each.name for each in sorted(tmp_path.rglob("*.csv"))] == ["secret.csv"]


def test_names_of_all_kinds_are_kept(app: Flask) -> None:
    for path in ("runs/7/inventory-1.csv", "catalog-imports/0f/rejected-2.csv", "runs/7/.keep", "a b/ä.csv"):
        with storage.open_for_writing(path) as file:
            file.write("kept")
        with storage.open_for_reading(path) as file:
            assert file.read() == "kept"
    assert storage.list_names("runs/7") == [".keep", "inventory-1.csv"]
