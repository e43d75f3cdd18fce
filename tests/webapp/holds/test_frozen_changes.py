"""The page of what a freeze kept back of a code in a run (R26)."""

from __future__ import annotations

from tests.factories import make_changes, make_manufacturer, make_product, make_run, make_run_item
from tests.webapp.client import LintingClient
from webapp.models import Dealer
from webapp.pulls.stock import Stock


def test_it_shows_the_largest_changes_of_each_kind(client: LintingClient, dealer: Dealer) -> None:
    honda = make_manufacturer("Honda", "oem")
    chain, belt, nut = (make_product(honda, number, name=number) for number in ("CHAIN", "BELT", "NUT"))
    item = make_run_item(make_run(dealer), "HO", frozen=3)
    rows = (
        (chain, honda, None, Stock(3, 1000, 1)),
        (belt, honda, Stock(1, 1000, 1), Stock(1, 1250, 1)),
        (nut, honda, Stock(7, 100, 1), Stock(0, 100, 1)),
    )
    make_changes(item, *rows, is_planned=True)
    # The pull of the next run was the same.
    later = make_run_item(make_run(dealer), "HO", frozen=3)
    for each in (item, later):
        page = f"/dealers/{dealer.id}/freezes/runs/{each.run_id}/codes/{each.id}"
        assert f'href="{page}"' in client.get(f"/dealers/{dealer.id}/runs/{each.run_id}").text
        text = client.get(page).text
        for said in ("CHAIN", "BELT", "NUT", "Products that go to zero", "All 3 changes (CSV)", "$12.50"):
            assert said in text
        assert f"{page}.csv" in text


def test_without_anything_kept_back_there_is_no_page(client: LintingClient, dealer: Dealer) -> None:
    item, other = make_run_item(make_run(dealer), "HO"), make_run(dealer)
    path = f"/dealers/{dealer.id}/freezes/runs"
    assert client.get(f"{path}/{item.run_id}/codes/{item.id}").status_code == 404
    assert client.get(f"{path}/{other.id}/codes/{item.id}").status_code == 404
    assert client.get(f"{path}/{other.id}/codes/4711").status_code == 404
