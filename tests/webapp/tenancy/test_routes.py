"""Every route, in each role, against the table."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from werkzeug.test import TestResponse

from tests.webapp.tenancy.attempts import REFUSALS, Route, misfits, routes, rows_of
from tests.webapp.tenancy.seed import NOBODY, OWN, ROLES, SIBLING, STAFF, STRANGER, SeededApp
from tests.webapp.tenancy.table import TABLE
from webapp.web import downloads

pytestmark = pytest.mark.slow

MIME_TYPES: Final = {".csv": downloads.CSV, ".xlsx": downloads.EXCEL}


def test_the_table_has_a_line_for_every_route_and_no_other(seeded_app: SeededApp) -> None:
    assert {str(route) for route in routes(seeded_app)} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_every_role_gets_the_response_in_the_table(seeded_app: SeededApp, name: str) -> None:
    route = next(route for route in routes(seeded_app) if str(route) == name)
    assert list(misfits(seeded_app, route)) == []


# What a dealer owns that an address can name.
OF_DEALERS = {
    "dealer_id",
    "run_id",
    "code_id",
    "clearing_id",
    "pull_id",
    "preview_id",
    "product_id",
    "request_id",
    "freeze_id",
    "item_id",
}


def refused(route: Route) -> list[str]:
    """Who has no business there."""
    answers = zip(ROLES, TABLE[str(route)].answers, strict=True)
    return [role for role, answer in answers if answer in REFUSALS]


def test_a_refused_request_changes_nothing(seeded_app: SeededApp) -> None:
    before = seeded_app.all_rows()
    with seeded_app.restored():
        for route in routes(seeded_app):
            for role in refused(route):
                form = TABLE[str(route)].form
                seeded_app.request(
                    role, route.method, route.path(seeded_app, rows_of(seeded_app)), token=True, data=form
                )
        assert seeded_app.all_rows() == before


def test_rows_of_other_dealers_are_not_found_below_the_own_address(seeded_app: SeededApp) -> None:
    """Each id in an address in turn, with the dealer's own in all other places."""
    own, tried = rows_of(seeded_app), set()
    reachable = [route for route in routes(seeded_app) if OWN not in refused(route)]
    for other in (STRANGER, SIBLING):
        for route in reachable:
            for argument in route.rule.arguments & OF_DEALERS:
                path = route.path(seeded_app, {**own, argument: seeded_app.rows[other][argument]})
                with seeded_app.restored():
                    got = seeded_app.request(OWN, route.method, path, token=True, data=TABLE[str(route)].form)
                assert got.status_code == 404, path
                tried.add(argument)
    assert tried == OF_DEALERS
    ids = {name for route in reachable for name in route.rule.arguments if name.endswith("_id")}
    assert ids == {*OF_DEALERS, "sign_in_id"}


def test_viewing_a_page_signs_no_one_out(seeded_app: SeededApp) -> None:
    """A link on another site can have anybody look at any page."""
    for route in routes(seeded_app):
        if route.method == "GET":
            seeded_app.request(OWN, "GET", route.path(seeded_app, rows_of(seeded_app)))
            assert seeded_app.request(OWN, "GET", "/account").status_code == 200, route


def test_users_cannot_end_the_sessions_of_other_users(seeded_app: SeededApp) -> None:
    for role, other in ((OWN, SIBLING), (SIBLING, OWN), (STAFF, OWN)):
        with seeded_app.restored():
            path = f"/account/sessions/{seeded_app.rows[other]['sign_in_id']}/ending"
            assert seeded_app.request(role, "POST", path, token=True).status_code == 303
            assert seeded_app.request(other, "GET", "/account").status_code == 200


