"""Every route of the application's URL map, requested in every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from werkzeug.routing import Rule

from tests.webapp.tenancy.seed import HTMX, OWN, ROLES, STAFF, Rows, SeededApp
from tests.webapp.tenancy.table import LOGIN, TABLE, Answer

# Values of URL arguments that are not a row's id.
OTHERWISE: Final[Rows] = {"filename": "app.js", "name": "none.png", "token": "made-up"}
REFUSALS: Final = (LOGIN, 403, 404)
# What a fragment is answered with in place of a redirect, or beside a conflict and a form that is sent back.
TO_HTMX: Final = (200, 204, 302, 303, 409, 422)
LED_ON: Final = (302, 303)


@dataclass(frozen=True)
class Route:
    """One method at one address of the application."""

    method: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule.endpoint}"

    def path(self, seeded_app: SeededApp, rows: Rows) -> str:
        """Its address with these ids; KeyError names an argument without a row."""
        values = {argument: rows[argument] for argument in self.rule.arguments}
        return str(seeded_app.app.url_map.bind("localhost").build(self.rule.endpoint, values, self.method))


def routes(seeded_app: SeededApp) -> list[Route]:
    """Every route except HEAD, which goes with GET, and OPTIONS, which is turned off."""
    found = seeded_app.app.url_map.iter_rules()
    each = (Route(method, rule) for rule in found for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})
    return sorted(each, key=str)


def rows_of(seeded_app: SeededApp, role: str = OWN) -> Rows:
    """Ids of a dealer's rows, and of what only staff can reach."""
    return {**OTHERWISE, **seeded_app.rows[STAFF], **seeded_app.rows[role]}


def misfits(seeded_app: SeededApp, route: Route) -> Iterator[str]:
    """Responses that differ from the table: plain and htmx requests, GET also as HEAD."""
    line, path = TABLE[str(route)], route.path(seeded_app, rows_of(seeded_app))
    for role, wanted in zip(ROLES, line.answers, strict=True):
        for method, headers in _ways(route.method):
            with seeded_app.restored():
                got = seeded_app.request(role, method, path, token=True, headers=headers, data=line.form)
            location = got.headers.get("Location", "")
            if not _fits(wanted, got.status_code, location, bool(headers)):
                yield f"{role} {method} {path} {headers}: {got.status_code} {location}, not {wanted}"


def _ways(method: str) -> tuple[tuple[str, dict[str, str]], ...]:
    usual: tuple[tuple[str, dict[str, str]], ...] = (method, {}), (method, HTMX)
    return (*usual, ("HEAD", {})) if method == "GET" else usual


def _fits(wanted: Answer, status: int, location: str, by_htmx: bool) -> bool:
    if wanted == LOGIN:
        return status == 401 if by_htmx else status in LED_ON and location.startswith("/login")
    if by_htmx and wanted not in REFUSALS:
        return status in (*TO_HTMX, wanted)
    if wanted in LED_ON:
        return status in LED_ON and location.startswith("/") and not location.startswith("//")
    return status == wanted
