"""A run on its page: finished, failed in one code, cancelled."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import come_to, navigate, open_dialog, queue_update
from tests.browser.test_dialogs import BOTH


def test_a_run_is_watched_to_its_end(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({f"C{number}": 1 for number in range(6)})
    seed.set_behavior(latency=0.4)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    queue_update(page)
    expect(page.get_by_label("of 6 supplier codes done")).to_be_visible()
    assert problems(page) == []
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    # The counts add up, and the heading says how it ended.
    expect(page.locator("dl.sum")).to_contain_text(
        re.compile(r"Received\s*6\s*Synced\s*0\s*Skipped\s*6\s*Merged\s*0\s*Kept\s*0")
    )
    expect(page.locator("#run-status")).to_have_text("Succeeded")
    # What changed is said aloud, and the page has stopped asking.
    expect(page.locator("#announcement")).to_contain_text("Succeeded, 6 of 6 supplier codes done")
    expect(page.locator("[hx-trigger^=every]")).to_have_count(0)
    for report, lines in (("Inventory report", 1), ("Skipped report", 7)):
        assert len(download(page, report)) == lines


def download(page: Page, report: str) -> list[str]:
    """The lines of a report's CSV file, from the menu of the run's page."""
    menu = page.locator("details", has_text=report)
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    with page.expect_download() as downloading:
        menu.get_by_role("link", name=f"{report} CSV").click()
    return downloading.value.path().read_text().splitlines()


def test_a_run_that_fails_in_one_code_says_which_and_why(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({"TR": 3, "PU": 2})
    seed.set_behavior(faults=[{"kind": "json_string", "code": "PU", "times": None}])
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    queue_update(page)
    rows = page.get_by_role("row")
    expect(page.get_by_text("Partial", exact=False).first).to_be_visible()
    expect(rows.filter(has=page.get_by_role("rowheader", name="TR", exact=True))).to_contain_text("Succeeded")
    failed = rows.filter(has=page.get_by_role("rowheader", name="PU", exact=True))
    expect(failed).to_contain_text("Failed")
    expect(failed).to_contain_text("Lightspeed")
    expect(failed).to_contain_text("No changes for this code.")
    assert len(download(page, "Inventory report")) == 4
    navigate(page, "Matching", "Skipped parts")
    expect(page.get_by_role("heading", level=1, name="Skipped parts")).to_be_visible()
    navigate(page, "Inventory")
    page.get_by_role("link", name="TR-1").click()
    expect(page.get_by_text("TR puts 2 on the shelf")).to_be_visible()


@BOTH
def test_a_run_is_cancelled(visit: Visit, seed: ProgramSeed, script: bool) -> None:
    dealership = seed.add_dealership({f"C{number}": 1 for number in range(30)})
    seed.set_behavior(latency=0.5)
    page = visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
    queue_update(page)
    page.get_by_role("button", name="Cancel run").click()
    expect(page.locator("main").get_by_text("Stopping run")).to_be_visible()
    come_to(page.get_by_text("Cancelled", exact=True).first, script)
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)


@BOTH
def test_a_second_update_is_not_queued_beside_the_first(
    visit: Visit, seed: ProgramSeed, script: bool
) -> None:
    dealership = seed.add_dealership({f"C{number}": 1 for number in range(30)})
    seed.set_behavior(latency=0.5)
    first, second = (
        visit(f"{dealership.path}/lightspeed", dealership.session, java_script_enabled=script)
        for _ in range(2)
    )
    inside = open_dialog(second, "Queue Inventory Update")
    queue_update(first)
    inside.get_by_role("button", name="Queue Inventory Update").click()
    expect(inside).to_contain_text("An inventory update is running")
    first.get_by_role("button", name="Cancel run").click()
    expect(first.locator("main").get_by_text("Stopping run")).to_be_visible()
