"""A dealer's home."""

from __future__ import annotations

from tests.webapp.views.client import LintingClient
from tests.webapp.views.shop import Shop
from webapp.models import Dealer


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
