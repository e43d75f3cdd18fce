"""Lease of a run with a fencing token: acquired, renewed, released and finished by compare-and-swap.

Every write of a worker goes through `transaction`, which first checks the fencing token (R19).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from math import inf
from typing import Any, Final

from sqlalchemy import ColumnElement, Executable, and_, bindparam, func, or_, select, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from jobs.sync import run_items
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.core.run_states import UNFINISHED_ITEM_STATES, RunItemState, RunState
from webapp.extensions import db
from webapp.models import Run, RunItem
from webapp.runs.run_transitions import change_item, change_run

# Errors of a database that refuses temporarily or does not answer. PostgreSQL ends a transaction that was
# idle for too long with an internal error.
REFUSED = (OperationalError, InterfaceError, InternalError)
# Seconds for which a paused process may keep the run's row locked on PostgreSQL.
IDLE_SECONDS = 60

_RUNS: Final = Run.__table__.c


@dataclass(frozen=True)
class Lease:
    """Exclusive right of a worker to a run. `attempt` is the fencing token: valid while the run has the same.

    `yielded` counts the earlier leases that yielded to other runs, and `waited` is the time in seconds
    for which the last of them has just yielded (infinite if it did not).
    """

    run_id: int
    attempt: int
    yielded: int = 0
    waited: float = field(default=inf, compare=False)
    dealer_id: int = field(default=0, compare=False)

    @property
    def broken_off(self) -> int:
        """Return the number of starts so far, without those that yielded."""
        return self.attempt - self.yielded


def acquire(run_id: int) -> Lease | None:
    """Lease a run that is queued or whose worker died; None if another worker has it, or it has ended."""
    now = clock.now()
    row = db.session.execute(
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
        .returning(Run.attempt, Run.yielded, Run.yielded_at, Run.dealer_id)
    ).one_or_none()
    if row is None:
        db.session.commit()
        return None
    waited = _end_wait(run_id, row.yielded_at, now) if row.yielded_at else inf
    db.session.commit()
    return Lease(run_id, row.attempt, row.yielded, waited, row.dealer_id)


def _end_wait(run_id: int, since: datetime, now: datetime) -> float:
    """Add the time for which a run yielded to others; it doesn't count against its time limit."""
    seconds = max(0.0, (now - since).total_seconds())
    values = {"yielded_seconds": Run.yielded_seconds + round(seconds), "yielded_at": None}
    statement = update(Run).where(Run.id == run_id).values(values)
    db.session.execute(statement)
    return seconds


def renew(run_lease: Lease, *, even_cancelled: bool = False) -> None:
    """Renew the heartbeat. Raises RunInterrupted, for a cancelled run unless `even_cancelled`."""
    with transaction(run_lease, even_cancelled=even_cancelled):
        pass


@contextmanager
def transaction(run_lease: Lease, *, even_cancelled: bool = False) -> Iterator[None]:
    """Transaction of the run's worker: committed at the end, rolled back if it raises.

    It starts by checking the fencing token with an update of the run's row. The row stays locked until the
    commit, so the run cannot be taken over between the check and the write. Raises RunInterrupted if the
    lease was lost, or the run was cancelled; `even_cancelled` is for writes that end a cancelled run.
    """
    try:
        own = {"own_run": run_lease.run_id, "own_attempt": run_lease.attempt, "now": clock.now()}
        row = db.session.execute(_renewal(db.engine.dialect.name), own).one_or_none()
        if row is None:
            raise RunInterrupted(Interruption.LEASE_LOST, f"run {run_lease.run_id} was taken over")
        if row.cancel_requested_at is not None and not even_cancelled:
            raise RunInterrupted(Interruption.CANCELLED)
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@cache
def _renewal(dialect: str) -> Executable:
    """Return the check of the fencing token, built once: it begins every transaction.

    On PostgreSQL it also limits how long the transaction may idle.
    """
    limits: list[ColumnElement[str]] = []
    if dialect == "postgresql":
        limits = [func.set_config("idle_in_transaction_session_timeout", f"{IDLE_SECONDS}s", True)]
    return (
        update(Run.__table__)  # type: ignore[arg-type]
        .where(
            _RUNS.id == bindparam("own_run"),
            _RUNS.attempt == bindparam("own_attempt"),
            _RUNS.status == RunState.RUNNING,
        )
        .values(heartbeat_at=bindparam("now"))
        .returning(_RUNS.cancel_requested_at, *limits)
    )


