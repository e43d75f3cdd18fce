"""How many statements a run takes of the database: most of what a small dealer costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db

CODES = 4
# To begin a code: the fencing token, whether it is still listed, and its state. To close it: the fencing
# token, what it depends on, its stored pull, and its counts.
STATEMENTS_OF_A_CODE = 7
TRANSACTIONS_OF_A_CODE = 2
STATEMENTS_OF_A_RUN = 31


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """The statements and transactions inside the block."""
    counts = {"statements": 0, "transactions": 0}

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        # SQLite inserts the items of a plan one by one.
        counts["statements"] += not text.startswith(("BEGIN", "INSERT"))

    def commit(_connection: Any) -> None:
        counts["transactions"] += 1

    listeners = {"before_cursor_execute": statement, "commit": commit}
    for name, listener in listeners.items():
        event.listen(db.engine, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners.items():
            event.remove(db.engine, name, listener)


def test_an_unchanged_code_takes_seven_statements_in_two_transactions(harness: SyncHarness) -> None:
    names = [f"C{number}" for number in range(CODES)]
    harness.map_code(names[0], make_manufacturer(f"Maker {names[0]}", numbers=["A-1"]))
    parts = [part(name, "A-1", 2) for name in names]
    harness.sync(*parts)
    with counted() as of_one:
        harness.sync(*parts)
    for name in names[1:]:
        harness.map_code(name, make_manufacturer(f"Maker {name}", numbers=["A-1"]))
    harness.sync(*parts)
    with counted() as of_all:
        run = harness.sync(*parts)
    assert [item.changed for item in run.items] == [0] * CODES
    more = {name: of_all[name] - of_one[name] for name in of_one}
    assert more == {
        "statements": STATEMENTS_OF_A_CODE * (CODES - 1),
        "transactions": TRANSACTIONS_OF_A_CODE * (CODES - 1),
    }
    assert of_one["statements"] - STATEMENTS_OF_A_CODE <= STATEMENTS_OF_A_RUN
