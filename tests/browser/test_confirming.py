"""The password is asked for before a sensitive change, in a dialog over the filled-in form."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, ProgramSeed


def test_a_dialog_asks_for_the_password_and_the_input_is_saved_afterwards(
    visit: Visit, seed: ProgramSeed
) -> None:
    newcomer = seed.add_dealership(connected=False)
    session = seed.stale_session(newcomer.email)
    page = visit(f"{newcomer.path}/lightspeed", session=session, expected=(401, 422))
    form = page.get_by_role("region", name="3PA/Data Warehouse")
    form.get_by_label("3PA Username").fill("typed-before")
    form.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Confirm your password")
    dialog.get_by_label("Password").fill("wrong horse")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_contain_text("Wrong password")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    dialog.get_by_role("link", name="Back to the form").click()
    expect(form.get_by_label("3PA Username")).to_have_value("typed-before")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main").get_by_text("3PA/Data Warehouse settings saved.")).to_be_visible()
