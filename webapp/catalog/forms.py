"""Upload form for a catalog file."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import ValidationError

from webapp.core.limits import MAX_FILE_NAME_LENGTH
from webapp.web.form_fields import Form


class CatalogUploadForm(Form):
    """One CSV file; its content is validated row by row during the import."""

    file = FileField("Catalog file")

    def validate_file(self, field: FileField) -> None:
        """Require a non-empty file with a .csv name."""
        if not field.data or not field.data.filename:
            raise ValidationError("Catalog file: choose a CSV file")
        if not field.data.filename.casefold().endswith(".csv"):
            raise ValidationError("Catalog file: choose a file whose name ends in .csv")
        if not field.data.stream.read(1):
            raise ValidationError("Catalog file: this file is empty")
        field.data.stream.seek(0)

    @property
    def file_name(self) -> str:
        """Return the file's name, sanitized for display and storage."""
        name = self.file.data.filename
        return "".join(character if character.isprintable() else "?" for character in name)[
            :MAX_FILE_NAME_LENGTH
        ]
