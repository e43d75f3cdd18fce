"""Two people who edit the same dealer at once: the second is told, and nothing is lost."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.town import Town


def test_the_second_to_save_is_told_and_keeps_what_was_chosen(visit: Visit, town: Town) -> None:
    dealership = town.dealership({"TR": 1})
    first, second = (visit(f"{dealership.path}/lightspeed", dealership.session) for _ in range(2))
    first.get_by_label("Available", exact=True).check()
    first.locator("#save-settings").click()
    expect(first.locator("main").get_by_text("Inventory Settings: saved.")).to_be_visible()

    second.get_by_text("Sunday", exact=True).click()
    second.locator("#save-settings").click()
    expect(second.get_by_role("alert").filter(has_text="could not be saved")).to_be_focused()
    expect(second.get_by_text("Stored now", exact=True)).to_be_visible()
    expect(second.get_by_label("Sunday", exact=True)).to_be_checked()
    second.get_by_label("Available", exact=True).check()
    second.locator("#save-settings").click()
    expect(second.locator("main").get_by_text("Inventory Settings: saved.")).to_be_visible()

    first.reload()
    expect(first.get_by_label("Sunday", exact=True)).to_be_checked()
    expect(first.get_by_label("Available", exact=True)).to_be_checked()


def test_a_session_that_ended_loses_nothing_that_was_typed(visit: Visit, town: Town) -> None:
    dealership = town.dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, expected=(401,))
    page.get_by_label("3PA Dealer ID").fill("4711")
    page.context.clear_cookies()
    page.locator("#save-credentials").click()
    expect(page.get_by_text("Your session has ended").first).to_be_visible()
    expect(page.get_by_label("3PA Dealer ID")).to_have_value("4711")
