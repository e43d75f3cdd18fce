"""Staff find a dealer, act for it, and import catalog files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import add_supplier_code, come_to, navigate, open_dialog, queue_update
from tests.browser.test_dialogs import BOTH, CODES
from tests.browser.users import CATALOG

LINKS = (
    "Home",
    "Runs",
    "Matching",
    "Skipped parts",
    "Inventory",
    "Webstore preview",
    "Settings",
    "Change log",
)


@pytest.mark.parametrize("width", [1280, 360])
def test_staff_always_see_for_which_dealer_they_act(visit: Visit, seed: ProgramSeed, width: int) -> None:
    dealership = seed.add_dealership()
    page = visit("/", seed.staff_session(), viewport={"width": width, "height": 800})
    for_whom = page.get_by_text(f"You are working for Dealership {dealership.cmf}.")
    expect(for_whom).to_have_count(0)
    page.get_by_label("Name or 3PA Dealer ID").press_sequentially(dealership.cmf)
    expect(page.get_by_role("row").filter(has_text="Dealership")).to_have_count(1)
    page.get_by_role("link", name=f"Dealership {dealership.cmf}").click()
    for link in LINKS:
        navigate(page, link)
        expect(for_whom).to_be_in_viewport()

    navigate(page, "Settings")
    open_dialog(page, CODES)
    add_supplier_code(page, "TR", "Tucker Rocky")
    page.get_by_role("button", name="Close").click()
    queue_update(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(r"by support\d+@staff\.example"))
    expect(for_whom).to_be_visible()
    page.get_by_role("link", name="All dealers").click()
    expect(page.get_by_text("You are working for")).to_have_count(0)


@BOTH
def test_a_catalog_file_is_imported_and_its_rejected_rows_are_listed(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    page = visit("/catalog", seed.staff_session(), java_script_enabled=script)
    page.get_by_role("link", name="Import a catalog file").first.click()
    page.get_by_role("button", name="Upload and import").click()
    expect(page.get_by_role("alert")).to_be_focused()

    file: FilePayload = {"name": "spring.csv", "mimeType": "text/csv", "buffer": CATALOG}
    page.get_by_label("Catalog file").set_input_files(file)
    page.get_by_role("button", name="Upload and import").click()
    expect(page.get_by_role("heading", level=1, name=re.compile(r"^Catalog import \d+$"))).to_be_visible()
    ended = page.get_by_role("link", name="Rejected rows (CSV, 2 rows)")
    come_to(ended, script)
    with page.expect_download() as downloading:
        ended.click()
    rows = downloading.value.path().read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["line", "3", "4"]
    page.get_by_role("link", name="Back to the catalog").click()
    expect(page.get_by_role("row", name="Western Power Sports")).to_contain_text("WPS")


def test_staff_see_first_who_needs_attention_and_sort_as_they_like(visit: Visit, seed: ProgramSeed) -> None:
    fine, failing = seed.add_dealership({"TR": 3}), seed.add_dealership({"TR": 1})
    seed.sync(fine)
    seed.set_behavior(faults=[{"kind": "json_string", "code": "TR", "times": None}])
    seed.sync(failing)
    for one in (fine, failing):
        seed.rename(one, f"Sorted {one.cmf}")
    page = visit("/dealers?matching=Sorted", seed.staff_session())
    rows = page.get_by_role("row").all_inner_texts()
    assert page.get_by_role("row").count() == 3
    places = [next(place for place, row in enumerate(rows) if one.cmf in row) for one in (failing, fine)]
    assert places == sorted(places)
    page.get_by_role("columnheader", name="Dealer").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Dealer")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_label("Sort by")).to_have_value("name")


@BOTH
def test_an_update_is_queued_for_all_selected_dealers(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealerships = [seed.add_dealership({"TR": 1}) for _ in range(2)]
    page = visit("/dealers?sort=-name", seed.staff_session(), java_script_enabled=script)
    for one in dealerships:
        page.get_by_label(f"Select Dealership {one.cmf}").check()
    number = "2 dealers" if script else "the selected dealers"
    page.get_by_role("button", name=f"Queue update for {number}").click()
    expect(page.get_by_role("heading", level=1, name="Update queued for 2 of 2 dealers")).to_be_visible()
    come_to(page.get_by_text("No update is waiting or running."), script)
    for one in dealerships:
        expect(page.get_by_role("row", name=one.cmf)).to_contain_text("Succeeded")


def test_the_address_keeps_the_filter_while_staff_search(visit: Visit, seed: ProgramSeed) -> None:
    new = seed.add_dealership(connected=False)
    page = visit("/dealers", seed.staff_session())
    page.get_by_role("link", name="Setup not finished").click()
    expect(page).to_have_url(re.compile(r"/dealers\?cause=setup$"))
    page.get_by_label("Name or 3PA Dealer ID").press_sequentially(new.cmf)
    expect(page).to_have_url(re.compile(rf"/dealers\?matching={new.cmf}&cause=setup$"))
    expect(page.get_by_role("row")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("row", name=new.cmf)).to_contain_text("Setup: 3PA not enabled")
    expect(page.get_by_role("link", name="Setup not finished")).to_have_attribute("aria-current", "true")
