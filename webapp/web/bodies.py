"""Reads each request's body once, within the limits of its route, before any handler accesses the form.

It runs after the request was counted (webapp/web/general_rate_limit.py), so that a refused body counts too,
and before the CSRF check, which reads the form. No transaction is open while reading: a slow client would
hold SQLite's write lock, or a connection of the pool.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar, cast

from flask import Flask, abort, current_app, g, request
from flask_security import current_user

from webapp.extensions import db
from webapp.web.request_body import BodyLimits, Request

P = ParamSpec("P")
R = TypeVar("R")
KILOBYTE: Final = 1024
_MARK: Final = "body_limits"
# Large bodies that one process reads concurrently; its other threads stay free.
LARGE_AT_ONCE: Final = 2
TOO_LARGE_SIGNED_OUT: Final = "Your session may have ended. Sign in again, then retry."
BUSY: Final = "Several large files are uploading right now. Try again in a minute."


@dataclass(frozen=True)
class _Raised:
    """Raised limits of a route: more fields for all users, more bytes for signed-in ones."""

    total: int | None
    fields: int | None
    staff_only: bool


def allows(
    total: int | None = None, *, fields: int | None = None, staff_only: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view that takes more than an ordinary form: `fields`, and `total` bytes if signed in."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _MARK, _Raised(total, fields, staff_only))
        return view

    return mark


def defer(app: Flask) -> None:
    """Withhold the body from all handlers until `register`'s has read it; must run before any other handler
    is added."""
    app.request_class = Request
    app.before_request(lambda: _request().withhold_body())


def register(app: Flask) -> None:
    """Read the body; must run after requests are counted and before any handler accesses forms."""
    app.extensions["large_bodies"] = threading.BoundedSemaphore(LARGE_AT_ONCE)
    app.before_request(_read)


def _read() -> None:
    # A GET has no form, and a 404 or 405 is returned without reading the body.
    if request.method in ("GET", "HEAD", "OPTIONS") or request.routing_exception is not None:
        return
    if not _request().has_body:
        return
    limits = _limits()
    _end_transaction()
    with _turn(limits):
        _request().read_body(limits)


def _limits() -> BodyLimits:
    config = current_app.config
    total, field, fields = (
        config[name] for name in ("MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS")
    )
    view = current_app.view_functions.get(request.endpoint or "")
    raised: _Raised | None = getattr(view, _MARK, None)
    if raised is None:
        return BodyLimits(total, field, fields)
    fields = raised.fields or fields
    if raised.total is None or not _is_due(raised):
        if not current_user.is_authenticated and (request.content_length or 0) > total:
            abort(413, TOO_LARGE_SIGNED_OUT)
        return BodyLimits(total, field, fields)
    return BodyLimits(raised.total, raised.total, fields)


def _is_due(raised: _Raised) -> bool:
    return bool(current_user.is_authenticated and (current_user.is_staff or not raised.staff_only))


def _end_transaction() -> None:
    """End the transaction of the user lookup; the user is loaded again afterwards."""
    db.session.rollback()
    g.pop("_login_user", None)


@contextmanager
def _turn(limits: BodyLimits) -> Iterator[None]:
    """Limit concurrent large bodies; ordinary ones are not limited."""
    announced = request.content_length
    if limits.total <= current_app.config["MAX_CONTENT_LENGTH"] or (
        announced is not None and announced <= current_app.config["MAX_CONTENT_LENGTH"]
    ):
        yield
        return
    turns: threading.BoundedSemaphore = current_app.extensions["large_bodies"]
    if not turns.acquire(blocking=False):
        abort(503, BUSY)
    try:
        yield
    finally:
        turns.release()


def _request() -> Request:
    return cast(Request, request)
