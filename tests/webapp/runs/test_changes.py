"""The download of what a run changed (R25)."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.factories import make_changes, make_manufacturer, make_product, make_run, make_run_item
from tests.webapp.client import LintingClient
from webapp.core.spreadsheet import BOM
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.pulls.stock import Stock
from webapp.runs import run_changes


@pytest.fixture
def run(dealer: Dealer) -> Run:
    """A run of two codes, the second of which changed a product to be defused."""
    run = make_run(dealer)
    honda = make_manufacturer("Honda", "oem")
    chain, belt = make_product(honda, "H-2", name="Chain"), make_product(honda, "H-1", name="=Belt")
    make_changes(
        make_run_item(run, "HO"),
        (chain, honda, Stock(5, 1000, 2), Stock(2, 1100, 2)),
        (belt, honda, None, Stock(3, None, 1)),
    )
    make_changes(make_run_item(run, "KA"), (chain, honda, Stock(4, 50, 1), Stock(0, 50, 1)), cause="cleared")
    return run


def download(client: LintingClient, run: Run) -> list[dict[str, str]]:
    response = client.get(f"/dealers/{run.dealer_id}/runs/{run.id}/changes.csv")
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    assert response.headers["Content-Disposition"] == f'attachment; filename="changes-run-{run.id}.csv"'
    return list(csv.DictReader(io.StringIO(response.text.removeprefix(BOM), newline="")))


def test_all_changes_of_a_run_are_downloaded_by_code_and_part_number(client: LintingClient, run: Run) -> None:
    belt, chain, cleared = download(client, run)
    assert belt == {
        "supplier_code": "ho",
        "manufacturer": "Honda",
        "part_number": "H-1",
        "brand": "Honda",
        "mpn": "H-1",
        "name": "'=Belt",
        "quantity_before": "",
        "quantity": "3",
        "sale_price_before": "",
        "sale_price": "",
        "lead_time_days_before": "",
        "lead_time_days": "1",
        "value_change": "0.00",
        "why": "New in stock",
    }
    figures = [value for name, value in chain.items() if name not in belt or name[0] in "qslvw"]
    assert figures == ["ho", "5", "2", "10.00", "11.00", "2", "2", "-28.00", "Sold in Lightspeed"]
    assert (cleared["supplier_code"], cleared["value_change"], cleared["why"]) == (
        *("ka", "-2.00"),
        "No longer reported",
    )


def test_a_run_without_changes_has_none_to_download(client: LintingClient, dealer: Dealer) -> None:
    run = make_run(dealer)
    response = client.get(f"/dealers/{dealer.id}/runs/{run.id}/changes.csv")
    assert response.status_code == 404
    assert "This run changed nothing, or its changes are no longer stored." in response.text


def test_the_page_of_a_run_names_its_largest_changes(client: LintingClient, run: Run) -> None:
    page = client.get(f"/dealers/{run.dealer_id}/runs/{run.id}").text
    shown = page.partition('id="changes-heading"')[2].partition("</section>")[0]
    assert "All 3 changes (CSV)" in shown
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", shown, re.DOTALL)
    first = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rows[0]))
    for said in ("H-2 Chain", "5 2", "−3", "−$28.00", "Sold in Lightspeed"):
        assert said in first
    assert f'href="/dealers/{run.dealer_id}/parts/products/' in rows[0]


def test_the_page_of_a_run_begins_with_what_changed(client: LintingClient, run: Run) -> None:
    page = client.get(f"/dealers/{run.dealer_id}/runs/{run.id}").text
    said = " ".join(page.partition('id="changed-heading"')[2].partition("</section>")[0].split())
    assert "1 product came into stock. 1 product has fewer units. 1 price changed." in said
    assert f'href="/dealers/{run.dealer_id}/inventory?run={run.id}"' in said


def test_a_run_of_too_many_changes_for_a_page_is_not_summed_up(
    client: LintingClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_changes, "MOST_SUMMARIZED", 2)
    page = client.get(f"/dealers/{run.dealer_id}/runs/{run.id}").text
    assert "What changed" not in page
    assert "Largest changes" in page


def test_an_active_run_and_one_without_changes_name_none(
    client: LintingClient, run: Run, dealer: Dealer
) -> None:
    make_run_item(make_run(dealer), "HO")
    run.status = "running"
    db.session.commit()
    for number in (run.id, run.id + 1):
        assert "Largest changes" not in client.get(f"/dealers/{dealer.id}/runs/{number}").text
