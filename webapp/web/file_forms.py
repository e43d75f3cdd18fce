"""Forms of a CSV import: the file, and the confirmation of its preview."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from wtforms import FileField, HiddenField, ValidationError

from webapp.core import spreadsheet
from webapp.web import bodies
from webapp.web.form_fields import Form

# Size of the form's other fields and multipart framing.
FORM_OVERHEAD: Final = 64 * bodies.KILOBYTE


class UploadForm(Form):
    """CSV file to import."""

    file = FileField("CSV file")

    def validate_file(self, field: FileField) -> None:
        """Require a chosen file."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Choose a CSV file first")

    def content(self, limits: spreadsheet.FileLimits) -> bytes:
        """Return the chosen file's content, of a file that is too large one byte more than is allowed."""
        content: bytes = self.file.data.read(limits.bytes + 1)
        return content


class ConfirmationForm(Form):
    """The previewed text, sent back by the page: nothing is stored between the two steps.

    `seen` is a digest of what the preview showed.
    """

    content = HiddenField()
    seen = HiddenField()

    @classmethod
    def of(cls, content: bytes, seen: str) -> ConfirmationForm:
        """Return the confirmation of a preview of a file's content."""
        return cls(formdata=None, data={"content": spreadsheet.text_of(content), "seen": seen})

    def file(self) -> BytesIO:
        """Return the text as a file."""
        return BytesIO((self.content.data or "").encode(errors="surrogateescape"))