def _is_owned(run_lease: Lease) -> ColumnElement[bool]:
    """Return the check of the fencing token, for every write of a worker to its run."""
    return and_(Run.id == run_lease.run_id, Run.attempt == run_lease.attempt, Run.status == RunState.RUNNING)


def load(run_lease: Lease) -> Run:
    """Reload the run and return it."""
    run = db.session.get(Run, run_lease.run_id, populate_existing=True)
    if run is None:
        raise RunInterrupted(Interruption.LEASE_LOST, f"run {run_lease.run_id} is gone")
    return run


def release(run_lease: Lease) -> bool:
    """Put the run back into the queue, so that another worker continues it; false if the lease was lost.

    A running code becomes waiting: it is fetched from the start, since a pull cannot be resumed.
    """
    return _requeue(run_lease)


def yield_run(run_lease: Lease) -> bool:
    """Put the run back into the queue behind runs that have not begun; false if the lease was lost.

    Yielding is not a failure: the try of a running code, of which nothing was fetched yet, is not counted.
    """
    return _requeue(
        run_lease, {"yielded": Run.yielded + 1, "yielded_at": clock.now()}, tries=RunItem.tries - 1
    )


def _requeue(run_lease: Lease, run_values: dict[str, Any] | None = None, **item_values: Any) -> bool:
    values = {"heartbeat_at": None, **(run_values or {})}
    requeue = change_run(RunState.RUNNING, to=RunState.QUEUED).where(_is_owned(run_lease))
    result: Any = db.session.execute(requeue.values(values))
    if result.rowcount:
        statement = change_item(RunItemState.RUNNING, to=RunItemState.WAITING).values(item_values)
        db.session.execute(statement.where(RunItem.run_id == run_lease.run_id))
    db.session.commit()
    return bool(result.rowcount)


def finish(
    run_lease: Lease,
    status: RunState,
    reason: str | None = None,
    *,
    reports_missing: bool = False,
    also: Callable[[], None] = lambda: None,
) -> None:
    """End the run. Unfinished codes become not tried, with the reason.

    `also` writes what belongs to its end, in the same transaction.
    """
    db.session.rollback()
    values = {"reason": reason, "reports_missing": reports_missing, "finished_at": clock.now()}
    change = change_run(RunState.RUNNING, to=status).where(_is_owned(run_lease))
    result: Any = db.session.execute(change.values(**values, heartbeat_at=None))
    if not result.rowcount:
        db.session.rollback()
        raise RunInterrupted(Interruption.LEASE_LOST, f"run {run_lease.run_id} was taken over")
    _leave_unfinished(run_lease, _not_tried(status, reason))
    also()
    db.session.commit()


def _leave_unfinished(run_lease: Lease, sentence: str) -> None:
    query = select(RunItem.id).where(
        RunItem.run_id == run_lease.run_id, RunItem.status.in_(UNFINISHED_ITEM_STATES)
    )
    for item_id in list(db.session.scalars(query)):
        run_items.leave_out(item_id, sentence)


def _not_tried(status: RunState, reason: str | None) -> str:
    if status is RunState.CANCELLED and not reason:
        return "Not tried: the run was cancelled."
    return f"Not tried: {reason}" if reason else "Not tried."


def dead_runs(now: datetime) -> list[Run]:
    """Return the running runs with an old heartbeat."""
    return list(
        db.session.scalars(
            select(Run).where(Run.status == RunState.RUNNING, Run.heartbeat_at < now - HEARTBEAT_TIMEOUT)
        )
    )
