"""/healthz: this process is alive. /readyz: what it rests on is there."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from webapp.operations import health

pages = Blueprint("health", __name__)
NOT_KEPT = {"Cache-Control": "no-store"}


@pages.get("/healthz")
def alive() -> Response:
    """Answers whenever this process can answer at all; looks at nothing else."""
    return _answer({"status": "alive"})


@pages.get("/readyz")
def ready() -> Response:
    """Each check with its outcome; 503 if one failed that nothing goes on without."""
    found = health.check_all()
    failed = {name for name, finding in found.items() if not finding.is_well}
    checks = {
        name: {"ok": finding.is_well, "seconds": round(finding.seconds, 3)}
        | ({"reason": finding.reason} if finding.reason else {})
        for name, finding in found.items()
    }
    status, code = ("degraded" if failed else "ready", 200)
    if failed - health.SPARED:
        status, code = "not ready", 503
    return _answer({"status": status, "checks": checks}, code)


def _answer(said: dict[str, object], status: int = 200) -> Response:
    response = jsonify(said)
    response.status_code = status
    response.headers.update(NOT_KEPT)
    return response
