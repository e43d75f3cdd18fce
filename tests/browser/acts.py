"""What people do on the pages, in one place: a page that changes its way changes it here."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def enter_credentials(page: Page, cmf: str, password: str) -> None:
    """Fill in the section 3PA/Data Warehouse of LightSpeed Configuration, and save it."""
    page.get_by_label("Enable Lightspeed 3PA/Data Warehouse").check()
    page.get_by_label("3PA Username").fill(cmf)
    page.get_by_label("3PA Password").fill(password)
    page.get_by_label("3PA Dealer ID").fill(cmf)
    page.locator("#save-credentials").click()


def add_supplier_code(page: Page, code: str, manufacturer: str) -> None:
    """Add one mapping, from the dialog Supplier Code Management or its page."""
    page.get_by_role("link", name="Add Supplier Code").click()
    page.get_by_label("LightSpeed Supplier Code").fill(code)
    page.get_by_label("Manufacturer/Distributor").fill(manufacturer)
    page.get_by_label("LightSpeed Pricing").select_option("Retail")
    page.locator("main, dialog[open]").last.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text=manufacturer)).to_contain_text(code)


def queue_update(page: Page) -> None:
    """From LightSpeed Configuration, ask for a run; ends on the run's page."""
    page.get_by_role("link", name="Queue Inventory Update").click()
    page.get_by_role("button", name="Queue Inventory Update").click()
    expect(page.get_by_role("heading", level=1, name=re.compile(r"^Run \d+$"))).to_be_visible()
