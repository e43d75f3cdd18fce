"""The section 3PA/Data Warehouse, as a person sees it answer (R2, R3)."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.acts import enter_credentials
from tests.browser.conftest import Visit
from tests.browser.town import Town


def test_a_wrong_password_is_told_by_itself_and_the_settings_stay(visit: Visit, town: Town) -> None:
    dealership = town.dealership(connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    enter_credentials(page, dealership.cmf, "not the password")
    expect(page.locator("#connection").get_by_text("Not connected", exact=True)).to_be_visible()
    expect(page.locator("#connection")).to_contain_text("password")
    page.reload()
    expect(page.get_by_label("3PA Username")).to_have_value(dealership.cmf)
    expect(page.get_by_label("3PA Password")).to_have_value("")
    assert "not the password" not in page.content()


def test_only_the_dealer_id_is_asked_where_the_organization_holds_the_login(visit: Visit, town: Town) -> None:
    dealership = town.dealership(organization=True, connected=False)
    page = visit(f"{dealership.path}/lightspeed", dealership.session)
    expect(page.get_by_label("3PA Dealer ID")).to_be_visible()
    expect(page.get_by_label("3PA Username")).to_have_count(0)
    expect(page.get_by_label("3PA Password")).to_have_count(0)
