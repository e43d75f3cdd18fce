"""A run, watched: to its end, failed in one code, cancelled."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.acts import queue_update
from tests.browser.conftest import Visit
from tests.browser.town import Town


def test_a_run_that_fails_in_one_code_says_which_and_why(visit: Visit, town: Town) -> None:
    dealership = town.dealership({"TR": 3, "PU": 2})
    town.switch(faults=[{"kind": "json_string", "code": "PU", "times": None}])
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    queue_update(page)
    rows = page.get_by_role("row")
    expect(page.get_by_text("Partial", exact=False).first).to_be_visible()
    expect(rows.filter(has=page.get_by_role("rowheader", name="TR"))).to_contain_text("Succeeded")
    failed = rows.filter(has=page.get_by_role("rowheader", name="PU"))
    expect(failed).to_contain_text("Failed")
    expect(failed).to_contain_text("Lightspeed")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Inventory report").click()
    assert len(downloading.value.path().read_text().splitlines()) == 4


def test_a_run_is_cancelled_and_the_page_tells_its_end_by_itself(visit: Visit, town: Town) -> None:
    dealership = town.dealership({f"C{number}": 1 for number in range(30)})
    town.switch(latency=0.5)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    queue_update(page)
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.locator("main").get_by_text("is being cancelled")).to_be_visible()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this run")).to_have_count(0)


def test_a_second_update_is_not_queued_beside_the_first(visit: Visit, town: Town) -> None:
    dealership = town.dealership({f"C{number}": 1 for number in range(30)})
    town.switch(latency=0.5)
    first, second = (visit(f"{dealership.path}/lightspeed", dealership.session) for _ in range(2))
    second.get_by_role("link", name="Queue Inventory Update").click()
    asking = second.get_by_role("dialog").get_by_role("button", name="Queue Inventory Update")
    expect(asking).to_be_visible()
    queue_update(first)
    asking.click()
    expect(second.get_by_role("dialog")).to_contain_text("An inventory update is under way")
    first.get_by_role("button", name="Cancel this run").click()
    expect(first.get_by_text("Cancelled", exact=True).first).to_be_visible()
