"""The form that takes a catalog file."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import ValidationError

from webapp.web.form_fields import Form


class CatalogUploadForm(Form):
    """One CSV file; what is in it is checked row by row by the import."""

    file = FileField("Catalog file")

    def validate_file(self, field: FileField) -> None:
        """A file with something in it, named as CSV."""
        if not field.data or not field.data.filename:
            raise ValidationError("Catalog file: choose a CSV file")
        if not field.data.filename.casefold().endswith(".csv"):
            raise ValidationError("Catalog file: the name of a CSV file ends in .csv")
        if not field.data.stream.read(1):
            raise ValidationError("Catalog file: the file is empty")
        field.data.stream.seek(0)

    @property
    def file_name(self) -> str:
        """The file's name, fit to be shown and stored."""
        name = self.file.data.filename
        return "".join(letter if letter.isprintable() else "?" for letter in name)[:200]
