"""Every dialog, in a browser with script and, as a page, in one without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import add_supplier_code, queue_update
from tests.browser.conftest import Visit
from tests.browser.town import Town

BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


def place(page: Page, script: bool) -> str:
    """Where a dialog's content is."""
    expect(page.get_by_role("dialog")).to_have_count(1 if script else 0)
    return "dialog[open]" if script else "main"


@BOTH
def test_supplier_codes_are_added_edited_moved_and_removed(visit: Visit, town: Town, script: bool) -> None:
    dealership = town.dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    page.get_by_role("link", name="Manage Supplier Codes").click()
    inside = page.locator(place(page, script))
    add_supplier_code(page, "TR", "Tucker Rocky")
    add_supplier_code(page, "PU", "Parts Unlimited")
    inside.get_by_role("button", name="Move PU to Parts Unlimited up").click()
    expect(inside.get_by_role("row").nth(1)).to_contain_text("PU")

    inside.get_by_role("link", name="Edit PU to Parts Unlimited").click()
    inside.get_by_label("Lead Time Value").fill("9")
    inside.get_by_role("button", name="Save").click()
    expect(inside.get_by_role("row").nth(1)).to_contain_text("9 days")

    inside.get_by_role("link", name="Remove TR to Tucker Rocky").click()
    inside.get_by_role("button", name="Remove").click()
    expect(inside.get_by_role("row")).to_have_count(2)


@BOTH
def test_a_row_that_is_wrong_is_sent_back_with_the_reason_focused(
    visit: Visit, town: Town, script: bool
) -> None:
    dealership = town.dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    page.get_by_role("link", name="Manage Supplier Codes").click()
    page.get_by_role("link", name="Add Supplier Code").click()
    page.get_by_label("LightSpeed Supplier Code").fill("TR")
    page.get_by_label("Manufacturer/Distributor").fill("Nobody")
    page.locator(place(page, script)).get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Manufacturer")).to_be_focused()
    expect(page.get_by_label("LightSpeed Supplier Code")).to_have_value("TR")


@BOTH
def test_an_update_is_queued(visit: Visit, town: Town, script: bool) -> None:
    dealership = town.dealership({"TR": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    queue_update(page)
    if not script:
        # Without script a page stays as it is until it is asked for again.
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Run")


def test_a_dialog_gives_the_focus_back_to_what_opened_it(visit: Visit, town: Town) -> None:
    dealership = town.dealership({"TR": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    opener = page.get_by_role("link", name="Manage Supplier Codes")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
