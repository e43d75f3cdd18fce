"""Staff find a dealer, act for it, and import catalog files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import add_supplier_code, come_to, open_dialog, queue_update
from tests.browser.test_dialogs import BOTH, CODES
from tests.browser.users import CATALOG

LINKS = ("Home", "LightSpeed Configuration", "Runs", "Inventory", "Skipped parts", "Webstore preview")


@pytest.mark.parametrize("width", [1280, 360])
def test_staff_always_see_for_which_dealer_they_act(visit: Visit, seed: ProgramSeed, width: int) -> None:
    dealership = seed.add_dealership()
    page = visit("/", seed.staff_session(), viewport={"width": width, "height": 800})
    for_whom = page.get_by_text(f"You are working for Dealership {dealership.cmf}.")
    expect(for_whom).to_have_count(0)
    page.get_by_label("Name or 3PA Dealer ID").press_sequentially(dealership.cmf)
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name=f"Dealership {dealership.cmf}").click()
    for link in LINKS:
        page.get_by_role("link", name=link, exact=True).first.click()
        expect(for_whom).to_be_in_viewport()

    page.get_by_role("link", name="LightSpeed Configuration").first.click()
    open_dialog(page, CODES)
    add_supplier_code(page, "TR", "Tucker Rocky")
    page.get_by_role("button", name="Close").click()
    queue_update(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(r"by support\d+@staff\.example"))
    expect(for_whom).to_be_visible()
    page.get_by_role("link", name="Dealers", exact=True).click()
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
    page = visit("/dealers", seed.staff_session())
    rows = page.get_by_role("row").all_inner_texts()
    places = [next(place for place, row in enumerate(rows) if one.cmf in row) for one in (failing, fine)]
    assert places == sorted(places)
    page.get_by_role("columnheader", name="Dealer").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Dealer")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_label("Sort by")).to_have_value("name")
