"""Seeds what dealer 1's runs of the last 30 days changed of the shelf, beside the bulk seed."""

from __future__ import annotations

from typing import Final

from benchmarks.bulk_seed import CHANGED, CODES, BulkSeed
from webapp.extensions import db
from webapp.pulls.change_log import ChangeLog
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Noted

# Four a day for 30 days.
_RUNS: Final = 120


def changes_seed(size: BulkSeed) -> None:
    """Add the changes of the latest runs."""
    for run in range(size.runs - _RUNS, size.runs):
        for code in range(1, CODES + 1):
            _changes(size, run, code)
    db.session.commit()


def _changes(size: BulkSeed, run: int, code: int) -> None:
    """Note the changes of a code in a run: of other products each time, and of product 1 now and then."""
    item_id = (run - 1) * CODES + code
    first = run * CHANGED % (size.shelf_rows - CHANGED)
    products = [i for i in range(first, first + CHANGED) if i % CODES + 1 == code]
    if code == 2 and run % 10 == 0:
        products.append(1)
    log = ChangeLog(db.session.connection(), 1, item_id)
    log.add("reported", [_change(product, code, run) for product in products])
    log.flush()


def _change(product: int, code: int, run: int) -> Noted:
    before, after = Stock(run % 5, 2450, 2), Stock((run + 1) % 5, 2450, 2)
    return StockKey(product, code, f"c{code}"), before, after, None, 0
