"""Supplier Code Management: list, add, edit, move, remove (R4)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer, make_stocked_product, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient, without_tokens
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, ShelfStock, SupplierCode

pytestmark = ON_SQLITE

FIELDS = {
    "catalog": "aftermarket",
    "supplier_code": "TR",
    "manufacturer": "Tucker Rocky",
    "lead_time_days": "3",
    "pricing": "retail",
}
LABELS = (
    "Supplier Code Management",
    "Add Supplier Code",
    "Ecommerce Catalog",
    "LightSpeed Supplier Code",
    "Manufacturer/Distributor",
    "Lead Time Value",
    "LightSpeed Pricing",
    "Aftermarket",
    "OEM",
    "Private Label",
    "Disabled",
    "Retail",
    "Current Active",
    "Save",
)


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/supplier-codes"


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return make_manufacturer("Tucker Rocky")


@pytest.fixture
def row(dealer: Dealer, tucker: Manufacturer) -> SupplierCode:
    return make_supplier_code(dealer, "TR", tucker)


def codes() -> list[SupplierCode]:
    db.session.rollback()
    return list(db.session.scalars(db.select(SupplierCode).order_by(SupplierCode.position)))


def suggested(part: str) -> list[str]:
    """The names in the list below the field."""
    return re.findall(r'data-value="([^"]+)"', part)


def test_the_labels_are_those_of_the_dealer_guide(client: LintingClient, url: str):
    page = client.get(f"{url}/new").text
    assert [label for label in LABELS if label not in page] == []


def test_the_list_is_a_page_and_fills_the_dialog(client: LintingClient, url: str, row: SupplierCode):
    page, fragment = client.get(url), client.hx("GET", url)
    assert "Tucker Rocky" in page.text
    assert without_tokens(fragment.text) in without_tokens(page.text)


def test_an_empty_list_says_the_next_step(client: LintingClient, url: str):
    page = client.get(url).text
    assert "There are currently no supplier codes configured" in page
    assert "Add Supplier Code" in page


def test_a_code_is_added(client: LintingClient, url: str, tucker: Manufacturer):
    response = client.post(url, data=FIELDS)
    assert response.status_code == 303
    assert response.location == url
    (row,) = codes()
    assert (row.code, row.manufacturer_id, row.lead_time_days, row.pricing) == ("TR", tucker.id, 3, "retail")
    assert "TR added." in client.get(url).text


def test_with_htmx_the_list_comes_back_and_the_page_below_is_updated(
    client: LintingClient, url: str, tucker: Manufacturer
):
    response = client.hx("POST", url, data=FIELDS)
    assert response.status_code == 200
    assert "Tucker Rocky" in response.text
    assert "TR added." in response.text
    assert response.headers["HX-Trigger"] == "configuration-changed"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("supplier_code", " ", "LightSpeed Supplier Code is missing"),
        ("supplier_code", "x" * 51, "LightSpeed Supplier Code is longer than 50 characters"),
        ("supplier_code", "a\x00b", "LightSpeed Supplier Code has a character that can&#39;t be printed"),
        ("manufacturer", "", "Manufacturer/Distributor is missing"),
        ("manufacturer", "Nobody", "is not in the Aftermarket catalog"),
        ("manufacturer", "a\x00b", "Manufacturer/Distributor has a character that can&#39;t be printed"),
        ("lead_time_days", "366", "Lead Time Value must be a whole number of days from 0 to 365"),
        ("lead_time_days", "1.5", "Lead Time Value must be a whole number of days from 0 to 365"),
        ("lead_time_days", "-1", "Lead Time Value must be a whole number of days from 0 to 365"),
        ("lead_time_days", "0" * 5000 + "9", "Lead Time Value must be a whole number of days"),
        ("lead_time_days", "²", "Lead Time Value must be a whole number of days from 0 to 365"),
        ("catalog", "books", "Ecommerce Catalog"),
        ("pricing", "free", "LightSpeed Pricing"),
    ],
)
def test_a_bad_value_is_reported_at_its_field_and_adds_nothing(
    client: LintingClient, url: str, tucker: Manufacturer, field: str, value: str, said: str
):
    for response in (
        client.post(url, data=FIELDS | {field: value}),
        client.hx("POST", url, data=FIELDS | {field: value}),
    ):
        assert response.status_code == 422
        assert said in response.text
        assert f'href="#{field}"' in response.text
        assert response.text.index("autofocus") == response.text.rindex("autofocus")
    assert codes() == []


def test_all_errors_are_reported_together(client: LintingClient, url: str):
    page = client.post(url, data={"catalog": "oem", "lead_time_days": "x", "pricing": "retail"}).text
    assert len(re.findall(r'<li><a href="#', page)) == 3


def test_a_code_that_is_mapped_to_the_manufacturer_already_is_refused(
    client: LintingClient, url: str, row: SupplierCode
):
    response = client.post(url, data=FIELDS | {"supplier_code": " tr "})
    assert response.status_code == 422
    assert "is already mapped to Tucker Rocky" in response.text
    assert len(codes()) == 1


def test_an_empty_lead_time_means_one_day(client: LintingClient, url: str, tucker: Manufacturer):
    client.post(url, data=FIELDS | {"lead_time_days": ""})
    assert codes()[0].lead_time_days == 1


def test_a_code_is_edited_from_a_form_that_shows_it(client: LintingClient, url: str, row: SupplierCode):
    page = client.get(f"{url}/{row.id}").text
    assert 'value="TR"' in page
    assert 'value="Tucker Rocky"' in page
    assert client.post(f"{url}/{row.id}", data=FIELDS | {"supplier_code": "T2"}).status_code == 303
    assert [(each.code, each.lead_time_days) for each in codes()] == [("T2", 3)]


def test_a_bad_edit_is_reported_and_changes_nothing(client: LintingClient, url: str, row: SupplierCode):
    response = client.hx("POST", f"{url}/{row.id}", data=FIELDS | {"manufacturer": "Nobody"})
    assert response.status_code == 422
    assert f'action="{url}/{row.id}"' in response.text
    assert codes()[0].pricing == "disabled"


def test_removing_says_how_many_products_keep_their_quantity(
    client: LintingClient, url: str, row: SupplierCode
):
    for mpn in ("A", "B"):
        make_stocked_product(row, mpn)
    page = client.get(f"{url}/{row.id}/removal").text
    assert "2 products have stock from TR" in page
    assert "Set their quantity to zero" in page


def test_removing_keeps_the_quantities(client: LintingClient, url: str, row: SupplierCode):
    make_stocked_product(row, "A", 3)
    assert client.post(f"{url}/{row.id}/removal").status_code == 303
    assert codes() == []
    assert db.session.scalars(db.select(ShelfStock.quantity)).all() == [3]
    assert "1 product kept the last quantity." in client.get(url).text


def test_removing_sets_them_to_zero_if_that_is_chosen(client: LintingClient, url: str, row: SupplierCode):
    make_stocked_product(row, "A", 3)
    answer = client.hx("POST", f"{url}/{row.id}/removal", data={"clear": "y"})
    assert "1 product set to zero." in answer.text
    assert db.session.scalars(db.select(ShelfStock.quantity)).all() == [0]


def test_a_code_without_stock_is_removed_without_a_choice(client: LintingClient, url: str, row: SupplierCode):
    page = client.get(f"{url}/{row.id}/removal").text
    assert "No products affected: nothing in stock came from" in page
    assert 'name="clear"' not in page


def test_a_removed_code_is_not_found(client: LintingClient, url: str, row: SupplierCode):
    path = f"{url}/{row.id}"
    client.post(f"{path}/removal")
    assert client.post(f"{path}/removal").status_code == 404
    assert client.hx("GET", path).status_code == 404


def test_codes_are_moved_up_and_down(client: LintingClient, url: str, dealer: Dealer, row: SupplierCode):
    other = make_supplier_code(dealer, "PU", make_manufacturer("Parts Unlimited"), position=1)
    client.post(f"{url}/{other.id}/position", data={"direction": "up"})
    assert [each.code for each in codes()] == ["PU", "TR"]
    client.hx("POST", f"{url}/{other.id}/position", data={"direction": "down"})
    assert [each.code for each in codes()] == ["TR", "PU"]


def test_the_choices_are_those_of_the_catalog(
    client: LintingClient, url: str, tucker: Manufacturer, dealer: Dealer
):
    make_manufacturer("Kawasaki", "oem")
    make_manufacturer("Our Own", "private_label", dealer)
    make_manufacturer("Their Own", "private_label", make_dealer("Lakeside"))
    for catalog, names in (
        ("aftermarket", "Tucker Rocky"),
        ("oem", "Kawasaki"),
        ("private_label", "Our Own"),
    ):
        part = client.hx("GET", f"{url}/manufacturers?catalog={catalog}").text
        assert suggested(part) == [names]
        assert f'value="{names}"' in client.get(f"{url}/new?catalog={catalog}").text


def test_the_choices_are_filtered_while_typing(client: LintingClient, url: str, tucker: Manufacturer):
    make_manufacturer("Parts Unlimited")
    part = client.hx("GET", f"{url}/manufacturers?catalog=aftermarket&manufacturer=unlim").text
    assert suggested(part) == ["Parts Unlimited"]
    assert client.hx("GET", f"{url}/manufacturers?catalog=books&manufacturer=%00").status_code == 200


def test_a_name_with_markup_is_shown_as_text(client: LintingClient, url: str, dealer: Dealer):
    make_supplier_code(dealer, "<b>x", make_manufacturer('"><script>alert(1)</script>'))
    assert "<script>alert" not in client.get(url).text
