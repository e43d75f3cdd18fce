"""Forms of a dealer's guards, and of those of a code (R27)."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField, ValidationError

from webapp.guards import written
from webapp.guards.rules import OFF, GuardValues
from webapp.guards.stored_rules import StoredRules
from webapp.web.form_fields import AtMost, Form, choices, stripped

_OWN = {"": "Same as your default", "on": "On", "off": "Off"}


class _Written:
    """Validator of a field that `webapp/guards/written.py` reads."""

    def __init__(self, *limits: int) -> None:
        self._limits = limits

    def __call__(self, form: Form, field: StringField) -> None:
        try:
            if self._limits:
                written.amount(field.data, *self._limits)
            else:
                written.buffer(field.data)
        except ValueError as error:
            raise ValidationError(f"{field.label.text} {error}") from None


class _Numbers(Form):
    """The guards that are numbers."""

    buffer = StringField("Safety buffer", [AtMost(20), _Written()], [stripped])
    max_quantity = StringField(
        "Maximum shown quantity", [AtMost(20), _Written(1, written.MOST_UNITS)], [stripped]
    )
    price_margin = StringField(
        "Lowest margin over cost (%)", [AtMost(20), _Written(0, written.MOST_PERCENT)], [stripped]
    )
    max_price_change = StringField(
        "Largest price change (%)", [AtMost(20), _Written(1, written.MOST_PERCENT)], [stripped]
    )

    def _numbers(self) -> GuardValues:
        units, percent = written.buffer(self.buffer.data)
        return GuardValues(
            buffer_units=units,
            buffer_percent=percent,
            max_quantity=written.amount(self.max_quantity.data, 1, written.MOST_UNITS),
            price_margin_percent=written.amount(self.price_margin.data, 0, written.MOST_PERCENT),
            max_price_change_percent=written.amount(self.max_price_change.data, 1, written.MOST_PERCENT),
        )


class DefaultsForm(_Numbers):
    """A dealer's defaults; empty and `off` are off."""

    blocks_placeholders = BooleanField("Block placeholder prices")
    placeholder_prices = TextAreaField("Placeholder prices", [AtMost(1_000)])
    keeps_minimum_prices = BooleanField("Block prices below the minimum advertised price")

    def validate_placeholder_prices(self, field: TextAreaField) -> None:
        """Prices, one on each line."""
        try:
            written.prices(field.data)
        except ValueError as error:
            raise ValidationError(f"{field.label.text}: {error}") from None

    def values(self) -> GuardValues:
        """Return the valid input."""
        numbers = {name: None if value == OFF else value for name, value in self._numbers()._asdict().items()}
        switches = {
            "blocks_placeholders": bool(self.blocks_placeholders.data),
            "keeps_minimum_prices": bool(self.keeps_minimum_prices.data),
        }
        return GuardValues(**{**numbers, **switches})

    def placeholders(self) -> list[int]:
        """Return the prices in cents."""
        return written.prices(self.placeholder_prices.data)


class CodeForm(_Numbers):
    """The guards of one code; empty is the dealer's default."""

    blocks_placeholders = SelectField("Block placeholder prices", choices=choices(_OWN), default="")
    keeps_minimum_prices = SelectField(
        "Block prices below the minimum advertised price", choices=choices(_OWN), default=""
    )

    def values(self) -> GuardValues:
        """Return the valid input."""
        return self._numbers()._replace(
            blocks_placeholders=_switch(self.blocks_placeholders.data),
            keeps_minimum_prices=_switch(self.keeps_minimum_prices.data),
        )


def _switch(given: str) -> bool | None:
    return {"on": True, "off": False}.get(given)


def data_of_defaults(stored: StoredRules) -> dict[str, Any]:
    """Return the form's values for stored defaults."""
    return {
        **_texts(stored.dealer),
        "blocks_placeholders": stored.dealer.blocks_placeholders,
        "placeholder_prices": written.prices_text(stored.placeholders),
        "keeps_minimum_prices": stored.dealer.keeps_minimum_prices,
    }


def data_of_code(values: GuardValues) -> dict[str, Any]:
    """Return the form's values for the stored guards of a code."""
    words = {None: "", True: "on", False: "off"}
    return {
        **_texts(values),
        "blocks_placeholders": words[values.blocks_placeholders],
        "keeps_minimum_prices": words[values.keeps_minimum_prices],
    }


def _texts(values: GuardValues) -> dict[str, str]:
    return {
        "buffer": written.buffer_text(values),
        "max_quantity": written.amount_text(values.max_quantity),
        "price_margin": written.amount_text(values.price_margin_percent),
        "max_price_change": written.amount_text(values.max_price_change_percent),
    }
