"""The dealer's shelf stock: the list, one product, and the CSV file; on both databases."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from tests.factories import (
    make_changes,
    make_dealer,
    make_indexed_product,
    make_indexed_products,
    make_manufacturer,
    make_run,
    make_run_item,
    make_stored_part,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.core.spreadsheet.worksheet import Worksheet
from webapp.extensions import db
from webapp.inventory import inventory_filter
from webapp.inventory.inventory_list import PAGE_LENGTH
from webapp.models import Dealer, Manufacturer, RunMapping
from webapp.pulls.stock import Stock
from webapp.web import downloads


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/inventory"


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return make_manufacturer("Tucker")


def shown(html: str) -> list[str]:
    """The MPNs in the list, in its order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', html)


@ON_SQLITE
def test_an_empty_shelf_says_where_an_update_is_queued(client: LintingClient, url: str):
    page = client.get(url).text
    assert "Nothing on the shelf yet" in page
    assert "/lightspeed" in page
    # They don't follow the filter.
    assert "All products (CSV)</a>" in page
    assert "All products (Excel)</a>" in page


def test_the_list_is_narrowed_by_words_manufacturer_stock_and_run(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    parts = make_manufacturer("Parts Unlimited")
    run = make_run(dealer)
    item = make_run_item(run, "TR")
    make_indexed_product(
        dealer, tucker, "06455-MGE-006", name="Brake pads", quantity=1_234, price=1999, lead_time_days=5
    )
    make_indexed_product(dealer, tucker, "B-2", name="Chain", quantity=0)
    lever = make_indexed_product(dealer, parts, "C-3", name="Brake lever", run_item_id=item.id)
    assert shown(client.get(url).text) == ["06455-MGE-006", "B-2", "C-3"]
    page = client.get(f"{url}?q=06455mge").text
    assert shown(page) == ["06455-MGE-006"]
    for said in ("1,234", "$19.99", "5 days", "Aftermarket", "Tucker"):
        assert said in page
    assert sorted(shown(client.get(f"{url}?q=brake").text)) == ["06455-MGE-006", "C-3"]
    assert shown(client.get(f"{url}?q=brake&manufacturer={parts.id}").text) == ["C-3"]
    assert shown(client.get(f"{url}?manufacturer={tucker.id}").text) == ["06455-MGE-006", "B-2"]
    assert shown(client.get(f"{url}?manufacturer={tucker.id}&stock=out").text) == ["B-2"]
    assert shown(client.get(f"{url}?stock=in").text) == ["06455-MGE-006", "C-3"]
    assert shown(client.hx("GET", f"{url}?run={run.id}").text) == ["C-3"]
    assert shown(client.get(f"{url}?run={run.id}&stock=out").text) == []
    # The same where it is known which products the run changed.
    make_changes(item, (lever, parts, None, Stock(1, None, 1)))
    assert shown(client.get(f"{url}?run={run.id}").text) == ["C-3"]
    assert shown(client.get(f"{url}?run={run.id}&stock=in&q=brake").text) == ["C-3"]
    assert shown(client.get(f"{url}?run={run.id}&stock=out").text) == []
    mapping = {"run_item_id": item.id, "manufacturer_id": parts.id, "position": 0}
    db.session.add(RunMapping(**mapping, lead_time_days=1, pricing="disabled"))
    db.session.commit()
    assert shown(client.get(f"{url}?run={run.id}&manufacturer={parts.id}").text) == ["C-3"]
    assert shown(client.get(f"{url}?run={run.id}&manufacturer={tucker.id}").text) == []
    assert "No products match" in client.get(f"{url}?q=helmet").text


@ON_SQLITE
def test_paper_names_the_filter(client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer):
    make_indexed_product(dealer, tucker, "B-2", name="Chain", quantity=0)
    elsewhere = make_dealer("Lakeside Cycle")
    brand = make_manufacturer("Lakeside Brand", "private_label", elsewhere)
    filtered = f"{url}?q=chain&manufacturer={tucker.id}&stock=out"
    said = "Filtered by “chain”; Manufacturer/Distributor: Tucker; Availability: Out of stock</p>"
    assert said in client.get(filtered).text
    assert said in client.hx("GET", filtered).text
    assert "Filtered by" not in client.get(url).text
    assert "Lakeside" not in client.hx("GET", f"{url}?manufacturer={brand.id}").text


@pytest.mark.parametrize("few", [0, 1_000])
def test_what_a_run_changed_in_stock_or_out_of_it_is_the_same_however_it_is_looked_for(
    client: LintingClient,
    url: str,
    dealer: Dealer,
    tucker: Manufacturer,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
):
    monkeypatch.setattr(inventory_filter, "FEW", few)
    parts = make_manufacturer("Parts Unlimited")
    run, other = make_run(dealer), make_run(dealer)
    items = [make_run_item(run, code, changed=3).id for code in ("TR", "PU")]
    make_indexed_product(dealer, tucker, "A-1", quantity=0, run_item_id=items[0])
    make_indexed_product(dealer, parts, "B-2", quantity=0, run_item_id=items[1])
    make_indexed_product(dealer, parts, "C-3", quantity=4, run_item_id=items[1])
    make_indexed_product(
        dealer, tucker, "D-4", quantity=0, run_item_id=make_run_item(other, "TR", changed=1).id
    )
    for item_id, maker in zip(items, (tucker, parts), strict=True):
        db.session.add(
            RunMapping(
                run_item_id=item_id,
                manufacturer_id=maker.id,
                position=0,
                lead_time_days=1,
                pricing="disabled",
            )
        )
    db.session.commit()
    assert shown(client.get(f"{url}?run={run.id}&stock=out").text) == ["A-1", "B-2"]
    assert shown(client.get(f"{url}?run={run.id}&stock=in").text) == ["C-3"]
    assert shown(client.get(f"{url}?run={run.id}&stock=out&manufacturer={parts.id}").text) == ["B-2"]


def leads_to(page: str, label: str) -> str:
    """Where the link of that label leads; empty without one."""
    link = re.search(rf'href="([^"]*)">{label}</a>', page)
    return link[1].replace("&amp;", "&") if link else ""


@pytest.mark.slow
def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    run = make_run(dealer)
    items = [make_run_item(run, code).id for code in ("TR", "PU")]
    count = 2 * PAGE_LENGTH + 3
    make_indexed_products(dealer, tucker, [f"N-{number:03}" for number in range(count)], items, name="Bolt")
    for asked in (f"{url}?stock=in", f"{url}?q=bolt", f"{url}?run={run.id}"):
        pages = [client.get(asked).text]
        while following := leads_to(pages[-1], "Next"):
            pages.append(client.get(following).text)
        assert [len(shown(page)) for page in pages] == [PAGE_LENGTH, PAGE_LENGTH, 3]
        assert len({mpn for page in pages for mpn in shown(page)}) == count
        back = client.get(leads_to(pages[2], "Previous")).text
        assert shown(back) == shown(pages[1])
        first = client.get(leads_to(back, "Previous")).text
        assert shown(first) == shown(client.get(leads_to(pages[2], "First")).text) == shown(pages[0])
        assert not leads_to(first, "Previous")
        assert leads_to(first, "Next") == leads_to(pages[0], "Next")


@ON_SQLITE
def test_past_the_last_product_there_is_a_way_back(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_indexed_product(dealer, tucker, "A-1")
    page = client.get(f"{url}?stock=in&after=999999").text
    assert "No more products" in page
    assert shown(client.get(leads_to(page, "Show the first page")).text) == ["A-1"]


def test_another_dealers_stock_is_neither_listed_nor_found(
    client: LintingClient, url: str, tucker: Manufacturer
):
    other = make_dealer("Lakeside Cycle")
    run = make_run(other)
    item = make_run_item(run, "TR")
    product = make_indexed_product(other, tucker, "A-1", name="Brake pads", run_item_id=item.id)
    for narrowing in ("", "?q=brake", f"?manufacturer={tucker.id}", f"?run={run.id}"):
        assert shown(client.get(f"{url}{narrowing}").text) == []
    assert client.get(f"{url}/{product.id}").status_code == 404


@ON_SQLITE
@pytest.mark.parametrize("asked", ["?after=x", "?stock=maybe", "?run=0", "?manufacturer=²", "?q=%00"])
def test_invalid_filters_are_ignored(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer, asked: str
):
    make_indexed_product(dealer, tucker, "A-1")
    assert shown(client.get(url + asked).text) == ["A-1"]


def test_a_products_page_shows_contributions_and_what_was_reported(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_supplier_code(dealer, "TR", tucker)
    run = make_run(dealer)
    item = make_run_item(run, "TR", finished_at=run.finished_at)
    product = make_indexed_product(
        dealer, tucker, "A-1", quantity=6, price=1050, lead_time_days=0, run_item_id=item.id
    )
    make_stored_part(item, "A-1", product, quantity=6, description="Pads", retail_cents=1250)
    page = client.get(f"{url}/{product.id}").text
    for said in ("In stock: 6", "ships today", "$10.50", "$12.50", "Pads", f"run {run.id}</a>"):
        assert said in page
    assert "No longer configured" not in page
    assert "not in stock in the latest" not in page


def test_a_product_that_is_no_longer_reported_says_so(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    product = make_indexed_product(dealer, tucker, "A-1", quantity=0)
    page = client.get(f"{url}/{product.id}").text
    for said in (
        "Out of stock",
        "No longer configured",
        "No Lightspeed data on file",
        "A-1</strong> from Tucker",
    ):
        assert said in page
    make_stored_part(make_run_item(make_run(dealer), "TR"), "B-1")
    assert "not in stock in the latest" in client.get(f"{url}/{product.id}").text


def test_the_whole_inventory_is_downloaded_in_pieces(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_indexed_product(dealer, tucker, "B-2", brand="=Bell", price=999, lead_time_days=2)
    make_indexed_product(dealer, tucker, "A-1", brand="=Bell", quantity=0)
    response = client.get(f"{url}/export.csv")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.get_data(as_text=True).splitlines() == [
        "\ufeffcatalog,brand,mpn,shelf_quantity,sale_price,lead_time_days",
        "aftermarket,'=Bell,A-1,0,,",
        "aftermarket,'=Bell,B-2,1,9.99,2",
    ]


def test_the_whole_inventory_is_an_excel_file(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_indexed_product(dealer, tucker, "00-2", brand="=Bell", price=999, lead_time_days=2)
    make_indexed_product(dealer, tucker, "A-1", brand="=Bell", quantity=0)
    assert f'href="{url}/export.xlsx"' in client.get(url).text
    sheet = Worksheet(io.BytesIO(client.get(f"{url}/export.xlsx").data))
    assert sheet.rows == [
        ["Catalog", "Brand", "MPN", "Shelf quantity", "Sale price", "Lead time (days)"],
        ["aftermarket", "=Bell", "00-2", 1.0, 9.99, 2.0],
        ["aftermarket", "=Bell", "A-1", 0.0],
    ]


def test_an_inventory_that_is_too_long_for_excel_leads_to_the_csv_file(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(downloads, "MAX_WORKBOOK_ROWS", 0)
    make_indexed_product(dealer, tucker, "A-1")
    assert "Download the CSV file instead" in client.get(f"{url}/export.xlsx").text
