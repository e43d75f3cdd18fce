"""Summaries of changes go once to each recipient that chose them, by email and webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from jobs.notifications import sender
from tests.factories import (
    make_alert_recipients,
    make_changes,
    make_configuration,
    make_found_code,
    make_held_clearing,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
)
from tests.jobs.notifications.receivers import Kept
from tests.jobs.notifications.test_standard_webhooks import verified
from tests.jobs.sync.test_statement_counts import counted
from tests.webapp.client import ON_SQLITE
from webapp.alerts import recipients, summary_choices
from webapp.core import vault
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.models import AlertDelivery, AlertRecipients, Dealer, StoredSummary
from webapp.pulls.stock import Stock
from webapp.summaries import due_summaries

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "changes-summary.json"
ADDRESS, OTHER = "Parts@prairie.example.com", "boss@prairie.example.com"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)


# A Monday; nobody chose anything before the Sunday noon before.
CHOSEN, MORNING = local("2026-11-29T12:00"), local("2026-11-30T07:00")


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer() as server:
        server.expect_request("/in").respond_with_data("")
        yield server


@pytest.fixture
def chosen(dealer: Dealer, receiver: HTTPServer) -> AlertRecipients:
    """Two addresses and a webhook; the first address gets daily summaries, the webhook weekly ones."""
    make_configuration(dealer, enabled=True)
    rows = make_alert_recipients(dealer, ADDRESS, OTHER, webhook=f"http://127.0.0.1:{receiver.port}/in")
    choose(rows, {("email", ADDRESS.casefold()): "daily", summary_choices.WEBHOOK: "weekly"})
    return rows


def choose(rows: AlertRecipients, wanted: dict[tuple[str, str], str], at: datetime = CHOSEN) -> None:
    with time_machine.travel(at, tick=False):
        summary_choices.choose(rows, wanted)
        db.session.commit()


@pytest.fixture
def changed(dealer: Dealer) -> None:
    """On Sunday evening a belt came in, a chain with a name to be escaped sold out, and a price rose."""
    with time_machine.travel(local("2026-11-29T19:30"), tick=False):
        item, maker = make_run_item(make_run(dealer), "KA"), make_manufacturer("Honda", "oem")
        names = "Drive belt", "Chain <520> & sprockets", "Fork oil"
        made = [make_product(maker, f"H-{n}", name=name) for n, name in enumerate(names)]
        stocks = (
            (None, Stock(2, 1000, 1)),
            (Stock(3, 500, 1), Stock(0, 500, 1)),
            (Stock(1, 900, 1), Stock(1, 950, 1)),
        )
        make_changes(item, *((product, maker, *stock) for product, stock in zip(made, stocks, strict=True)))
        make_held_clearing(item, 100, 120)
        make_found_code(dealer, "XX", 2, 12_000)
        freezing.freeze(dealer, "all", reason="Counting", ends_at=local("2026-12-05T12:00"))
        freezing.freeze(dealer, "all", reason="Not yet", starts_at=local("2026-12-05T12:00"))


def make_due(at: datetime) -> int:
    made = due_summaries.queue_due(at)
    with time_machine.travel(at + timedelta(seconds=1), tick=False):
        sender.deliver_due(lambda: False)
    return made


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_a_day_is_summed_up_for_those_who_chose_it(mailed: Kept, chosen: AlertRecipients, changed: None):
    dealer_id = chosen.dealer_id
    assert make_due(MORNING) == 2
    assert mailed.recipients == [[ADDRESS]]
    assert mailed.subjects == ["Prairie Powersports: what changed on Sunday, Nov 29"]
    text, html = parts(mailed.messages[0])
    for said in (
        "1 product came into stock ($20.00), 1 sold out ($15.00). 1 price changed.",
        "Came into stock:\n- Honda H-0 Drive belt: 2 units, $20.00\n",
        "Sold out:\n- Honda H-1 Chain <520> & sprockets: had 3 units, $15.00\n",
        "Price changes:\n- Honda H-2 Fork oil: $9.00 → $9.50\n",
        "Frozen: updates don't change it:\n- All inventory: Counting (until Dec 5, 12:00 PM)\n",
        f"  https://sync.example.com/dealers/{dealer_id}/freezes\n",
        "- 1 unmapped code: 2 parts, $120.00\n",
        f"KA: 100 of 120 products would go to zero.\n  https://sync.example.com/dealers/{dealer_id}/runs\n",
        f"https://sync.example.com/dealers/{dealer_id}/alerts\n",
    ):
        assert said in text
    assert "Honda H-1 Chain &lt;520&gt; &amp; sprockets: had 3 units, $15.00" in html
    assert "<520>" not in html
    assert f'<a href="https://sync.example.com/dealers/{dealer_id}/parts/products/' in html


def test_what_a_guard_set_to_zero_is_listed_apart(
    mailed: Kept, chosen: AlertRecipients, changed: None, receiver: HTTPServer
):
    with time_machine.travel(local("2026-11-29T20:30"), tick=False):
        item, maker = make_run_item(make_run(chosen.dealer), "KA"), make_manufacturer("Kawasaki", "oem")
        pads = make_product(maker, "K-1", name="Brake pads")
        make_changes(item, (pads, maker, Stock(1, 4000, 1), Stock(0, 4000, 1)), withheld=2)
    make_due(MORNING)
    text, _ = parts(mailed.messages[0])
    assert "1 sold out ($15.00), 1 set to zero by a guard ($40.00)." in text
    assert "Set to zero by a guard:\n- Kawasaki K-1 Brake pads: had 1 unit, $40.00\n" in text
    ((request, _),) = receiver.log
    data = request.get_json()["data"]
    assert [row["mpn"] for row in data["sold_out"]["largest"]] == ["K-1", "H-1"]
    assert (data["sold_out"]["products"], data["sold_out"]["value"]) == (2, "55.00")
    assert [row["mpn"] for row in data["set_to_zero_by_guard"]["largest"]] == ["K-1"]


def test_a_webhook_gets_the_same_as_json(
    mailed: Kept, chosen: AlertRecipients, changed: None, receiver: HTTPServer
):
    secret = vault.unseal(chosen.sealed_webhook_secret or "")
    make_due(MORNING)
    ((request, _),) = receiver.log
    stamp = (MORNING + timedelta(seconds=1)).timestamp()
    assert verified(request.headers, request.get_data(), secret, stamp).startswith("msg_")
    body = request.get_json()
    assert (body["type"], datetime.fromisoformat(body["timestamp"])) == ("changes.summary", MORNING)
    data = body["data"]
    assert data["period"] == {
        "kind": "weekly",
        "from": "2026-11-23T06:00:00+00:00",
        "until": "2026-11-30T06:00:00+00:00",
        "time_zone": "America/Chicago",
    }
    assert (data["came_into_stock"]["products"], data["came_into_stock"]["value"]) == (1, "20.00")
    (sold,) = data["sold_out"]["largest"]
    assert (sold["name"], sold["units_before"], sold["units"], sold["value_change"]) == (
        *("Chain <520> & sprockets", 3, 0, "-15.00"),
    )
    (price,) = data["price_changes"]["largest"]
    assert (price["price_before"], price["price"]) == ("9.00", "9.50")
    assert data["held"] == ["KA: 100 of 120 products would go to zero."]
    assert body == json.loads(EXAMPLE.read_text())


def test_nobody_gets_a_summary_who_did_not_ask(dealer: Dealer, mailed: Kept, changed: None):
    make_configuration(dealer, enabled=True)
    make_alert_recipients(dealer, ADDRESS)
    assert make_due(MORNING) == 0
    assert mailed.messages == []


def test_two_ticks_and_a_late_one_make_it_once(mailed: Kept, chosen: AlertRecipients, changed: None):
    late = MORNING + timedelta(hours=9)
    # Both schedulers found it due before either made it.
    due = due_summaries._due("daily", late)
    assert [due_summaries._make(*each, late) for each in due * 2] == [True, False]
    assert [make_due(late + timedelta(minutes=minutes)) for minutes in (0, 1)] == [1, 0]
    assert len(mailed.messages) == 1


@ON_SQLITE
def test_a_choice_counts_from_the_next_morning_on(mailed: Kept, chosen: AlertRecipients, changed: None):
    choose(chosen, {("email", OTHER): "daily"}, at=MORNING + timedelta(minutes=1))
    make_due(MORNING + timedelta(minutes=2))
    assert mailed.recipients == [[ADDRESS]]


@ON_SQLITE
def test_without_changes_only_a_weekly_summary_is_sent(
    mailed: Kept, chosen: AlertRecipients, receiver: HTTPServer
):
    choose(chosen, {("email", OTHER): "weekly"})
    assert make_due(MORNING) == 2
    assert mailed.recipients == [[OTHER]]
    text, _ = parts(mailed.messages[0])
    assert "what changed from Nov 23 to Nov 29\n\nNothing changed.\n" in text
    assert len(receiver.log) == 1
    assert make_due(MORNING + timedelta(days=1)) == 1
    assert len(mailed.messages) == 1


@ON_SQLITE
def test_a_removed_recipient_gets_none_and_has_chosen_nothing(
    dealer: Dealer, mailed: Kept, chosen: AlertRecipients, changed: None
):
    due_summaries.queue_due(MORNING)
    recipients.save_recipients(recipients.locked(dealer), OTHER)
    assert summary_choices.chosen(dealer.id) == {("webhook", ""): "weekly"}
    recipients.remove_webhook(recipients.locked(dealer))
    with time_machine.travel(MORNING + timedelta(minutes=1), tick=False):
        sender.deliver_due(lambda: False)
    states = db.session.scalars(select(AlertDelivery.state).where(AlertDelivery.event == "summary"))
    assert set(states) == {"dropped"}
    assert summary_choices.chosen(dealer.id) == {}


@ON_SQLITE
def test_summaries_count_as_alert_emails(app: Flask, mailed: Kept, chosen: AlertRecipients, changed: None):
    app.config["ALERT_EMAILS_PER_DAY"] = 1
    choose(chosen, {("email", OTHER): "daily"})
    make_due(MORNING)
    assert mailed.recipients[0] == [ADDRESS]
    failed = select(AlertDelivery.recipient).where(AlertDelivery.error.like("Not sent: the limit%"))
    assert list(db.session.scalars(failed)) == [OTHER]


@ON_SQLITE
def test_a_retried_webhook_says_the_same(
    mailed: Kept, chosen: AlertRecipients, changed: None, receiver: HTTPServer
):
    receiver.clear()
    receiver.expect_ordered_request("/in").respond_with_data("", 503)
    receiver.expect_ordered_request("/in").respond_with_data("")
    make_due(MORNING)
    with time_machine.travel(MORNING + timedelta(minutes=5), tick=False):
        sender.deliver_due(lambda: False)
    first, second = (request for request, _ in receiver.log)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.get_data() == second.get_data()
    assert json.loads(first.get_data())["type"] == "changes.summary"


@ON_SQLITE
def test_one_that_fails_is_made_in_the_next_round(
    mailed: Kept, chosen: AlertRecipients, changed: None, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(due_summaries.content, "of_period", lambda *_: 1 / 0)
        assert make_due(MORNING) == 0
    assert db.session.scalar(select(StoredSummary.id)) is None
    assert make_due(MORNING + timedelta(minutes=1)) == 2


def test_it_takes_as_many_statements_for_many_changes(dealer: Dealer, mailed: Kept, chosen: AlertRecipients):
    taken = []
    for number, day in ((2, 1), (2, 2), (60, 3)):
        with time_machine.travel(MORNING + timedelta(days=day - 1, hours=1), tick=False):
            maker = make_manufacturer(f"Maker {day}")
            for code in ("KA", "HO"):
                products = [make_product(maker, f"{code}-{place}") for place in range(number)]
                rows = ((product, maker, None, Stock(1, 100, 1)) for product in products)
                make_changes(make_run_item(make_run(dealer), code), *rows)
        db.session.rollback()
        with counted() as counts:
            assert due_summaries.queue_due(MORNING + timedelta(days=day)) >= 1
        taken.append(counts["statements"])
    # The summary of the week is made on the first day, and looked for until the second.
    assert taken[0] > taken[1] >= taken[2]
