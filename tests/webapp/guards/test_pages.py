"""The pages of guards: defaults, codes, and blocked prices (R27)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.factories import (
    make_blocked_prices,
    make_configuration,
    make_manufacturer,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.guards import blocked_rows, stored_rules
from webapp.guards.rules import GuardRules
from webapp.models import (
    AuditEntry,
    Dealer,
    Manufacturer,
    PriceAllowance,
    Product,
    SupplierCode,
)

HEADER = "catalog,manufacturer,part_number,minimum_price\n"
FORM = {"buffer": "2", "keeps_minimum_prices": "y", "placeholder_prices": "0.01\n9999.99"}


@pytest.fixture
def maker(dealer: Dealer) -> Manufacturer:
    make_configuration(dealer, enabled=True)
    return make_manufacturer("Tucker", numbers=["A-1", "B-2"])


@pytest.fixture
def code(dealer: Dealer, maker: Manufacturer) -> SupplierCode:
    return make_supplier_code(dealer, "TR", maker, pricing="retail")


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/guards"


@pytest.fixture
def blocked(dealer: Dealer, code: SupplierCode) -> Product:
    """A-1 has a price of 12.00 that is below the floor of 13.00; 20.00 stays."""
    make_blocked_prices(make_run_item(make_run(dealer), "TR"), code, "A-1")
    return db.session.scalars(select(Product).where(Product.mpn == "A-1")).one()


def applied(dealer: Dealer, code: SupplierCode) -> GuardRules:
    rules = stored_rules.read(db.session.connection(), dealer.id).of(code.code_key, code.manufacturer_id)
    db.session.commit()
    return rules


def test_defaults_and_the_guards_of_a_code_are_saved(
    client: LintingClient, dealer: Dealer, code: SupplierCode, url: str
):
    assert client.post(url, data={**FORM, "max_quantity": "9"}).status_code == 303
    assert applied(dealer, code) == GuardRules(buffer_units=2, max_quantity=9, keeps_minimum_prices=True)
    page = client.get(url).text
    for words in ("2 held back; 9 shown at most", "0.01\n9999.99"):
        assert words in page
    form = {"buffer": "10%", "max_quantity": "off", "price_margin": "0", "blocks_placeholders": "on"}
    assert client.post(f"{url}/{code.id}", data=form).status_code == 303
    assert applied(dealer, code) == GuardRules(
        buffer_percent=10,
        price_margin_percent=0,
        placeholders=frozenset({1, 999_999}),
        keeps_minimum_prices=True,
    )
    assert "Its own" in client.get(url).text
    page = client.get(f"{url}/{code.id}").text
    for words in ('value="10%"', 'value="off"', "your default (9)"):
        assert words in page
    assert client.post(f"{url}/{code.id}", data={}).status_code == 303
    assert applied(dealer, code).max_quantity == 9
    entries = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert entries == ["guards.changed", "code_guards.changed", "code_guards.changed"]


@ON_SQLITE
def test_saving_what_is_there_changes_nothing(client: LintingClient, dealer: Dealer, url: str):
    for _ in range(2):
        assert client.post(url, data=FORM).status_code == 303
    assert len(db.session.scalars(select(AuditEntry)).all()) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("buffer", "some", "Safety buffer must be a whole number from 1 to 1,000,000"),
        ("buffer", "101%", "Safety buffer must be a whole number from 1 to 100"),
        ("max_quantity", "-1", "Maximum shown quantity must be a whole number"),
        ("price_margin", "1001", "Lowest margin over cost (%) must be a whole number from 0 to 1,000"),
        ("max_price_change", "1.5", "Largest price change (%) must be a whole number from 1 to 1,000"),
        ("placeholder_prices", "0.01 abc", "Placeholder prices: abc must be a price such as 19.99"),
    ],
)
def test_bad_input_names_its_field(
    client: LintingClient, dealer: Dealer, url: str, field: str, value: str, said: str
):
    page = client.post(url, data={**FORM, field: value})
    assert page.status_code == 422
    assert said in page.text


def test_blocked_prices_are_listed_filtered_and_allowed(
    client: LintingClient, dealer: Dealer, blocked: Product, url: str
):
    assert "1 price is blocked now" in client.get(url).text
    list_url = f"/dealers/{dealer.id}/blocked-prices"
    page = client.get(f"{list_url}?q=seat&code=TR&reason=floor").text
    for words in ("A-1", "$12.00", "$13.00", "$20.00", "Below cost plus margin"):
        assert words in page
    for nothing in ("q=zz", "reason=change"):
        assert "No prices match" in client.get(f"{list_url}?{nothing}").text
    line = "TR,Tucker,A-1,Seat,Below cost plus margin,12.00,13.00,20.00\n"
    assert client.get(f"{list_url}/export.csv").text.endswith(line)
    reference = f'["tr", {_maker()}, {blocked.id}, 1200]'
    assert client.post(f"{list_url}/allowed", data={"price": reference}).status_code == 303
    page = client.get(list_url).text
    assert "1 allowed price takes effect" in page
    assert "No blocked prices" in page
    assert db.session.scalars(select(PriceAllowance.cents)).all() == [1200]
    assert client.post(f"{list_url}/allowed", data={"price": reference}).status_code == 409
    assert (
        "Guards check the price again"
        in client.hx("POST", f"{list_url}/allowed/removal", data={"only": reference}).text
    )
    client.post(f"{list_url}/allowed?any=1", data={"only": reference})
    assert db.session.scalars(select(PriceAllowance.cents)).all() == [None]
    assert "Any price" in client.get(list_url).text
    assert client.post(f"{list_url}/allowed/removal", data={"only": reference}).status_code == 303
    assert client.post(f"{list_url}/allowed/removal", data={"only": reference}).status_code == 409
    assert client.post(f"{list_url}/allowed", data={"only": '["tr", 1]'}).status_code == 409


@ON_SQLITE
def test_the_list_says_that_it_is_cut_and_limits_no_decision(
    client: LintingClient, dealer: Dealer, code: SupplierCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_blocked_prices(make_run_item(make_run(dealer), "TR"), code, "A-1", "B-2")
    list_url = f"/dealers/{dealer.id}/blocked-prices"
    assert "can be listed" not in client.get(list_url).text
    monkeypatch.setattr(blocked_rows, "MOST_LISTED", 1)
    page = client.get(list_url).text
    assert "Only 1 prices can be listed and downloaded: 1 more price matches." in page
    second = db.session.scalars(select(Product.id).where(Product.mpn == "B-2")).one()
    reference = f'["tr", {_maker()}, {second}, 1200]'
    assert client.post(f"{list_url}/allowed", data={"price": reference}).status_code == 303
    assert "can be listed" not in client.get(list_url).text


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param('["tr", 99999999999999999999, 1, 1200]', id="large"),
        pytest.param('["\\ud800", 1, 1, 1200]', id="surrogate"),
        pytest.param('["\\u0000", 1, 1, 1200]', id="null"),
        pytest.param("[" * 5_000, id="nested"),
    ],
)
def test_what_cannot_be_stored_is_no_price(client: LintingClient, dealer: Dealer, reference: str) -> None:
    for path in ("allowed", "allowed/removal"):
        url = f"/dealers/{dealer.id}/blocked-prices/{path}"
        assert client.post(url, data={"only": reference}).status_code == 409


def _maker() -> int:
    number = db.session.scalars(select(SupplierCode.manufacturer_id)).one()
    db.session.commit()
    return number
