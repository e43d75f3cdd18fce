"""Forms of the Alerts page: email recipients, and the webhook."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from webapp.alerts import summary_choices
from webapp.core.enums import SUMMARY_PERIOD_LABELS
from webapp.core.limits import MAX_ALERT_RECIPIENTS_LENGTH, MAX_WEBHOOK_LENGTH
from webapp.models import AlertRecipients
from webapp.web.form_fields import AtMost, Form, choices, stripped

CHANGED_SINCE = (
    "The recipients were changed after you opened this page: {stored}. Save again to replace them with yours."
)


class RecipientsForm(Form):
    """Email addresses, one per line; each is validated when saved."""

    recipients = TextAreaField("Email recipients", [AtMost(MAX_ALERT_RECIPIENTS_LENGTH)])
    version = HiddenField()

    @classmethod
    def filled(cls, alert_recipients: AlertRecipients) -> RecipientsForm:
        """Return the form with the stored addresses."""
        stored = {"recipients": "\n".join(alert_recipients.recipients), "version": alert_recipients.version}
        return cls(formdata=None, data=stored)

    def is_stale(self, alert_recipients: AlertRecipients) -> bool:
        """Return whether they were saved since the form was loaded; without a version it isn't stale."""
        return bool(self.version.data) and str(self.version.data) != str(alert_recipients.version)

    def catch_up(self, alert_recipients: AlertRecipients) -> RecipientsForm:
        """Keep the input, rebased on what is stored now."""
        self.version.data = alert_recipients.version
        self.blame("", CHANGED_SINCE.format(stored=", ".join(alert_recipients.recipients) or "none"))
        return self


class WebhookForm(Form):
    """URL of the webhook, empty for none, and how often it gets a summary of changes."""

    webhook_url = StringField("Webhook URL", [AtMost(MAX_WEBHOOK_LENGTH)], [stripped])
    summaries = SelectField("Summary of changes", choices=choices(SUMMARY_PERIOD_LABELS), default="")

    @classmethod
    def filled(cls, alert_recipients: AlertRecipients) -> WebhookForm:
        """Return the form with what is stored."""
        period = summary_choices.chosen(alert_recipients.dealer_id).get(summary_choices.WEBHOOK, "")
        stored = {"webhook_url": alert_recipients.webhook_url or "", "summaries": period}
        return cls(formdata=None, data=stored)
