"""Executes the statements of a sync for a run that does not exist, so that nothing is read or written.

Compiling them takes longer than a small sync executes them. A worker does it once, before it forks a process
for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from jobs import reports
from jobs.sync import clearing_guard, lease, run_items, run_plan
from jobs.sync.applying import context, moved, protected, stored_pulls
from jobs.sync.applying.blocks import Block, Blocks
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.guarding import Guards
from jobs.sync.client_factory import connect
from jobs.sync.dealer_session import DealerSession
from jobs.sync.interruption import RunInterrupted
from jobs.sync.listed_codes import ListedCodes
from webapp.coverage import recording
from webapp.extensions import db, plan_as_written
from webapp.models import Configuration, Dealer, Run, RunItem
from webapp.pulls.product_locks import open_locks
from webapp.pulls.product_sets import ProductSet
from webapp.search import figures

log = structlog.get_logger(__name__)

# Ids begin with 1.
NOBODY: Final = 0
_LEASE: Final = lease.Lease(NOBODY, NOBODY)
_SETTINGS: Final = {"quantity_column": "on_hand", "today": "2000-01-01", "clear_previous": True}
_COUNTS: Final = (
    "synced",
    "skipped",
    "kept",
    "kept_absent",
    "prices_left",
    "prices_blocked",
    "frozen",
    "cleared",
    "changed",
    "held",
)


def rehearse() -> None:
    """Execute each step. Without a database, runs compile their own statements."""
    try:
        for step in _steps():
            with suppress(RunInterrupted, run_items.ItemNotChanged):
                step()
    except SQLAlchemyError as error:
        log.warning("worker.rehearsal_failed", error=type(error).__name__)
    finally:
        db.session.rollback()


def _steps() -> Iterator[Callable[[], object]]:
    yield lambda: lease.acquire(NOBODY)
    yield lambda: lease.renew(_LEASE)
    yield lambda: lease.load(_LEASE)
    yield lambda: db.session.get(Dealer, NOBODY)
    yield lambda: db.session.get(Configuration, NOBODY)
    yield lambda: run_plan.codes_of(NOBODY)
    yield lambda: DealerSession(NOBODY, connect).listing("")
    yield lambda: ListedCodes(NOBODY).is_news("", "")
    yield lambda: run_items.open_item(NOBODY)
    yield _compare
    yield _read_what_changes
    yield lambda: run_items.close_item(NOBODY, None, dict.fromkeys(_COUNTS, 0))
    yield lambda: clearing_guard.sentences(NOBODY)
    yield lambda: reports.rehearse(NOBODY)
    yield lambda: recording.rehearse(NOBODY)


def _compare() -> None:
    stored_pulls.confirm(_compared(), b"")


def _compared() -> context.CodeContext:
    run = Run(id=NOBODY, dealer_id=NOBODY, settings=_SETTINGS)
    item = RunItem(id=NOBODY, code_key="", supplier_code="")
    return context.compare(run, item, context.RunMappings(NOBODY))[0]


def _read_what_changes() -> None:
    """Execute what a code with changed parts reads before it writes."""
    compared = _compared()
    figures.lock_shelf(db.session(), NOBODY)
    plan_as_written(compared.connection)
    stored_pulls.load(compared)
    blocks, block = Blocks(compared.connection, NOBODY, ""), Block("", NOBODY, b"", None, False)
    blocks.load()
    blocks.read([block])
    blocks.delete([block])
    Guards(compared, ProductSet())
    moved.retained_keys(compared)
    moved.forget_arrivals(compared)
    protected.pairs(compared, Catalog.of(compared))
    clearing_guard.count(NOBODY)
    open_locks(compared.connection, NOBODY)
    _ = compared.frozen
