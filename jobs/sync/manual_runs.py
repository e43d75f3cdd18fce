"""Runs that were started by hand: a slot that had begun before is not run as well (R6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.core.enums import BY_HAND_TRIGGERS
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import RecentRuns, Run

# A run waits in the queue until a worker starts it. One cancelled while it waited has no such moment.
_BEGAN: Any = func.coalesce(Run.started_at, Run.queued_at)


def started(dealer_ids: Collection[int], since: datetime) -> defaultdict[int, list[datetime]]:
    """When each dealer's runs were started by hand from a moment on."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    # Of most dealers the last run is older, so that their others need not be read.
    recent = (
        select(RecentRuns.dealer_id)
        .join(Run, Run.id == RecentRuns.last_id)
        .where(RecentRuns.dealer_id.in_(dealer_ids), _began(since))
    )
    recent_ids = db.session.scalars(recent).all()
    if recent_ids:
        rows: Any = db.session.execute(_by_hand(recent_ids, since))
        for dealer_id, began in rows:
            found[dealer_id].append(began)
    return found


def _by_hand(dealer_ids: Collection[int], since: datetime) -> Any:
    never_started = Run.status.in_((RunState.CANCELLED, RunState.SKIPPED)) & Run.started_at.is_(None)
    return select(Run.dealer_id, _BEGAN).where(
        Run.dealer_id.in_(dealer_ids), Run.trigger.in_(BY_HAND_TRIGGERS), _began(since), ~never_started
    )


def _began(since: datetime) -> Any:
    return _BEGAN.op(">=")(since)
