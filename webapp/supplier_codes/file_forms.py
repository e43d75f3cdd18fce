"""Confirmation of a previewed CSV import."""

from __future__ import annotations

from io import BytesIO

from wtforms import HiddenField

from webapp.core import spreadsheet
from webapp.supplier_codes import ImportResult, Plan
from webapp.web.form_fields import Form


class ConfirmationForm(Form):
    """The previewed text, sent back by the page: nothing is stored between the two steps."""

    content = HiddenField()
    added = HiddenField()
    updated = HiddenField()
    unchanged = HiddenField()

    @classmethod
    def of(cls, content: bytes, plan: Plan) -> ConfirmationForm:
        """Return the confirmation of a plan for a file's content."""
        counts = {name: str(getattr(plan.result, name)) for name in ("added", "updated", "unchanged")}
        return cls(formdata=None, data={"content": spreadsheet.text_of(content), **counts})

    def file(self) -> BytesIO:
        """Return the text as a file."""
        return BytesIO((self.content.data or "").encode(errors="surrogateescape"))

    def expected(self) -> ImportResult | None:
        """Return the previewed counts; None if the form lacks them."""
        counts = [field.data or "" for field in (self.added, self.updated, self.unchanged)]
        if not all(count.isascii() and count.isdigit() and len(count) < 10 for count in counts):
            return None
        return ImportResult(*map(int, counts))
