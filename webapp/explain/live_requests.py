"""Live requests to Lightspeed for one part: a row that a job answers while the page polls (R23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from webapp.core import clock, queues
from webapp.core.errors import Refused
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.models import Dealer, PartRequest
from webapp.models.upserts import insert_new
from webapp.pulls.entries import MAX_PART_NUMBER

# A worker asks within seconds, and Lightspeed has 90 s: after so long the page stops polling.
TIMEOUT: Final = timedelta(seconds=100)
KEPT: Final = timedelta(days=1)
# What a run does with a part whose code is not mapped: it does not request it.
UNMAPPED: Final = "unmapped"
NO_RESPONSE: Final = "No response from Lightspeed. Try again in a moment."
BUSY: Final = "We’re already checking another part with Lightspeed. Try again in a moment."


class AnotherWaits(Refused):
    """The dealer's request for another part still waits."""


def ask(dealer: Dealer, number: str) -> PartRequest:
    """Queue a request for a part number, unless the dealer has one that waits.

    Raises AnotherWaits if that is for another number.
    """
    dealer_id, number = dealer.id, number.strip()[:MAX_PART_NUMBER]
    _forget_old(dealer_id)
    values = {"dealer_id": dealer_id, "part_number": number, "state": "waiting", "requested_at": clock.now()}
    new_id = db.session.scalar(insert_new(PartRequest).values(**values).returning(PartRequest.id))
    db.session.commit()
    if new_id is not None:
        enqueue_job(new_id)
        return db.session.get_one(PartRequest, new_id)
    query = select(PartRequest).where(PartRequest.dealer_id == dealer_id, PartRequest.state == "waiting")
    waiting = db.session.scalar(query)
    if waiting is None or waiting.part_number != number:
        raise AnotherWaits(BUSY)
    return waiting


def enqueue_job(request_id: int) -> None:
    """Queue the job of a request; without Redis, the page says that there is no response."""
    queues.enqueue(queues.CONTROL, Task.ASK_FOR_PART, request_id)


def is_awaited(request: PartRequest) -> bool:
    """Return whether an answer may still come."""
    return request.state == "waiting" and clock.now() - request.requested_at < TIMEOUT


def of_dealer(dealer_id: int, request_id: int | None) -> PartRequest | None:
    """Return one of the dealer's requests; None if it is no longer kept."""
    query = select(PartRequest).where(PartRequest.dealer_id == dealer_id, PartRequest.id == request_id)
    return db.session.scalar(query) if request_id is not None else None


def _forget_old(dealer_id: int) -> None:
    """End the request that waited too long, and delete those of earlier days."""
    now = clock.now()
    of_dealer = PartRequest.dealer_id == dealer_id
    overdue = of_dealer, PartRequest.state == "waiting", PartRequest.requested_at < now - TIMEOUT
    db.session.execute(update(PartRequest).where(*overdue).values(state="failed", error=NO_RESPONSE))
    db.session.execute(delete(PartRequest).where(of_dealer, PartRequest.requested_at < now - KEPT))
