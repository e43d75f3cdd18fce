"""Decisions about held pulls (R27): apply the pull, or keep what the webstore has."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, exists, select, union, update

from webapp import audit
from webapp.core import clock
from webapp.core.enums import OPEN_PULL_STATES
from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import db
from webapp.models import Configuration, Dealer, HeldPull, HeldPullRows, Run, SupplierCode, User
from webapp.models.held_pulls import OPEN
from webapp.runs import lifecycle
from webapp.runs.settled_runs import settle

TRIGGER: Final = "held"


def waiting_or_of_run(dealer_id: int, run_id: int | None) -> list[HeldPull]:
    """Return those of a dealer that wait for a decision, and those of one of its runs in any state."""
    of_dealer = select(HeldPull.id).where(HeldPull.dealer_id == dealer_id)
    # An index each: SQLite uses neither for OR, and the partial one only with its own condition.
    waiting = of_dealer.where(HeldPull.state == "held", OPEN)
    chosen = union(waiting, of_dealer.where(HeldPull.run_id == run_id))
    query = select(HeldPull).where(HeldPull.id.in_(chosen)).order_by(HeldPull.id)
    return list(db.session.scalars(query))


def of_runs(run_ids: Collection[int]) -> list[HeldPull]:
    """Return the pulls held in some runs, in any state."""
    query = select(HeldPull).where(HeldPull.run_id.in_(run_ids)).order_by(HeldPull.id)
    return list(db.session.scalars(query))


def latest(pull: HeldPull) -> HeldPull | None:
    """Return the pull of the same code that is open now."""
    query = select(HeldPull).where(
        HeldPull.dealer_id == pull.dealer_id,
        HeldPull.code_key == pull.code_key,
        HeldPull.state.in_(OPEN_PULL_STATES),
    )
    return db.session.scalar(query)


def apply_pull(pull: HeldPull, by: User | None) -> bool:
    """Have the pull applied, by a run that requests nothing; false if it is decided or superseded.

    If another run is active, it is applied by that one, or after it.
    """
    if not _decide(pull, "applying", ("held", "kept"), "held_pull.applied", by):
        return False
    lifecycle.start(pull.dealer, TRIGGER, requested_by=by, anyway=True)
    return True


def keep_pull(pull: HeldPull, by: User | None) -> bool:
    """Keep what the webstore has, also if later runs receive the same; false if decided or superseded."""
    return _decide(pull, "kept", ("held",), "held_pull.kept", by)


def _decide(pull: HeldPull, state: str, before: Collection[str], action: str, by: User | None) -> bool:
    values = {"state": state, "decided_at": clock.now(), "decided_by_id": by.id if by else None}
    if not _change(pull, before, values):
        db.session.rollback()
        return False
    audit.note(action, pull.supplier_code, dealer_id=pull.dealer_id, after={"rows": pull.rows}, by=by)
    settle(pull.run_id)
    db.session.commit()
    return True


def release_due(now: datetime) -> int:
    """Have pulls applied whose time is over without a decision; return their number."""
    query = select(HeldPull).where(HeldPull.state == "held", HeldPull.apply_at <= now)
    released = 0
    for pull in list(db.session.scalars(query)):
        if _change(pull, ("held",), {"state": "applying"}):
            audit.note("held_pull.released", pull.supplier_code, dealer_id=pull.dealer_id)
            settle(pull.run_id)
            released += 1
        db.session.commit()
    return released


def _change(pull: HeldPull, before: Collection[str], values: dict[str, Any]) -> bool:
    statement = update(HeldPull).where(HeldPull.id == pull.id, HeldPull.state.in_(before)).values(values)
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.refresh(pull)
    return bool(result.rowcount)


def expire_removed() -> int:
    """Close the holds of codes that are no longer mapped; return their number."""
    mapped = exists().where(
        SupplierCode.dealer_id == HeldPull.dealer_id, SupplierCode.code_key == HeldPull.code_key
    )
    gone = list(db.session.scalars(select(HeldPull).where(HeldPull.state.in_(OPEN_PULL_STATES), ~mapped)))
    for pull in gone:
        pull.state = "expired"
        db.session.execute(delete(HeldPullRows).where(HeldPullRows.held_pull_id == pull.id))
        settle(pull.run_id)
    db.session.commit()
    return len(gone)


def start_runs(now: datetime) -> int:
    """Start a run for each dealer with a pull to be applied, unless one is active; return their number.

    After one that was cancelled or failed, the next update may come first. A pull of another Quantity Column
    waits for it.
    """
    of_dealer = select(Run.id).where(Run.dealer_id == Dealer.id)
    active = of_dealer.where(Run.status.in_(ACTIVE_RUN_STATES))
    failed = of_dealer.where(
        Run.trigger == TRIGGER,
        Run.status.in_(lifecycle.WITHOUT_EFFECT),
        Run.finished_at > now - lifecycle.PAUSE,
    )
    due = select(HeldPull.dealer_id).where(
        HeldPull.state == "applying", HeldPull.quantity_column == Configuration.quantity_column
    )
    query = (
        select(Dealer)
        .join(Configuration, Configuration.dealer_id == Dealer.id)
        .where(due.where(HeldPull.dealer_id == Dealer.id).exists(), Configuration.enabled)
        .where(~active.exists(), ~failed.exists())
    )
    dealers = list(db.session.scalars(query))
    return sum(lifecycle.start(dealer, TRIGGER, anyway=True).created for dealer in dealers)
