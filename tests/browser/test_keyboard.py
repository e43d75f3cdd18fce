"""Keyboard alone: the way of the newcomer, without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.town import PASSWORD, Town


def reach(page: Page, what: str) -> None:
    """Press Tab until the focus is on what is named so."""
    name = "(e) => (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '').trim()"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(f"({name})(document.activeElement)"))
        if seen[-1] == what:
            return
    raise AssertionError(f"{what} was not reached: {seen}")


def test_a_dealer_connects_maps_and_syncs_without_a_mouse(visit: Visit, town: Town) -> None:
    dealership = town.dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    keys = page.keyboard
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")

    reach(page, "Enable Lightspeed 3PA/Data Warehouse")
    keys.press("Space")
    for label, typed in (
        ("3PA Username", dealership.cmf),
        ("3PA Password", PASSWORD),
        ("3PA Dealer ID", dealership.cmf),
    ):
        reach(page, label)
        keys.type(typed)
    keys.press("Enter")
    expect(page.locator("#connection").get_by_text("Connected", exact=True)).to_be_visible()

    reach(page, "Manage Supplier Codes")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    reach(page, "Add Supplier Code")
    keys.press("Enter")
    expect(page.get_by_label("LightSpeed Supplier Code")).to_be_focused()
    keys.type("TR")
    reach(page, "Manufacturer/Distributor")
    keys.type("Tucker Rocky")
    reach(page, "Save")
    keys.press("Enter")
    expect(page.get_by_role("row").filter(has_text="Tucker Rocky")).to_be_visible()
    keys.press("Escape")

    expect(page.get_by_role("link", name="Queue Inventory Update")).to_be_visible()
    reach(page, "Queue Inventory Update")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    reach(page, "Queue Inventory Update")
    keys.press("Enter")
    expect(page.get_by_text("Succeeded").first).to_be_visible()
