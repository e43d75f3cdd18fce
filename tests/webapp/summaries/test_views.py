"""The page with the summary of the last full day or week."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import (
    make_changes,
    make_dealer,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_user,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, ItemChanges, StoredSummary
from webapp.pulls.stock import Stock
from webapp.summaries import content, latest, periods

pytestmark = ON_SQLITE


@pytest.fixture
def dealer() -> Dealer:
    """A dealer for whom a chain came into stock yesterday at noon."""
    dealer, maker = make_dealer("Prairie", "America/Chicago"), make_manufacturer("Honda", "oem")
    chain = make_product(maker, "H-1", name="Chain & sprocket")
    make_changes(make_run_item(make_run(dealer), "HO"), (chain, maker, None, Stock(2, 1000, 1)))
    yesterday = periods.last("daily", dealer.timezone, clock.now())
    db.session.execute(db.update(ItemChanges).values(noted_at=yesterday.since + timedelta(hours=12)))
    db.session.commit()
    return dealer


@pytest.fixture
def page(client: LintingClient, dealer: Dealer) -> str:
    return (
        client.sign_in(make_user("parts@prairie.example.com", dealer=dealer))
        .get(f"/dealers/{dealer.id}/summaries/daily")
        .text
    )


def test_it_shows_what_would_be_sent(page: str, dealer: Dealer) -> None:
    for said in (
        *("What changed on ", "1 product came into stock ($20.00).", "Came into stock"),
        *("Honda H-1 Chain &amp; sprocket: 2 units, $20.00", f"/dealers/{dealer.id}/parts/products/"),
    ):
        assert said in page
    assert db.session.scalar(db.select(StoredSummary.id)) is None


def test_it_shows_what_was_sent(client: LintingClient, dealer: Dealer, page: str) -> None:
    period = periods.last("daily", dealer.timezone, clock.now())
    sent = content.of_period(dealer, period)
    sent.sentences = ["It was sent so."]
    row = {"dealer_id": dealer.id, "period": "daily", "starts_on": period.starts_on}
    db.session.add(StoredSummary(**row, body=content.packed(sent)))
    db.session.commit()
    assert "It was sent so." in client.get(f"/dealers/{dealer.id}/summaries/daily").text


def test_too_many_changes_are_not_summed_up_while_the_page_waits(
    client: LintingClient, dealer: Dealer, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "MOST", 0)
    assert "Too much changed to show it here" in client.get(f"/dealers/{dealer.id}/summaries/daily").text


def test_a_week_without_changes_says_so(client: LintingClient) -> None:
    idle = make_dealer("Lakeside")
    client.sign_in(make_user("parts@prairie.example.com", dealer=idle))
    assert "Nothing changed." in client.get(f"/dealers/{idle.id}/summaries/weekly").text
    assert client.get(f"/dealers/{idle.id}/summaries/monthly").status_code == 404
