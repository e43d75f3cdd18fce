"""Health endpoints: /healthz for liveness of this process, /readyz for readiness of its dependencies."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from webapp.operations import health

pages = Blueprint("health", __name__)
NOT_KEPT = {"Cache-Control": "no-store"}


@pages.get("/healthz")
def alive() -> Response:
    """Respond whenever this process can; checks nothing else."""
    return _answer({"status": "alive"})


@pages.get("/readyz")
def ready() -> Response:
    """Report each check's result; 503 if a required one failed."""
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
