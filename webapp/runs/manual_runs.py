"""Batch insert of manual runs of many dealers: one commit, and one call to Redis (R8)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp import audit
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Run, User
from webapp.models.upserts import insert_new
from webapp.runs import lifecycle


def start(dealer_ids: Sequence[int], requested_by: User) -> dict[int, int]:
    """Insert, commit and enqueue a run for each dealer id; return the runs' ids by dealer.

    A dealer with an active run gets none: the database's partial unique index rejects a second one.
    """
    if not dealer_ids:
        return {}
    common = {"trigger": "manual", "requested_by_id": requested_by.id, "queued_at": clock.now()}
    rows = [{"dealer_id": dealer_id, **common} for dealer_id in dealer_ids]
    made = db.session.execute(insert_new(Run).values(rows).returning(Run.id, Run.dealer_id)).all()
    for run_id, dealer_id in made:
        after = lifecycle.asked_for("manual", None)
        audit.note("run.queued", f"Run {run_id}", dealer_id=dealer_id, after=after, by=requested_by)
    db.session.commit()
    by_dealer = {dealer_id: run_id for run_id, dealer_id in made}
    lifecycle.enqueue_jobs((by_dealer[dealer_id], 0) for dealer_id in dealer_ids if dealer_id in by_dealer)
    return by_dealer
