"""Forms that start a preview (R24)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from wtforms import IntegerField, SelectField
from wtforms.validators import Optional

from webapp.core.enums import PRICING_LABELS, QUANTITY_COLUMN_LABELS
from webapp.models import Configuration, SupplierCode
from webapp.previews.overrides import Overrides
from webapp.web.form_fields import Form

AS_SAVED: Final = ""
_SWITCH: Final = {"y": "On", "n": "Off"}


class UpdateForm(Form):
    """Preview of the next update."""

    code = SelectField("Supplier code", default="")

    def __init__(self, codes: Iterable[SupplierCode], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        names = {row.code_key: row.code for row in codes}
        self.code.choices = [("", "All supplier codes"), *names.items()]

    @property
    def code_key(self) -> str | None:
        return self.code.data or None


class SettingsForm(Form):
    """Preview of a change of settings. An empty choice is as saved."""

    quantity_column = SelectField("Quantity Column", default=AS_SAVED)
    clear_previous = SelectField("Clear Previous Quantities", default=AS_SAVED)
    pricing = SelectField("LightSpeed Pricing", default=AS_SAVED)
    of_mapping = SelectField("Pricing for", default=AS_SAVED)
    without = SelectField("Leave out a supplier code", default=AS_SAVED)
    buffer_units = IntegerField("Safety buffer in units", [Optional()])

    def __init__(self, configuration: Configuration, codes: Iterable[SupplierCode], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        column = QUANTITY_COLUMN_LABELS[configuration.quantity_column]
        clears = "On" if configuration.clear_previous else "Off"
        mapped = [(str(row.id), f"{row.code} ({row.manufacturer.name})") for row in codes]
        self.quantity_column.choices = [_as_saved(column), *QUANTITY_COLUMN_LABELS.items()]
        self.clear_previous.choices = [_as_saved(clears), *_SWITCH.items()]
        self.pricing.choices = [_as_saved(), *PRICING_LABELS.items()]
        self.of_mapping.choices = [("", "All supplier codes"), *mapped]
        self.without.choices = [("", "None"), *mapped]

    def overrides(self) -> Overrides:
        """Return what the user chose; it is not checked yet."""
        clears = self.clear_previous.data
        return Overrides(
            quantity_column=self.quantity_column.data or None,
            clear_previous=clears == "y" if clears else None,
            pricing=self.pricing.data or None,
            of_mapping=int(self.of_mapping.data) if self.of_mapping.data else None,
            without=int(self.without.data) if self.without.data else None,
            buffer_units=self.buffer_units.data,
        )


def _as_saved(now: str = "") -> tuple[str, str]:
    return AS_SAVED, f"As saved ({now})" if now else "As saved"
