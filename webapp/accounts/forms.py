"""Forms for users."""

from __future__ import annotations

from wtforms import RadioField, StringField, ValidationError
from wtforms.validators import InputRequired

from webapp.core.email_addresses import InvalidAddress, parse_address
from webapp.core.enums import ROLE_LABELS
from webapp.core.limits import MAX_EMAIL_LENGTH, MAX_NAME_LENGTH
from webapp.web.form_fields import AtMost, Form, Printable, choices, stripped


def _is_address(_form: Form, field: StringField) -> None:
    try:
        parse_address(field.data or "")
    except InvalidAddress as error:
        raise ValidationError(str(error)) from None


class ForgotPasswordForm(Form):
    """Email address of a user who forgot the password."""

    email = StringField(
        "Email address",
        [InputRequired("Email address is missing"), AtMost(MAX_EMAIL_LENGTH), _is_address],
        [stripped],
    )


class InvitationForm(ForgotPasswordForm):
    """Email address, role and dealer of a new user."""

    role = RadioField("Role", [InputRequired("Role is missing")], choices=choices(ROLE_LABELS))
    dealer = StringField("Dealer", [AtMost(MAX_NAME_LENGTH), Printable()], [stripped])
