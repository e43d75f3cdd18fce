"""Reports are put together from stored and rendered lines."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest

from jobs import reports
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import storage
from webapp.extensions import db
from webapp.models import ItemChanges, Run


def sync_twice(harness: SyncHarness) -> None:
    """Two codes with parts in and out of order, one unmatched, and one that was cleared."""
    for code in ("TR", "PU"):
        harness.map_code(
            code, make_manufacturer(code, numbers=[f"{code}-{n}" for n in range(1, 6)]), pricing="retail"
        )
    harness.change_settings(clear_previous=True)
    harness.sync(*[part(code, f"{code}-{n}", n) for code in ("TR", "PU") for n in (5, 1, 3)])
    harness.set_parts(
        part("TR", "TR-2", 7), part("TR", "=TR-9"), part("PU", "PU-4", 2), part("PU", "PU-1", 1)
    )


def texts(run: Run, attempt: int) -> list[str]:
    found = []
    for kind in ("inventory", "skipped"):
        with storage.open_for_reading(f"runs/{run.id}/{kind}-{attempt}.csv.gz") as file:
            found.append(file.read())
    return found


def changes(harness: SyncHarness, run: Run) -> dict[str, str]:
    return {row["part_number"]: row["change"] for row in harness.report_rows(run, "inventory")}


def test_a_report_says_what_the_run_changed(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    assert changes(harness, run) == {
        "TR-2": "new",
        **dict.fromkeys(["TR-1", "TR-3", "TR-5", "PU-3", "PU-5"], "cleared"),
        "PU-1": "unchanged",
        "PU-4": "new",
    }


def test_a_report_of_an_unchanged_run_has_all_parts(harness: SyncHarness) -> None:
    sync_twice(harness)
    harness.sync()
    run = harness.sync()
    assert changes(harness, run) == dict.fromkeys(["TR-2", "PU-1", "PU-4"], "unchanged")
    assert [row["part_number"] for row in harness.report_rows(run, "skipped")] == ["'=TR-9"]


def test_a_report_rendered_again_equals_the_first(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    again = reports.write(run.id, 99, lambda: None)
    assert [file.rows for file in again] == [8, 1]
    assert texts(run, 1) == texts(run, 99)


def test_a_report_of_a_run_before_changes_were_kept_is_rendered_from_the_shelf(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    first = sorted(texts(run, 1)[0].splitlines())
    db.session.execute(db.delete(ItemChanges))
    db.session.commit()
    reports.write(run.id, 9, lambda: None)
    assert sorted(texts(run, 9)[0].splitlines()) == first


def test_a_report_is_whole_where_no_line_could_be_kept(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sync_twice(harness)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    run = harness.sync()
    assert run.status == "succeeded"
    assert len(harness.report_rows(run, "inventory")) == 8
    assert len(harness.report_rows(run, "skipped")) == 1


def test_writing_calls_back_after_each_block(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    calls: list[None] = []
    reports.write(run.id, 99, lambda: calls.append(None))
    # A block of each code in both reports, and what each cleared.
    assert len(calls) == 6


class FullDisk(io.BytesIO):
    """A file that takes nothing more."""

    def write(self, content: object, /) -> int:
        raise OSError(28, "No space left on device")


def test_lines_that_a_full_disk_refused_are_rendered_again() -> None:
    rendered = reports.RenderedLines(FullDisk())
    rendered.put(1, "a", b"lines")
    assert rendered.get(1, "a") is None
    rendered.put(1, "b", b"lines")
    assert rendered.get(1, "b") is None
