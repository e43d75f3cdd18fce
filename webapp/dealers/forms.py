"""Staff forms for organizations and dealers."""

from __future__ import annotations

from typing import Any, Final

from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from webapp.accounts.create import checked_timezone
from webapp.core.errors import Refused
from webapp.core.limits import MAX_NAME_LENGTH, MAX_PASSWORD_LENGTH, MAX_TIMEZONE_LENGTH, MAX_USERNAME_LENGTH
from webapp.models import Dealer, Organization
from webapp.web.form_fields import AtMost, Form, Printable, stripped

# Suggestions while typing; any other name of the tz database is accepted too.
COMMON_TIMEZONES: Final = (
    "America/New_York",
    "America/Detroit",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Toronto",
    "America/Vancouver",
)


class OrganizationForm(Form):
    """Name of an organization."""

    name = StringField(
        "Name", [DataRequired("Name is missing"), AtMost(MAX_NAME_LENGTH), Printable()], [stripped]
    )


class LoginForm(Form):
    """The 3PA login of an organization. The password is never rendered with a value (R3)."""

    username = StringField(
        "3PA Username",
        [DataRequired("3PA Username is missing"), AtMost(MAX_USERNAME_LENGTH), Printable()],
        [stripped],
    )
    password = PasswordField("3PA Password", [AtMost(MAX_PASSWORD_LENGTH), Printable()])

    def __init__(self, organization: Organization, **kwargs: Any) -> None:
        super().__init__(obj=organization, **kwargs)
        self.is_set = organization.holds_credentials

    def validate_password(self, field: PasswordField) -> None:
        """Require a password for the first login; later an empty one keeps the stored one."""
        if not field.data and not self.is_set:
            raise ValidationError("3PA Password is missing")


class DealerForm(Form):
    """Name, time zone and organization of a dealer."""

    name = StringField(
        "Name", [DataRequired("Name is missing"), AtMost(MAX_NAME_LENGTH), Printable()], [stripped]
    )
    timezone = StringField(
        "Time zone", [DataRequired("Time zone is missing"), AtMost(MAX_TIMEZONE_LENGTH)], [stripped]
    )
    organization = SelectField("Organization", coerce=int)

    def __init__(self, dealer: Dealer | None, organizations: list[Organization], **kwargs: Any) -> None:
        own = (dealer.organization_id or 0) if dealer else 0
        super().__init__(data=_shown(dealer, own), **kwargs)
        self._by_id = {organization.id: organization for organization in organizations}
        self.organization.choices = [
            SelectChoice(0, "None"),
            *(SelectChoice(one.id, one.name) for one in organizations),
        ]

    def validate_timezone(self, field: StringField) -> None:
        """Accept only names of the tz database."""
        try:
            checked_timezone(field.data or "")
        except Refused:
            raise ValidationError("Time zone not found: enter one such as America/Chicago") from None

    @property
    def chosen_organization(self) -> Organization | None:
        return self._by_id.get(self.organization.data)


def _shown(dealer: Dealer | None, organization_id: int) -> dict[str, Any]:
    if dealer is None:
        return {"organization": organization_id}
    return {"name": dealer.name, "timezone": dealer.timezone, "organization": organization_id}
