"""Form of the Queue Inventory Update dialog."""

from __future__ import annotations

from wtforms import BooleanField

from webapp.web.form_fields import Form


class QueueForm(Form):
    """Confirmation of a run, explicit on a disabled day (R7)."""

    anyway = BooleanField("Run anyway")
