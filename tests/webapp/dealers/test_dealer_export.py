"""The staff's table as a CSV or Excel file: every dealer of the current filter."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from tests.factories import make_configuration, make_dealer, make_organization, make_stock_summary
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.core.spreadsheet.worksheet import Worksheet
from tests.webapp.dealers.fleet import add_six, finished, ready
from webapp.dealers import dealer_export
from webapp.dealers.dealer_export import COLUMNS


def exported(staff: LintingClient, query: str = "") -> list[dict[str, str]]:
    response = staff.get(f"/dealers/export.csv{query}")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="dealers.csv"'
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_the_file_has_the_dealers_of_the_filter_in_their_order(staff: LintingClient):
    add_six()
    assert [row["dealer"] for row in exported(staff)] == [
        "Refused",
        "Stale",
        "Failed",
        "Partial",
        "New",
        "Fine",
    ]
    assert [row["dealer"] for row in exported(staff, "?status=failed&sort=name")] == ["Failed", "Refused"]
    assert exported(staff, "?matching=nothing") == []


def test_a_row_has_the_causes_the_last_run_and_the_settings(staff: LintingClient):
    dealer = ready(
        "Prairie", make_organization("Big Sky"), check_state="refused", check_reason="No. Ask.", cmf="4711"
    )
    finished(dealer, "succeeded", 5, synced=7, skipped=1)
    run = finished(dealer, "failed", 1)
    make_stock_summary(dealer, online=0.5)
    ended, number = run.finished_at, dealer.id
    (row,) = exported(staff)
    assert list(row) == list(COLUMNS)
    assert row["dealer_id"] == str(number)
    assert row["organization"] == "Big Sky"
    assert row["3pa_dealer_id"] == "4711"
    assert row["time_zone"] == "America/Chicago"
    assert (row["status"], row["details"]) == ("Lightspeed rejects the credentials", "No.")
    assert row["last_run_status"] == "failed"
    assert row["last_run_at"] == f"{ended:%Y-%m-%dT%H:%MZ}"
    assert (row["unmatched_percent"], row["online_percent"]) == ("12.5", "50.0")


def test_the_file_has_more_dealers_than_a_page(staff: LintingClient, monkeypatch):
    monkeypatch.setattr(dealer_export, "BATCH", 2)
    for number in range(5):
        make_dealer(f"Dealer {number}")
    assert [row["dealer"] for row in exported(staff)] == [f"Dealer {number}" for number in range(5)]


@ON_SQLITE
def test_a_name_is_not_run_as_a_formula(staff: LintingClient):
    make_configuration(make_dealer("=1+1"))
    assert exported(staff)[0]["dealer"] == "'=1+1"


@ON_SQLITE
def test_the_list_is_offered_as_an_excel_file_with_the_same_columns(staff: LintingClient):
    dealer = ready("=Prairie", cmf="004711")
    ended = finished(dealer, "succeeded", 5, synced=7, skipped=1).finished_at
    assert 'href="/dealers/export.xlsx?sort=name"' in staff.get("/dealers?sort=name").text
    response = staff.get("/dealers/export.xlsx?matching=prairie")
    assert response.headers["Content-Disposition"] == 'attachment; filename="dealers.xlsx"'
    sheet = Worksheet(io.BytesIO(response.data))
    assert sheet.rows[0][1:4] == ["Dealer", "Organization", "3PA Dealer ID"]
    assert {"=Prairie", "004711", 12.5} < set(sheet.rows[1])
    # Excel counts days since the end of 1899.
    days = (ended.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)
    assert any(isinstance(cell, float) and abs(cell - days) < 1e-4 for cell in sheet.rows[1])
    assert sheet.formats["J2"] == "yyyy-mm-dd hh:mm"


@ON_SQLITE
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_file_is_for_staff_only(client: LintingClient, ending: str):
    assert client.get(f"/dealers/export.{ending}").status_code == 403
