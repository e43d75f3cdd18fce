"""Every page and dialog can be read by everybody: light and dark, desktop and phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import problems
from tests.browser.acts import queue_update
from tests.browser.conftest import Visit
from tests.browser.town import Dealership, Town

PAGES = (
    *("", "/lightspeed", "/supplier-codes", "/supplier-codes/new", "/supplier-codes/import"),
    *("/runs", "/runs/new", "/inventory", "/skipped", "/webstore?q=brake", "/no-such-page"),
)


@pytest.fixture(scope="module")
def dealership(town_hall: Town) -> Dealership:
    """A dealer with something on every page."""
    return town_hall.dealership({"TR": 3, "PU": 1})


def test_every_page_of_a_dealer(visit: Visit, dealership: Dealership) -> None:
    page = visit(f"{dealership.path}/lightspeed", dealership.session, expected=(404,))
    queue_update(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    found = problems(page)
    for path in PAGES:
        page.goto(dealership.path + path)
        found += problems(page)
    assert found == []


def test_every_page_of_a_newcomer(visit: Visit, town: Town) -> None:
    newcomer = town.dealership(connected=False)
    page = visit(newcomer.path, newcomer.session, expected=(404,))
    found = []
    for path in PAGES:
        page.goto(newcomer.path + path)
        found += problems(page)
    assert found == []


def test_every_dialog(visit: Visit, dealership: Dealership) -> None:
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    dialog = page.get_by_role("dialog")
    page.get_by_role("link", name="Queue Inventory Update").click()
    expect(dialog.get_by_role("heading", name="Queue Inventory Update")).to_be_visible()
    found = problems(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Manage Supplier Codes").click()
    expect(dialog.get_by_role("row")).to_have_count(3)
    found += problems(page)
    dialog.get_by_role("link", name="Remove TR").click()
    expect(dialog.get_by_role("button", name="Remove")).to_be_visible()
    found += problems(page)
    dialog.get_by_role("link", name="Back to the list").click()
    dialog.get_by_role("link", name="Add Supplier Code").click()
    dialog.get_by_label("LightSpeed Supplier Code").fill("X")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_focused()
    found += problems(page)
    assert found == []


def test_what_staff_and_strangers_see(visit: Visit, town: Town, dealership: Dealership) -> None:
    found = problems(visit("/login"))
    staff = visit("/", town.staff(), expected=(404,))
    found += problems(staff)
    for path in (dealership.path, "/catalog", "/catalog/imports/new", "/change", "/no-such-page"):
        staff.goto(path)
        found += problems(staff)
    assert found == []
