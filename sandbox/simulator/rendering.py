"""Wire format of a record: the settings numbers, strings, dates and keys."""

from dataclasses import dataclass
from typing import Any

import msgspec

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.parts import DATE_FIELDS, PART_KINDS, PRICE_FIELDS, QUANTITY_FIELDS, Part

_NEEDED = [
    "Cmf",
    "PartNumber",
    "SupplierCode",
    "Description",
    "OnHand",
    "Avail",
    "CurrentActivePrice",
    "Retail",
    "lastupdatedate",
]
_KEYS = ("SupplierCode", "PartNumber")
OTHER_CMF = "99911122"
"""The dealership whose number is on rows that are not the dealer's."""
_DATES = {"null": None, "year_1": "0001-01-01T00:00:00", "year_1900": "1900-01-01T00:00:00"}


@dataclass(frozen=True)
class WireFormat:
    """The settings that change how a record is serialized."""

    numbers: str
    strings: str
    dates: str
    keys: str
    odd_every: int
    cmf: str = "own"

    @classmethod
    def of(cls, switches: Behavior) -> "WireFormat":
        """Return the format of the current settings."""
        return cls(
            switches.numbers,
            switches.strings,
            switches.dates,
            switches.keys,
            max(1, switches.odd_every),
            switches.cmf,
        )

    def json(self, one: Part, position: int) -> bytes:
        """Return the record as JSON; `position`, its index among the dealer's parts, decides if it is
        irregular."""
        if (position + 1) % self.odd_every == 0:
            one = _dated(_worded(_counted(one, self.numbers), self.strings), self.dates)
        return msgspec.json.encode(_owned(_keyed(one, self.keys), self.cmf))


def _counted(one: Part, numbers: str) -> Part:
    if numbers == "numbers":
        return one
    fields = (*QUANTITY_FIELDS, *PRICE_FIELDS)
    return {**one, **{name: _number(name, one[name], numbers) for name in fields if name in one}}


def _number(name: str, value: Any, numbers: str) -> Any:
    if numbers == "null" or not isinstance(value, int | float):
        return None if numbers == "null" else value
    if numbers == "strings":
        return str(value)
    if numbers == "negative":
        return -abs(value)
    return round(value + (0.5 if name in QUANTITY_FIELDS else 0.004), 3)


def _worded(one: Part, strings: str) -> Part:
    if strings == "clean":
        return one
    if strings == "null_part_number":
        return {**one, "PartNumber": None}
    words = [name for name, value in one.items() if isinstance(value, str) and PART_KINDS.get(name) == "text"]
    if strings == "padded":
        return {**one, **{name: f"  {one[name]}   " for name in words}}
    return {**one, **{name: None for name in words if name not in _KEYS and name != "Cmf"}}


def _dated(one: Part, dates: str) -> Part:
    if dates == "as_stored":
        return one
    present = [name for name in DATE_FIELDS if one.get(name)]
    if dates == "fraction":
        return {**one, **{name: f"{str(one[name])[:19]}.1234567" for name in present}}
    return {**one, **dict.fromkeys(present, _DATES[dates])}


def _owned(one: Part, cmf: str) -> Part:
    if cmf == "absent":
        return {name: value for name, value in one.items() if name != "Cmf"}
    return {**one, "Cmf": {"null": None, "other": OTHER_CMF}[cmf]} if cmf in ("null", "other") else one


def _keyed(one: Part, keys: str) -> Part:
    if keys == "optional_absent":
        return {name: value for name, value in one.items() if name in _NEEDED}
    if keys == "unknown_added":
        return {"rowversion": "0x00000000004C1F2A", **one, "warehouseBins": [{"bin": "A1", "qty": 1}]}
    return one
