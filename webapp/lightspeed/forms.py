"""Forms of the LightSpeed Configuration page, one per section; each is saved on its own."""

from __future__ import annotations

from typing import Any, Self

from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired

from webapp import audit
from webapp.core.enums import QUANTITY_COLUMN_LABELS, WEEKDAYS
from webapp.core.limits import MAX_CMF_LENGTH, MAX_PASSWORD_LENGTH, MAX_USERNAME_LENGTH
from webapp.models import Configuration
from webapp.web.form_fields import AtMost, Form, Printable, choices, stripped

# Weekdays in US order: the model counts from Monday.
WEEK_FROM_SUNDAY = (WEEKDAYS[-1], *WEEKDAYS[:-1])
CHANGED_SINCE = "Someone else changed these settings since you opened this page."
CHANGED_ELSEWHERE = (
    "You changed these settings in another tab or on another device since you opened this page."
)
CHANGES = ("settings.changed", "credentials.changed")


class ConfigurationForm(Form):
    """Carries the version that it was loaded with, so that an older state never overwrites a newer one."""

    version = HiddenField()
    is_behind = False

    def is_stale(self, configuration: Configuration) -> bool:
        """Return whether the configuration was saved since; without a version the form isn't stale."""
        return bool(self.version.data) and str(self.version.data) != str(configuration.version)

    def catch_up(self, configuration: Configuration) -> Self:
        """Keep the input, rebased on what is stored now."""
        self.is_behind = True
        self.version.data = configuration.version
        is_own = audit.is_own(configuration.dealer_id, CHANGES)
        changed = CHANGED_ELSEWHERE if is_own else CHANGED_SINCE
        self.blame("", f"{changed} The saved settings are below. Save again to replace them.")
        return self


class CredentialsForm(ConfigurationForm):
    """Section "3PA/Data Warehouse" (R2, R3). The password is never rendered with a value."""

    enabled = BooleanField("Enable Lightspeed 3PA/Data Warehouse")
    username = StringField("3PA Username", [AtMost(MAX_USERNAME_LENGTH), Printable()], [stripped])
    password = PasswordField("3PA Password", [AtMost(MAX_PASSWORD_LENGTH), Printable()])
    cmf = StringField("3PA Dealer ID", [AtMost(MAX_CMF_LENGTH), Printable()], [stripped])

    def __init__(self, configuration: Configuration, **kwargs: Any) -> None:
        super().__init__(obj=configuration, **kwargs)
        self.holder = configuration.dealer.credentials_organization

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reject fields that the organization holds (R2)."""
        valid = bool(super().validate(extra_validators))
        for field in (self.username, self.password):
            if self.holder and any(field.raw_data or ()):
                self.blame("", f"{field.label.text} can't be changed: {self.holder.name} manages it")
                valid = False
        return valid

    def changes(self) -> dict[str, Any]:
        """Return the arguments of `configurations.save_credentials`; an empty password keeps the stored
        one."""
        given = {"enabled": self.enabled.data, "cmf": self.cmf.data or ""}
        if self.holder:
            return given
        return given | {"username": self.username.data or "", "password": self.password.data or None}


class SettingsForm(ConfigurationForm):
    """Section "Parts & Accessories Inventory Settings"."""

    quantity_column = RadioField(
        "Quantity Column",
        [InputRequired("Quantity Column: choose On Hand or Available")],
        choices=choices(QUANTITY_COLUMN_LABELS),
    )
    clear_previous = BooleanField("Clear Previous Quantities")
    hold_old_data = BooleanField("Hold Updates with Old Data")
    disabled_on = SelectMultipleField("Disabled On", choices=list(WEEK_FROM_SUNDAY))

    def __init__(self, configuration: Configuration, **kwargs: Any) -> None:
        super().__init__(obj=configuration, **kwargs)

    def changes(self) -> dict[str, Any]:
        """Return the arguments of `configurations.save_settings`."""
        return {
            "quantity_column": self.quantity_column.data,
            "clear_previous": self.clear_previous.data,
            "hold_old_data": self.hold_old_data.data,
            "disabled_on": self.disabled_on.data,
        }
