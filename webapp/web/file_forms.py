"""Form that uploads a CSV file."""

from __future__ import annotations

from typing import Final

from wtforms import FileField, ValidationError

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
