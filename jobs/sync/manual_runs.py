"""Manual runs: they replace a slot that had begun before them (R6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from webapp.core.enums import BY_HAND_TRIGGERS
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import RecentRuns, Run

# A run waits in the queue until a worker starts it; one that was cancelled in the queue has no start.
_BEGAN: ColumnElement[datetime] = func.coalesce(Run.started_at, Run.queued_at)


def started(dealer_ids: Collection[int], since: datetime) -> defaultdict[int, list[datetime]]:
    """Return the starts of each dealer's manual runs since a moment."""
    starts: defaultdict[int, list[datetime]] = defaultdict(list)
    # The last run of most dealers is older: their other runs need not be read.
    recent = (
        select(RecentRuns.dealer_id)
        .join(Run, Run.id == RecentRuns.last_id)
        .where(RecentRuns.dealer_id.in_(dealer_ids), _began(since))
    )
    recent_ids = db.session.scalars(recent).all()
    if recent_ids:
        for dealer_id, began in db.session.execute(_manual(recent_ids, since)):
            starts[dealer_id].append(began)
    return starts


def _manual(dealer_ids: Collection[int], since: datetime) -> Select[int, datetime]:
    never_started = Run.status.in_((RunState.CANCELLED, RunState.SKIPPED)) & Run.started_at.is_(None)
    return select(Run.dealer_id, _BEGAN).where(
        Run.dealer_id.in_(dealer_ids), Run.trigger.in_(BY_HAND_TRIGGERS), _began(since), ~never_started
    )


def _began(since: datetime) -> ColumnElement[bool]:
    return _BEGAN.op(">=")(since)
