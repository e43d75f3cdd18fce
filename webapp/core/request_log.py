"""Request log: one line per request; request id, dealer and user are bound to every line logged during it."""

from __future__ import annotations

import re
import time
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import inspect
from structlog.typing import EventDict, WrappedLogger

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"
# The router's request id is reused if it is valid.
_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}")
# Polled by machines every few seconds.
_QUIET = frozenset({"health.alive", "health.ready", "metrics.show"})


def register(app: Flask) -> None:
    """Register request logging; must run before any other handler is registered."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def add_person(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the signed-in user's id to a log line, without a query, since lines may be logged at any moment."""
    if has_request_context():
        person = getattr(g, "_login_user", None)
        identity = inspect(person, raiseerr=False)
        if identity is not None and identity.identity:
            event.setdefault("user", identity.identity[0])
    return event


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_number = given if _NUMBER.fullmatch(given) else uuid4().hex
    g.begun = time.monotonic()
    bound: dict[str, Any] = {"request": g.request_number}
    if "dealer_id" in g:
        bound["dealer"] = g.dealer_id
    structlog.contextvars.bind_contextvars(**bound)


def _end(response: Response) -> Response:
    response.headers[HEADER] = g.get("request_number", "")
    if request.endpoint not in _QUIET or response.status_code >= 500:
        log.info(
            "request.finished",
            method=request.method,
            # Without the query string, which holds search terms.
            path=request.path,
            status=response.status_code,
            seconds=round(time.monotonic() - g.begun, 3) if "begun" in g else None,
            page=request.endpoint,
        )
    return response


def _forget(_error: BaseException | None) -> None:
    # A thread serves many requests, one after the other.
    structlog.contextvars.unbind_contextvars("request", "dealer")
