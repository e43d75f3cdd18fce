"""Throttling: counts requests against limits, and tells the client how long to wait.

Sign-in attempts have their own limits (webapp/web/rate_limits.py), and all requests share one
(webapp/web/general_rate_limit.py). Counts are kept in Redis, and in the memory of the process while Redis is
unavailable.
"""

from __future__ import annotations

import functools
import time
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp.web import general_rate_limit, htmx
from webapp.web.attempts import Attempt
from webapp.web.rate_limits import RATE_LIMITS, RateLimit, network

log = structlog.get_logger(__name__)

HEADING: Final = "Too many attempts"
SENTENCE: Final = "Wait {minutes}, then try again."
FORGOTTEN: Final = " If you forgot your password, reset it on the sign-in page."
# Seconds: signing in must not wait for an unavailable Redis.
GLANCE: Final = 0.5


def count(app: Flask) -> None:
    """Count every costly request before its body is read; must run before any handler that may refuse it."""
    limiter = app.extensions["throttling"] = Limiter(
        network,
        app=app,
        strategy="moving-window",
        application_limits=[general_rate_limit.limit(app.config["GENERAL_RATE_LIMIT"])],
        in_memory_fallback_enabled=True,
        # A failure to count must not fail the request.
        swallow_errors=True,
        **_storage(app.config["REDIS_URL"]),
    )

    def refuse(_error: RateLimitExceeded) -> Response:
        limit = limiter.current_limit
        log.warning("request.throttled", page=request.endpoint)
        seconds = max(1, int(limit.reset_at - time.time()) + 1) if limit else 60
        return _refused(seconds, SENTENCE)

    app.register_error_handler(RateLimitExceeded, refuse)


def register(app: Flask) -> None:
    """Rate limit the pages that take a password, a code or an email address."""
    limiter = app.extensions["throttling"]
    for endpoint in {endpoint for limit in RATE_LIMITS for endpoint in limit.endpoints}:
        limits = tuple(limit for limit in RATE_LIMITS if endpoint in limit.endpoints)
        app.view_functions[endpoint] = _limited(limiter, limits, app.view_functions[endpoint])


def _limited(limiter: Limiter, limits: tuple[RateLimit, ...], view: Any) -> Any:
    @functools.wraps(view)
    def counted(**arguments: Any) -> ResponseReturnValue:
        if request.method != "POST" or not limiter.enabled:
            return current_app.make_response(view(**arguments))
        # A success changes the current user: the keys are computed before.
        attempt = Attempt(limiter, limits)
        seconds = attempt.refused_for()
        if seconds is not None:
            log.warning("sign_in.throttled", page=request.endpoint)
            return _refused(seconds, SENTENCE + FORGOTTEN)
        response = current_app.make_response(view(**arguments))
        if response.status_code < HTTPStatus.BAD_REQUEST:
            attempt.succeeded()
        return response

    return counted


def _storage(redis_url: str | None) -> dict[str, Any]:
    if redis_url is None:
        return {"storage_uri": "memory://"}
    options = {"socket_connect_timeout": GLANCE, "socket_timeout": GLANCE, "retry": Retry(NoBackoff(), 0)}
    return {"storage_uri": redis_url.replace("unix://", "redis+unix://", 1), "storage_options": options}


def _refused(seconds: int, wanted: str) -> Response:
    minutes = max(1, round(seconds / 60))
    sentence = wanted.format(minutes="a minute" if minutes == 1 else f"{minutes} minutes")
    if htmx.wants_fragment():
        response = htmx.refuse(f"{HEADING}. {sentence}", 429)
    else:
        page = {"code": 429, "heading": HEADING, "sentence": sentence}
        response = make_response(render_template("errors/page.html", **page), 429)
    response.headers["Retry-After"] = str(seconds)
    return response
