"""The list of dealers for staff, and each dealer's home."""

from __future__ import annotations

from datetime import timedelta

from tests.webapp.views.client import LintingClient
from tests.webapp.views.shop import Shop
from webapp import clock
from webapp.extensions import db
from webapp.models import Dealer
from webapp.presenters.dealer_list import PAGE_LENGTH


def test_each_dealer_is_listed_with_connection_and_last_run(staff: LintingClient, shop: Shop, dealer: Dealer):
    shop.configuration(dealer, check_state="refused", check_reason="No.")
    shop.run(dealer, "succeeded")
    last = shop.run(dealer, "failed", queued_at=clock.now() - timedelta(hours=5))
    shop.dealer("Lakeside Cycle")
    page = staff.get("/dealers").text
    assert "Prairie Powersports" in page
    assert "Lakeside Cycle" in page
    assert "Not connected" in page
    assert f"Run {last.id}</a>" in page
    assert "5 hours ago" in page
    assert "Succeeded" not in page


def test_dealers_are_found_by_part_of_their_name(staff: LintingClient, shop: Shop, dealer: Dealer):
    shop.dealer("Lakeside Cycle")
    for page in (staff.get("/dealers?matching=LAKE"), staff.hx("GET", "/dealers?matching=LAKE")):
        assert "Lakeside Cycle" in page.text
        assert "Prairie" not in page.text
    assert "No dealer’s name contains “100%”." in staff.get("/dealers?matching=100%25").text
    assert staff.get("/dealers?matching=%00&page=x").status_code == 200


def test_many_dealers_come_a_page_at_a_time(staff: LintingClient, shop: Shop):
    db.session.add_all(
        Dealer(name=f"Dealer {n:03}", timezone="America/Denver") for n in range(PAGE_LENGTH + 1)
    )
    db.session.commit()
    first, second = staff.get("/dealers").text, staff.get("/dealers?page=2").text
    assert "Dealer 000" in first
    assert f"Dealer {PAGE_LENGTH:03}" not in first
    assert f"Dealer {PAGE_LENGTH:03}" in second
    assert "Previous" in second
    assert "Next" not in second


def test_home_shows_connection_and_last_run(client: LintingClient, shop: Shop, dealer: Dealer):
    shop.configuration(dealer)
    run = shop.run(dealer, "partial", reason="PU failed.")
    shop.item(run, "TR", synced=1200, changed=1)
    page = client.get(f"/dealers/{dealer.id}").text
    for said in ("Connected", "Partial", "PU failed.", "1,200 parts synced", "1 product changed"):
        assert said in page


def test_home_of_a_new_dealer_says_what_is_missing(client: LintingClient, dealer: Dealer):
    page = client.get(f"/dealers/{dealer.id}").text
    assert "There are currently no supplier codes configured" in page
    assert "There has been no run yet." in page
    assert "is not enabled" in page
