"""The weekly email about what isn't online."""

from __future__ import annotations

import pytest
from flask import current_app

from jobs.discovery.scan_codes import scan_codes
from jobs.notifications import messages
from jobs.notifications.undeliverable import NoLongerWanted
from tests.factories import make_alert_recipients, make_manufacturer, make_supplier_code
from tests.sync_harness import SyncHarness, part
from webapp.alerts import summary_choices
from webapp.code_discovery import scans
from webapp.extensions import db
from webapp.models import AlertDelivery, Manufacturer


@pytest.fixture
def tucker(harness: SyncHarness) -> Manufacturer:
    current_app.config |= {"SMTP_URL": "smtp://127.0.0.1:9", "PUBLIC_URL": "https://sync.example.com"}
    make_alert_recipients(harness.dealer, "boss@northwind.example")
    return make_manufacturer("Tucker Rocky", numbers=["T-1", "T-2"])


def deliveries(harness: SyncHarness, trigger: str) -> list[AlertDelivery]:
    scans.request(harness.dealer, trigger)
    scan_codes(harness.dealer.id, harness.connect)
    return list(db.session.scalars(db.select(AlertDelivery)))


def test_a_weekly_scan_emails_the_unmapped_codes_with_their_money(harness: SyncHarness, tucker: Manufacturer):
    harness.set_parts(part("TR", "T-1", 100, Retail=412.0), part("SHOP", "X", 1, Retail=0.6))

    (delivery,) = deliveries(harness, "weekly")
    message = messages.compose(delivery)

    assert (delivery.event, delivery.recipient) == ("weekly", "boss@northwind.example")
    assert message.subject == "Northwind Powersports: $41,201 of your stock isn't online"
    assert "- TR: 1 part, 100 units, $41,200.00. 100% match Tucker Rocky (Aftermarket)" in message.text
    assert f"https://sync.example.com/dealers/{harness.dealer.id}/unmapped-codes" in message.text


def test_other_scans_and_those_that_find_nothing_email_nobody(harness: SyncHarness, tucker: Manufacturer):
    assert deliveries(harness, "weekly") == []
    harness.set_parts(part("TR", "T-1"))
    assert deliveries(harness, "manual") == []


def test_codes_mapped_since_then_need_no_email(harness: SyncHarness, tucker: Manufacturer):
    harness.set_parts(part("TR", "T-1"))
    (delivery,) = deliveries(harness, "weekly")
    make_supplier_code(harness.dealer, "TR", tucker)

    with pytest.raises(NoLongerWanted):
        messages.compose(delivery)


def test_who_gets_a_weekly_summary_of_changes_reads_of_them_there(harness: SyncHarness, tucker: Manufacturer):
    rows = make_alert_recipients(harness.dealer, "boss@northwind.example", "parts@northwind.example")
    choices = {("email", "boss@northwind.example"): "weekly", ("email", "parts@northwind.example"): "daily"}
    summary_choices.choose(rows, choices)
    db.session.commit()
    harness.set_parts(part("TR", "T-1"))
    assert [row.recipient for row in deliveries(harness, "weekly")] == ["parts@northwind.example"]
