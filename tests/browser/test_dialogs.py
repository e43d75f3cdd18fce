"""Every dialog, in a browser with script and, as a page, in one without."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import add_supplier_code, choose_file, open_dialog, queue_update
from webapp.core import clock
from webapp.core.enums import WEEKDAYS
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration

CODES, QUEUE = "Manage Supplier Codes", "Queue Inventory Update"
HEADER = "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@BOTH
def test_supplier_codes_are_added_edited_and_moved(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    inside = open_dialog(page, CODES)
    add_supplier_code(page, "TR", "Tucker Rocky")
    add_supplier_code(page, "PU", "Parts Unlimited")
    inside.get_by_role("button", name="Move PU to Parts Unlimited up").click()
    expect(inside.get_by_role("row").nth(1)).to_contain_text("PU")

    inside.get_by_role("link", name="Edit PU to Parts Unlimited").click()
    form = inside.get_by_role("form", name="Edit PU")
    form.get_by_label("Lead Time Value").fill("9")
    form.get_by_role("button", name="Save").click()
    expect(inside.get_by_role("row").nth(1)).to_contain_text("9 days")


@BOTH
def test_several_rows_are_typed_before_one_save(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    inside = open_dialog(page, CODES)
    inside.get_by_label("LightSpeed Supplier Code").fill("TR")
    inside.get_by_label("Manufacturer/Distributor").fill("Tucker Rocky")
    inside.get_by_role("button", name="Add Supplier Code").click()
    expect(inside.get_by_text("1 code not saved")).to_be_visible()
    expect(inside.get_by_label("LightSpeed Supplier Code")).to_be_focused()
    inside.get_by_label("LightSpeed Supplier Code").fill("PU")
    inside.get_by_label("Manufacturer/Distributor").fill("Nobody")
    inside.get_by_role("button", name="Save").click()
    expect(inside.get_by_role("alert")).to_be_focused()
    expect(inside.get_by_role("alert")).to_contain_text("Manufacturer/Distributor")
    expect(inside.locator("#draft-1")).to_contain_text("Not saved yet")

    inside.get_by_label("Manufacturer/Distributor").fill("Parts Unlimited")
    inside.get_by_role("button", name="Add Supplier Code").click()
    expect(inside.get_by_text("2 codes not saved")).to_be_visible()
    inside.get_by_role("button", name="Undo TR").click()
    expect(inside.get_by_text("1 code not saved")).to_be_visible()
    inside.get_by_role("button", name="Save").click()
    expect(inside.get_by_role("link", name="Queue Update Now")).to_be_visible()
    expect(inside.get_by_role("row")).to_have_count(2)
    expect(inside.get_by_role("row").nth(1)).to_contain_text("PU")


@BOTH
def test_a_removed_code_leaves_its_stock_or_clears_it(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership({"TR": 3})
    seed.sync(dealership)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    inside = open_dialog(page, CODES)
    inside.get_by_role("link", name="Remove TR to Tucker Rocky").click()
    expect(inside).to_contain_text("3 products have stock from TR")
    inside.get_by_label("Set their quantity to zero").check()
    inside.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("3 products set to zero.").first).to_be_visible()
    expect(inside.get_by_text("There are currently no supplier codes configured")).to_be_visible()


@BOTH
def test_an_import_shows_first_what_it_would_change(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership({"TR": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    inside = open_dialog(page, CODES)
    choose_file(inside, HEADER + "aftermarket,TR,Nobody,1,retail\n")
    expect(inside.get_by_role("alert")).to_be_focused()
    expect(inside.get_by_role("alert")).to_contain_text("Line 2")

    inside.get_by_role("link", name="Back to the list").click()
    rows = "aftermarket,TR,Tucker Rocky,4,retail\naftermarket,PU,Parts Unlimited,,disabled\n"
    choose_file(inside, HEADER + rows)
    expect(inside.get_by_text("This file adds 1 supplier code and updates 1; 0 unchanged.")).to_be_focused()
    expect(inside.get_by_role("row", name="TR Updated")).to_contain_text("1 day 4 days")
    inside.get_by_role("button", name="Import").click()
    expect(page.get_by_text("1 supplier code added, 1 updated, 0 unchanged.").first).to_be_visible()
    expect(inside.get_by_role("row")).to_have_count(3)
    expect(inside.get_by_role("row").nth(1)).to_contain_text("4 days")
    with page.expect_download() as downloading:
        inside.get_by_role("link", name="Export as CSV").click()
    assert downloading.value.path().read_text().splitlines()[2] == "aftermarket,PU,Parts Unlimited,1,disabled"


@BOTH
def test_an_update_is_queued(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership({"TR": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    queue_update(page)


@BOTH
def test_an_update_on_a_disabled_day_is_asked_for_twice(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership({"TR": 1})
    today = WEEKDAYS[clock.local_today("America/Chicago").weekday()]
    with seed.database():
        configuration = db.session.get_one(Configuration, dealership.id)
        configurations.save_settings(configuration, disabled_on=[today])
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    inside = open_dialog(page, QUEUE)
    inside.get_by_role("button", name=QUEUE).click()
    expect(inside.get_by_role("alert").filter(has_text="was not queued")).to_be_focused()
    inside.get_by_label("Run anyway").check()
    inside.get_by_role("button", name=QUEUE).click()
    page.locator("summary").filter(has_text="Details").click()
    expect(page.get_by_text("runs even on a disabled day")).to_be_visible()


@BOTH
def test_without_supplier_codes_the_dialog_leads_to_adding_one(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit(f"{dealership.path}/runs/new", dealership.session, java_script_enabled=script)
    expect(page.locator("main")).to_contain_text("There are currently no supplier codes configured")
    page.get_by_role("link", name="Add Supplier Code").click()
    expect(page.get_by_label("LightSpeed Supplier Code")).to_be_focused()


def test_a_closed_dialog_returns_the_focus(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({"TR": 1})
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    opener = page.get_by_role("link", name=CODES)
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def test_a_manufacturer_is_found_while_typing(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/supplier-codes/new", dealership.session)
    field = page.get_by_role("combobox", name="Manufacturer/Distributor")
    field.click()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    field.press_sequentially("unlim")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_text("Parts Unlimited")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Parts Unlimited")
    expect(page.get_by_role("listbox")).to_have_count(0)

    field.fill("honda")
    expect(page.get_by_text("Honda is an OEM.")).to_be_visible()
    page.get_by_role("button", name="Switch catalog").click()
    expect(page.get_by_label("Ecommerce Catalog")).to_have_value("oem")
    page.get_by_role("listbox").get_by_text("Honda").click()
    expect(field).to_have_value("Honda")


def test_escape_closes_the_suggestions_and_then_the_dialog(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    inside = open_dialog(page, CODES)
    inside.get_by_role("combobox", name="Manufacturer/Distributor").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
