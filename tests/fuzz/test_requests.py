"""A few cases of every form and every route; `python -m tests.fuzz` tries more."""

from __future__ import annotations

import traceback

from tests.fuzz.attempts import tries
from tests.fuzz.routes import Watched

CASES = {"forms": 25, "routes": 4}


def found(watched: Watched, kind: str) -> list[str]:
    """What went wrong with all forms or routes, each with the smallest case that shows it."""
    findings, tried = [], 0
    for each, name, attempt in tries(watched):
        if each == kind:
            try:
                tried += attempt(CASES[kind], None)
            except Exception as error:  # noqa: BLE001 - all of them are told at once
                findings.append(f"{name}: {''.join(traceback.format_exception(error))[-3000:]}")
    assert tried or findings
    return findings


def test_no_form_breaks(watched: Watched) -> None:
    assert found(watched, "forms") == []


def test_no_route_breaks(watched: Watched) -> None:
    assert found(watched, "routes") == []


def test_the_fields_of_a_page_are_learned_from_the_page_itself(watched: Watched) -> None:
    names = {str(route): watched.names(route) for route in watched.routes}
    assert names["POST lightspeed.save_credentials"] == ["cmf", "enabled", "password", "username", "version"]
    assert {"email", "password"} <= set(names["POST security.login"])
    assert names["GET runs.index"] == ["before", "since", "status", "until"]
