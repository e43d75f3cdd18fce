"""Applies the rows of a code, or holds them as a whole if they are unlike the stored ones (R27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jobs.sources.source import Page
from jobs.sync import change_guard, run_items
from jobs.sync.applying import packed_changes
from jobs.sync.applying.code_application import CodeApplication
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.stored_rows import PullRows
from webapp.extensions import db
from webapp.models import Run, RunItem, StoredPull

# The counts of an item whose pull is held: its rows count as not applied.
_HELD: Final = dict.fromkeys(
    (
        *("synced", "skipped", "kept", "kept_absent", "prices_left", "prices_blocked"),
        *("frozen", "cleared", "changed", "held"),
    ),
    0,
)


def apply(
    run: Run,
    item: RunItem,
    context: CodeContext,
    stored: StoredPull | None,
    received: PullRows,
    effects: Effects,
    uncounted: Sequence[Page],
) -> dict[str, int]:
    """Apply the rows and close the item; return its counts.

    How much they differ is known only at the end, so they are applied in a savepoint, which is left out of
    the transaction if they are held. What they would have changed is then noted as planned.
    """
    compared = change_guard.comparison(run, context, stored)
    application = CodeApplication(
        context,
        stored,
        received,
        effects,
        uncounted,
        compared,
        is_approved=change_guard.is_approved(run, item),
    )
    if compared is None:
        counts = application.apply(run, item)
    else:
        savepoint = db.session.begin_nested()
        # It begins only now: the connection of the context is used without the session.
        db.session.connection()
        counts = application.apply(run, item)
        if application.reasons:
            plan = packed_changes.changes_of(item.id, with_frozen=True)
            savepoint.rollback()
            effects.forget(item.id)
            summary = packed_changes.summary_of(plan)
            change_guard.hold(run, item, context, application.reasons, received, summary)
            packed_changes.keep(plan, context.dealer_id, context.code_key, run_item_id=item.id)
            run_items.hold_item(item.id, _HELD, change_guard.sentence(application.reasons), uncounted)
            return _HELD
        savepoint.commit()
    change_guard.settle(run, context)
    return counts
