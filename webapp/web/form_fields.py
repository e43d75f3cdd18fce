"""Shared parts of forms: text filters, validators, and the placement of errors."""

from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import Field, ValidationError
from wtforms.fields.choices import SelectChoice

from webapp.core import text_checks


def choices(labels: Mapping[str, str]) -> list[SelectChoice]:
    """Return the choices of an enumeration with their labels."""
    return [SelectChoice(value, label) for value, label in labels.items()]


def stripped(text: str | None) -> str | None:
    """Strip the text."""
    return text.strip() if text else text


class Printable:
    """Validator that rejects control characters, which no name contains and PostgreSQL cannot store (NUL)."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if field.data and (error := text_checks.character_error(field.label.text, field.data)):
            raise ValidationError(error)


class AtMost:
    """Validator that rejects text longer than `length` characters; templates render it as `maxlength`."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if field.data and (error := text_checks.length_error(field.label.text, field.data, self.length)):
            raise ValidationError(error)


class Form(FlaskForm):
    """Form to which a verb may add errors."""

    def blame(self, name: str, message: str) -> None:
        """Show an error at the field that it names, or for the whole form if there is no such field."""
        field = self._fields.get(name)
        errors = self.form_errors if field is None else field.errors
        # WTForms keeps a tuple until a field has been validated.
        if field is not None and not isinstance(errors, list):
            field.errors = errors = list(errors)
        errors.append(message)
