"""Immutable snapshot of one dealer's parts, with caches derived from them.

A change creates another `Stock`, so concurrent requests never see half of it, and the cached order and JSON
cannot outlive the parts that they were made from.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.evaluation import predicate, sort_key
from sandbox.simulator.expressions import supplier_code_of
from sandbox.simulator.parts import PART_KINDS, Part, stable_order
from sandbox.simulator.query import Query
from sandbox.simulator.rendering import WireFormat

_MOST_SELECTIONS = 64


class Stock:
    """Parts in stable order, and the pages cut from them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = sorted(parts, key=stable_order)
        self._selections: dict[tuple[object, ...], list[int]] = {}
        self._written: dict[WireFormat, list[bytes | None]] = {}

    def page(self, query: Query, switches: Behavior, chance: random.Random) -> list[int]:
        """Return positions of the records that match `query`, at most `query.top` of them.

        `chance` shuffles what the order leaves open, differently for each request, if configured.
        """
        selection = self._selection(query, switches)
        if switches.order == "shuffled":
            selection = chance.sample(selection, len(selection))
            selection = self._ordered(selection, query, switches.text_comparison == "loose")
        return selection[query.skip : None if query.top is None else query.skip + query.top]

    def json(self, positions: list[int], look: WireFormat) -> bytes:
        """Return the records at `positions` as one JSON array; each record is serialized once per format and
        cached."""
        if look.cmf == "other_in_one" and positions:
            last = replace(look, cmf="other").json(self.parts[positions[-1]], positions[-1])
            others = self._records(positions[:-1], replace(look, cmf="own"))
            return b"[" + b",".join([*others, last]) + b"]"
        return b"[" + b",".join(self._records(positions, look)) + b"]"

    def _records(self, positions: list[int], look: WireFormat) -> list[bytes]:
        if look not in self._written:
            self._written = {look: [None] * len(self.parts)}
        kept = self._written[look]
        return [kept[at] or self._write(kept, at, look) for at in positions]

    def _write(self, kept: list[bytes | None], at: int, look: WireFormat) -> bytes:
        written = look.json(self.parts[at], at)
        kept[at] = written
        return written

    def _selection(self, query: Query, switches: Behavior) -> list[int]:
        loose, applied = switches.text_comparison == "loose", switches.filtering == "applied"
        key = (query.filter_text if applied else None, query.order, loose, switches.field_names)
        found = self._selections.get(key)
        if found is None:
            if len(self._selections) >= _MOST_SELECTIONS:
                self._selections = {}
            found = self._ordered(self._matching(query, loose, applied), query, loose)
            self._selections[key] = found
        return found

    def _matching(self, query: Query, loose: bool, applied: bool) -> list[int]:
        everything = range(len(self.parts))
        if query.expression is None or not applied:
            return list(everything)
        code = None if loose else supplier_code_of(query.expression)
        wanted = predicate(query.expression, loose_text=loose)
        among = everything if code is None else self._by_code.get(code, [])
        return [at for at in among if wanted(self.parts[at])]

    @cached_property
    def _by_code(self) -> dict[str, list[int]]:
        """Return positions by supplier code, so that twelve codes of a dealer don't need twelve full
        scans."""
        places: dict[str, list[int]] = {}
        for at, one in enumerate(self.parts):
            places.setdefault(str(one.get("SupplierCode")), []).append(at)
        return places

    def _ordered(self, positions: list[int], query: Query, loose: bool) -> list[int]:
        for field, descending in reversed(query.order):
            key = sort_key(field, PART_KINDS[field], loose_text=loose)
            positions = sorted(positions, key=lambda at: key(self.parts[at]), reverse=descending)
        return positions
