"""Two users edit the same dealer concurrently: the second gets a conflict and loses no input."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import choose_file, open_dialog
from tests.browser.test_dialogs import BOTH, CODES, HEADER

SAVED = "Inventory Settings saved."


def test_the_second_to_save_settings_gets_a_conflict_and_keeps_the_choices(
    visit: Visit, seed: ProgramSeed
) -> None:
    dealership = seed.add_dealership({"TR": 1})
    first, second = (visit(f"{dealership.path}/lightspeed", dealership.session) for _ in range(2))
    first.get_by_label("Available", exact=True).check()
    first.locator("#save-settings").click()
    expect(first.locator("main").get_by_text(SAVED)).to_be_visible()

    second.get_by_text("Sunday", exact=True).click()
    second.locator("#save-settings").click()
    expect(second.get_by_role("alert").filter(has_text="Not saved")).to_be_focused()
    expect(second.get_by_text("Currently saved", exact=True)).to_be_visible()
    expect(second.get_by_label("Sunday", exact=True)).to_be_checked()
    assert problems(second) == []
    second.get_by_label("Available", exact=True).check()
    second.locator("#save-settings").click()
    expect(second.locator("main").get_by_text(SAVED)).to_be_visible()

    first.reload()
    expect(first.get_by_label("Sunday", exact=True)).to_be_checked()
    expect(first.get_by_label("Available", exact=True)).to_be_checked()


def edit(page: Page, lead_time: str) -> None:
    page.get_by_role("link", name="Edit TR").click()
    page.get_by_role("form", name="Edit TR").get_by_label("Lead Time Value").fill(lead_time)


@BOTH
def test_the_second_to_save_a_supplier_code_gets_a_conflict(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership({"TR": 1})
    windows = [
        visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
        for _ in range(2)
    ]
    first, second = (open_dialog(page, CODES) for page in windows)
    edit(windows[0], "5")
    edit(windows[1], "9")
    second.get_by_label("LightSpeed Pricing").select_option("Retail")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_role("row").nth(1)).to_contain_text("5 days")

    second.get_by_role("button", name="Save").click()
    told = second.get_by_role("alert").filter(has_text="You changed this supplier code in another tab")
    expect(told).to_be_focused()
    expect(
        second.get_by_text("Currently saved: TR, Aftermarket, Tucker Rocky, 5 days, Disabled")
    ).to_be_visible()
    expect(second.get_by_label("Lead Time Value")).to_have_value("9")
    expect(second.get_by_label("LightSpeed Pricing")).to_have_value("retail")
    assert not script or problems(windows[1]) == []
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("row").nth(1)).to_contain_text("9 days")


def test_editing_a_removed_code_gets_a_conflict_and_keeps_the_input(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({"TR": 1})
    first = visit(f"{dealership.path}/supplier-codes", dealership.session)
    second = visit(f"{dealership.path}/supplier-codes", dealership.session, expected=(404,))
    edit(second, "9")
    first.get_by_role("link", name="Remove TR").click()
    first.get_by_role("button", name="Remove").click()
    expect(first.get_by_text("There are currently no supplier codes configured").first).to_be_visible()
    second.get_by_role("button", name="Save").click()
    expect(second.locator("main .note").filter(has_text="may have been removed")).to_be_visible()
    expect(second.get_by_label("Lead Time Value")).to_have_value("9")


@BOTH
def test_an_import_is_previewed_again_if_the_list_changed(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership({"TR": 1})
    first = visit(f"{dealership.path}/supplier-codes", dealership.session, java_script_enabled=script)
    second = visit(f"{dealership.path}/supplier-codes", dealership.session)
    choose_file(first.locator("main"), HEADER + "aftermarket,TR,Tucker Rocky,4,disabled\n")
    expect(first.get_by_text("updates 1; 0 unchanged")).to_be_visible()
    edit(second, "4")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("row").nth(1)).to_contain_text("4 days")
    first.get_by_role("button", name="Import").click()
    expect(first.locator("main").get_by_text("Your list changed after this preview")).to_be_visible()
    expect(first.get_by_text("updates 0; 1 unchanged")).to_be_visible()
