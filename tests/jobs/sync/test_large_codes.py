"""How the rows of a code with many windows are looked up (jobs/sync/applying/apply.py)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, text

from jobs.sync.applying import apply
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, is_postgresql, part
from webapp.extensions import db


@pytest.mark.parametrize("rows", [2, 3])
def test_only_many_rows_are_looked_up_by_index(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(apply, "_MANY", 2)
    settings: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM part_numbers" in statement or "CROSS JOIN part_numbers" in statement:
            settings.append(connection.connection.execute("SHOW enable_hashjoin").fetchone()[0])

    numbers = [f"A-{number}" for number in range(rows)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    if is_postgresql():
        event.listen(db.engine, "before_cursor_execute", note)
    try:
        run = harness.sync(*(part("TR", number) for number in numbers))
    finally:
        if is_postgresql():
            event.remove(db.engine, "before_cursor_execute", note)
    assert (run.status, len(harness.shelf_quantities())) == ("succeeded", rows)
    if is_postgresql():
        assert set(settings) == {"off" if rows > 2 else "on"}
        assert db.session.scalar(text("SHOW enable_hashjoin")) == "on"
