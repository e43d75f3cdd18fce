"""The Alerts page: open alerts, recipients and deliveries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.factories import make_alert, make_alert_recipients, make_dealer
from tests.webapp.client import ON_SQLITE, LintingClient, without_tokens
from webapp.alerts import summary_choices
from webapp.alerts.alert_labels import LATE_AFTER
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.models import AlertDelivery, AlertRecipients, Dealer
from webapp.settings.addresses import MailServer

pytestmark = ON_SQLITE
HOOK = "https://hooks.example.com/in?token=t0ken"


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/alerts"


@pytest.fixture
def mail(app: Flask) -> None:
    app.config["SMTP_URL"] = MailServer("mail.example.com", 25, "smtp")


def stored(dealer: Dealer) -> AlertRecipients | None:
    return db.session.scalar(db.select(AlertRecipients).execution_options(populate_existing=True))


def delivery(dealer: Dealer, state: str = "waiting", **fields: object) -> AlertDelivery:
    values = {"event": "test", "channel": "email", "recipient": "one@example.com", **fields}
    row = AlertDelivery(dealer_id=dealer.id, state=state, **values)
    db.session.add(row)
    db.session.commit()
    return row


def test_it_says_when_there_is_no_alert_and_no_recipient(client: LintingClient, url: str, mail: None):
    page = client.get(url).text
    for said in ("No open alerts", "No email recipients yet.", "Nothing sent yet."):
        assert said in page
    assert "Send a test" not in page
    assert "SMTP_URL" not in page


def test_it_says_when_there_is_no_e_mail(client: LintingClient, url: str):
    client.post(f"{url}/recipients", data={"recipients": "one@example.com"})
    page = client.get(url).text
    assert "Email isn’t set up on this site" in page
    assert "one@example.com" in page
    assert "Send a test" not in page


def test_it_lists_open_and_closed_alerts_and_deliveries(client: LintingClient, url: str, dealer: Dealer):
    make_alert(dealer, "refused", "The password has expired.")
    over = make_alert(dealer, "failing", "Two runs failed.", closed_at=clock.now())
    delivery(dealer, "delivered", event="recovered", alert_id=over.id, finished_at=clock.now())
    delivery(dealer, "failed", channel="webhook", recipient="hooks.example.com", error="It answered 500.")
    later = clock.now() + timedelta(minutes=5, seconds=10)
    delivery(dealer, recipient="two@example.com", error="Busy.", next_attempt_at=later)
    other = make_dealer("Lakeside Cycle")
    make_alert(other, "stale", "Not ours.")
    delivery(other, recipient="theirs@example.com")
    page = client.get(url).text
    for said in (
        *("Credentials refused", "The password has expired.", "Two updates in a row had problems"),
        *("Resolved: Two updates in a row had problems", "hooks.example.com (webhook)", "It answered 500."),
        *("Delivered", "Not delivered", "Busy. Retrying", "in 5 minutes"),
    ):
        assert said in page
    assert "Not ours." not in page
    assert "theirs@example.com" not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_recipients_are_kept(client: LintingClient, url: str, dealer: Dealer, htmx: bool):
    typed = {"recipients": "One@Example.com\r\ntwo@example.com"}
    if htmx:
        response = client.hx("POST", f"{url}/recipients", data=typed)
        assert response.status_code == 200
        assert "Email recipients saved." in response.text
        assert response.headers["HX-Trigger"] == "recipients-changed"
    else:
        response = client.post(f"{url}/recipients", data=typed)
        assert (response.status_code, response.location) == (303, url)
    alert_recipients = stored(dealer)
    assert alert_recipients is not None
    assert alert_recipients.recipients == ["One@example.com", "two@example.com"]
    assert "One@example.com\ntwo@example.com</textarea>" in client.get(url).text


@pytest.mark.parametrize("typed", ["nobody", "a@example.com\nBcc: x", "a" * 5000])
def test_invalid_input_is_reported_at_its_field_and_stays_in_the_form(
    client: LintingClient, url: str, dealer: Dealer, typed: str
):
    for response in (
        client.post(f"{url}/recipients", data={"recipients": typed}),
        client.hx("POST", f"{url}/recipients", data={"recipients": typed}),
    ):
        assert response.status_code == 422
        assert 'id="recipients-error"' in response.text
        assert typed[:6] in response.text
    assert stored(dealer) is None


def test_a_concurrent_save_of_another_user_is_not_overwritten(
    client: LintingClient, url: str, dealer: Dealer
):
    version = re.search(r'name="version" value="(\d+)"', client.get(url).text)
    assert version is not None
    client.post(f"{url}/recipients", data={"recipients": "theirs@example.com"})
    mine = {"recipients": "mine@example.com", "version": version[1]}
    response = client.post(f"{url}/recipients", data=mine)
    assert response.status_code == 409
    assert "theirs@example.com" in response.text
    assert "mine@example.com" in response.text
    version = re.search(r'name="version" value="(\d+)"', response.text)
    assert version is not None
    assert client.post(f"{url}/recipients", data=mine | {"version": version[1]}).status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_a_webhooks_secret_is_shown_once(client: LintingClient, url: str, dealer: Dealer, htmx: bool):
    ask = client.hx if htmx else lambda method, path, **more: client.open(path, method=method, **more)
    answer = ask("POST", f"{url}/webhook", data={"webhook_url": HOOK})
    assert answer.status_code == 200
    alert_recipients = stored(dealer)
    assert alert_recipients is not None
    secret = vault.unseal(alert_recipients.sealed_webhook_secret or "")
    assert answer.text.count(secret) == 1
    assert secret not in str(answer.headers)
    for later in (client.get(url), client.hx("GET", f"{url}/deliveries")):
        assert secret not in later.text
        assert alert_recipients.sealed_webhook_secret not in later.text
    again = ask("POST", f"{url}/webhook", data={"webhook_url": HOOK + "2"})
    assert secret not in again.text
    renewed = ask("POST", f"{url}/webhook/secret")
    assert renewed.status_code == 200
    assert secret not in renewed.text
    assert "won’t be shown again" in renewed.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("http://hooks.example.com", "https://"),
        ("https://169.254.169.254/", "private network"),
        ("https://user:hunter2@hooks.example.com/", "must not contain a login"),
    ],
)
def test_an_address_that_a_webhook_may_not_have_is_refused(
    client: LintingClient, url: str, dealer: Dealer, typed: str, said: str
):
    response = client.hx("POST", f"{url}/webhook", data={"webhook_url": typed})
    assert response.status_code == 422
    assert said in response.text
    assert 'id="webhook_url-error"' in response.text
    assert stored(dealer) is None


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ("https://hooks.example.com:8080/in", "it must use port 443 or 8443"),
        ("https://168.63.129.16/in", "it is on a private network"),
    ],
)
def test_a_webhook_that_was_saved_under_earlier_rules_says_why_nothing_is_sent(
    client: LintingClient, url: str, dealer: Dealer, saved: str, said: str
):
    secret = {"sealed_webhook_secret": vault.seal("whsec"), "secret_set_at": clock.now()}
    db.session.add(
        AlertRecipients(dealer_id=dealer.id, recipients=[], webhook_url=saved, version=0, **secret)
    )
    db.session.commit()
    assert f"Nothing is sent to this webhook: {said}. Enter a different URL." in client.get(url).text
    client.post(f"{url}/webhook", data={"webhook_url": HOOK})
    assert "Nothing is sent to this webhook" not in client.get(url).text


def test_a_webhook_is_removed_with_its_secret(client: LintingClient, url: str, dealer: Dealer):
    client.post(f"{url}/webhook", data={"webhook_url": HOOK})
    assert client.post(f"{url}/webhook/removal").status_code == 303
    alert_recipients = stored(dealer)
    assert alert_recipients is not None
    assert (alert_recipients.webhook_url, alert_recipients.sealed_webhook_secret) == (None, None)
    assert client.hx("POST", f"{url}/webhook/secret").status_code == 409


def test_a_test_message_is_sent_and_the_page_updates_with_its_result(
    client: LintingClient, url: str, dealer: Dealer, mail: None
):
    make_alert_recipients(dealer, "one@example.com")
    sent = client.hx("POST", f"{url}/tests")
    assert "Test sent." in sent.text
    polled = re.search(r'hx-get="([^"]+seen=[^"]+)" hx-trigger="every 2s"', sent.text)
    assert polled is not None
    assert client.hx("GET", polled[1]).status_code == 204
    row = db.session.scalars(db.select(AlertDelivery)).one()
    row.state, row.finished_at, row.attempts = "delivered", clock.now(), 1
    db.session.commit()
    news = client.hx("GET", polled[1])
    assert ">Delivered</span>" in news.text
    assert "seen=" not in news.text


def test_without_script_a_test_leads_back_to_the_page(
    client: LintingClient, url: str, dealer: Dealer, mail: None
):
    make_alert_recipients(dealer, "one@example.com")
    response = client.post(f"{url}/tests")
    assert (response.status_code, response.location) == (303, url)
    again = client.post(f"{url}/tests")
    assert again.status_code == 409
    assert "You just sent a test" in again.text


def test_the_page_stops_waiting_for_a_test_message_that_is_not_sent(
    client: LintingClient, url: str, dealer: Dealer, mail: None
):
    long_ago = clock.now() - LATE_AFTER - timedelta(seconds=1)
    delivery(dealer, created_at=long_ago, next_attempt_at=long_ago)
    page = client.get(url).text
    assert "Not sent yet." in page
    assert "every 2s" not in page


def test_the_webhook_is_folded_away_unless_it_needs_to_be_seen(client: LintingClient, url: str):
    folded, unfolded = '<details class="sheet">', '<details class="sheet" open>'
    assert folded in client.get(url).text
    refused = client.post(f"{url}/webhook", data={"webhook_url": "http://hooks.example.com"})
    assert unfolded in refused.text
    created = client.post(f"{url}/webhook", data={"webhook_url": HOOK})
    assert unfolded in created.text
    assert unfolded in client.get(url).text


def test_alerts_come_first_the_latest_in_sight(client: LintingClient, url: str, dealer: Dealer):
    for number in range(7):
        make_alert(dealer, "failing", f"Problem {number}.", closed_at=clock.now())
    page = client.get(url).text
    assert page.index("Problem 6.") < page.index("Problem 2.") < page.index("Earlier alerts")
    assert page.index("Earlier alerts") < page.index("Problem 1.") < page.index('id="recipients"')


def test_the_form_says_what_the_emails_are_about(client: LintingClient, url: str):
    page = client.get(url).text
    assert all(f"<li>{said}</li>" in page for said in ("Credentials refused", "No recent update"))
    # Dealers can do nothing about the deployment: its alerts are for staff.
    assert "Background jobs have stopped" not in page


def test_htmx_gets_the_fragment_that_the_page_includes(client: LintingClient, url: str):
    fragment, page = client.hx("GET", url), client.get(url)
    assert without_tokens(fragment.text) in without_tokens(page.text)
    assert "<html" not in fragment.text


def test_staff_may_choose_for_a_dealer(staff: LintingClient, url: str, dealer: Dealer):
    staff.post(f"{url}/recipients", data={"recipients": "one@example.com"})
    assert "one@example.com" in staff.get(url).text


def test_a_summary_is_off_until_it_is_chosen(client: LintingClient, url: str, dealer: Dealer):
    make_alert_recipients(dealer, "One@example.com", "two@example.com")
    assert client.get(url).text.count('<option value="" selected>Off</option>') == 3
    typed = {
        "address": ["one@example.com", "two@example.com", "who@example.com"],
        "period": ["weekly", "", "daily"],
    }
    assert "Summaries saved." in client.hx("POST", f"{url}/summaries", data=typed).text
    assert summary_choices.chosen(dealer.id) == {("email", "one@example.com"): "weekly"}
    assert '<option value="weekly" selected>' in client.get(f"{url}/summaries").text
    client.post(f"{url}/summaries", data={"address": "One@example.com", "period": "hourly"})
    assert summary_choices.chosen(dealer.id) == {("email", "one@example.com"): "weekly"}
    client.post(f"{url}/summaries", data={"address": "One@example.com", "period": ""})
    assert summary_choices.chosen(dealer.id) == {}


def test_a_webhook_gets_summaries_if_it_is_chosen(client: LintingClient, url: str, dealer: Dealer):
    client.hx("POST", f"{url}/webhook", data={"webhook_url": HOOK, "summaries": "daily"})
    assert summary_choices.chosen(dealer.id) == {("webhook", ""): "daily"}
    assert '<option value="daily" selected>' in client.get(url).text
    assert (
        client.hx("POST", f"{url}/webhook", data={"webhook_url": HOOK, "summaries": "x"}).status_code == 422
    )
    client.hx("POST", f"{url}/webhook/removal")
    assert summary_choices.chosen(dealer.id) == {}
