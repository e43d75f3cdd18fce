"""The two CSV files of a run, as downloads (R18)."""

from __future__ import annotations

import pytest

from tests.factories import make_run
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import storage
from webapp.extensions import db
from webapp.models import Dealer, Report, Run

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


@pytest.mark.parametrize("kind", ["inventory", "skipped"])
def test_a_report_is_downloaded_as_it_is_stored(client: LintingClient, url: str, run: Run, kind: str):
    keep(run, kind)
    number = run.id
    page = client.get(url).text
    assert f'href="{url}/reports/{kind}.csv"' in page
    assert "(CSV, 20,000 rows)" in page
    response = client.get(f"{url}/reports/{kind}.csv")
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{kind}-report-run-{number}.csv"'
    assert response.get_data(as_text=True) == ROWS


def test_a_report_is_sent_in_pieces(client: LintingClient, url: str, run: Run):
    keep(run, "inventory")
    response = client.get(f"{url}/reports/inventory.csv", buffered=False)
    assert len(list(response.iter_encoded())) > 5


def test_a_run_without_reports_offers_none_and_says_why_it_has_none(client: LintingClient, url: str):
    assert "Inventory report" not in client.get(url).text
    missing = client.get(f"{url}/reports/inventory.csv")
    assert missing.status_code == 404
    assert "This run left no such report" in missing.text


def test_a_report_that_storage_no_longer_has_shows_a_message(client: LintingClient, url: str, run: Run):
    keep(run, "inventory", text=None)
    missing = client.get(f"{url}/reports/inventory.csv")
    assert missing.status_code == 404
    assert "no longer kept" in missing.text
    assert run.reports[0].path not in missing.text


def test_there_is_no_other_report(client: LintingClient, url: str):
    assert client.get(f"{url}/reports/passwords.csv").status_code == 404
