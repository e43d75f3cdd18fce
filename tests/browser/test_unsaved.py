"""Unsaved input survives a poll, an expired session and an accidental key."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, Dealership, ProgramSeed
from tests.browser.steps import enter_credentials, open_dialog, queue_update, sign_in
from tests.browser.test_dialogs import CODES

ENDED = "Your session has ended"


def test_a_poll_keeps_what_is_being_typed(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership(connected=False)
    seed.set_behavior(latency=1.5)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    enter_credentials(page, dealership.cmf, PASSWORD)
    expect(page.locator("#connection").get_by_text("Checking", exact=True)).to_be_visible()
    page.get_by_label("3PA Username").fill("typed before the poll")
    page.get_by_text("Sunday", exact=True).click()
    page.get_by_label("3PA Username").focus()
    expect(page.locator("#connection").get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.get_by_label("3PA Username")).to_have_value("typed before the poll")
    expect(page.get_by_label("3PA Username")).to_be_focused()
    expect(page.get_by_label("Sunday", exact=True)).to_be_checked()

    page.locator("#save-settings").click()
    expect(page.locator("main").get_by_text("Inventory Settings saved.")).to_be_visible()
    expect(page.get_by_label("3PA Username")).to_have_value("typed before the poll")


def sign_in_elsewhere(page: Page, dealership: Dealership) -> None:
    """In another tab of the same browser."""
    tab = page.context.new_page()
    tab.goto("/login")
    sign_in(tab, dealership.email, PASSWORD)
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Dealership")
    tab.close()


def test_an_ended_session_loses_nothing_and_the_form_goes_on(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, expected=(400, 401))
    page.get_by_label("3PA Dealer ID").fill("4711")
    page.context.clear_cookies()
    page.locator("#save-credentials").click()
    expect(page.get_by_text(ENDED).first).to_be_visible()
    expect(page.get_by_label("3PA Dealer ID")).to_have_value("4711")

    sign_in_elsewhere(page, dealership)
    page.locator("#save-credentials").click()
    expect(page.get_by_text("You signed in again after you opened this page").first).to_be_visible()
    expect(page.get_by_label("3PA Dealer ID")).to_have_value("4711")
    page.locator("#save-credentials").click()
    expect(page.locator("main").get_by_text("3PA/Data Warehouse settings saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("3PA Dealer ID")).to_have_value("4711")


def test_an_ended_session_loses_nothing_without_script(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership(connected=False)
    path, options = f"{dealership.path}/lightspeed", {"java_script_enabled": False, "expected": (401,)}
    page = visit(path, dealership.session, **options)
    page.get_by_label("3PA Dealer ID").fill("4711")
    page.context.clear_cookies()
    page.locator("#save-credentials").click()
    expect(page.get_by_role("heading", level=1, name="Not saved yet")).to_be_visible()
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="sign in again").click()
    sign_in(opening.value, dealership.email, PASSWORD)
    expect(opening.value.get_by_role("heading", level=1)).to_contain_text("Dealership")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("main").get_by_text("3PA/Data Warehouse settings saved.")).to_be_visible()
    expect(page.get_by_label("3PA Dealer ID")).to_have_value("4711")


def test_an_ended_session_loses_nothing_in_a_dialog(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, expected=(400, 401))
    dialog = open_dialog(page, CODES)
    dialog.get_by_label("LightSpeed Supplier Code").fill("TR")
    dialog.get_by_label("Manufacturer/Distributor").fill("Tucker Rocky")
    page.context.clear_cookies()
    dialog.get_by_role("button", name="Save").click()
    # The list of manufacturers, which is looked up while one types, may say so as well.
    expect(dialog.get_by_text(f"{ENDED} and nothing was saved")).to_be_visible()
    sign_in_elsewhere(page, dealership)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("You signed in again after you opened this page")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Tucker Rocky")


def test_a_page_that_watches_a_run_says_that_the_session_has_ended(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({f"C{number}": 1 for number in range(30)})
    seed.set_behavior(latency=0.5)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, expected=(401,))
    queue_update(page)
    page.context.clear_cookies()
    expect(page.get_by_text(ENDED).first).to_be_visible()
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()


def test_a_dialog_with_typed_rows_asks_before_it_closes(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    answers = [False, True]
    page.on("dialog", lambda asked: asked.accept() if answers.pop(0) else asked.dismiss())
    dialog = open_dialog(page, CODES)
    dialog.get_by_label("LightSpeed Supplier Code").fill("TR")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog.get_by_label("LightSpeed Supplier Code")).to_have_value("TR")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert answers == []
