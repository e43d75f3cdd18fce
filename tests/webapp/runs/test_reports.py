"""The two reports of a run, as downloads (R18)."""

from __future__ import annotations

import codecs
import io

import pytest

from tests.factories import make_run
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.core.spreadsheet.worksheet import Worksheet
from webapp.core import storage
from webapp.core.spreadsheet import BOM
from webapp.extensions import db
from webapp.models import Dealer, Report, Run
from webapp.web import downloads

pytestmark = ON_SQLITE

ROWS = "part_number,name\r\n" + "".join(f"{number},Kühler “{number}”\r\n" for number in range(20_000))


@pytest.fixture
def run(dealer: Dealer) -> Run:
    return make_run(dealer)


@pytest.fixture
def url(dealer: Dealer, run: Run) -> str:
    return f"/dealers/{dealer.id}/runs/{run.id}"


def keep(run: Run, kind: str, text: str | None = ROWS) -> None:
    path = f"runs/{run.id}/{kind}.csv"
    if text is not None:
        with storage.open_for_writing(path) as file:
            file.write(text)
    db.session.add(Report(run_id=run.id, kind=kind, path=path, rows=20_000))
    db.session.commit()


@pytest.mark.parametrize("mark", ["", BOM], ids=["of an earlier release", "as it is now"])
@pytest.mark.parametrize("kind", ["inventory", "skipped"])
def test_a_report_is_downloaded_with_exactly_one_byte_order_mark(
    client: LintingClient, url: str, run: Run, kind: str, mark: str
):
    keep(run, kind, mark + ROWS)
    number = run.id
    page = client.get(url).text
    assert f'href="{url}/reports/{kind}.csv"' in page
    assert "CSV, 20,000 rows" in page
    response = client.get(f"{url}/reports/{kind}.csv")
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{kind}-report-run-{number}.csv"'
    assert response.data == codecs.BOM_UTF8 + ROWS.encode()


def test_a_report_is_sent_in_pieces(client: LintingClient, url: str, run: Run):
    keep(run, "inventory")
    response = client.get(f"{url}/reports/inventory.csv", buffered=False)
    assert len(list(response.iter_encoded())) > 5


@pytest.mark.parametrize("mark", ["", BOM], ids=["of an earlier release", "as it is now"])
def test_a_report_is_an_excel_file_with_the_same_rows(client: LintingClient, url: str, run: Run, mark: str):
    keep(run, "skipped", f"{mark}part_number,quantity\n'=1+1,2\n007,'-x\n")
    number = run.id
    assert f'href="{url}/reports/skipped.xlsx"' in client.get(url).text
    response = client.get(f"{url}/reports/skipped.xlsx")
    assert response.headers["Content-Disposition"].endswith(f'"skipped-report-run-{number}.xlsx"')
    assert response.content_length == len(response.data)
    sheet = Worksheet(io.BytesIO(response.data))
    assert sheet.rows == [["Part number", "Quantity"], ["=1+1", 2.0], ["007", "-x"]]


def test_a_report_that_is_too_long_for_excel_leads_to_the_csv_file(
    client: LintingClient, url: str, run: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(downloads, "MAX_WORKBOOK_ROWS", 19_999)
    keep(run, "inventory")
    refused = client.get(f"{url}/reports/inventory.xlsx")
    assert refused.status_code == 404
    assert "Download the CSV file instead" in refused.text


def test_a_run_without_reports_offers_none_and_says_why_it_has_none(client: LintingClient, url: str):
    assert "Inventory report" not in client.get(url).text
    missing = client.get(f"{url}/reports/inventory.csv")
    assert missing.status_code == 404
    assert "This run has no such report" in missing.text


def test_a_report_that_storage_no_longer_has_shows_a_message(client: LintingClient, url: str, run: Run):
    keep(run, "inventory", text=None)
    for kind in ("csv", "xlsx"):
        missing = client.get(f"{url}/reports/inventory.{kind}")
        assert missing.status_code == 404
        assert "no longer kept" in missing.text
        assert run.reports[0].path not in missing.text


def test_there_is_no_other_report(client: LintingClient, url: str):
    assert client.get(f"{url}/reports/passwords.csv").status_code == 404
