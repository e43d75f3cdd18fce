"""Reports are concatenated from prerendered rows, or read from the database."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import update

from jobs import reports
from jobs.reports import prerendered
from jobs.reports.formats import Applied, report_formats
from jobs.sync import code_sync
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import storage
from webapp.extensions import db
from webapp.models import Run, RunItem


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
        with storage.open_for_reading(f"runs/{run.id}/{kind}-{attempt}.csv") as file:
            found.append(file.read())
    return found


def test_a_prerendered_report_equals_one_from_the_database(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    again = reports.write(run.id, 99, lambda: None)
    assert [file.rows for file in again] == [8, 1]
    assert texts(run, 1) == texts(run, 99)


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No space for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))


@pytest.mark.usefixtures("unwritable")
def test_reports_are_whole_where_nothing_could_be_prerendered(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    assert run.status == "succeeded"
    assert len(harness.report_rows(run, "inventory")) == 8
    assert len(harness.report_rows(run, "skipped")) == 1


def test_products_cleared_after_prerendering_are_in_the_report(harness: SyncHarness) -> None:
    sync_twice(harness)
    run = harness.sync()
    item = Applied(harness.load_item(run, "TR").id, harness.load_item(run, "TR").cleared)
    inventory = report_formats()[0]
    with reports.prerendering() as rows:
        rows.begin(item.id)
        assert rows.copy(inventory, item, io.BytesIO(), lambda: None) == 4
        db.session.execute(update(RunItem).where(RunItem.id == item.id).values(cleared=RunItem.cleared + 1))
        db.session.commit()
        later = Applied(item.id, item.cleared + 1)
        assert rows.copy(inventory, later, io.BytesIO(), lambda: None) is None


def test_a_copy_of_prerendered_rows_calls_back_after_each_piece(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_twice(harness)
    run = harness.sync()
    item = Applied(harness.load_item(run, "TR").id, harness.load_item(run, "TR").cleared)
    inventory, into = report_formats()[0], io.BytesIO()
    monkeypatch.setattr(prerendered, "CHUNK", 10)
    with reports.prerendering() as rows:
        rows.begin(item.id)
        rows.copy(inventory, item, io.BytesIO(), lambda: None)
        lengths: list[int] = []
        rows.copy(inventory, item, into, lambda: lengths.append(len(into.getvalue())))
    assert lengths[:2] == [10, 20]
    assert lengths[-1] == len(into.getvalue())


def test_each_code_is_prerendered_before_the_next_one_ends(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, list[str]]] = []
    begin, apply = reports.PrerenderedReports.begin, code_sync.apply

    def note(rows: reports.PrerenderedReports, item_id: int) -> None:
        begun.append((db.session.get_one(RunItem, item_id).supplier_code, list(applied)))
        begin(rows, item_id)

    applied: list[str] = []

    def noted(run_lease: object, run: Run, item: RunItem) -> None:
        applied.append(item.supplier_code)
        apply(run_lease, run, item)  # type: ignore[arg-type]

    sync_twice(harness)
    monkeypatch.setattr(reports.PrerenderedReports, "begin", note)
    monkeypatch.setattr(code_sync, "apply", noted)
    harness.sync()
    assert begun == [("TR", ["TR"]), ("PU", ["TR", "PU"])]
