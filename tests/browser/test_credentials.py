"""The section 3PA/Data Warehouse and its response to refused credentials, in a browser (R2, R3)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.seed import PASSWORD, ProgramSeed
from tests.browser.steps import enter_credentials, navigate, queue_update


def test_a_wrong_password_is_reported_separately_and_the_settings_stay(
    visit: Visit, seed: ProgramSeed
) -> None:
    dealership = seed.add_dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    enter_credentials(page, dealership.cmf, "not the password")
    connection = page.locator("#connection")
    expect(connection.get_by_text("Not connected", exact=True)).to_be_visible()
    expect(connection).to_contain_text("password")
    page.reload()
    expect(page.get_by_label("3PA Username")).to_have_value(dealership.cmf)
    expect(page.get_by_label("3PA Password")).to_have_value("")
    assert "not the password" not in page.content()
    page.get_by_label("3PA Password").fill(PASSWORD)
    page.locator("#save-credentials").click()
    expect(connection.get_by_text("Connected", exact=True)).to_be_visible()


def test_a_dealer_of_an_organization_gives_only_its_id_and_syncs(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership({"TR": 2}, organization=True, connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    expect(page.get_by_label("3PA Username")).to_have_count(0)
    expect(page.get_by_label("3PA Password")).to_have_count(0)
    page.get_by_label("Enable Lightspeed 3PA/Data Warehouse").check()
    page.get_by_label("3PA Dealer ID").fill(dealership.cmf)
    page.locator("#save-credentials").click()
    expect(page.locator("#connection").get_by_text("Connected", exact=True)).to_be_visible()
    queue_update(page)
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def test_a_password_that_changed_ends_the_run_and_its_banner_goes_with_the_cause(
    visit: Visit, seed: ProgramSeed
) -> None:
    dealership = seed.add_dealership({"TR": 2, "PU": 1})
    seed.set_behavior(password_state="wrong")
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    queue_update(page)
    expect(page.get_by_text("Failed", exact=True).first).to_be_visible()
    rows = page.get_by_role("row")
    expect(rows.filter(has=page.get_by_role("rowheader", name="PU"))).to_contain_text("Not tried")
    navigate(page, "Settings")
    expect(page.get_by_label("3PA Username")).to_have_value(dealership.cmf)
    banner = page.get_by_role("region", name="Is anything wrong?").locator("[data-cause]")
    page.goto(dealership.path)
    expect(banner).not_to_have_count(0)

    seed.set_behavior()
    seed.sync(dealership)
    page.reload()
    expect(banner).to_have_count(0)
