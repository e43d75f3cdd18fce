"""Skipped parts of one run; on both databases."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_dealer, make_run, make_run_item, make_stored_part
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer
from webapp.runs.skipped_parts import PAGE_LENGTH


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/skipped"


def test_parts_are_grouped_by_reason_the_most_frequent_first(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "partial")
    item = make_run_item(run, "TR", skipped=3)
    make_stored_part(item, "S-1", reason="stale", quantity=2)
    make_stored_part(item, "U-1", reason="unmatched", quantity=1, candidate="U1", candidate_by="punctuation")
    make_stored_part(item, "U-2", reason="unmatched", quantity_text="many")
    make_stored_part(item, "OK-1", quantity=1)
    page = client.get(f"{url}?run={run.id}").text
    assert page.index("No product has this part number") < page.index("Not changed for more than 365 days")
    for said in ("U-1", "U-2", "U1</span>: same number, different punctuation", "many", "correct the part"):
        assert said in page
    assert "S-1" not in page
    assert "OK-1" not in page
    stale = client.hx("GET", f"{url}?run={run.id}&reason=stale").text
    assert "S-1" in stale
    assert "U-1" not in stale


def test_a_reasons_parts_come_a_page_at_a_time(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    item = make_run_item(run, "TR", skipped=PAGE_LENGTH + 1)
    for number in range(PAGE_LENGTH + 1):
        make_stored_part(item, f"N-{number:03}", reason="unmatched")
    first = client.get(f"{url}?run={run.id}").text
    following = re.search(r'href="([^"]*after=[^"]*)">Next', first)
    assert following
    assert f"N-{PAGE_LENGTH:03}" not in first
    second = client.get(following[1].replace("&amp;", "&")).text
    assert f"N-{PAGE_LENGTH:03}" in second
    assert "N-000" not in second


@ON_SQLITE
def test_a_row_replaced_by_a_later_fetch_is_reported(client: LintingClient, url: str, dealer: Dealer):
    old = make_run(dealer)
    make_run_item(old, "TR", skipped=12)
    later = make_run(dealer)
    make_run_item(later, "TR", skipped=0)
    assert "12 more parts from this run aren’t listed" in client.get(f"{url}?run={old.id}").text
    assert "Every part in this run was synced." in client.get(f"{url}?run={later.id}").text


@ON_SQLITE
def test_another_dealers_run_is_not_found(client: LintingClient, url: str):
    run = make_run(make_dealer("Lakeside Cycle"))
    assert client.get(f"{url}?run={run.id}").status_code == 404