QUERIES = {
    "GET skipped.index": ("run", "run_id", 404),
    "GET inventory.index": ("run", "run_id", 200),
    "GET runs.index": ("before", "run_id", 200),
    "GET audit.index": ("before", "run_id", 200),
}


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("other", [STRANGER, SIBLING])
def test_a_query_that_names_other_dealers_discloses_nothing(
    seeded_app: SeededApp, name: str, other: str
) -> None:
    field, row, status = QUERIES[name]
    route = next(route for route in routes(seeded_app) if str(route) == name)
    path = route.path(seeded_app, rows_of(seeded_app))
    got = seeded_app.request(OWN, "GET", path, query_string={field: seeded_app.rows[other][row]})
    assert got.status_code == status
    assert f"MPN-{seeded_app.rows[other]['dealer_id']}" not in got.text


def all_text(response: TestResponse) -> str:
    """The text of a page or file; an Excel file is a folder of compressed ones."""
    if response.mimetype != downloads.EXCEL:
        return response.text
    with ZipFile(io.BytesIO(response.data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_no_page_of_a_dealer_says_anything_of_another(seeded_app: SeededApp) -> None:
    own = rows_of(seeded_app)
    others = [seeded_app.rows[role]["dealer_id"] for role in (STRANGER, SIBLING)]
    said = [
        text
        for number in others
        for text in (
            f"MPN-{number}",
            f"boss@{number}.example",
            f"hooks-{number}",
            f"Stale at {number}",
            f"Maker {number}",
        )
    ] + [f"Dealer {STRANGER}", f"Dealer {SIBLING}", "@stranger.example", "@sibling.example"]
    for route in routes(seeded_app):
        if route.method == "GET":
            with seeded_app.restored():
                text = all_text(seeded_app.request(OWN, "GET", route.path(seeded_app, own)))
            assert not [one for one in said if one in text], route


def test_a_change_without_a_token_is_refused_and_changes_nothing(seeded_app: SeededApp) -> None:
    """Every route that changes state; also sign-in, as login CSRF would sign a user in to another account."""
    before = seeded_app.all_rows()
    changing = [route for route in routes(seeded_app) if route.method not in ("GET", "HEAD")]
    assert len(changing) > 20
    with seeded_app.restored():
        for route in changing:
            path, form = route.path(seeded_app, rows_of(seeded_app)), TABLE[str(route)].form
            for role in (OWN, STAFF):
                for headers in ({}, {"HX-Request": "true"}, {"X-CSRFToken": "made-up"}):
                    got = seeded_app.request(role, route.method, path, headers=headers, data=form)
                    assert got.status_code == 400, (role, path, headers)
            assert seeded_app.request(NOBODY, route.method, path, data=form).status_code in (302, 400), path
        assert seeded_app.all_rows() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing_for_any_role(seeded_app: SeededApp, method: str) -> None:
    for route in routes(seeded_app):
        for role in (NOBODY, OWN, STAFF):
            got = seeded_app.request(role, method, route.path(seeded_app, rows_of(seeded_app)), token=True)
            assert got.status_code in (302, 404, 405), route
            assert not got.headers.get("Location", "").startswith("//")


def test_no_route_accepts_both_get_and_post() -> None:
    """A view that changes something on GET would need no token."""
    looks = {name.partition(" ")[2] for name in TABLE if name.startswith("GET")}
    changes = {name.partition(" ")[2] for name in TABLE if not name.startswith("GET")}
    assert {name for name in looks & changes if not name.startswith("security.")} == set()


def test_every_file_is_an_attachment_with_a_plain_name_and_is_not_cached(seeded_app: SeededApp) -> None:
    seen = 0
    for route in routes(seeded_app):
        kind = Path(route.rule.rule).suffix
        if kind not in MIME_TYPES:
            continue
        for role in (OWN, STAFF):
            got = seeded_app.request(role, route.method, route.path(seeded_app, rows_of(seeded_app)))
            if got.status_code == 200:
                seen += 1
                disposition = got.headers["Content-Disposition"]
                assert re.fullmatch(rf'attachment; filename="[a-z0-9.-]+{kind}"', disposition), route
                assert got.headers["Cache-Control"] == "private, no-store"
                assert got.headers["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in got.headers["Content-Security-Policy"]
                assert got.mimetype == MIME_TYPES[kind]
    assert seen > 10
