"""Dealers whose parts the simulator serves."""

import threading
from collections.abc import Iterable

from sandbox.simulator.parts import Part, identity
from sandbox.simulator.stock import Stock


class SimulatedDealer:
    """One dealership with its login and its parts; several dealers with one login are a partner login.

    Parts are changed only by the methods here, each of which is atomic for requests. A record without Cmf or
    DealerId is given the dealer's.
    """

    def __init__(
        self,
        cmf: str,
        username: str,
        password: str,
        name: str = "Sample Dealership",
        parts: Iterable[Part] = (),
    ) -> None:
        self.cmf, self.username, self.password, self.name = cmf, username, password, name
        self._lock = threading.RLock()
        self._stock = Stock([self._owned(one) for one in parts])

    def __repr__(self) -> str:
        return f"SimulatedDealer({self.cmf!r}, {self.username!r}, {len(self._stock.parts)} parts)"

    @property
    def stock(self) -> Stock:
        """Return a snapshot of the parts, for one request."""
        return self._stock

    @property
    def parts(self) -> list[Part]:
        """Return the stored dicts by (SupplierCode, PartNumber), in a new list."""
        return list(self._stock.parts)

    def set_parts(self, parts: Iterable[Part]) -> None:
        """Replace all parts."""
        self._stock = Stock([self._owned(one) for one in parts])

    def add_parts(self, parts: Iterable[Part]) -> None:
        """Add records to the stored ones, including duplicates of a key."""
        with self._lock:
            self._stock = Stock([*self._stock.parts, *(self._owned(one) for one in parts)])

    def update_parts(self, changes: Iterable[Part]) -> None:
        """Set fields on the parts with that SupplierCode and PartNumber; KeyError if there is none."""
        with self._lock:
            wanted = {identity(one): one for one in changes}
            self._refuse_unknown(set(wanted))
            self._stock = Stock([_changed(one, wanted.get(identity(one))) for one in self._stock.parts])

    def remove_parts(self, named: Iterable[Part]) -> None:
        """Remove the parts with that SupplierCode and PartNumber; KeyError if there is none."""
        with self._lock:
            gone = {identity(one) for one in named}
            self._refuse_unknown(gone)
            self._stock = Stock([one for one in self._stock.parts if identity(one) not in gone])

    def _owned(self, one: Part) -> Part:
        cmf = one.get("Cmf") or self.cmf
        return {**one, "Cmf": cmf, "DealerId": one.get("DealerId") or cmf}

    def _refuse_unknown(self, named: set[tuple[str, str]]) -> None:
        unknown = named - {identity(one) for one in self._stock.parts}
        if unknown:
            raise KeyError(f"no part {' '.join(min(unknown))}")


def _changed(one: Part, change: Part | None) -> Part:
    if change is None:
        return one
    return {**one, **change, "SupplierCode": one.get("SupplierCode"), "PartNumber": one.get("PartNumber")}
