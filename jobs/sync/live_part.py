"""Asks Lightspeed for one part, and what the next run would make of it (R23)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import select, update

from jobs.sources.source import Credentials, Part, Source, SourceError, values_of
from jobs.sync import rules
from jobs.sync.check import Stopped
from jobs.sync.dealer_session import DealerSession
from jobs.sync.interruption import RunInterrupted
from jobs.sync.refusals import sentence_of
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.explain.live_requests import NO_RESPONSE, UNMAPPED
from webapp.explain.reported import FIELDS, MAX_VALUE
from webapp.extensions import db
from webapp.models import Configuration, Dealer, PartRequest, SupplierCode
from webapp.pulls.entries import SUPPLIER_CODE

SWITCHED_OFF: Final = "Lightspeed 3PA/Data Warehouse is turned off."


def ask(
    request_id: int,
    connect: Callable[[Credentials], Source],
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Send one request for the part, and store the answer, unless it was answered or given up before.

    Raises Stopped, without an answer, once `should_stop` is true.
    """
    request = db.session.get(PartRequest, request_id)
    if request is None or request.state != "waiting":
        db.session.commit()
        return
    dealer_id, number = request.dealer_id, request.part_number
    answer: dict[str, Any] = {"state": "answered"}
    try:
        parts = _find(dealer_id, number, connect, should_stop)
        answer["rows"] = _rows(dealer_id, parts)
    except SourceError as error:
        answer = {"state": "failed", "error": sentence_of(error, dealer_id)}
    except RunInterrupted as error:
        answer = {"state": "failed", "error": error.sentence or NO_RESPONSE}
    waits = PartRequest.id == request_id, PartRequest.state == "waiting"
    db.session.execute(update(PartRequest).where(*waits).values(answered_at=clock.now(), **answer))
    db.session.commit()


def _find(
    dealer_id: int, number: str, connect: Callable[[Credentials], Source], should_stop: Callable[[], bool]
) -> Sequence[Part]:
    is_enabled = db.session.scalar(select(Configuration.enabled).where(Configuration.dealer_id == dealer_id))
    # End the transaction before the request, which may take long.
    db.session.commit()
    if not is_enabled:
        raise SourceError(SWITCHED_OFF, "account")
    source, cmf = DealerSession(dealer_id, connect).service()

    def waiting() -> None:
        if should_stop():
            raise Stopped

    return source.find(cmf, list(dict.fromkeys((number, number.upper(), number.lower()))), waiting)


def _rows(dealer_id: int, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return each part's fields, and why the next run would skip it: `reason` is None if it would not."""
    dealer = db.session.get_one(Dealer, dealer_id)
    column = db.session.get_one(Configuration, dealer_id).quantity_column
    today = clock.now().astimezone(dealer.zone).date()
    codes = set(db.session.scalars(select(SupplierCode.code_key).where(SupplierCode.dealer_id == dealer_id)))
    return [_row(part, column, today, codes) for part in parts]


def _row(part: Part, column: str, today: Any, codes: set[str]) -> dict[str, Any]:
    raw = values_of(part)
    code_key = key_of(raw[SUPPLIER_CODE])
    expected = rules.Expectation.of(code_key, column, today)
    reason = UNMAPPED if code_key and code_key not in codes else rules.judge(raw, expected).reason
    fields = dict(zip((*FIELDS, "DateGathered"), (*raw, part.date_gathered), strict=True))
    return {
        "reason": reason,
        "fields": {name: "" if value is None else str(value)[:MAX_VALUE] for name, value in fields.items()},
    }
