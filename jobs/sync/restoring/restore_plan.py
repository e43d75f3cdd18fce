"""Which codes a restore returns to their earlier state, and what it undoes (R25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.models import Restore, Run, RunItem
from webapp.pulls import noted_since
from webapp.restores.code_names import names_of

CHANGED: Final = (
    "Not restored: the inventory changed after this restore was confirmed. Preview it again, then confirm."
)


def undone_blocks(run: Run) -> dict[str, list[int]]:
    """Return the ids of the noted changes that a restore undoes, by the key of their code."""
    restore = db.session.get_one(Restore, run.id)
    found: dict[str, list[int]] = {}
    connection = db.session.connection()
    for block in noted_since.blocks(connection, run.dealer_id, restore.since_id, restore.through_id):
        for code_key in block.by_code:
            if restore.code_keys is None or code_key in restore.code_keys:
                found.setdefault(code_key, []).append(block.id)
    return found


def items_of(run: Run, listed: Sequence[RunItem]) -> list[RunItem]:
    """Return the items of a restore: `listed` ones with changes, then those of codes no longer in the list.

    Raises RunInterrupted if stock was changed since the user saw what is restored.
    """
    restore = db.session.get_one(Restore, run.id)
    if noted_since.last_id(db.session.connection(), run.dealer_id) > restore.through_id:
        raise RunInterrupted(Interruption.SKIPPED, CHANGED)
    concerned = undone_blocks(run)
    items = [item for item in listed if item.code_key in concerned]
    missing = sorted(set(concerned) - {item.code_key for item in items})
    names = names_of(db.session.connection(), run.dealer_id, missing)
    items += [
        RunItem(run_id=run.id, code_key=key, supplier_code=name, status=RunItemState.WAITING)
        for key, name in names.items()
    ]
    for position, item in enumerate(items):
        item.position = position
    return items
