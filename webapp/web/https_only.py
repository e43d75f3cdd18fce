"""HTTPS enforcement in production: browsers are redirected, all other requests are refused.

Redirecting a program would hide that it sends its token, or a form its password, unencrypted. The two health
endpoints are exempt: they reveal nothing, and the platform requests them internally.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, redirect, request

OPEN: Final = ("health.alive", "health.ready")
REFUSED: Final = "Use HTTPS.\n"


def enforce(app: Flask) -> None:
    """Check every request before any other handler, if `HTTPS_ONLY` is on."""
    if app.config["HTTPS_ONLY"]:
        app.before_request(_lead_to_https)


def _lead_to_https() -> Response | None:
    if request.is_secure or request.endpoint in OPEN or request.routing_exception is not None:
        return None
    if request.method in ("GET", "HEAD") and "Authorization" not in request.headers:
        return redirect(request.url.replace("http://", "https://", 1), 308)  # type: ignore[return-value]
    return Response(REFUSED, 403, mimetype="text/plain")
