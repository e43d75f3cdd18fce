"""Manufacturers to choose from while a name is typed, and why there are none (R4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from webapp.core.enums import CATALOG_LABELS, CATALOGS
from webapp.core.text_keys import cleaned
from webapp.models import Dealer, Manufacturer
from webapp.supplier_codes.checks import find_manufacturer, kind_of
from webapp.supplier_codes.lists import manufacturers_for

# A catalog may have thousands of manufacturers: this many are listed at once.
LIMIT: Final = 50
EMPTY: Final = {
    "private_label": "You have no private label brands yet. Support adds them for you.",
    "aftermarket": "The Aftermarket catalog is empty. Support imports it for you.",
    "oem": "The OEM catalog is empty. Support imports it for you.",
}


@dataclass(frozen=True)
class ManufacturerChoices:
    """Manufacturers of a catalog that match what was typed, the best first.

    `said` is what the user should know: that the name is in another catalog (`other`), that the list is cut,
    or why it is empty.
    """

    catalog: str
    matching: str
    manufacturers: list[Manufacturer]
    said: str
    other: str

    @classmethod
    def of(cls, dealer: Dealer, catalog: str, matching: str = "") -> ManufacturerChoices:
        """Return the choices of a catalog; all of them, up to the limit, if nothing was typed."""
        if catalog not in CATALOGS:
            return cls(catalog, matching, [], "", "")
        name = cleaned(matching)
        found = manufacturers_for(dealer, catalog, name, LIMIT)
        is_exact = bool(name) and name.isprintable() and find_manufacturer(dealer, catalog, name) is not None
        elsewhere = [] if is_exact or not name else _elsewhere(dealer, catalog, name, exact=bool(found))
        if elsewhere:
            return cls(catalog, matching, found, _named(elsewhere), elsewhere[0].catalog)
        return cls(catalog, matching, found, _reason(dealer, catalog, name, found), "")


def _elsewhere(dealer: Dealer, catalog: str, name: str, *, exact: bool) -> list[Manufacturer]:
    """Return manufacturers of another catalog: by the exact name, or by a part of it where that may help."""
    others = [each for each in CATALOGS if each != catalog and name.isprintable()]
    found = [one for each in others if (one := find_manufacturer(dealer, each, name))]
    if found or exact:
        return found[:1]
    return next((some for each in others if (some := manufacturers_for(dealer, each, name, 3))), [])


def _named(found: list[Manufacturer]) -> str:
    if len(found) == 1:
        return f"{kind_of(found[0])}."
    names = ", ".join(each.name for each in found)
    return f"Found in the {CATALOG_LABELS[found[0].catalog]} catalog: {names}."


def _reason(dealer: Dealer, catalog: str, name: str, found: list[Manufacturer]) -> str:
    if len(found) == LIMIT:
        return f"The first {LIMIT} are listed. Type more of the name to see others."
    if found:
        return ""
    if not manufacturers_for(dealer, catalog, limit=1):
        return EMPTY[catalog]
    return f"No match in the {CATALOG_LABELS[catalog]} catalog. Check the spelling, or pick another catalog."
