"""The newcomer's whole way: from the first sign-in to a product that a shopper finds."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.acts import add_supplier_code, enter_credentials, queue_update
from tests.browser.conftest import Visit
from tests.browser.town import PASSWORD, Town


def test_a_newcomer_connects_maps_a_code_syncs_and_finds_the_product(visit: Visit, town: Town) -> None:
    dealership = town.dealership(connected=False)
    page = visit("/")
    sign_in(page, dealership.email)
    expect(page.get_by_text("There are currently no supplier codes configured")).to_be_visible()
    page.goto(f"{dealership.path}/lightspeed")
    expect(page.get_by_label("Use Lightspeed Inventory")).not_to_be_checked()

    enter_credentials(page, dealership.cmf, PASSWORD)
    expect(page.locator("#connection").get_by_text("Connected", exact=True)).to_be_visible()
    page.get_by_role("link", name="Manage Supplier Codes").click()
    add_supplier_code(page, "TR", "Tucker Rocky")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_text("There are currently no supplier codes configured")).to_have_count(0)
    expect(page.get_by_label("Use Lightspeed Inventory")).to_be_checked()

    queue_update(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    look_for(page, f"{dealership.path}/webstore", "TR-1")
    expect(page.get_by_role("listitem").filter(has_text="Brake pad TR-1")).to_contain_text("$24.50")


def look_for(page: Page, webstore: str, words: str) -> None:
    """Search as a shopper does, again and again: the index follows a run's end within seconds."""
    for _ in range(60):
        page.goto(webstore)
        page.get_by_label("Search the webstore").fill(words)
        page.get_by_role("button", name="Search").click()
        page.wait_for_timeout(500)
        if page.locator("#products").get_by_role("link", name=words).count():
            return


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
