"""The run row as the single truth of a run: claimed, kept alive, released and finished by compare-and-swap.

Every write of a worker goes through `hold`, which first proves that the run is still this worker's (R19).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any

from sqlalchemy import Update, or_, select, text, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from jobs.sync import run_items
from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState, RunState
from webapp.extensions import db
from webapp.models import Run, RunItem
from webapp.runs.run_transitions import change_item, change_run

# R19: a heartbeat this old belongs to a dead worker.
# What the database raises that refuses for now, or does not answer. PostgreSQL ends a transaction that was
# idle for too long with an internal error.
REFUSED = (OperationalError, InterfaceError, InternalError)
# A paused process must not keep the run's row locked for longer than this on PostgreSQL.
IDLE_SECONDS = 60


class Ended(Exception):
    """This worker is to leave the run; nothing more may be written for it."""


class LeaseLost(Ended):
    """Another worker took the run over."""


class Cancelled(Ended):
    """A person asked for the run to end."""


class Stopped(Ended):
    """This process was told to stop; the run goes on elsewhere."""


class Yielded(Ended):
    """The run lets others go first that have not begun yet; it goes on after them."""


@dataclass(frozen=True)
class Lease:
    """A worker's hold on a run: valid while the run's `attempt` is still this number.

    `gave_way` counts those before it that ended by giving way to other runs, and `waited` is the seconds for
    which the last one of them has just done so (infinite: it did not).
    """

    run_id: int
    attempt: int
    gave_way: int = 0
    waited: float = field(default=inf, compare=False)

    @property
    def broken_off(self) -> int:
        """Which start this is, not counting those that gave way: they came to a good end."""
        return self.attempt - self.gave_way


def acquire(run_id: int) -> Lease | None:
    """Take a run that waits, or whose worker died; None if it is somebody's, or over."""
    now = clock.now()
    taken = db.session.execute(
        change_run(RunState.QUEUED, RunState.RUNNING, to=RunState.RUNNING)
        .where(
            Run.id == run_id,
            or_(Run.status == RunState.QUEUED, Run.heartbeat_at < now - HEARTBEAT_TIMEOUT),
        )
        .values(
            attempt=Run.attempt + 1,
            heartbeat_at=now,
            started_at=db.func.coalesce(Run.started_at, now),
        )
        .returning(Run.attempt, Run.gave_way, Run.gave_way_at)
    ).one_or_none()
    if taken is None:
        db.session.commit()
        return None
    waited = _end_wait(run_id, taken.gave_way_at, now) if taken.gave_way_at else inf
    db.session.commit()
    return Lease(run_id, taken.attempt, taken.gave_way, waited)


def _end_wait(run_id: int, since: datetime, now: datetime) -> float:
    """What a run waited for others is no time of its own."""
    seconds = max(0.0, (now - since).total_seconds())
    waited = {"gave_way_seconds": Run.gave_way_seconds + round(seconds), "gave_way_at": None}
    statement = update(Run).where(Run.id == run_id).values(waited)
    db.session.execute(statement)
    return seconds


def dealer_of(claim: Lease) -> int:
    """Whose run it is."""
    dealer_id: int = db.session.execute(select(Run.dealer_id).where(Run.id == claim.run_id)).scalar_one()
    db.session.commit()
    return dealer_id


def renew(claim: Lease, *, even_cancelled: bool = False) -> None:
    """Show that the worker lives. Raises Lost, or Cancelled unless `even_cancelled`."""
    with transaction(claim, even_cancelled=even_cancelled):
        pass


@contextmanager
def transaction(claim: Lease, *, even_cancelled: bool = False) -> Iterator[None]:
    """One transaction of the run's worker: committed at the end, nothing of it kept when it raises.

    It starts by touching the run's row under this claim. That row stays locked until the commit, so a run
    cannot be taken over between the proof and the write. Raises Lost where it is no longer this worker's,
    Cancelled where a person asked for its end, unless what is written belongs to the ending.
    """
    try:
        _limit_idling()
        held = db.session.execute(
            _owned(claim).values(heartbeat_at=clock.now()).returning(Run.cancel_requested_at)
        )
        row = held.one_or_none()
        if row is None:
            raise LeaseLost(f"run {claim.run_id} was taken over")
        if row.cancel_requested_at is not None and not even_cancelled:
            raise Cancelled(f"run {claim.run_id} was cancelled")
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def _limit_idling() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"))


def _owned(claim: Lease) -> Update:
    return update(Run).where(
        Run.id == claim.run_id, Run.attempt == claim.attempt, Run.status == RunState.RUNNING
    )


def _leave(claim: Lease, to: RunState) -> Update:
    of_lease = Run.id == claim.run_id, Run.attempt == claim.attempt
    return change_run(RunState.RUNNING, to=to).where(*of_lease)


def load(claim: Lease) -> Run:
    """The run as it is now."""
    run = db.session.get(Run, claim.run_id, populate_existing=True)
    if run is None:
        raise LeaseLost(f"run {claim.run_id} is gone")
    return run


def release(claim: Lease) -> bool:
    """Give the run back unfinished, so that another worker goes on at once; false if the lease was lost.

    A code that was under way waits again: it is fetched again, since a pull cannot go on where another ended.
    """
    return _give_back(claim)


def yield_run(claim: Lease) -> bool:
    """Give the run back for those that have not begun yet; false if the lease was lost.

    Nothing went wrong: a code of which nothing was fetched yet keeps its tries.
    """
    return _give_back(
        claim, {"gave_way": Run.gave_way + 1, "gave_way_at": clock.now()}, tries=RunItem.tries - 1
    )


def _give_back(claim: Lease, more: dict[str, Any] | None = None, **of_item: Any) -> bool:
    values = {"heartbeat_at": None, **(more or {})}
    released: Any = db.session.execute(_leave(claim, RunState.QUEUED).values(values))
    if released.rowcount:
        waits = change_item(RunItemState.RUNNING, to=RunItemState.WAITING).values(of_item)
        db.session.execute(waits.where(RunItem.run_id == claim.run_id))
    db.session.commit()
    return bool(released.rowcount)


def finish(
    claim: Lease, status: RunState, reason: str | None = None, *, reports_missing: bool = False
) -> None:
    """End the run. Codes that were not reached are marked as not tried, with the reason."""
    db.session.rollback()
    ended = {"reason": reason, "reports_missing": reports_missing, "finished_at": clock.now()}
    finished: Any = db.session.execute(_leave(claim, status).values(**ended, heartbeat_at=None))
    if not finished.rowcount:
        db.session.rollback()
        raise LeaseLost(f"run {claim.run_id} was taken over")
    _leave_unfinished(claim, _not_tried(status, reason))
    db.session.commit()


def _leave_unfinished(claim: Lease, sentence: str) -> None:
    unfinished = select(RunItem.id).where(
        RunItem.run_id == claim.run_id, RunItem.status.in_(UNFINISHED_ITEM_STATES)
    )
    for item_id in list(db.session.scalars(unfinished)):
        run_items.drop_parts([item_id])
        run_items.leave_out(item_id, sentence)


def _not_tried(status: RunState, reason: str | None) -> str:
    if status is RunState.CANCELLED and not reason:
        return "Not tried: the run was cancelled."
    return f"Not tried: {reason}" if reason else "Not tried."


def dead_runs(now: datetime) -> list[Run]:
    """Runs whose worker died."""
    return list(
        db.session.scalars(
            select(Run).where(Run.status == RunState.RUNNING, Run.heartbeat_at < now - HEARTBEAT_TIMEOUT)
        )
    )
