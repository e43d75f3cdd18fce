"""Applies one complete code in one transaction: shoppers never see partly applied stock (R13)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.reports.lines import RenderedLines
from jobs.sync import lease, run_items
from jobs.sync.applying import stored_pulls
from jobs.sync.applying.code_application import CodeApplication
from jobs.sync.applying.context import CodeContext, load
from jobs.sync.applying.received import ReceivedRows
from webapp.extensions import db, plan_as_written
from webapp.models import Run, RunItem, StoredPull
from webapp.search import figures


def apply(
    run_lease: lease.Lease, run: Run, item: RunItem, received: ReceivedRows, rendered: RenderedLines
) -> None:
    """Apply the rows received for an item, fill the outbox, store the pull, and close the item.

    Atomic: the shelf is unchanged if the worker dies before the commit. Raises SourceError if no row of the
    pull is evidence about a part (R10).
    """
    rendered.forget(item.id)
    with _without_garbage_collection(), lease.transaction(run_lease):
        plan_as_written(db.session.connection())
        figures.lock_shelf(db.session(), run.dealer_id)
        context = load(run, item)
        stored = stored_pulls.load(context)
        if stored is not None and _is_unchanged(context, stored, received):
            _close_unchanged(context, stored)
        else:
            CodeApplication(context, stored, received, rendered).apply(run, item)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Leave the parts to their reference counts: to look for cycles among them took a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_unchanged(context: CodeContext, stored: StoredPull, received: ReceivedRows) -> bool:
    """Return whether nothing differs that the result depends on, including the age of the parts (R9)."""
    if context.is_held or stored.digest != received.digest or stored.basis != context.basis:
        return False
    return stored.oldest is None or stored.oldest >= context.since


def _close_unchanged(context: CodeContext, stored: StoredPull) -> None:
    counts = {
        "synced": stored.synced,
        "skipped": stored.skipped,
        "kept": stored.kept,
        "prices_left": stored.prices_left,
    }
    stored_pulls.confirm(context)
    run_items.close_item(context.item_id, **counts, cleared=0, changed=0, held=0)
