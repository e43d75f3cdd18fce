"""Requests a restore: a run of its own (R8, R25)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from webapp import audit
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, Restore, Run, User
from webapp.restores import freeze_choice
from webapp.restores.code_names import names_of
from webapp.restores.freeze_choice import NO_FREEZE, FreezeChoice
from webapp.restores.restore_plan import RestorePlan
from webapp.runs import lifecycle

# Codes that an audit entry names.
MOST_NAMED: Final = 50
CHANGED: Final = "The inventory changed after this preview. Check the new one, then restore."
NOTHING: Final = "Nothing to restore: these codes have not changed since."
ACTIVE: Final = "Run {run} is in progress. Restore when it has ended."


class Outdated(Refused):
    """Stock was changed after the preview that the user saw."""


def request(
    dealer: Dealer,
    wanted: RestorePlan,
    *,
    by: User | None = None,
    seen: str | None = None,
    freeze: FreezeChoice = NO_FREEZE,
    record: Callable[..., lifecycle.Started] = lifecycle.start,
) -> Run:
    """Insert and enqueue the run that restores what the plan says; `seen` is the
    `through_id` of the preview that the user saw; None for a command.

    The codes are frozen in the same transaction, so that no run repeats what is undone; a restore writes
    frozen stock, too. Raises Outdated if stock changed since, and Refused if a run is active, there is
    nothing to restore, or the codes cannot be frozen so.
    """
    if seen is not None and seen != str(wanted.through_id):
        raise Outdated(CHANGED)
    if not any(found for _, found in wanted.each_code()):
        raise Refused(NOTHING)

    def keep(run: Run) -> None:
        db.session.add(_row(run, wanted))
        named = _named(wanted)
        audit.note("inventory.restored", f"Run {run.id}", dealer_id=run.dealer_id, after=named, by=by)
        freeze_choice.freeze(dealer, freeze, wanted.chosen_codes, by)

    try:
        started = record(dealer, "restore", requested_by=by, anyway=True, also=keep)
    except Refused:
        db.session.rollback()
        raise
    if not started.created:
        raise Refused(ACTIVE.format(run=started.run.id))
    return started.run


def _row(run: Run, wanted: RestorePlan) -> Restore:
    return Restore(
        run_id=run.id,
        before_run_id=wanted.before_run_id,
        since_id=wanted.since_id,
        through_id=wanted.through_id,
        code_keys=None if wanted.code_keys is None else sorted(wanted.code_keys),
    )


def _named(wanted: RestorePlan) -> dict[str, Any]:
    keys = wanted.chosen_codes[:MOST_NAMED]
    names = names_of(wanted.connection, wanted.dealer_id, keys)
    return {"before_run": wanted.before_run_id, "codes": ", ".join(names.values())}
