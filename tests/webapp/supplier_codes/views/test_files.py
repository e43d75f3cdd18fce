"""Supplier codes as CSV files: exported, previewed, imported."""

from __future__ import annotations

import codecs
import io
import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.factories import make_manufacturer, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, SupplierCode

pytestmark = ON_SQLITE

HEADER = b"catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
LIST = HEADER + b"aftermarket,tr,Tucker Rocky,5,retail\noem,HO,Honda,,\n"


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/supplier-codes"


@pytest.fixture(autouse=True)
def row(dealer: Dealer) -> SupplierCode:
    make_manufacturer("Honda", "oem")
    return make_supplier_code(dealer, "TR", make_manufacturer("Tucker Rocky"))


def codes() -> list[tuple[str, int, str]]:
    db.session.rollback()
    rows = db.session.scalars(db.select(SupplierCode).order_by(SupplierCode.position))
    return [(row.code, row.lead_time_days, row.pricing) for row in rows]


def uploaded(client: LintingClient, url: str, content: bytes, **options: bool) -> TestResponse:
    send = client.hx if options.get("hx") else client.open
    where = ("POST", f"{url}/import/preview") if options.get("hx") else (f"{url}/import/preview",)
    values = {"file": (io.BytesIO(content), "list.csv")}
    return send(*where, data=values, **({} if options.get("hx") else {"method": "POST"}))


def hidden(html: str) -> dict[str, str]:
    """What the confirmation sends back."""
    names = "content|added|updated|unchanged"
    found = re.findall(rf'<input type="hidden" name="({names})" value="([^"]*)">', html)
    return {name: unescape(value) for name, value in found}


def test_the_list_is_exported_in_the_form_that_is_imported(client: LintingClient, url: str):
    answer = client.get(f"{url}/export.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="supplier-codes.csv"'
    assert answer.data == codecs.BOM_UTF8 + HEADER + b"aftermarket,TR,Tucker Rocky,1,disabled\n"
    assert f"{url}/export.csv" in client.get(url).text


@pytest.mark.parametrize("hx", [False, True])
def test_a_preview_shows_each_change_and_changes_nothing(client: LintingClient, url: str, hx: bool):
    answer = uploaded(client, url, LIST, hx=hx)
    assert answer.status_code == 200
    assert "adds 1 supplier code and updates 1; 0 unchanged" in answer.text
    assert re.search(r"<del[^>]*>1 day</del> 5 days", answer.text)
    assert re.search(r"<del[^>]*>Disabled</del> Retail", answer.text)
    assert codes() == [("TR", 1, "disabled")]


def test_what_was_previewed_is_imported(client: LintingClient, url: str):
    confirmation = hidden(uploaded(client, url, LIST).text)
    answer = client.post(f"{url}/import", data=confirmation)
    assert (answer.status_code, answer.location) == (303, url)
    assert codes() == [("tr", 5, "retail"), ("HO", 1, "disabled")]
    assert "1 supplier code added, 1 updated, 0 unchanged." in client.get(url).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [b",", b";", b"\t"])
def test_a_file_as_a_spreadsheet_saves_it_is_previewed_and_imported(
    client: LintingClient, url: str, encoding: str, separator: bytes
):
    content = LIST.replace(b",", separator) + separator * 4 + b"\r\n"
    answer = uploaded(client, url, content.decode().encode(encoding))
    assert "adds 1 supplier code and updates 1; 0 unchanged" in answer.text
    assert client.post(f"{url}/import", data=hidden(answer.text)).status_code == 303
    assert codes() == [("tr", 5, "retail"), ("HO", 1, "disabled")]


def test_with_htmx_the_list_comes_back_and_the_page_below_is_updated(client: LintingClient, url: str):
    answer = client.hx("POST", f"{url}/import", data=hidden(uploaded(client, url, LIST, hx=True).text))
    assert answer.status_code == 200
    assert "Honda" in answer.text
    assert answer.headers["HX-Trigger"] == "configuration-changed"


@pytest.mark.slow
def test_a_file_as_large_as_may_be_can_be_confirmed(client: LintingClient, url: str):
    blank = b"\n" * (2 * 1024 * 1024 - len(LIST))
    confirmation = hidden(uploaded(client, url, LIST + blank).text)
    answer = client.post(f"{url}/import", data=confirmation, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_a_list_that_was_changed_concurrently_is_previewed_again(client: LintingClient, url: str):
    confirmation = hidden(uploaded(client, url, LIST).text)
    fields = {"catalog": "oem", "supplier_code": "HO", "manufacturer": "Honda", "pricing": "disabled"}
    client.post(url, data=fields)
    answer = client.post(f"{url}/import", data=confirmation)
    assert answer.status_code == 409
    assert "Your list changed after this preview" in answer.text
    assert "adds 0 supplier codes and updates 1; 1 unchanged" in answer.text
    assert codes()[0] == ("TR", 1, "disabled")
    assert client.post(f"{url}/import", data=hidden(answer.text)).status_code == 303


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Line 1: the file is empty"),
        (b"catalog,code\n", "Line 1: the file has no column supplier_code"),
        (b"\xff\xfe\x00", "t UTF-8 text"),
        (LIST + b"oem,HP,Nobody,,\n", "Line 4: Manufacturer/Distributor &#39;Nobody&#39; is not in the OEM"),
        (HEADER + b"x" * 2 * 1024 * 1024, "the file is larger than 2 MB"),
    ],
)
def test_a_file_that_cannot_be_imported_is_reported_by_line(
    client: LintingClient, url: str, content: bytes, said: str
):
    for hx in (False, True):
        answer = uploaded(client, url, content, hx=hx)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Nothing was changed" in answer.text
    assert len(codes()) == 1


def test_without_a_file_it_says_to_choose_one(client: LintingClient, url: str):
    for values in ({}, {"file": (io.BytesIO(b""), "")}):
        answer = client.post(f"{url}/import/preview", data=values)
        assert answer.status_code == 422
        assert "Choose a CSV file first" in answer.text


def test_a_file_that_changes_nothing_cannot_be_confirmed(client: LintingClient, url: str):
    answer = uploaded(client, url, HEADER + b"aftermarket,TR,Tucker Rocky,1,disabled\n")
    assert "1 unchanged" in answer.text
    assert "disabled>Nothing to import</button>" in answer.text


@pytest.mark.parametrize("content", ["", "\udcff", "x,y\n"])
def test_a_forged_confirmation_changes_nothing(client: LintingClient, url: str, content: str):
    values = {"content": content.encode(errors="surrogateescape"), "added": "²"}
    assert client.post(f"{url}/import", data=values).status_code == 422
    assert len(codes()) == 1
