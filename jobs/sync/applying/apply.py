"""Applies one complete code in one transaction: shoppers never see partly applied stock (R13)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from jobs.reports.lines import RenderedLines
from jobs.sources.source import Page
from jobs.sync import lease, run_items
from jobs.sync.applying import guarded, sql, stored_pulls
from jobs.sync.applying.context import CodeContext, RunMappings, compare, load
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.stored_rows import PullRows
from webapp.core import clock
from webapp.extensions import db, plan_as_written
from webapp.models import Run, RunItem
from webapp.search import figures

# Rows whose lists are looked up by index: those of several windows.
_MANY: Final = 3 * sql.BATCH


def apply(
    run_lease: lease.Lease,
    run: Run,
    item: RunItem,
    received: PullRows,
    rendered: RenderedLines,
    mappings: RunMappings,
    uncounted: Sequence[Page] = (),
    also: Callable[[], None] = lambda: None,
) -> dict[str, int]:
    """Apply the rows received for an item, fill the outbox, store the pull, and close the item.

    Atomic: the shelf is unchanged if the worker dies before the commit. `uncounted` pages are counted with
    it, and `also` writes what else belongs to it. Raises SourceError if no row of the pull is evidence about
    a part (R10). Returns the item's counts.
    """
    rendered.forget(item.id)
    with without_garbage_collection(), lease.transaction(run_lease):
        also()
        return apply_within(run, item, received, Effects(rendered), mappings, uncounted)


def apply_within(
    run: Run,
    item: RunItem,
    received: PullRows,
    effects: Effects,
    mappings: RunMappings,
    uncounted: Sequence[Page] = (),
) -> dict[str, int]:
    """Apply the rows of an item that is running, within the transaction of the caller; see `apply`."""
    counts = _close_unchanged(run, item, received, mappings, uncounted)
    if counts is not None:
        return counts
    figures.lock_shelf(db.session(), run.dealer_id)
    return apply_changed(run, item, received, effects, mappings, uncounted)


def _close_unchanged(
    run: Run, item: RunItem, received: PullRows, mappings: RunMappings, uncounted: Sequence[Page]
) -> dict[str, int] | None:
    """Close the item if nothing differs that the result depends on; return its counts.

    Nothing of the shelf is written, so that it need not be locked: a change of stock that is under way comes
    after this code, and raises the version that the next run compares.
    """
    context, counts = compare_unchanged(run, item, received, mappings)
    if counts is None or not stored_pulls.confirm(context, received.digest, received.known):
        return None
    run_items.close_item(context.item_id, received.gathered.summary_now(), counts, uncounted)
    return counts


def compare_unchanged(
    run: Run, item: RunItem, received: PullRows, mappings: RunMappings
) -> tuple[CodeContext, dict[str, int] | None]:
    """Return the context of an item, and its counts if nothing differs that the result depends on.

    That includes the age of the parts (R9). What a freeze kept back counts again, until one of them ends
    (R26). Writes nothing.
    """
    context, removed, stored = compare(run, item, mappings)
    if stored is None or removed or context.is_on_hold or stored.digest != received.digest:
        return context, None
    is_too_old = stored.oldest is not None and stored.oldest < context.since
    is_thawed = stored.frozen_until is not None and stored.frozen_until <= clock.now()
    if is_thawed or is_too_old or stored.basis != context.basis:
        return context, None
    return context, stored.counts | dict.fromkeys(("cleared", "changed", "held"), 0)


def apply_changed(
    run: Run,
    item: RunItem,
    received: PullRows,
    effects: Effects,
    mappings: RunMappings,
    uncounted: Sequence[Page] = (),
) -> dict[str, int]:
    """Apply the rows of an item that differ; the caller has locked the shelf. See `apply`."""
    context = effects.begin(load(run, item, mappings), len(received))
    plan_as_written(context.connection, by_index=len(received) > _MANY)
    stored = stored_pulls.load(context)
    return guarded.apply(run, item, context, stored, received, effects, uncounted)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Leave the parts to their reference counts: to look for cycles among them took a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
