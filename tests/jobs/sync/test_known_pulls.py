"""Runs whose responses are those of the last one: nothing is decoded, and the results are the same (R11)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import Run, RunItem, StoredPull

COUNTS = ("pages", "fetched", "requests", "synced", "skipped", "gathered_at", "gathered_from", "changed")
DATED = {"DateGathered": "2026-03-01T05:00:00", "lastupdatedate": "2999-01-01T00:00:00"}
PARTS = [
    part("TR", "A-1", 2, Avail=1, **DATED),
    part("TR", "B-2", 3, Avail=2, **DATED),
    part("TR", "X-9", 4, **DATED),
]


@pytest.fixture
def known(harness: SyncHarness) -> SyncHarness:
    """A dealer whose only code was synced once."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "B-2"]), reported_code="TR")
    harness.sync(*PARTS)
    return harness


def item_of(harness: SyncHarness, run: Run) -> RunItem:
    return harness.load_item(run, "TR")


def stored() -> bytes | None:
    value: bytes | None = db.session.scalar(select(StoredPull.known))
    db.session.commit()
    return value


def forget() -> None:
    db.session.execute(update(StoredPull).values(known=None))
    db.session.commit()


def test_an_unchanged_run_decodes_nothing_and_counts_the_same(known: SyncHarness, decoded: list[int]) -> None:
    forget()
    read = item_of(known, run := known.sync(*PARTS))
    expected = [getattr(read, name) for name in COUNTS], known.report_rows(run, "skipped")
    assert decoded
    decoded.clear()
    trace = stored()
    again = item_of(known, run := known.sync(*PARTS))
    assert decoded == []
    assert ([getattr(again, name) for name in COUNTS], known.report_rows(run, "skipped")) == expected
    assert stored() == trace is not None


def test_other_responses_with_the_same_rows_are_known_the_next_time(
    known: SyncHarness, decoded: list[int]
) -> None:
    later = [{**one, "DateGathered": "2026-03-02T05:00:00"} for one in PARTS]
    run = known.sync(*later)
    assert decoded
    assert item_of(known, run).changed == 0
    decoded.clear()
    again = known.sync(*later)
    assert decoded == []
    assert item_of(known, again).gathered_at == item_of(known, run).gathered_at


def test_a_changed_setting_is_applied_to_a_known_pull(known: SyncHarness, decoded: list[int]) -> None:
    known.change_settings(quantity_column="available")
    known.sync(*PARTS)
    assert decoded == []
    assert known.shelf_quantities() == {("TR", "A-1"): 1, ("TR", "B-2"): 2}


def test_a_known_pull_is_read_again_if_another_is_stored_by_then(
    known: SyncHarness, decoded: list[int]
) -> None:
    db.session.execute(update(StoredPull).values(digest=b"another"))
    db.session.commit()
    run = known.sync(*PARTS)
    assert decoded
    assert (run.status, item_of(known, run).synced) == ("succeeded", 2)
    decoded.clear()
    assert item_of(known, known.sync(*PARTS)).changed == 0
    assert decoded
    decoded.clear()
    assert item_of(known, known.sync(*PARTS)).changed == 0
    assert decoded == []
