"""Form of a new freeze (R26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice

from webapp.core.limits import MAX_ID
from webapp.freezes import local_times
from webapp.freezes.freezing import MAX_REASON
from webapp.web.form_fields import AtMost, Form, Printable, stripped

# The form's field for what a verb refuses.
FIELDS = {"code": "target", "manufacturer_id": "target"}


class FreezeForm(Form):
    """What is frozen, from when until when, and why. Times are those of the dealer's zone."""

    zone = ZoneInfo("UTC")
    target = SelectField("What to freeze", validate_choice=False)
    reason = StringField("Reason", [AtMost(MAX_REASON), Printable()], [stripped])
    starts_at = StringField("From", filters=[stripped])
    ends_at = StringField("Until", filters=[stripped])

    @classmethod
    def of(cls, targets: list[tuple[str, str]], zone: ZoneInfo, **fields: Any) -> FreezeForm:
        """Return the form with the dealer's choices."""
        form = cls(**fields)
        form.zone = zone
        form.target.choices = [SelectChoice(*target) for target in targets]
        return form

    def validate_starts_at(self, field: StringField) -> None:
        """A date with a time, or nothing."""
        self._moment(field, local_times.parse)

    def validate_ends_at(self, field: StringField) -> None:
        """A date with a time, a date alone, which counts to its end, or nothing."""
        self._moment(field, local_times.parse_end)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `freezing.freeze`."""
        scope, _, which = (self.target.data or "").partition(":")
        is_id = scope == "manufacturer" and which.isascii() and which.isdecimal() and int(which) <= MAX_ID
        return {
            "scope": scope,
            "code": which if scope == "code" else None,
            "manufacturer_id": int(which) if is_id else None,
            "reason": self.reason.data or "",
            "starts_at": self._moment(self.starts_at, local_times.parse),
            "ends_at": self._moment(self.ends_at, local_times.parse_end),
        }

    def _moment(
        self, field: StringField, parse: Callable[[str, ZoneInfo], datetime | None]
    ) -> datetime | None:
        try:
            return parse(field.data or "", self.zone)
        except ValueError:
            raise ValidationError("Enter a date and a time") from None
