"""A small code costs what it is, however large the catalog and however full the shelves of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from benchmarks.bulk_seed import CODES, BulkSeed, bulk_seed
from sandbox.simulator import Behavior, Simulator
from tests.sync_harness import SyncHarness, is_postgresql, part
from webapp.extensions import db
from webapp.models import Manufacturer

SIZE = BulkSeed(dealers=20, shelf_rows=30_000, runs=20, reported_parts=20_000, skipped_parts=200)
# What grows with catalogs, dealers and what they report.
LARGE = (
    "part_numbers",
    "products",
    "shelf_stock",
    "webstore_figures",
    "reported_parts",
    "part_matches",
    "webstore_documents",
)


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """A dealer beside one with a full shelf, with a code for a manufacturer of some thousand part numbers."""
    bulk_seed(SIZE)
    if not is_postgresql():
        # Nobody gathers statistics there, and those of a single full shelf mislead.
        db.session.execute(text("DELETE FROM sqlite_stat1"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    harness = SyncHarness(simulator)
    harness.map_code("TR", db.session.get_one(Manufacturer, 1), pricing="retail")
    harness.change_settings(clear_previous=True)
    return harness


def parts(count: int, quantity: int = 3) -> list[dict[str, Any]]:
    """Parts of manufacturer 1, and as many that match nothing but a candidate."""
    numbers = [CODES * n for n in range(1, count + 1)]
    known = [part("TR", f"P-{number}", quantity) for number in numbers]
    return known + [part("TR", f"P.{number + 1}", SupersededTo=f"P-{number}") for number in numbers]


@contextmanager
def explained() -> Iterator[list[tuple[str, str]]]:
    """Each statement that reads or changes rows inside the block, with its plan."""
    seen: list[tuple[str, str]] = []
    ask = "EXPLAIN " if is_postgresql() else "EXPLAIN QUERY PLAN "

    def explain(connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        words = " ".join(statement.split())
        if re.match(r"(WITH|SELECT|INSERT|UPDATE|DELETE)\b", words):
            asking = connection.connection.dbapi_connection.cursor()
            asking.execute(ask + statement, given[0] if isinstance(given, list) else given)
            seen.append((words, "\n".join(str(row[-1]) for row in asking.fetchall())))
            asking.close()

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def read_whole(plan: str) -> set[str]:
    """The large tables that a plan reads from end to end."""
    scans = r"Seq Scan on (\w+)" if is_postgresql() else r"SCAN (\w+)(?! USING INDEX)"
    made = r"(?:CO-ROUTINE|MATERIALIZE) (\w+)"
    return set(re.findall(scans, plan)) & {*LARGE} - set(re.findall(made, plan))


def test_no_statement_of_a_run_reads_a_large_table_whole(harness: SyncHarness) -> None:
    with explained() as first:
        assert harness.sync(*parts(30)).status == "succeeded"
    with explained() as again:
        run = harness.sync(*parts(20))
    assert (harness.load_item(run, "TR").cleared, harness.load_item(run, "TR").skipped) == (10, 20)
    assert len(first) > 20
    wholes = {statement: plan for statement, plan in first + again if read_whole(plan)}
    assert wholes == {}


def test_a_run_takes_no_more_statements_for_more_parts(harness: SyncHarness) -> None:
    harness.sync(*parts(10))
    with explained() as few:
        harness.sync(*parts(20, quantity=4))
    with explained() as many:
        run = harness.sync(*parts(200, quantity=5))
    assert harness.load_item(run, "TR").changed == 200
    # The longer one may send a heartbeat or two.
    assert len(many) <= len(few) + 4


def test_no_statement_about_kept_or_moved_parts_reads_a_large_table_whole(harness: SyncHarness) -> None:
    harness.map_code("TRX", db.session.get_one(Manufacturer, 1))
    harness.change_settings(clear_previous=False)
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.sync(*parts(30))
    moved = [{**row, "SupplierCode": "TRX"} for row in parts(10)]
    undated = [{**row, "lastupdatedate": None} for row in parts(20)[10:20]]
    with explained() as seen:
        run = harness.sync(*moved, *undated, *parts(30)[20:30])
    assert (harness.load_item(run, "TR").kept, sum(item.cleared for item in run.items)) == (10, 10)
    assert {statement: plan for statement, plan in seen if read_whole(plan)} == {}
