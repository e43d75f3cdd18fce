"""Validation of a supplier code from a form or file (R4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from webapp.core.enums import CATALOG_LABELS, CATALOGS, PRICINGS
from webapp.core.errors import FieldRefused
from webapp.core.limits import DEFAULT_LEAD_TIME_DAYS, MAX_LEAD_TIME_DAYS, MAX_SUPPLIER_CODE_LENGTH
from webapp.core.text_checks import check_text
from webapp.core.text_keys import cleaned, key_of
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, SupplierCode

KINDS: Final = {
    "aftermarket": "an aftermarket distributor",
    "oem": "an OEM",
    "private_label": "one of your private label brands",
}

Find = Callable[[Dealer, str, str], Manufacturer | None]


@dataclass(frozen=True)
class Fields:
    """A supplier code as text, as it comes from a form or a file.

    The manufacturer is its name or, for a distributor, its abbreviation. An empty lead time means one day, an
    empty pricing leaves prices unchanged.
    """

    catalog: str
    supplier_code: str
    manufacturer: str
    lead_time_days: str = ""
    pricing: str = ""


@dataclass(frozen=True)
class Checked:
    """Valid supplier code, ready to be stored."""

    code: str
    manufacturer: Manufacturer
    lead_time_days: int
    pricing: str

    @property
    def key(self) -> tuple[str, int]:
        """Return the unique key in a dealer's list."""
        return key_of(self.code), self.manufacturer.id


def check(dealer: Dealer, fields: Fields, find: Find | None = None) -> Checked:
    """Validate and convert the fields. Raises FieldRefused for the first invalid one.

    `find` looks up a manufacturer as `find_manufacturer` does; an import passes a caching version.
    """
    catalog = _word_of(fields.catalog)
    if catalog not in CATALOGS:
        raise FieldRefused("catalog", f"Ecommerce Catalog must be one of {', '.join(CATALOGS)}")
    return Checked(
        code=_code(fields.supplier_code),
        manufacturer=_manufacturer(dealer, catalog, fields.manufacturer, find or find_manufacturer),
        lead_time_days=lead_time(fields.lead_time_days),
        pricing=_pricing(fields.pricing),
    )


def _word_of(text: str) -> str:
    """Accept `Private Label` as well as `private_label`."""
    return key_of(text).replace(" ", "_")


def _code(text: str) -> str:
    code = cleaned(text)
    if not code:
        raise FieldRefused("supplier_code", "LightSpeed Supplier Code is missing")
    check_text("supplier_code", "LightSpeed Supplier Code", code, MAX_SUPPLIER_CODE_LENGTH)
    return code


def _manufacturer(dealer: Dealer, catalog: str, text: str, find: Find) -> Manufacturer:
    name = cleaned(text)
    if not name:
        raise FieldRefused("manufacturer", "Manufacturer/Distributor is missing")
    manufacturer = find(dealer, catalog, name) if name.isprintable() else None
    if manufacturer is None:
        elsewhere = _elsewhere(dealer, catalog, name, find)
        missing = f"Manufacturer/Distributor {name!r} is not in the {CATALOG_LABELS[catalog]} catalog"
        raise FieldRefused("manufacturer", f"{missing}: {elsewhere}" if elsewhere else missing)
    return manufacturer


def _elsewhere(dealer: Dealer, catalog: str, name: str, find: Find) -> str:
    """Return what the manufacturer is, if another catalog has it: `KTM is an OEM`."""
    others = (each for each in CATALOGS if each != catalog and name.isprintable())
    found = next((found for each in others if (found := find(dealer, each, name))), None)
    return kind_of(found) if found else ""


def kind_of(manufacturer: Manufacturer) -> str:
    """Return what a manufacturer is, as a sentence without its period: `KTM is an OEM`."""
    return f"{manufacturer.name} is {KINDS[manufacturer.catalog]}"


def find_manufacturer(dealer: Dealer, catalog: str, name: str) -> Manufacturer | None:
    """Return the manufacturer available to the dealer with that name or, failing that, abbreviation."""
    key = key_of(name)
    of_catalog = select(Manufacturer).where(
        Manufacturer.catalog == catalog,
        Manufacturer.owner_key == (dealer.id if catalog == "private_label" else 0),
    )
    return db.session.scalar(of_catalog.where(Manufacturer.name_key == key)) or db.session.scalar(
        of_catalog.where(Manufacturer.abbreviation_key == key)
    )


def lead_time(text: str) -> int:
    """Return the lead time in days; the default for an empty text. Raises FieldRefused."""
    digits = cleaned(text)
    if not digits:
        return DEFAULT_LEAD_TIME_DAYS
    if digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) <= MAX_LEAD_TIME_DAYS:
        return int(digits)
    raise FieldRefused(
        "lead_time_days", f"Lead Time Value must be a whole number of days from 0 to {MAX_LEAD_TIME_DAYS}"
    )


def _pricing(text: str) -> str:
    pricing = _word_of(text) or "disabled"
    if pricing not in PRICINGS:
        raise FieldRefused("pricing", f"LightSpeed Pricing must be one of {', '.join(PRICINGS)}")
    return pricing


def already_there(checked: Checked) -> FieldRefused:
    """Return the error for a second row with the same code and manufacturer."""
    return FieldRefused("supplier_code", f"{checked.code} is already mapped to {checked.manufacturer.name}")


def existing(dealer: Dealer, key: tuple[str, int]) -> SupplierCode | None:
    """Return the dealer's row for a code key and manufacturer."""
    code_key, manufacturer_id = key
    return db.session.scalar(
        select(SupplierCode).where(
            SupplierCode.dealer_id == dealer.id,
            SupplierCode.code_key == code_key,
            SupplierCode.manufacturer_id == manufacturer_id,
        )
    )
