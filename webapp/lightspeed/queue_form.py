"""The form of the Queue Inventory Update dialog."""

from __future__ import annotations

from wtforms import BooleanField

from webapp.web.form_fields import Form


class QueueForm(Form):
    """Confirms that a run is wanted, on a disabled day explicitly (R7)."""

    anyway = BooleanField("Run anyway")
