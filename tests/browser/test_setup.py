"""A new dealer gets from the first sign-in to stock on the webstore without typing a code."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, ProgramSeed
from tests.factories import make_manufacturer


class Hand:
    """Counts clicks, and remembers what was typed."""

    def __init__(self) -> None:
        self.clicks = 0
        self.typed: list[str] = []

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def type(self, page: Page, label: str, text: str) -> None:
        page.get_by_label(label).first.fill(text)
        self.typed.append(label)


def test_a_new_dealer_goes_live_in_seven_clicks_and_types_no_code(visit: Visit, seed: ProgramSeed) -> None:
    dealership, hand, started = seed.add_dealership(connected=False), Hand(), time.monotonic()
    with seed.database():
        make_manufacturer("Wild Prairie Distributing", numbers=[f"WP-{number}" for number in range(4)])
    seed.serve_parts(dealership.cmf, {"WP": 5, "SHOP": 2}, login=(dealership.cmf, PASSWORD))
    page = visit("/login")
    hand.type(page, "Email address", dealership.email)
    hand.type(page, "Password", PASSWORD)
    hand.click(page.get_by_role("button", name="Sign in"))

    hand.click(page.locator("#next-step"))
    hand.click(page.get_by_label("Enable Lightspeed 3PA/Data Warehouse"))
    for label, text in (
        ("3PA Username", dealership.cmf),
        ("3PA Password", PASSWORD),
        ("3PA Dealer ID", dealership.cmf),
    ):
        hand.type(page, label, text)
    hand.click(page.locator("#save-credentials"))
    hand.click(page.locator("#continue-setup"))

    expect(page.get_by_role("heading", name="2 codes in your Lightspeed")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Select WP")).to_be_checked()
    hand.click(page.get_by_role("button", name="Preview my webstore"))
    expect(page.locator("main")).to_contain_text("Your webstore will have")
    hand.click(page.get_by_role("button", name="Go live"))

    expect(page.get_by_role("heading", level=1, name=re.compile(r"^Run \d+$"))).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    assert hand.clicks == 7
    assert hand.typed == ["Email address", "Password", "3PA Username", "3PA Password", "3PA Dealer ID"]
    assert time.monotonic() - started < 120
