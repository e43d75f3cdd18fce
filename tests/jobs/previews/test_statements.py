"""What previews take of the database: few statements of a code, and no writing of stock (R24)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from jobs.sync.applying import planned_stock
from tests.factories import make_manufacturer
from tests.jobs.previews.previewing import done, plan, planned
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.previews import requests

NUMBERS = [f"A-{number}" for number in range(60)]
CODES = 4
# Whether it is still listed; to store what was fetched, the lease and the code's row; and what it depends on.
STATEMENTS_OF_A_CODE = 4
STOCK = re.compile(r"(INSERT INTO|UPDATE|COPY) (shelf_stock|webstore_figures|shelf_totals|reindex_outbox)\b")


@contextmanager
def executed() -> Iterator[list[str]]:
    """The statements inside the block, without their line breaks."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def statements_of_a_preview(harness: SyncHarness) -> list[str]:
    """The statements that planning the next update takes; nothing has changed."""
    number = requests.request(harness.dealer, "run").id
    with executed() as found:
        row = plan(harness, number)
    assert row.state == "ready"
    # SQLite inserts rows of one statement one by one.
    return [statement for statement in found if not statement.startswith(("BEGIN", "INSERT"))]


def test_an_unchanged_code_takes_four_statements(harness: SyncHarness) -> None:
    names = [f"C{number}" for number in range(CODES)]
    parts = [part(name, "A-1", 2) for name in names]
    harness.map_code(names[0], make_manufacturer(names[0], numbers=["A-1"]))
    harness.sync(*parts)
    of_one = statements_of_a_preview(harness)
    for name in names[1:]:
        harness.map_code(name, make_manufacturer(name, numbers=["A-1"]))
    harness.sync(*parts)
    harness.sync(*parts)
    of_all = statements_of_a_preview(harness)
    assert len(of_all) - len(of_one) == STATEMENTS_OF_A_CODE * (CODES - 1)


@pytest.mark.parametrize("most", [planned_stock.MOST, 1], ids=["in memory", "too many for memory"])
def test_a_plan_writes_stock_only_if_it_is_too_much_for_memory(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(planned_stock, "MOST", most)
    for code in ("TR", "PU"):
        harness.map_code(code, make_manufacturer(code, numbers=NUMBERS), pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(*[part(code, number, 2) for code in ("TR", "PU") for number in NUMBERS[:50]])
    harness.set_parts(*[part(code, number, 3) for code in ("TR", "PU") for number in NUMBERS[2:]])
    number = requests.request(harness.dealer, "run").id
    with executed() as found:
        row = plan(harness, number)
    results = planned(row)
    assert bool([statement for statement in found if STOCK.match(statement)]) == (most == 1)
    assert [len(changes) for _, _, changes in results.values()] == [60, 60]
    assert results == done(harness.sync())
