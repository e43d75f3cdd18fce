"""The two steps of a CSV import: the file, and the confirmation of what it would change."""

from __future__ import annotations

from io import BytesIO

from wtforms import FileField, HiddenField, ValidationError

from webapp.core import spreadsheet
from webapp.supplier_codes import ImportResult, Plan
from webapp.web.form_fields import Form


class UploadForm(Form):
    """A CSV file to look at."""

    file = FileField("CSV file")

    def validate_file(self, field: FileField) -> None:
        """A form that is sent without a file has none chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Choose a CSV file first")


class ConfirmationForm(Form):
    """The text that was previewed, sent back by the page: nothing is kept between the two steps."""

    content = HiddenField()
    added = HiddenField()
    updated = HiddenField()
    unchanged = HiddenField()

    @classmethod
    def of(cls, content: bytes, plan: Plan) -> ConfirmationForm:
        """The confirmation of a plan for a file's content."""
        counts = {name: str(getattr(plan.result, name)) for name in ("added", "updated", "unchanged")}
        return cls(formdata=None, data={"content": spreadsheet.text_of(content), **counts})

    def file(self) -> BytesIO:
        """The text as the file that it was."""
        return BytesIO((self.content.data or "").encode(errors="surrogateescape"))

    def expected(self) -> ImportResult | None:
        """What the preview said; None if the form does not say it."""
        counts = [field.data or "" for field in (self.added, self.updated, self.unchanged)]
        if not all(count.isascii() and count.isdigit() and len(count) < 10 for count in counts):
            return None
        return ImportResult(*map(int, counts))
