"""Readiness of dealers for scheduled runs: enabled, connected, and with a supplier code (R6).

`configurations.ready_since` is written only here, in the transaction of the change to one of the three.
Connected means that a validation or a run has succeeded with these credentials. A later refusal does not end
readiness: Lightspeed may refuse for an hour, and the next scheduled run detects that it is over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, or_, select, update

from webapp.core import clock
from webapp.extensions import db
from webapp.models import Configuration, SupplierCode


def refresh(*dealer_ids: int) -> None:
    """Update the dealers' readiness; no commit."""
    # Flushes the caller's changes, and waits for a concurrent transaction that changes another of the three,
    # which is visible then. Without the lock neither transaction would see the other's change.
    db.session.flush()
    chosen = Configuration.dealer_id.in_(dealer_ids)
    in_order = select(Configuration.dealer_id).where(chosen).order_by(Configuration.dealer_id)
    db.session.execute(in_order.with_for_update())
    _note(clock.now(), chosen)


def reconcile(now: datetime) -> None:
    """Update and commit the readiness of every dealer.

    Repairs changes made without `refresh`: by an earlier release during a deployment, or by hand in SQL.
    """
    _note(now)
    db.session.commit()


def _note(now: datetime, *chosen: ColumnElement[bool]) -> None:
    for statement in (_ended().where(*chosen), _begun(now).where(*chosen)):
        db.session.execute(statement, execution_options={"synchronize_session": "fetch"})


def _ended() -> Update:
    lacks = or_(~Configuration.enabled, Configuration.check_state == "unchecked", ~_has_codes())
    return update(Configuration).where(Configuration.ready_since.is_not(None), lacks).values(ready_since=None)


def _begun(now: datetime) -> Update:
    complete = and_(Configuration.enabled, Configuration.check_state == "connected", _has_codes())
    return update(Configuration).where(Configuration.ready_since.is_(None), complete).values(ready_since=now)


def _has_codes() -> Any:
    return select(SupplierCode.id).where(SupplierCode.dealer_id == Configuration.dealer_id).exists()
