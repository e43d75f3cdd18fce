"""The Slow movers page: totals, the list with its filter, protection and the CSV file (R30)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from tests.factories import make_configuration, make_manufacturer, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import AliasVersion, AuditEntry, CodeScan, Dealer, SlowMoverCode
from webapp.slow_movers import counts
from webapp.slow_movers.counts import DueCode

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    """The address of a dealer with two old parts under one code, one that will be old soon, and a code."""
    make_configuration(dealer)
    today, now = clock.local_today(dealer.timezone), clock.now()
    for code, parts in (("TR", [("A-1", 400, 5), ("=B-2", 900, 1), ("C-3", 350, 9)]), ("KA", [])):
        make_supplier_code(dealer, code, make_manufacturer(f"Maker of {code}"))
        rows = [
            {
                **{"key": number.lower(), "part_number": number, "description": f"Gasket {number}"},
                **{"quantity": quantity, "retail_cents": 250, "value_cents": 250 * quantity},
                **{"changed_on": today - timedelta(days=days), "sold_on": None},
            }
            for number, days, quantity in parts
        ]
        counts.store(dealer.id, DueCode(code.lower(), code), rows, today, now)
    db.session.commit()
    return f"/dealers/{dealer.id}/slow-movers"


def test_before_the_first_count_the_page_says_when_it_is(client: LintingClient, dealer: Dealer):
    assert "Nothing to show" not in client.get(f"/dealers/{dealer.id}/slow-movers").text
    assert "Not counted yet" in client.get(f"/dealers/{dealer.id}/slow-movers").text


def test_it_lists_the_parts_that_are_too_old_with_totals(client: LintingClient, url: str):
    page = client.get(url).text
    assert "2 parts, 6 units, $15.00" in page
    assert page.index("A-1</a>") < page.index("=B-2</a>")
    assert "C-3" not in page
    page = client.hx("GET", f"{url}?sort=changed&code=tr&q=gasket").text
    assert page.index("=B-2</a>") < page.index("A-1</a>")
    assert "No parts match" in client.hx("GET", f"{url}?q=nothing").text


def test_the_time_is_said_once_if_all_codes_were_counted_within_an_hour(
    client: LintingClient, url: str, dealer: Dealer
):
    page = client.get(url).text
    assert (page.count("Counted "), ">Counted</th>" in page) == (1, False)
    row = db.session.get_one(SlowMoverCode, (dealer.id, "ka"))
    row.counted_at = clock.now() - timedelta(hours=2)
    db.session.commit()
    page = client.get(url).text
    assert ("Counted just" in page, ">Counted</th>" in page, "2 hours ago" in page) == (False, True, True)


def test_a_code_without_slow_movers_is_not_offered_for_protection(client: LintingClient, url: str):
    page = client.get(url).text
    assert 'aria-label="Protect TR"' in page
    assert 'aria-label="Protect KA"' not in page


def test_protection_is_switched_and_recorded(client: LintingClient, url: str, dealer: Dealer):
    page = client.hx("POST", f"{url}/protection", data={"code_key": "tr", "protect": "on"}).text
    assert 'aria-label="Stop protecting TR"' in page
    client.post(f"{url}/protection", data={"code_key": "tr", "protect": "off"})
    assert [row.version for row in db.session.scalars(db.select(AliasVersion))] == [2]
    actions = [entry.action for entry in db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))]
    assert actions[-2:] == ["slow_movers.protected", "slow_movers.unprotected"]
    assert client.hx("POST", f"{url}/protection", data={"code_key": "no", "protect": "on"}).status_code == 409


def test_count_now_starts_a_scan(client: LintingClient, url: str, dealer: Dealer):
    assert client.post(f"{url}/count").status_code == 303
    assert db.session.get_one(CodeScan, dealer.id).status == "queued"
    assert db.session.get_one(SlowMoverCode, (dealer.id, "tr")).counted_at is None


def test_the_file_has_the_listed_parts(client: LintingClient, url: str):
    rows = list(csv.DictReader(io.StringIO(client.get(f"{url}/export.csv").data.decode("utf-8-sig"))))
    assert [(row["part_number"], row["value"], row["protected"]) for row in rows] == [
        ("A-1", "12.50", "no"),
        ("'=B-2", "2.50", "no"),
    ]
