"""Steps of users on the pages, in one place, so that a changed page changes one module."""

from __future__ import annotations

import re
import time

from playwright.sync_api import FilePayload, Locator, Page, TimeoutError, expect

from tests.browser.viewports import TIMEOUT_MS

# How long a link of the navigation may take before the menu that should show it is looked at again.
FOLLOW_MS = 5_000


def enter_credentials(page: Page, cmf: str, password: str) -> None:
    """Fill in the section 3PA/Data Warehouse of LightSpeed Configuration, and save it."""
    page.get_by_label("Enable Lightspeed 3PA/Data Warehouse").check()
    page.get_by_label("3PA Username").fill(cmf)
    page.get_by_label("3PA Password").fill(password)
    page.get_by_label("3PA Dealer ID").fill(cmf)
    page.locator("#save-credentials").click()


def add_supplier_code(page: Page, code: str, manufacturer: str) -> None:
    """Add one mapping, from the dialog Supplier Code Management or its page."""
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


def navigate(page: Page, *labels: str) -> None:
    """Follow links of the navigation: a section, then one of its pages; on a phone from the menu."""
    for label in labels:
        _follow(page, label)


def _follow(page: Page, label: str) -> None:
    """Follow one link. A page that only now replaces the former one has its menu closed: open it again."""
    menu = page.get_by_label("Menu", exact=True).filter(visible=True).first
    link = (
        page.get_by_role("navigation").get_by_role("link", name=label, exact=True).filter(visible=True).first
    )
    for _attempt in range(TIMEOUT_MS // FOLLOW_MS):
        expect(link.or_(menu).first).to_be_visible()
        if not link.is_visible():
            menu.click()
        try:
            link.click(timeout=FOLLOW_MS)
            return
        except TimeoutError:
            continue
    link.click()


def open_dialog(page: Page, link: str) -> Locator:
    """Open a dialog by its link; without script it is a page, and the content of that."""
    page.get_by_role("link", name=link).click()
    inside = page.locator("dialog[open], main:not(:has(~ dialog[open]))")
    expect(inside.get_by_role("heading").first).to_be_visible()
    return inside


def choose_file(inside: Locator, content: str, name: str = "codes.csv") -> None:
    """From the list of supplier codes, choose a CSV file and look at what it would change."""
    inside.get_by_role("link", name="Import from CSV").click()
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    inside.get_by_label("CSV file").set_input_files(file)
    inside.get_by_role("button", name="Preview changes").click()


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the sign-in page, and send it."""
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def come_to(what: Locator, script: bool) -> None:
    """Wait until it is there; without script a page stays as it is until it is asked for again."""
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while not script and not what.count() and time.monotonic() < deadline:
        what.page.wait_for_timeout(300)
        what.page.reload()
    expect(what).to_be_visible()
