"""Prometheus metrics, for clients with the metrics token."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, request

from webapp.operations import metrics

pages = Blueprint("metrics", __name__)


@pages.get("/metrics")
def show() -> Response:
    """Return the current metrics; 404 if METRICS_TOKEN is not set."""
    token = current_app.config["METRICS_TOKEN"]
    if token is None:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("The token is wrong.\n", 401, {"WWW-Authenticate": "Bearer"})
    content, content_type = metrics.exposition(request.headers.get("Accept", ""))
    return Response(content, content_type=content_type, headers={"Cache-Control": "no-store"})
