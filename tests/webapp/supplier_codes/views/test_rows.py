"""Supplier Code Management: several rows before one Save, editing in place, and what the list says."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer, make_run, make_run_item, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, SupplierCode
from webapp.runs.run_results import RECENT_RUNS

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


def named(page: str) -> list[str]:
    """The codes in the list, drafts first."""
    return re.findall(r'<th scope="row">([^<]*)</th>', page)


def test_an_added_row_is_a_draft_above_the_list_and_nothing_is_saved(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_supplier_code(dealer, "PU", tucker)
    for answer in (client.post(f"{url}/drafts", data=FIRST), client.hx("POST", f"{url}/drafts", data=FIRST)):
        assert answer.status_code == 200
        assert named(answer.text) == ["TR", "PU"]
        assert "1 code not saved" in answer.text
        assert 'name="supplier_code" type="text" value=""' in answer.text
        assert "data-unsaved" in answer.text
    assert codes() == [("PU", 1)]


def test_a_draft_has_the_values_that_will_be_stored(client: LintingClient, url: str, tucker: Manufacturer):
    rough = FIRST | {"manufacturer": "tucker ROCKY", "supplier_code": " TR ", "lead_time_days": ""}
    page = client.post(f"{url}/drafts", data=rough).text
    for name, value in {"supplier_code": "TR", "manufacturer": "Tucker Rocky", "lead_time_days": "1"}.items():
        assert f'name="row1-{name}" value="{value}"' in page


def test_a_draft_is_taken_back(client: LintingClient, url: str, tucker: Manufacturer):
    sent = row_of(1, supplier_code="A") | row_of(2, supplier_code="B") | row_of(3, supplier_code="C")
    for place, left in (("2", ["A", "C"]), ("9", ["A", "B", "C"]), ("x", ["A", "B", "C"])):
        page = client.post(f"{url}/drafts/removal", data=sent | {"row": place}).text
        assert named(page) == left
    assert codes() == []


def test_a_row_that_cannot_be_saved_does_not_become_a_draft(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    make_supplier_code(dealer, "PU", tucker)
    draft = row_of(1, supplier_code="T1")
    for wrong, said in (
        ({"manufacturer": "Nobody"}, "is not in the Aftermarket catalog"),
        ({"supplier_code": "pu"}, "already mapped"),
        ({"supplier_code": "t1"}, "already mapped"),
        ({"supplier_code": "", "manufacturer": ""}, "LightSpeed Supplier Code is missing"),
    ):
        answer = client.hx("POST", f"{url}/drafts", data=draft | FIRST | wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert named(answer.text) == ["T1", "PU"]


def test_one_save_takes_the_drafts_and_then_the_entered_row(
    client: LintingClient, url: str, tucker: Manufacturer
):
    drafts = row_of(1, supplier_code="T1", lead_time_days="9") | row_of(2, supplier_code="T2")
    assert client.post(url, data=FIRST | drafts).status_code == 303
    assert codes() == [("T1", 9), ("T2", 3), ("TR", 3)]
    assert "T1, T2, TR added." in client.get(url).text


def test_an_empty_entry_is_left_out(client: LintingClient, url: str, tucker: Manufacturer):
    blank = FIRST | {"supplier_code": "", "manufacturer": " "}
    assert client.post(url, data=blank | row_of(1, supplier_code="T1")).status_code == 303
    assert codes() == [("T1", 3)]


def test_one_bad_row_rejects_all_rows_and_is_reported_at_its_field(
    client: LintingClient, url: str, tucker: Manufacturer
):
    twice = row_of(1, supplier_code="T1") | row_of(2, supplier_code="t1")
    answer = client.hx("POST", url, data=FIRST | {"manufacturer": "Nobody"} | twice)
    assert answer.status_code == 422
    assert 'href="#manufacturer">Manufacturer/Distributor &#39;Nobody&#39;' in answer.text
    assert 'href="#draft-2">t1: ' in answer.text
    assert codes() == []


@pytest.mark.parametrize("field", ["supplier_code", "catalog", "pricing", "lead_time_days", "manufacturer"])
def test_a_forged_draft_is_refused(client: LintingClient, url: str, tucker: Manufacturer, field: str):
    forged = row_of(1, **({} if field == "pricing" else {field: ""}))
    answer = client.post(url, data=forged | ({"row1-pricing": "free"} if field == "pricing" else {}))
    assert answer.status_code == (303 if field == "lead_time_days" else 422)


def test_the_number_of_rows_is_limited(client: LintingClient, url: str, tucker: Manufacturer):
    rows: dict[str, str] = {}
    for number in range(1, 60):
        rows |= row_of(number, supplier_code=f"T{number}")
    answer = client.post(f"{url}/drafts/removal", data=rows)
    assert len(named(answer.text)) == 49
    assert re.search(r'id="add-row"[^>]* disabled', answer.text)


def test_after_a_save_the_next_step_is_an_update(client: LintingClient, url: str, tucker: Manufacturer):
    assert "Queue Update Now" not in client.get(url).text
    page = client.hx("POST", url, data=FIRST).text
    assert "Queue Update Now" in page
    assert "Done</a>" in page
    assert "Queue Update Now" not in client.post(f"{url}/drafts", data=FIRST | {"supplier_code": "T2"}).text


@pytest.mark.parametrize(
    ("catalog", "typed", "said"),
    [
        ("aftermarket", "honda", "Honda is an OEM."),
        ("oem", "TR", "Tucker Rocky is an aftermarket distributor."),
        ("oem", "tuck", "Found in the Aftermarket catalog: Tucker Lite, Tucker Rocky."),
        ("aftermarket", "zzz", "No match in the Aftermarket catalog."),
        ("private_label", "", "You have no private label brands yet."),
        ("aftermarket", "tucker", ""),
    ],
)
def test_the_suggestions_say_where_a_name_is_and_why_there_are_none(
    client: LintingClient, url: str, dealer: Dealer, catalog: str, typed: str, said: str
):
    make_manufacturer("Tucker Rocky", abbreviation="TR")
    make_manufacturer("Tucker Lite")
    make_manufacturer("Honda", "oem")
    # Another dealer's brand is nobody else's business.
    make_manufacturer("Zzz Brand", "private_label", make_dealer("Lakeside"))
    part = client.hx(
        "GET", f"{url}/manufacturers", query_string={"catalog": catalog, "manufacturer": typed}
    ).text
    shown = re.search(r'id="manufacturer-said"[^>]*>([^<]*)', part)
    assert shown is not None
    assert shown[1].strip().startswith(said)
    assert bool(shown[1].strip()) == bool(said)
    assert ("Switch catalog" in part) == (" is a" in said or "Found in" in said)


def test_a_name_of_another_catalog_is_explained_at_the_field(
    client: LintingClient, url: str, tucker: Manufacturer
):
    make_manufacturer("KTM", "oem")
    answer = client.post(url, data=FIRST | {"manufacturer": "ktm"})
    assert "is not in the Aftermarket catalog: KTM is an OEM" in answer.text


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
    assert "No match in the Aftermarket catalog" in client.get(f"{url}/manufacturers?manufacturer=zzz").text


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
    assert "You changed this supplier code in another tab" in answer.text
    assert "Currently saved: TR, Aftermarket, Tucker Rocky, 3 days, Retail" in answer.text
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
    for code, fields in (("YA", {"held": 274}), ("DS", {"error_kind": "held", "fetched": 538})):
        make_supplier_code(dealer, code, tucker)
        make_run_item(newer, code, **fields)
    # As of a dealer whose updates are disabled on most days.
    for _ in range(RECENT_RUNS + 1):
        make_run(dealer, "skipped")
    page = client.get(url).text
    assert "1,500 received, 1,400 synced, 100 skipped" in page
    assert "9 received" not in page
    assert page.count("Failed</span>") == 1
    assert page.count("Put on hold</span>") == 2
    assert "of 538" not in page
    assert page.count("Not synced yet") == 1


def test_what_sharing_does_is_explained_only_where_codes_share(
    client: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    honda = make_manufacturer("Honda", "oem")
    make_supplier_code(dealer, "HO", honda, position=0)
    assert "add up" not in client.get(url).text
    make_supplier_code(dealer, "HP", honda, position=1)
    page = client.get(url).text
    assert "HO and HP share Honda. Their quantities add up." in page
    assert "looked up in that order" not in page
    make_supplier_code(dealer, "ho", tucker, position=2)
    assert "HO is mapped to Honda and Tucker Rocky. Each part is looked up" in client.get(url).text


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


def test_a_change_by_someone_else_is_told_from_ones_own(
    client: LintingClient, staff: LintingClient, url: str, dealer: Dealer, tucker: Manufacturer
):
    row = make_supplier_code(dealer, "TR", tucker)
    seen = {"was": f"{tucker.id}/1/disabled/TR"}
    staff.post(f"{url}/{row.id}", data=FIRST | seen)
    answer = client.post(f"{url}/{row.id}", data=FIRST | seen | {"lead_time_days": "8"})
    assert answer.status_code == 409
    assert "Someone else changed this supplier code" in answer.text
