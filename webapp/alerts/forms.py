"""The forms of the Alerts page: who is told by e-mail, and the webhook."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField

from webapp.models import AlertRecipients
from webapp.web.form_fields import AtMost, Form, stripped

CHANGED_MEANWHILE = (
    "Somebody else has saved other recipients since you opened this page: {stored}. "
    "Save again to replace them by yours."
)


class RecipientsForm(Form):
    """E-mail addresses, one a line; they are checked one by one where they are saved."""

    recipients = TextAreaField("E-mail recipients", [AtMost(4000)])
    version = HiddenField()

    @classmethod
    def filled(cls, contact: AlertRecipients) -> RecipientsForm:
        """The form with what is stored."""
        stored = {"recipients": "\n".join(contact.recipients), "version": contact.version}
        return cls(formdata=None, data=stored)

    def is_stale(self, contact: AlertRecipients) -> bool:
        """Whether they were saved since the form was filled in; a form that does not say is not."""
        return bool(self.version.data) and str(self.version.data) != str(contact.version)

    def catch_up(self, contact: AlertRecipients) -> RecipientsForm:
        """Keep what was typed, as a change of what is stored now."""
        self.version.data = contact.version
        self.blame("", CHANGED_MEANWHILE.format(stored=", ".join(contact.recipients) or "nobody"))
        return self


class WebhookForm(Form):
    """The webhook's address; none where it is empty."""

    webhook_url = StringField("Webhook address", [AtMost(1000)], [stripped])

    @classmethod
    def filled(cls, contact: AlertRecipients) -> WebhookForm:
        """The form with what is stored."""
        return cls(formdata=None, data={"webhook_url": contact.webhook_url or ""})
