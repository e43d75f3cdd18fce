"""Alerts page of a dealer: open alerts, and their recipients."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue

from webapp.accounts import reauthentication
from webapp.alerts import confirmations, recipients, summary_choices
from webapp.alerts.alert_labels import AlertsPage
from webapp.alerts.forms import RecipientsForm, WebhookForm
from webapp.core.enums import SUMMARY_PERIOD_LABELS
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.web import htmx, tenancy
from webapp.web.email_links import can_send_links

pages = tenancy.dealer_blueprint("alerts", __name__, "/alerts")
SAVED = {"HX-Trigger": "recipients-changed"}


@pages.get("")
def show() -> Response:
    """Show the page."""
    return _answer("_fragment")


@pages.get("/deliveries")
def show_deliveries() -> Response:
    """Show the deliveries. A poll passes the version it shows in `seen`."""
    shown = AlertsPage.of(g.dealer, recipients.of(g.dealer))
    if htmx.wants_fragment() and request.args.get("seen") == shown.mark and shown.is_awaited:
        return Response(status=204)
    return _answer("_deliveries")


@pages.post("/recipients")
def save_recipients() -> ResponseReturnValue:
    """Save the email recipients."""
    alert_recipients, form = recipients.locked(g.dealer), RecipientsForm()
    if not form.validate():
        return _refused("_recipients", 422, recipients_form=form)
    if form.is_stale(alert_recipients):
        return _refused("_recipients", 409, recipients_form=form.catch_up(alert_recipients))
    try:
        not_sent = recipients.save_recipients(alert_recipients, form.recipients.data or "")
    except FieldRefused as refusal:
        form.blame(refusal.field, str(refusal))
        return _refused("_recipients", 422, recipients_form=form)
    if not_sent and can_send_links():
        flash(
            f"No confirmation link sent to {', '.join(not_sent)}. You reached today's limit. Try tomorrow.",
            "warning",
        )
    return _saved("_recipients", "Email recipients saved.")


@pages.get("/summaries")
def show_summaries() -> Response:
    """Show how often each recipient gets a summary of changes."""
    return _answer("_summaries")


@pages.post("/summaries")
def save_summaries() -> ResponseReturnValue:
    """Save how often recipients get one; who is no recipient any more, and unknown values, are left out."""
    pairs = zip(request.form.getlist("address"), request.form.getlist("period"), strict=False)
    wanted = {
        summary_choices.key_of("email", address): period
        for address, period in pairs
        if period in SUMMARY_PERIOD_LABELS
    }
    summary_choices.choose(recipients.locked(g.dealer), wanted)
    db.session.commit()
    flash("Summaries saved.", "success")
    return _answer("_summaries") if htmx.wants_fragment() else htmx.redirect_to(url_for(".show"))


@pages.post("/confirmations")
def send_confirmation() -> ResponseReturnValue:
    """Send another link to an unconfirmed address."""
    address = request.form.get("address", "")
    try:
        confirmations.send_again(recipients.locked(g.dealer), address)
    except confirmations.Throttled as refusal:
        flash(str(refusal), "warning")
        return _refused("_recipients", 409)
    return _saved("_recipients", f"We sent another link to {address}.")


@pages.post("/webhook")
@reauthentication.required
def save_webhook() -> ResponseReturnValue:
    """Save the webhook's URL; the secret of a new one is shown once."""
    alert_recipients, form = recipients.locked(g.dealer), WebhookForm()
    if not form.validate():
        return _refused("_webhook", 422, webhook_form=form)
    try:
        url, summaries = form.webhook_url.data or "", form.summaries.data or ""
        secret = recipients.save_webhook(alert_recipients, url, summaries)
    except FieldRefused as refusal:
        form.blame(refusal.field, str(refusal))
        return _refused("_webhook", 422, webhook_form=form)
    return _saved("_webhook", "Webhook saved.", secret)


@pages.post("/webhook/secret")
@reauthentication.required
def renew_secret() -> ResponseReturnValue:
    """Replace the signing secret, and show it once."""
    try:
        secret = recipients.renew_secret(recipients.locked(g.dealer))
    except FieldRefused:
        flash("Webhook removed. There is no secret to replace.", "warning")
        return _refused("_webhook", 409)
    return _saved("_webhook", "New secret created. Webhooks are signed with it from now on.", secret)


@pages.post("/webhook/removal")
@reauthentication.required
def remove_webhook() -> ResponseReturnValue:
    """Remove the webhook."""
    recipients.remove_webhook(recipients.locked(g.dealer))
    return _saved("_webhook", "Webhook removed.")


@pages.post("/tests")
def send_test() -> ResponseReturnValue:
    """Send a test to every recipient; the page then polls for the outcome."""
    try:
        count = recipients.send_test(recipients.locked(g.dealer))
    except FieldRefused as refusal:
        flash(str(refusal), "warning")
        return _refused("_deliveries", 409)
    flash("Test sent." if count == 1 else f"{count} tests sent.", "info")
    if htmx.wants_fragment():
        return _answer("_deliveries")
    return htmx.redirect_to(url_for(".show"))


def _saved(part: str, message: str, secret: str | None = None) -> ResponseReturnValue:
    flash(message, "success")
    if secret is None and not htmx.wants_fragment():
        return htmx.redirect_to(url_for(".show"))
    # The secret is shown in this response: a redirect would have to store it in between.
    response = _answer(part, secret=secret)
    response.headers.update(SAVED)
    return response


def _refused(part: str, status: int, **forms: RecipientsForm | WebhookForm) -> Response:
    # Nothing was changed; the locked row is reloaded.
    db.session.rollback()
    return _answer(part, status, **forms)


def _answer(
    part: str,
    status: int = 200,
    *,
    recipients_form: RecipientsForm | None = None,
    webhook_form: WebhookForm | None = None,
    secret: str | None = None,
) -> Response:
    """Render the page, or a part of it; forms that are not given show what is stored."""
    alert_recipients = recipients.of(g.dealer)
    return htmx.answer(
        "alerts",
        status,
        part=part,
        shown=AlertsPage.of(g.dealer, alert_recipients),
        recipients=recipients_form or RecipientsForm.filled(alert_recipients),
        webhook=webhook_form or WebhookForm.filled(alert_recipients),
        secret=secret,
        summary_labels=SUMMARY_PERIOD_LABELS,
    )
