"""The catalog for staff: manufacturers with counts, and importing catalog files."""

from __future__ import annotations

import io
import re

import pytest

from tests.factories import make_manufacturer, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.catalog import uploads
from webapp.catalog.manufacturer_list import PAGE_LENGTH
from webapp.extensions import db
from webapp.models import CatalogImport, Dealer, Product

HEADER = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
GOOD = "aftermarket,Tucker,TR,,,A-1,Bell,A-1,Helmet,19.90\n"
BAD = "aftermarket,Tucker,TR,,,A-2,,A-2,Helmet,19.90\n"


def upload(staff: LintingClient, text: str, name: str = "catalog.csv"):
    return staff.post("/catalog/imports", data={"file": (io.BytesIO(text.encode()), name)})


def only() -> CatalogImport:
    db.session.rollback()
    return db.session.scalars(db.select(CatalogImport)).one()


def carry_out() -> None:
    number = only().id
    assert uploads.process_import(number, lambda: False)


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    return [re.findall(r">([^<>]+)</t[hd]>", ">" + row) for row in rows]


def test_manufacturers_are_listed_with_counts_of_products_and_part_numbers(
    staff: LintingClient, dealer: Dealer
):
    tucker = make_manufacturer("Tucker", abbreviation="TU")
    tucker.product_count, tucker.part_number_count = 2, 1300
    make_manufacturer("Honda", "oem")
    make_manufacturer("Own brand", "private_label", dealer)
    name = dealer.name
    assert cells(staff.get("/catalog").text) == [
        ["Honda", "OEM", "Honda", "Counting…", "Counting…"],
        ["Own brand", "Private Label", name, "Counting…", "Counting…"],
        ["Tucker", "Aftermarket", "TU", "2", "1,300"],
    ]


def test_manufacturers_are_found_by_name_abbreviation_and_catalog(staff: LintingClient):
    make_manufacturer("Tucker", abbreviation="TU")
    make_manufacturer("Western Power", abbreviation="PU")
    make_manufacturer("Honda", "oem")
    for asked, found in (
        ("matching=TUCK", ["Tucker"]),
        ("matching=pu", ["Western Power"]),
        ("catalog=oem", ["Honda"]),
        ("catalog=nonsense&matching=ond", ["Honda"]),
    ):
        for page in (staff.get(f"/catalog?{asked}"), staff.hx("GET", f"/catalog?{asked}")):
            assert [row[0] for row in cells(page.text)] == found
    assert "No manufacturers match “100%”." in staff.get("/catalog?matching=100%25").text


@ON_SQLITE
def test_many_manufacturers_come_a_page_at_a_time(staff: LintingClient):
    for number in range(PAGE_LENGTH + 1):
        make_manufacturer(f"Maker {number:02}", "oem")
    first, second = staff.get("/catalog").text, staff.get("/catalog?page=2").text
    assert len(cells(first)) == PAGE_LENGTH
    assert ">Next</a>" in first
    assert [row[0] for row in cells(second)] == [f"Maker {PAGE_LENGTH}"]
    assert ">Next</a>" not in second


@ON_SQLITE
def test_an_empty_catalog_says_how_it_is_filled(staff: LintingClient):
    page = staff.get("/catalog").text
    assert "The catalog is empty" in page
    assert page.count('href="/catalog/imports/new"') == 2


def test_an_uploaded_file_is_imported_and_its_rejected_rows_are_listed(staff: LintingClient):
    answer = upload(staff, HEADER + GOOD + BAD)
    assert answer.status_code == 303
    url = answer.location
    assert ">Queued</span>" in staff.get(url).text
    carry_out()
    page = staff.get(url).text
    assert ">Partial</span>" in page
    assert "2: 0 unchanged, 1 rejected" in page
    assert "hx-trigger" not in page.partition('id="import"')[2].partition("</main>")[0]
    rejected = staff.get(f"{url}/rejected.csv")
    assert rejected.text == "\ufeffline,reason\n3,brand is missing\n"
    assert "attachment" in rejected.headers["Content-Disposition"]
    assert [product.mpn for product in db.session.scalars(db.select(Product))] == ["A-1"]
    assert "catalog.csv</a>" in staff.get("/catalog").text


@ON_SQLITE
def test_a_file_without_a_bad_row_has_no_list_of_rejected_rows(staff: LintingClient):
    url = upload(staff, HEADER + GOOD).location
    carry_out()
    page = staff.get(url).text
    assert ">Succeeded</span>" in page
    assert "rejected.csv" not in page
    assert staff.get(f"{url}/rejected.csv").status_code == 404


@ON_SQLITE
def test_a_file_that_is_not_a_catalog_says_why(staff: LintingClient):
    url = upload(staff, "a,b\n1,2\n").location
    carry_out()
    page = staff.get(url).text
    assert ">Failed</span>" in page
    assert "The file has no column catalog" in page


@ON_SQLITE
def test_a_poll_gets_an_answer_only_when_there_is_news(staff: LintingClient):
    url = upload(staff, HEADER + GOOD).location
    polled = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', staff.get(url).text)
    assert polled is not None
    assert staff.hx("GET", polled[1]).status_code == 204
    carry_out()
    news = staff.hx("GET", polled[1])
    assert news.status_code == 200
    assert "every 2s" not in news.text
    assert "Catalog import 1: Succeeded." in news.text
    assert 'hx-swap-oob="innerHTML"' not in staff.get(url).text


@ON_SQLITE
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "choose a CSV file"),
        ({"file": (io.BytesIO(b"x"), "catalog.xlsx")}, "ends in .csv"),
        ({"file": (io.BytesIO(b""), "catalog.csv")}, "this file is empty"),
    ],
)
def test_a_file_that_is_not_csv_is_refused_immediately(
    staff: LintingClient, data: dict[str, object], said: str
):
    answer = staff.post("/catalog/imports", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(db.select(CatalogImport)).all() == []


@ON_SQLITE
def test_only_staff_can_send_a_file_larger_than_other_forms(
    staff: LintingClient, anonymous: LintingClient, dealer: Dealer
):
    large = HEADER + GOOD + "x" * (9 * 1024 * 1024) + "\n"
    assert upload(staff, large).status_code == 303
    size = only().bytes_total
    assert size == len(large)
    assert upload(anonymous, large).status_code in (302, 413)
    dealers_own = anonymous.sign_in(make_user("parts@prairie.example", dealer))
    assert upload(dealers_own, large).status_code in (403, 413)
    assert only().bytes_total == size


@ON_SQLITE
def test_the_catalog_is_for_staff_alone(client: LintingClient):
    for path in ("/catalog", "/catalog/imports/new", "/catalog/imports/1", "/catalog/imports/1/rejected.csv"):
        assert client.get(path).status_code == 403


def test_the_name_of_an_uploaded_file_is_kept_as_it_can_be_shown(staff: LintingClient):
    response = upload(staff, "nothing", "a\x00b\u202evsc\x1b<b>.csv")
    assert response.status_code == 303
    assert only().file_name == "a?b?vsc?<b>.csv"
