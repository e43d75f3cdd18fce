"""What the result of a pull takes over from the stored one, where their rows are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jobs.sync.applying.received import DIGEST_BYTES, digest_of
from webapp.models import StoredPull

if TYPE_CHECKING:
    from jobs.sync.applying.context import CodeContext

# Raised when the stored form of a pull, or what is derived from its rows, changes.
FORMAT: Final = 5


@dataclass(frozen=True)
class Reuse:
    """What holds of the stored pull's results.

    With `matches`, equal part numbers have equal matches (R12). With `stock` besides, equal rows make equal
    stock (R13, R15). With `clearing` besides `matches`, nothing is to be cleared but what differs from the
    stored pull: that was applied with the same setting, beside the same other codes (R14).
    """

    matches: bool = False
    stock: bool = False
    clearing: bool = False

    @property
    def everything(self) -> bool:
        return self.stock and self.clearing


NOTHING: Final = Reuse()


def basis_of(context: CodeContext) -> bytes:
    """Return the digests of all that the result depends on besides the rows and the day.

    They are those of what matches, stock, and the clearing depend on, in this order.
    """
    versions, rules = context.versions, context.rules_version
    names = [(each.manufacturer_id, each.catalog, each.manufacturer) for each in context.mappings]
    matches = FORMAT, context.code, names, versions, rules if context.has_aliases else None
    stock = context.expected.quantity_column, context.mappings, rules
    clearing = context.clears, sorted(context.configured), sorted(context.ranks), rules
    return b"".join(map(_digest, (matches, stock, clearing)))


def of_pull(context: CodeContext, stored: StoredPull | None, unnamed: int) -> Reuse:
    """Return what holds of the results of the stored pull; `unnamed` counts rows of the new one (R10).

    What a freeze keeps back is compared with the shelf again (R26).
    """
    if stored is None or context.is_held or stored.frozen or stored.unnamed != unnamed:
        return NOTHING
    reuse = _of_basis(context.basis, stored.basis)
    return NOTHING if context.frozen.is_any and not reuse.everything else reuse


def _of_basis(now: bytes, before: bytes) -> Reuse:
    if len(now) != len(before):
        return NOTHING
    places = range(0, len(now), DIGEST_BYTES)
    matches, *others = [
        now[place : place + DIGEST_BYTES] == before[place : place + DIGEST_BYTES] for place in places
    ]
    return Reuse(matches, *others) if matches else NOTHING


def _digest(depends_on: tuple[Any, ...]) -> bytes:
    return digest_of([(msgspec.msgpack.encode(depends_on),)])
