"""Applies a preview by a run, if nothing that its plan depends on has changed (R24)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from webapp import audit
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, Preview, Run, User
from webapp.previews import requests
from webapp.previews.basis import basis_of, differences
from webapp.runs import lifecycle

NOT_READY: Final = "This preview can no longer be applied. Start a new one."
BUSY: Final = "An inventory update is in progress. Wait until it has ended, then start a new preview."
CHANGED: Final = "Not applied, because this changed after the preview: {what}. We're making a new preview."


def run_now(preview: Preview, by: User | None) -> Run | None:
    """Start the run that applies a preview of an update; None if it is outdated and planned again instead.

    Raises Refused if it is not ready, or the dealer has an active run.
    """
    locked = select(Preview).where(Preview.id == preview.id).with_for_update()
    preview = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    if preview.state != "ready" or preview.kind != "run" or preview.overrides or _is_over(preview):
        raise Refused(NOT_READY)
    dealer = preview.dealer
    if lifecycle.active(dealer.id) is not None:
        raise Refused(BUSY)
    if changed := differences(preview.basis, basis_of(dealer.id, dealer.timezone)):
        requests.plan_again(preview, CHANGED.format(what=", ".join(changed)))
        db.session.commit()
        requests.enqueue_jobs([preview.id])
        return None
    return _start(dealer, preview, by)


def _start(dealer: Dealer, preview: Preview, by: User | None) -> Run:
    # The user who applies it on a day without updates has chosen so (R7).
    started = lifecycle.record(dealer, "preview", requested_by=by, anyway=True)
    if not started.created:
        raise Refused(BUSY)
    preview.state, preview.run_id = "applied", started.run.id
    audit.note("preview.applied", f"Run {started.run.id}", dealer_id=dealer.id, by=by)
    db.session.commit()
    lifecycle.enqueue_job(started.run)
    return started.run


def _is_over(preview: Preview) -> bool:
    return clock.now() - preview.created_at > requests.LIFETIME
