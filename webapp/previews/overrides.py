"""Settings that a preview changes, checked (R24): those of the kind `settings`, and of the setup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from webapp.core.enums import PRICINGS, QUANTITY_COLUMNS
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import Dealer, SupplierCode

MAX_BUFFER: Final = 10_000


class Overrides(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is different from the saved settings; None or empty is as saved.

    `pricing` is that of the mapping `of_mapping`, or of all without one. `without` is the id of a mapping
    that is removed and keeps its quantities. `buffer_units` is the dealer's safety buffer (R27); 0 is none.
    `mapped` are codes that are added, each with the id of its manufacturer: of a dealer that is set up.
    """

    quantity_column: str | None = None
    clear_previous: bool | None = None
    pricing: str | None = None
    of_mapping: int | None = None
    without: int | None = None
    buffer_units: int | None = None
    mapped: tuple[tuple[str, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Overrides()

    def stored(self) -> dict[str, Any]:
        """Return them in the form of `Preview.overrides`."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def of_stored(values: Mapping[str, Any] | None) -> Overrides:
    """Return the overrides of a preview."""
    return msgspec.convert(values or {}, Overrides)


def checked(dealer: Dealer, overrides: Overrides) -> Overrides:
    """Return overrides that can be planned. Raises FieldRefused, which names the field."""
    if overrides.is_empty:
        raise FieldRefused("", "Choose at least one setting to change")
    if overrides.quantity_column not in (None, *QUANTITY_COLUMNS):
        raise FieldRefused("quantity_column", "Quantity Column must be On Hand or Available")
    if overrides.pricing not in (None, *PRICINGS):
        raise FieldRefused("pricing", "LightSpeed Pricing must be Disabled, Retail or Current Active")
    if overrides.buffer_units is not None and not 0 <= overrides.buffer_units <= MAX_BUFFER:
        raise FieldRefused("buffer_units", f"Safety buffer must be a whole number from 0 to {MAX_BUFFER}")
    if overrides.pricing is None and overrides.of_mapping is not None:
        raise FieldRefused("pricing", "Choose the pricing to preview for this supplier code")
    for field, number in (("of_mapping", overrides.of_mapping), ("without", overrides.without)):
        if number is not None and not _is_listed(dealer, number):
            raise FieldRefused(field, "This supplier code is no longer in your list")
    return overrides


def _is_listed(dealer: Dealer, number: int) -> bool:
    row = db.session.get(SupplierCode, number)
    return row is not None and row.dealer_id == dealer.id
