"""Lists of ten thousand rows are shown a page at a time, in pages of ordinary weight."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.factories import make_manufacturer, make_run, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, RunItem, SupplierCode

pytestmark = ON_SQLITE
MANY = 10_000
PAGE = 50
# Bytes: a page with fifty rows and their buttons.
MOST = 200_000


@pytest.fixture
def url(dealer: Dealer) -> str:
    """A dealer with ten thousand supplier codes of one manufacturer."""
    manufacturer = make_manufacturer("Tucker Rocky")
    rows = [
        {"code": f"C{n}", "code_key": f"c{n}", "position": n, "dealer_id": dealer.id}
        | {"manufacturer_id": manufacturer.id, "lead_time_days": 1, "pricing": "disabled"}
        for n in range(MANY)
    ]
    db.session.execute(db.insert(SupplierCode), rows)
    db.session.commit()
    return f"/dealers/{dealer.id}/supplier-codes"


def shown(page: str) -> list[str]:
    return re.findall(r'<th scope="row">(C\d+)</th>', page)


def row_of(code: str) -> SupplierCode:
    db.session.rollback()
    return db.session.scalars(db.select(SupplierCode).where(SupplierCode.code == code)).one()


def test_the_list_is_shown_a_page_at_a_time(client: LintingClient, url: str):
    page = client.get(url)
    assert len(page.data) < MOST
    assert shown(page.text) == [f"C{n}" for n in range(PAGE)]
    assert "1–50 of 10,000 supplier codes" in page.text
    assert "C0, C1, C2, C3, C4 and 9,995 more share Tucker Rocky" in page.text
    assert "Next" in page.text
    assert "Previous" not in page.text
    last = client.hx("GET", f"{url}?page=200")
    assert shown(last.text) == [f"C{n}" for n in range(MANY - PAGE, MANY)]
    assert "Previous" in last.text
    assert "Next" not in last.text
    # Past the end, and nonsense.
    assert shown(client.get(f"{url}?page=900").text) == shown(last.text)
    assert shown(client.get(f"{url}?page=-1").text) == shown(page.text)


def test_only_the_ends_of_the_whole_list_cannot_be_moved_on(client: LintingClient, url: str):
    assert re.findall(r'id="(up|down)-(\d+)"[^>]* disabled', client.get(f"{url}?page=2").text) == []
    first, last = client.get(url).text, client.get(f"{url}?page=200").text
    assert re.findall(r'id="(up|down)-\d+"[^>]* disabled', first) == ["up"]
    assert re.findall(r'id="(up|down)-\d+"[^>]* disabled', last) == ["down"]


@pytest.mark.slow
def test_a_row_moves_from_one_page_to_the_next(client: LintingClient, url: str):
    row = row_of("C50")
    moved = client.hx("POST", f"{url}/{row.id}/position", data={"direction": "up"})
    assert shown(moved.text)[-2:] == ["C48", "C50"]
    assert re.search(rf'id="up-{row.id}"[^>]* autofocus', moved.text)
    plain = client.post(f"{url}/{row.id}/position", data={"direction": "down"})
    assert plain.location == f"{url}?page=2#code-{row.id}"
    assert shown(client.get(plain.location).text)[0] == "C50"


def test_editing_adding_and_removing_stay_where_the_row_is(client: LintingClient, url: str):
    row = row_of("C120")
    editing = client.hx("GET", f"{url}/{row.id}")
    assert "Edit C120" in editing.text
    assert len(editing.data) < MOST
    assert f"{url}?page=3" in editing.text
    fields = {"catalog": "aftermarket", "manufacturer": "Tucker Rocky", "lead_time_days": "3"}
    given = {**fields, "pricing": "retail", "supplier_code": "C120"}
    assert "C120" in shown(client.hx("POST", f"{url}/{row.id}", data=given).text)
    added = client.hx("POST", url, data={**given, "supplier_code": "NEW1"})
    assert "NEW1" in added.text
    assert "10,001–10,001 of 10,001 supplier codes" in added.text
    assert "NEW1" in client.get(f"{url}?page=201").text
    asked = client.hx("GET", f"{url}/{row.id}/removal")
    assert f"{url}?page=3" in asked.text
    removed = client.hx("POST", f"{url}/{row.id}/removal")
    assert "C120" not in shown(removed.text)
    assert {"C119", "C121"} <= set(shown(removed.text))


def test_an_export_has_every_row(client: LintingClient, url: str):
    assert len(client.get(f"{url}/export.csv").text.splitlines()) == MANY + 1


def test_a_run_of_many_codes_shows_those_that_failed_first(app: Flask, client: LintingClient, dealer: Dealer):
    run = make_run(dealer, "partial")
    rows = [
        {"run_id": run.id, "position": n, "supplier_code": f"C{n}", "code_key": f"c{n}", "synced": 1}
        | {"status": "failed" if n == 9_000 else "succeeded"}
        for n in range(MANY)
    ]
    db.session.execute(db.insert(RunItem), rows)
    db.session.commit()
    url = f"/dealers/{dealer.id}/runs/{run.id}"
    page = client.get(url)
    assert len(page.data) < MOST
    assert shown(page.text) == ["C9000", *[f"C{n}" for n in range(99)]]
    assert "10,000" in page.text
    following = client.get(f"{url}?items=2")
    assert shown(following.text) == [f"C{n}" for n in range(99, 199)]
    assert len(client.get(f"/dealers/{dealer.id}").data) < MOST
    assert len(client.get(f"/dealers/{dealer.id}/runs").data) < MOST


def test_a_shared_code_and_its_manufacturers_are_named(client: LintingClient, dealer: Dealer):
    makers: list[Manufacturer] = [make_manufacturer(f"{n:02} Maker") for n in range(8)]
    for n, maker in enumerate(makers):
        make_supplier_code(dealer, "TR", maker, n)
    page = client.get(f"/dealers/{dealer.id}/supplier-codes").text
    named = "TR is mapped to 00 Maker, 01 Maker, 02 Maker, 03 Maker, 04 Maker and 3 more."
    assert named in page
