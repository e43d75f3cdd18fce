"""The navigation shows where one is; every page of a dealer belongs to a section."""

from __future__ import annotations

import re

from tests.factories import make_dealer
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer
from webapp.web import navigation

LINK = re.compile(r'<a href="([^"]*)"(?: data-key="(.)")?(?: aria-current="(\w+)")?>([^<]*)</a>')


def current(page: str) -> list[tuple[str, str]]:
    return sorted({(label, here) for _, _, here, label in LINK.findall(page) if here})


@ON_SQLITE
def test_section_and_page_are_marked_and_each_section_has_a_key(
    client: LintingClient, dealer: Dealer
) -> None:
    page = client.get(f"/dealers/{dealer.id}/supplier-codes").text
    assert current(page) == [("Settings", "true"), ("Supplier Codes", "page")]
    keys = [key for _, key, _, _ in LINK.findall(page) if key]
    assert keys == [section.key for section in navigation.DEALER]


def test_keys_and_labels_are_there_once() -> None:
    for group in (navigation.DEALER, navigation.STAFF):
        assert len({section.key for section in group}) == len(group)
        assert "g" not in {section.key for section in group}


@ON_SQLITE
def test_staff_see_the_pages_of_the_dealer_they_work_for(staff: LintingClient) -> None:
    dealer = make_dealer("Summit")
    assert ("Dealers", "page") in current(staff.get("/dealers").text)
    page = staff.get(f"/dealers/{dealer.id}/runs").text
    assert current(page) == [("Runs", "page")]
    assert "You are working for <strong>Summit</strong>" in page
    assert f'href="/dealers/{dealer.id}/parts#q"' in page
