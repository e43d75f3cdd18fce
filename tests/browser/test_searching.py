"""The search boxes: quick typing, the back button, and the width of a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.users import DEALER, STAFF, PageUser

BOXES = (
    (DEALER, "/webstore", "Search the webstore", "#products"),
    (DEALER, "/inventory", "Part number, brand or name", "#inventory"),
    (STAFF, "/dealers", "Name or 3PA Dealer ID", "#dealers"),
    (STAFF, "/catalog", "Name or abbreviation", "#manufacturers"),
)


@pytest.mark.parametrize(("user", "path", "label", "place"), BOXES)
def test_results_are_those_of_the_last_typed_words(
    visit: Visit, users: dict[str, PageUser], user: str, path: str, label: str, place: str
) -> None:
    who = users[user]
    within = f"/dealers/{who.rows['dealer_id']}" if user == DEALER else ""
    page = visit(within + path, who.session)
    box = page.get_by_label(label)
    for words in ("t", "tu", "tucker and nobody else"):
        box.fill(words)
        # Sent at once, while what was typed before is still looked for.
        box.press("Enter")
    expect(page.locator(place)).to_contain_text(re.compile(r"nobody else|No products match"))
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile("tucker\\+and\\+nobody\\+else|tucker%20and%20nobody%20else"))
    page.reload()
    expect(box).to_have_value("tucker and nobody else")
