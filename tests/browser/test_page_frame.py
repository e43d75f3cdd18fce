"""The frame of every page: keys, menus, the focus of dialogs, busy buttons and toasts."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.users import DEALER, PageUser

PHONE = {"width": 390, "height": 844}


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_keys_go_to_pages_and_search(visit: Visit, users: dict[str, PageUser]) -> None:
    page = visit("/account", users[DEALER].session)
    heading(page, "Account")
    page.keyboard.press("g")
    page.keyboard.press("r")
    heading(page, "Runs")
    page.keyboard.press("/")
    heading(page, "Find a part")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("gr?")
    expect(page.locator("#q")).to_have_value("gr?")
    heading(page, "Find a part")


def test_the_keys_are_listed_and_can_be_turned_off(visit: Visit, users: dict[str, PageUser]) -> None:
    page = visit("/account", users[DEALER].session)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Keyboard shortcuts")).to_be_focused()
    dialog.get_by_label("Use these shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    page.get_by_text("Account", exact=True).first.click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(dialog.get_by_label("Use these shortcuts")).not_to_be_checked()


def test_a_dialog_gives_the_focus_to_its_first_field(visit: Visit, users: dict[str, PageUser]) -> None:
    page = visit("/design", users[DEALER].session)
    page.get_by_role("link", name="Open the dialog").click()
    expect(page.get_by_role("dialog").get_by_label("3PA Username")).to_be_focused()


def test_a_button_is_busy_while_its_request_runs_and_a_toast_says_that_it_is_saved(
    visit: Visit, users: dict[str, PageUser]
) -> None:
    page = visit("/design", users[DEALER].session)
    opening: list[Route] = []
    page.route("**/design/dialog", lambda route: opening.append(route))
    link = page.get_by_role("link", name="Open the dialog")
    link.click()
    expect(link).to_have_attribute("aria-busy", "true")
    opening[0].continue_()
    held: list[Route] = []
    page.route("**/design/saving", lambda route: held.append(route))
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Queue update")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Enter")
    for route in held:
        route.continue_()
    expect(dialog.locator(".toasts").get_by_text("Saved.")).to_be_visible()
    expect(button).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 1
    assert link.get_attribute("aria-busy") is None


def test_the_menu_of_a_phone_works_without_script(visit: Visit, users: dict[str, PageUser]) -> None:
    page = visit("/account", users[DEALER].session, viewport=PHONE, java_script_enabled=False)
    page.get_by_label("Menu", exact=True).first.click()
    page.get_by_role("link", name="Runs", exact=True).click()
    heading(page, "Runs")


def test_a_menu_is_closed_by_escape_and_by_a_click_elsewhere(
    visit: Visit, users: dict[str, PageUser]
) -> None:
    page = visit("/account", users[DEALER].session)
    menu, sign_out = (
        page.get_by_text("Account", exact=True).first,
        page.get_by_role("button", name="Sign out"),
    )
    menu.click()
    expect(sign_out).to_be_visible()
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    menu.click()
    page.get_by_role("heading", level=1).click()
    expect(sign_out).to_be_hidden()
