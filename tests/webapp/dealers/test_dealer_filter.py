"""Filters of the staff's table: by name, organization, last run and cause, kept in the address."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import make_configuration, make_dealer, make_organization
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.dealers.fleet import add_six, finished, names, ready


@pytest.fixture
def six(app: Flask) -> None:
    add_six()


def chips(page: str) -> dict[str, int]:
    """The causes above the table, with their numbers of dealers."""
    found = re.findall(r'<li><a [^>]*>([^<]+) <span class="sub">([\d,]+)</span>', page)
    return {label: int(number) for label, number in found}


def test_dealers_are_found_by_part_of_their_name_or_3pa_dealer_id(staff: LintingClient):
    make_dealer("Prairie Powersports")
    make_configuration(make_dealer("Lakeside Cycle"), cmf="76550123")
    for sought in ("LAKE", "655012"):
        for page in (
            staff.get(f"/dealers?matching={sought}"),
            staff.hx("GET", f"/dealers?matching={sought}"),
        ):
            assert names(page.text) == ["Lakeside Cycle"]
    assert "No dealers match “100%”." in staff.get("/dealers?matching=100%25").text
    assert staff.get("/dealers?matching=%00&page=x&organization=-1&status=x&cause=x").status_code == 200


@pytest.mark.parametrize(
    ("cause", "order"),
    [
        ("attention", ["Refused", "Stale", "Failed", "Partial"]),
        ("refused", ["Refused"]),
        ("failed", ["Failed"]),
        ("stale", ["Stale"]),
        ("partial", ["Partial"]),
        ("setup", ["New"]),
        ("incomplete", ["New"]),
        ("fine", ["Fine"]),
        ("held", []),
        ("nonsense", ["Refused", "Stale", "Failed", "Partial", "New", "Fine"]),
    ],
)
def test_dealers_are_filtered_by_cause(staff: LintingClient, six: None, cause: str, order: list[str]):
    assert names(staff.get(f"/dealers?cause={cause}").text) == order


def test_every_cause_shows_its_number_of_dealers_whichever_is_chosen(staff: LintingClient, six: None):
    numbers = {
        "All": 6,
        "Needs attention": 4,
        "Credentials rejected": 1,
        "Runs failing": 1,
        "No recent success": 1,
        "Partly updated": 1,
        "Not connected": 1,
        "Setup not finished": 1,
        "Current": 1,
    }
    assert chips(staff.get("/dealers").text) == numbers
    assert chips(staff.get("/dealers?cause=stale").text) == numbers
    assert chips(staff.get("/dealers?cause=held").text) == {**numbers, "On hold": 0}
    found = chips(staff.get("/dealers?matching=fine").text)
    assert found == {"All": 1, "Needs attention": 0, "Current": 1}


def test_dealers_are_filtered_by_organization(staff: LintingClient):
    group = make_organization("Big Sky Group")
    make_dealer("Member", organization=group)
    make_dealer("Loner")
    page = staff.get(f"/dealers?organization={group.id}").text
    assert names(page) == ["Member"]
    assert f'<option value="{group.id}" selected>Big Sky Group</option>' in page
    assert names(staff.get("/dealers?organization=none").text) == ["Loner"]
    assert names(staff.get("/dealers?organization=4711").text) == []


def test_dealers_are_filtered_by_the_status_of_their_last_run(staff: LintingClient, six: None):
    assert names(staff.get("/dealers?status=failed").text) == ["Refused", "Failed"]
    assert names(staff.get("/dealers?status=never").text) == ["New"]
    assert names(staff.get("/dealers?status=failed&cause=refused").text) == ["Refused"]


@ON_SQLITE
def test_every_link_of_the_page_keeps_the_filter(staff: LintingClient):
    for number in range(51):
        finished(ready(f"Dealer {number}"), "succeeded", 1)
    page = staff.get("/dealers?matching=deal&status=succeeded&cause=fine&sort=name").text
    kept = "matching=deal&amp;status=succeeded&amp;cause=fine"
    assert f'href="/dealers?{kept}&amp;sort=-name">Dealer</a>' in page
    assert f'href="/dealers?{kept}&amp;sort=name&amp;page=2">Next</a>' in page
    assert f'href="/dealers/export.csv?{kept}&amp;sort=name"' in page
    assert f'action="/dealers/updates?{kept}&amp;sort=name"' in page
    assert '<input type="hidden" form="filter" name="cause" value="fine">' in page
    assert 'href="/dealers?matching=deal&amp;status=succeeded&amp;cause=attention&amp;sort=name"' in page


@ON_SQLITE
def test_the_address_has_only_what_was_chosen(staff: LintingClient, six: None):
    asked = "/dealers?matching=&organization=&status=failed&sort=attention&page=1"
    assert staff.hx("GET", asked).headers["HX-Push-Url"] == "/dealers?status=failed"
    assert staff.hx("GET", "/dealers").headers["HX-Push-Url"] == "/dealers"
