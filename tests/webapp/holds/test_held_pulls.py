"""The page of an update that is on hold: why, what it would change, and the decision (R27)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import make_held_pull, make_manufacturer, make_run, make_run_item
from tests.webapp.client import LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, HeldPull, Product, Run, User
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change

SENTENCE = "TR: 412 of 430 prices moved by more than half — for example A-1 $12.00 → $1,200.00."


@pytest.fixture
def pull(dealer: Dealer) -> HeldPull:
    item = make_run_item(make_run(dealer, "partial"), "TR", error_kind="held", fetched=430)
    maker = make_manufacturer("Tucker", numbers=["A-1"])
    product = db.session.scalars(select(Product)).one()
    place = StockKey(product.id, maker.id, "tr")
    change = Change(place, Stock(4, 1200, 1), Stock(4, 120000, 1), None)
    return make_held_pull(item, change)


def path(pull: HeldPull) -> str:
    return f"/dealers/{pull.dealer_id}/held-updates/{pull.id}"


def test_the_page_says_why_and_what_would_change(client: LintingClient, pull: HeldPull) -> None:
    page = client.get(path(pull)).text
    assert SENTENCE in page
    assert "If you don’t decide, it’s applied" in page
    assert "Prices that go up" in page
    assert "$1,200.00" in page
    assert "+$4,752.00" in page


def test_all_changes_are_a_file(client: LintingClient, pull: HeldPull) -> None:
    rows = client.get(f"{path(pull)}/changes.csv").text.splitlines()
    assert rows[1].startswith("TR,Tucker,A-1,")
    assert rows[1].endswith(",4,4,12.00,1200.00,1,1,4752.00,Price changed")


def test_home_and_the_run_lead_to_it(client: LintingClient, pull: HeldPull) -> None:
    home = client.get(f"/dealers/{pull.dealer_id}").text
    assert f"{SENTENCE} Nothing was changed for this code." in home
    assert path(pull) in home
    run = client.get(f"/dealers/{pull.dealer_id}/runs/{pull.run_id}").text
    assert path(pull) in run
    assert run.count("</svg>On hold for your approval<") == 2


@pytest.mark.parametrize(
    ("decision", "state", "says"),
    [("apply", "applying", "It is being applied."), ("keep", "kept", "You kept your webstore as it was")],
)
def test_a_decision_is_kept_with_who_made_it(
    client: LintingClient, pull: HeldPull, user: User, decision: str, state: str, says: str
) -> None:
    answer = client.post(f"{path(pull)}/decision", data={"decision": decision})
    assert (answer.status_code, answer.location) == (303, path(pull))
    db.session.refresh(pull)
    assert (pull.state, pull.decided_by_id) == (state, user.id)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("held_pull"))).one()
    assert (entry.subject, entry.action) == (
        "TR",
        f"held_pull.{'applied' if decision == 'apply' else 'kept'}",
    )
    assert says in client.get(path(pull)).text
    assert db.session.get_one(Run, pull.run_id, populate_existing=True).status == "succeeded"
    started = db.session.scalars(select(Run.trigger).where(Run.trigger == "held")).all()
    assert started == (["held"] if decision == "apply" else [])
    # What was kept can still be applied; what is being applied cannot be taken back.
    again = client.post(f"{path(pull)}/decision", data={"decision": "keep"})
    assert again.status_code == 409


def test_an_update_that_was_replaced_leads_to_the_latest(client: LintingClient, pull: HeldPull) -> None:
    pull.state = "overtaken"
    db.session.commit()
    item = make_run_item(make_run(pull.dealer, "partial"), "TR", error_kind="held")
    latest = make_held_pull(item, apply_at=clock.now() + timedelta(hours=2))
    page = client.get(path(pull)).text
    assert path(latest) in page
    assert "Apply the update" not in page


def test_the_page_asks_for_news_only_while_the_update_is_being_applied(
    client: LintingClient, pull: HeldPull
) -> None:
    assert "hx-trigger=" not in client.get(path(pull)).text
    pull.state = "applying"
    db.session.commit()
    page = client.get(path(pull)).text
    assert f'hx-get="{path(pull)}?seen=applying" hx-trigger="every 2s"' in page
    assert "Reload to see progress" in page
    poll = {"HX-Request": "true"}
    assert client.get(f"{path(pull)}?seen=applying", headers=poll).status_code == 204
    pull.state = "applied"
    db.session.commit()
    news = client.get(f"{path(pull)}?seen=applying", headers=poll).text
    assert "It was put on hold, and applied later." in news
    assert "hx-trigger=" not in news


def test_the_row_of_the_code_says_what_became_of_it(client: LintingClient, pull: HeldPull) -> None:
    db.session.get_one(Run, pull.run_id).items[0].error = f"On hold, nothing changed: {SENTENCE}"
    pull.state = "applied"
    db.session.commit()
    page = client.get(f"/dealers/{pull.dealer_id}/runs/{pull.run_id}").text
    assert page.count("It was put on hold, and applied later.") == 2
    assert "On hold, nothing changed" not in page
    # 430 rows were received, and count for nothing else.
    assert ">Not applied</th>" in page
