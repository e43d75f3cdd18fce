"""Supplier Code Management: several rows before one Save, editing in place, and what the list says."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_manufacturer, make_run, make_run_item, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, SupplierCode

pytestmark = ON_SQLITE

TR = {"catalog": "aftermarket", "supplier_code": "TR", "manufacturer": "Tucker Rocky", "lead_time_days": "3"}


def row_of(number: int, **fields: str) -> dict[str, str]:
    """The fields of a row after the first."""
    return {f"row{number}-{name}": value for name, value in (TR | fields).items()} | {
        f"row{number}-pricing": "retail"
    }


FIRST = TR | {"pricing": "retail"}


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/supplier-codes"


@pytest.fixture
def tucker(app: Flask) -> Manufacturer:
    return make_manufacturer("Tucker Rocky")


def codes() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.scalars(db.select(SupplierCode).order_by(SupplierCode.position))
    return [(row.code, row.lead_time_days) for row in rows]


def test_a_row_is_added_below_the_typed_ones_and_nothing_is_saved(
    client: LintingClient, url: str, tucker: Manufacturer
):
    for answer in (client.post(f"{url}/rows", data=FIRST), client.hx("POST", f"{url}/rows", data=FIRST)):
        assert answer.status_code == 200
        assert 'name="supplier_code" type="text" value="TR"' in answer.text
        assert 'name="row1-supplier_code" type="text" value=""' in answer.text
    assert codes() == []


def test_one_save_takes_all_rows_in_their_order_and_leaves_empty_ones_out(
    client: LintingClient, url: str, tucker: Manufacturer
):
    blank = row_of(1, supplier_code="", manufacturer=" ")
    last = row_of(2, supplier_code="T2", lead_time_days="9")
    assert client.post(url, data=FIRST | blank | last).status_code == 303
    assert codes() == [("TR", 3), ("T2", 9)]
    assert "TR, T2 were added." in client.get(url).text


def test_one_bad_row_rejects_all_rows_and_is_reported_at_its_field(
    client: LintingClient, url: str, tucker: Manufacturer
):
    wrong = row_of(1, supplier_code="T2", manufacturer="Nobody")
    twice = row_of(2, supplier_code="tr")
    answer = client.hx("POST", url, data=FIRST | wrong | twice)
    assert answer.status_code == 422
    assert 'href="#row1-manufacturer">Row 2: Manufacturer/Distributor &#39;Nobody&#39;' in answer.text
    assert 'href="#row2-supplier_code">Row 3: ' in answer.text
    assert 'value="TR"' in answer.text
    assert codes() == []


def test_the_number_of_rows_is_limited(client: LintingClient, url: str):
    rows = {f"row{number}-supplier_code": "x" for number in range(1, 60)}
    answer = client.post(f"{url}/rows", data=FIRST | rows)
    assert 'name="row49-supplier_code"' in answer.text
    assert 'name="row50-supplier_code"' not in answer.text
    assert 'id="add-row"' not in answer.text


def test_choices_are_filtered_for_the_row_being_edited(client: LintingClient, url: str, tucker: Manufacturer):
    make_manufacturer("Honda", "oem")
    asked = {"row": "2", "row2-catalog": "oem", "row2-manufacturer": "hon"}
    part = client.hx("GET", f"{url}/manufacturers", query_string=asked).text
    assert 'value="Honda"' in part
    assert "Tucker" not in part


def test_without_script_manufacturers_are_searched_on_a_page_that_leads_to_the_form(
    client: LintingClient, url: str, tucker: Manufacturer
):
    for number in range(60):
        make_manufacturer(f"{number:03} Distributor")
    page = client.get(f"{url}/manufacturers?catalog=aftermarket&manufacturer=tuck").text
    link = f"{url}/new?catalog=aftermarket&amp;manufacturer=Tucker+Rocky"
    assert link.replace("+", "%20") in page or link in page
    assert 'value="Tucker Rocky"' in client.get(link.replace("&amp;", "&")).text
    assert client.get(f"{url}/manufacturers").text.count("Distributor</a>") == 50
    assert "is named so" in client.get(f"{url}/manufacturers?manufacturer=zzz").text


def test_a_row_turns_into_a_form_in_its_place(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    first, second = (
        make_supplier_code(dealer, "TR", tucker),
        make_supplier_code(dealer, "T2", tucker, position=1),
    )
    page = client.get(f"{url}/{first.id}").text
    assert f'action="{url}/{first.id}"' in page
    # Changing another row at the same time would lose the input.
    assert f'href="{url}/{second.id}"' not in page
    assert page.index("Edit TR") < page.index(f'id="code-{second.id}"')


def test_the_second_of_two_editors_gets_a_conflict_and_keeps_the_input(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    row = make_supplier_code(dealer, "TR", tucker)
    seen = {"was": f"{tucker.id}/1/disabled/TR"}
    assert seen["was"] in client.get(f"{url}/{row.id}").text
    client.post(f"{url}/{row.id}", data=FIRST | seen)
    answer = client.hx("POST", f"{url}/{row.id}", data=FIRST | seen | {"lead_time_days": "8"})
    assert answer.status_code == 409
    assert "Somebody else has saved this supplier code" in answer.text
    assert "Stored now: TR, Aftermarket, Tucker Rocky, 3 days, Retail" in answer.text
    assert 'value="8"' in answer.text
    assert codes() == [("TR", 3)]
    again = {"was": f"{tucker.id}/3/retail/TR", "lead_time_days": "8"}
    assert client.post(f"{url}/{row.id}", data=FIRST | again).status_code == 303
    assert codes() == [("TR", 8)]


def test_each_code_shows_the_result_of_its_last_run(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    for code in ("TR", "PU", "KA"):
        make_supplier_code(dealer, code, tucker)
    older, newer = make_run(dealer), make_run(dealer)
    make_run_item(older, "TR", fetched=9, synced=9)
    make_run_item(older, "PU", fetched=1500, synced=1400, skipped=100)
    make_run_item(newer, "TR", "failed", error="No answer.")
    make_run_item(newer, "PU", "not_tried")
    page = client.get(url).text
    assert "1,500 fetched, 1,400 synced, 100 skipped" in page
    assert "9 fetched" not in page
    assert page.count("Failed</span>") == 1
    assert page.count("Not fetched yet") == 1


def test_what_sharing_does_is_explained_only_where_codes_share(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    honda = make_manufacturer("Honda", "oem")
    make_supplier_code(dealer, "HO", honda, position=0)
    assert "add up" not in client.get(url).text
    make_supplier_code(dealer, "HP", honda, position=1)
    page = client.get(url).text
    assert "Quantities of HO and HP add up for Honda products" in page
    assert "is fetched once" not in page
    make_supplier_code(dealer, "ho", tucker, position=2)
    assert "HO is mapped to Honda and Tucker Rocky. It is fetched once" in client.get(url).text


def test_a_moved_row_keeps_the_focus_also_at_the_end_of_the_list(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    row = make_supplier_code(dealer, "TR", tucker)
    make_supplier_code(dealer, "PU", tucker, position=1)
    answer = client.hx("POST", f"{url}/{row.id}/position", data={"direction": "down"})
    assert "TR is now number 2 in the list." in answer.text
    (focused,) = [line for line in answer.text.splitlines() if "autofocus" in line]
    assert f'id="up-{row.id}"' in focused
    assert "autofocus" not in client.get(url).text
    plain = client.post(f"{url}/{row.id}/position", data={"direction": "up"})
    assert plain.location == f"{url}#code-{row.id}"
