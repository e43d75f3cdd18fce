"""Forms of the Supplier Code Management dialog (R4)."""

from __future__ import annotations

from typing import Self

from wtforms import BooleanField, HiddenField, SelectField, StringField, ValidationError

from webapp.core.enums import CATALOG_LABELS, PRICING_LABELS
from webapp.core.errors import FieldRefused
from webapp.core.limits import (
    DEFAULT_LEAD_TIME_DAYS,
    MAX_NAME_LENGTH,
    MAX_SUPPLIER_CODE_LENGTH,
)
from webapp.models import SupplierCode
from webapp.supplier_codes import Fields, state_of
from webapp.supplier_codes.checks import lead_time
from webapp.web.form_fields import AtMost, Form, Printable, choices, stripped


class Given:
    """Validator that rejects an empty field."""

    def __call__(self, form: Form, field: StringField) -> None:
        if not field.data:
            raise ValidationError(f"{field.label.text} is missing")


class SupplierCodeForm(Form):
    """One supplier code. Only validates what each field can check on its own."""

    # The stored state when the form was loaded, so that an older state never overwrites a newer one.
    was = HiddenField()
    catalog = SelectField("Ecommerce Catalog", choices=choices(CATALOG_LABELS), default="aftermarket")
    supplier_code = StringField(
        "LightSpeed Supplier Code", [Given(), AtMost(MAX_SUPPLIER_CODE_LENGTH), Printable()], [stripped]
    )
    manufacturer = StringField(
        "Manufacturer/Distributor", [Given(), AtMost(MAX_NAME_LENGTH), Printable()], [stripped]
    )
    lead_time_days = StringField("Lead Time Value", filters=[stripped], default=str(DEFAULT_LEAD_TIME_DAYS))
    pricing = SelectField("LightSpeed Pricing", choices=choices(PRICING_LABELS), default="disabled")

    def validate_lead_time_days(self, field: StringField) -> None:
        """Whole days; empty means the default."""
        try:
            lead_time(field.data or "")
        except FieldRefused as refusal:
            raise ValidationError(str(refusal)) from None

    def catch_up(self, row: SupplierCode) -> Self:
        """Keep the input, rebased on what is stored now."""
        self.was.data = state_of(row)
        return self

    @property
    def is_blank(self) -> bool:
        """Return whether all distinguishing fields are empty."""
        return not (self.supplier_code.data or self.manufacturer.data)

    def values(self) -> Fields:
        """Return the fields as the verbs take them."""
        names = ("catalog", "supplier_code", "manufacturer", "lead_time_days", "pricing")
        return Fields(**{name: self[name].data or "" for name in names})


def values_of(row: SupplierCode) -> dict[str, str]:
    """Return the form's values for a stored supplier code."""
    return {
        "was": state_of(row),
        "catalog": row.manufacturer.catalog,
        "supplier_code": row.code,
        "manufacturer": row.manufacturer.name,
        "lead_time_days": str(row.lead_time_days),
        "pricing": row.pricing,
    }


class RemovalForm(Form):
    """Confirms the removal of a supplier code, and the treatment of its stock."""

    clear = BooleanField("Set their quantity to zero")
