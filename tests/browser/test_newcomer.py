"""A new user gets from the first sign-in to a product in the webstore."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, ProgramSeed
from tests.browser.steps import (
    add_supplier_code,
    come_to,
    enter_credentials,
    navigate,
    open_dialog,
    queue_update,
    sign_in,
)
from tests.browser.test_dialogs import BOTH, CODES
from tests.browser.viewports import TIMEOUT_MS

NO_CODES = "There are currently no supplier codes configured"


@BOTH
def test_a_newcomer_connects_maps_a_code_syncs_and_finds_the_product(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", java_script_enabled=script)
    sign_in(page, dealership.email, PASSWORD)
    # Landed where one was going.
    expect(page.get_by_role("heading", level=1, name="LightSpeed Configuration")).to_be_visible()
    expect(page.get_by_text(NO_CODES)).to_be_visible()
    expect(page.get_by_label("Use Lightspeed Inventory")).not_to_be_checked()

    enter_credentials(page, dealership.cmf, PASSWORD)
    come_to(page.locator("#connection").get_by_text("Connected", exact=True), script)
    open_dialog(page, CODES)
    add_supplier_code(page, "TR", "Tucker Rocky")
    back = page.get_by_role("link", name="Back to LightSpeed Configuration")
    page.get_by_role("button", name="Close").or_(back).click()
    expect(page.get_by_text(NO_CODES)).to_have_count(0)
    expect(page.get_by_label("Use Lightspeed Inventory")).to_be_checked()

    queue_update(page)
    come_to(page.get_by_text("Succeeded").first, script)
    navigate(page, "Inventory", "Webstore preview")
    found = look_for(page, "TR-1")
    expect(found).to_contain_text("$24.50")
    expect(found).to_contain_text("Ships in 1 day")
    navigate(page, "Home")
    expect(page.get_by_text("Get your inventory online in 3 steps")).to_have_count(0)


def look_for(page: Page, words: str) -> Locator:
    """Search as a shopper does, again and again: the index follows a run's end within seconds."""
    found = page.locator("#products").get_by_role("listitem").filter(has_text=words)
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while not found.count() and time.monotonic() < deadline:
        page.get_by_label("Search the webstore").fill(words)
        page.get_by_role("button", name="Search").click()
        page.wait_for_timeout(300)
    return found
