"""What parts of a pull have in stock, and how much of it is online. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from webapp.pulls.entries import Entry

# The reason of a usable part in stock that matches no product (R12).
_UNMATCHED: Final = "unmatched"
# No real stock comes near it. Sums of thousands of blocks fit into 64 bits.
_MOST: Final = 1 << 50


def stock_sums(entries: Sequence[Entry]) -> dict[str, int]:
    """Return the sums by column of `PullBlock`: usable parts, their units and retail value in cents.

    `online_…` is of the parts that are applied.
    """
    online = [entry for entry in entries if entry.reason is None]
    offline = []
    if len(online) < len(entries):
        offline = [entry for entry in entries if entry.reason == _UNMATCHED]
    online_units, online_cents = _units(online), _cents(online)
    return {
        "stock_parts": len(online) + len(offline),
        "stock_units": online_units + _units(offline),
        "stock_cents": online_cents + _cents(offline),
        "online_units": online_units,
        "online_cents": online_cents,
    }


def _units(entries: Sequence[Entry]) -> int:
    return min(_MOST, sum([entry.quantity or 0 for entry in entries]))


def _cents(entries: Sequence[Entry]) -> int:
    return min(_MOST, sum([(entry.quantity or 0) * (entry.retail_cents or 0) for entry in entries]))
