"""A worker executes the statements of a sync once before its first run, for no run at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import CursorResult
from sqlalchemy.engine.interfaces import CacheStats

from jobs.sync import rehearsal
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db


def test_a_rehearsal_compiles_what_an_unchanged_run_executes(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1"))
    compiled: dict[Any, Any] = {}
    db.engine.update_execution_options(compiled_cache=compiled)
    rehearsal.rehearse()
    rehearsed = len(compiled)
    harness.sync()
    # What is left inserts the plan and the reports, and is executed once in a run.
    assert rehearsed > len(compiled) - rehearsed


# What a code with a changed part reads of the dealer.
READ_OF_CHANGED = ("freezes", "product_locks", "pull_blocks", "retained_parts")


def test_a_rehearsal_compiles_what_a_changed_code_reads(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 2))
    db.engine.update_execution_options(compiled_cache={})
    rehearsal.rehearse()
    read: dict[str, bool] = {}

    def note(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, *_rest: Any) -> None:
        for table in READ_OF_CHANGED:
            if statement.lstrip().startswith("SELECT") and f"FROM {table}" in statement:
                read.setdefault(table, context.cache_hit is CacheStats.CACHE_HIT)

    event.listen(db.engine, "before_cursor_execute", note)
    harness.sync(part("TR", "A-1", 3))
    event.remove(db.engine, "before_cursor_execute", note)
    assert read == dict.fromkeys(READ_OF_CHANGED, True)


def test_a_rehearsal_writes_nothing(harness: SyncHarness, capsys: pytest.CaptureFixture[str]) -> None:
    written: list[int] = []

    def count(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN")):
            written.append(cursor.rowcount)

    event.listen(db.engine, "after_cursor_execute", count)
    rehearsal.rehearse()
    event.remove(db.engine, "after_cursor_execute", count)
    assert written
    assert not any(number > 0 for number in written)
    assert "rehearsal_failed" not in capsys.readouterr().err


def test_a_worker_starts_without_a_database(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_arguments: Any) -> CursorResult[Any]:
        raise rehearsal.SQLAlchemyError

    monkeypatch.setattr(rehearsal.lease, "acquire", refuse)
    rehearsal.rehearse()
    assert "rehearsal_failed" in capsys.readouterr().err
