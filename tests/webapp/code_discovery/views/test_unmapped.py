"""Unmapped codes page: list, map, hide, find (R20, R21)."""

from __future__ import annotations

import re

import pytest

from tests.factories import (
    make_code_scan,
    make_configuration,
    make_dealer,
    make_found_code,
    make_manufacturer,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import AuditEntry, CodeScan, Dealer, FoundCode, Manufacturer, SupplierCode

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/unmapped-codes"


def mapped(dealer: Dealer) -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(SupplierCode).where(SupplierCode.dealer_id == dealer.id))
    return [(row.code, row.manufacturer.name) for row in rows]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_codes_are_listed_with_their_money_and_shares(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer, honda: Manufacturer
):
    make_code_scan(dealer)
    make_found_code(dealer, "TR", 100, 3_841_049, {tucker: 94, honda: 3}, samples=["Tie-down strap"])
    make_found_code(dealer, "SHOP", 2, 278_951)
    make_supplier_code(dealer, "PU", tucker)
    make_found_code(dealer, "PU", 5, 100)

    page = text_of(client.get(url).text)

    assert "$41,200 of your stock isn’t online" in page
    assert "2 codes, 102 parts, 102 units" in page
    assert "TR Tie-down strap 100 100 $38,410 Tucker Rocky Aftermarket" in page
    assert "94% of its part numbers, 3% Honda" in page
    assert page.index("TR Tie-down") < page.index("SHOP")
    assert " PU " not in page


def test_a_code_is_mapped_with_one_click(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer, honda: Manufacturer
):
    make_found_code(dealer, "TR", 10, matches={tucker: 9, honda: 1})

    answer = client.post(f"{url}/mappings", data={"only": "tr", "manufacturer:tr": str(tucker.id)})

    assert (answer.status_code, mapped(dealer)) == (303, [("TR", "Tucker Rocky")])
    assert "Mapped TR to Tucker Rocky." in client.get(url).text
    actions = set(db.session.scalars(db.select(AuditEntry.action)))
    assert "supplier_code.added" in actions


def test_selected_codes_are_mapped_together_or_none_of_them(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer
):
    make_found_code(dealer, "TR", matches={tucker: 9})
    make_found_code(dealer, "T2", matches={tucker: 9})
    chosen = {"code": ["tr", "t2"], "manufacturer:tr": str(tucker.id), "manufacturer:t2": ""}

    refused = client.hx("POST", f"{url}/mappings", data=chosen)

    assert (refused.status_code, mapped(dealer)) == (409, [])
    assert "Choose a manufacturer for T2." in refused.text
    client.post(f"{url}/mappings", data=chosen | {"manufacturer:t2": str(tucker.id)})
    assert mapped(dealer) == [("TR", "Tucker Rocky"), ("T2", "Tucker Rocky")]


def test_codes_are_selected_only_where_one_has_a_suggestion(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer, honda: Manufacturer
):
    make_found_code(dealer, "SHOP")
    make_found_code(dealer, "T2", 100, matches={tucker: 51, honda: 50})
    page = client.get(url).text
    assert "No clear match" in page
    assert "Map selected as suggested" not in page
    assert 'type="checkbox"' not in page
    make_found_code(dealer, "TR", matches={tucker: 9})
    page = client.get(url).text
    assert "Map selected as suggested" in page
    assert page.count('type="checkbox"') == 2


def test_a_page_without_a_search_says_so_once(client: LintingClient, url: str):
    page = client.get(url).text
    assert "Not searched yet" in page
    assert "searched for unmapped codes" not in page


@pytest.mark.parametrize("sent", [{}, {"only": "zz"}, {"only": "tr", "manufacturer:tr": "4711"}])
def test_what_is_not_on_the_list_is_refused(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer, sent: dict[str, str]
):
    make_found_code(dealer, "TR", matches={tucker: 9})

    assert client.post(f"{url}/mappings", data=sent).status_code == 409
    assert mapped(dealer) == []


def test_another_dealers_brand_and_code_are_refused(client: LintingClient, dealer: Dealer, url: str):
    other = make_dealer("Other")
    brand = make_manufacturer("Other Brand", "private_label", other)
    make_found_code(dealer, "TR")
    make_found_code(other, "TR2", matches={brand: 9})

    for key in ("tr", "tr2"):
        sent = {"only": key, f"manufacturer:{key}": str(brand.id)}
        assert client.post(f"{url}/mappings", data=sent).status_code == 409
    assert client.post(f"{url}/hidden", data={"hide": "tr2"}).status_code == 409
    assert mapped(dealer) == mapped(other) == []


def test_a_hidden_code_comes_back_when_it_has_grown_by_half(
    client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer
):
    make_found_code(dealer, "SHOP", 10)
    key = dealer.id, "shop"

    client.post(f"{url}/hidden", data={"hide": "shop"})

    assert "Not for the webstore</h2>" in client.get(url).text
    for parts, is_listed in ((14, False), (15, True)):
        db.session.get_one(FoundCode, key).parts = parts
        db.session.commit()
        assert ("of your stock isn’t online" in client.get(url).text) is is_listed


def test_hiding_is_undone(client: LintingClient, dealer: Dealer, url: str):
    make_found_code(dealer, "SHOP", 10)
    client.post(f"{url}/hidden", data={"hide": "shop"})

    client.post(f"{url}/hidden/removal", data={"code": "shop"})

    assert "SHOP is listed again." in client.get(url).text
    actions = list(db.session.scalars(db.select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["code.hidden", "code.unhidden"]


def test_find_my_codes_starts_a_scan_whose_progress_is_polled(
    client: LintingClient, dealer: Dealer, url: str
):
    make_configuration(dealer)

    started = client.hx("POST", f"{url}/scan")

    assert 'hx-trigger="every 2s"' in started.text
    row = db.session.get_one(CodeScan, dealer.id)
    assert (row.status, row.trigger) == ("queued", "manual")
    assert client.hx("GET", f"{url}?seen=1-queued-0").status_code == 204
    row.status, row.pages, row.parts, row.codes = "running", 3, 1_500, 4
    db.session.commit()
    assert "1,500 parts in 4 codes so far (3 pages)" in client.hx("GET", f"{url}?seen=1-queued-0").text


def test_hostile_codes_are_text(client: LintingClient, dealer: Dealer, url: str, tucker: Manufacturer):
    make_found_code(dealer, '"><script>x', samples=["<img src=x>"], matches={tucker: 9})

    page = client.get(url).text

    assert "<script>x" not in page
    assert "<img src=x>" not in page
    client.post(f"{url}/mappings", data={"only": '"><script>x', 'manufacturer:"><script>x': str(tucker.id)})
    assert mapped(dealer) == [('"><script>x', "Tucker Rocky")]


@pytest.mark.parametrize("page", ["", "/supplier-codes"])
def test_home_and_supplier_codes_tell_what_is_not_online(
    client: LintingClient, dealer: Dealer, tucker: Manufacturer, page: str
):
    make_configuration(dealer)
    make_supplier_code(dealer, "PU", tucker)
    path = f"/dealers/{dealer.id}{page}"
    assert "isn’t online" not in client.get(path).text
    make_found_code(dealer, "TR", 121, 4_120_000)

    text = text_of(client.get(path).text)

    assert "$41,200 of your stock isn’t online 1 code in your Lightspeed isn’t mapped: 121 parts" in text
