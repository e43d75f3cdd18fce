"""Candidates of parts after those that a user rejected, from the catalog and the stored pulls (R12, R22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from webapp.core.gtins import gtin_of, without_zeros
from webapp.core.text_keys import bare, key_of, with_zeros
from webapp.extensions import db
from webapp.matching.candidates import manufacturers_by_code
from webapp.models import PartNumber, Product, RejectedCandidate
from webapp.pulls import part_lookup
from webapp.pulls.entries import MAX_PART_NUMBER, SUPERSEDED_TO

# Keys of one query.
_BATCH: Final = 500
# As in runs, the limit of supersessions that are followed, which ends cycles too.
LONGEST_CHAIN: Final = 20

# A code's key and a part's.
Place = tuple[str, str]
# The part number and the key of a candidate.
Rejected = Collection[tuple[str, str]]


class Unmatched(NamedTuple):
    """A part without a product, as Lightspeed reported it under a code."""

    code_key: str
    key: str
    upc: str | None
    superseded_to: str | None

    @property
    def place(self) -> Place:
        return self.code_key, self.key


class Candidate(NamedTuple):
    """A manufacturer's part number, and how it was found."""

    part_number: str
    kind: str


def rejected(dealer_id: int, keys: Collection[str] | None = None) -> set[tuple[str, str]]:
    """Return the keys of parts with the keys of their rejected candidates; of some parts, or of all."""
    query = select(RejectedCandidate.key, RejectedCandidate.candidate_key)
    query = query.where(RejectedCandidate.dealer_id == dealer_id)
    if keys is not None:
        query = query.where(RejectedCandidate.key.in_(sorted(keys)))
    return {(row.key, row.candidate_key) for row in db.session.execute(query)}


def next_best(dealer_id: int, parts: Sequence[Unmatched], without: Rejected) -> dict[Place, Candidate]:
    """Return the closest candidate of each part that is not rejected, in the order of R12."""
    numbers = _Numbers(dealer_id)
    found: dict[Place, Candidate] = {}
    for kind, find in _KINDS.items():
        left = [part for part in parts if part.place not in found]
        for part, number in find(numbers, dealer_id, left, without) if left else ():
            found[part.place] = Candidate(number, kind)
    return found


class _Numbers:
    """The part numbers that the manufacturers of a dealer's codes sell."""

    def __init__(self, dealer_id: int) -> None:
        self._makers = manufacturers_by_code(dealer_id)

    def best(
        self,
        by: InstrumentedAttribute[Any],
        wanted: Mapping[Unmatched, Collection[str]],
        without: Rejected,
    ) -> Iterator[tuple[Unmatched, str]]:
        """Yield for each part the first number that one of its keys is found for and that isn't rejected."""
        found = self._found(by, {key for keys in wanted.values() for key in keys if key})
        for part, keys in wanted.items():
            makers = self._makers.get(part.code_key, ())
            numbers = [number for key in keys for maker, number in found.get(key, ()) if maker in makers]
            offered = [number for number in numbers if (part.key, key_of(number)) not in without]
            if offered:
                yield part, min(offered)

    def _found(self, by: InstrumentedAttribute[Any], keys: set[str]) -> dict[str, list[tuple[int, str]]]:
        """Return the manufacturers and numbers of each key."""
        makers = {maker for of_code in self._makers.values() for maker in of_code}
        listed, found = sorted(keys), defaultdict(list)
        for first in range(0, len(listed), _BATCH):
            query = _numbers_by(by).where(
                by.in_(listed[first : first + _BATCH]), PartNumber.manufacturer_id.in_(sorted(makers))
            )
            for key, maker, number in db.session.execute(query):
                found[key].append((maker, number))
        return found


def _numbers_by(by: InstrumentedAttribute[Any]) -> Select[Any]:
    query = select(by, PartNumber.manufacturer_id, PartNumber.part_number)
    if by is not Product.upc:
        return query
    return query.select_from(Product).join(PartNumber, PartNumber.product_id == Product.id)


def _bare(part: Unmatched) -> str:
    return bare(part.key)[:MAX_PART_NUMBER]


def _by_punctuation(
    numbers: _Numbers, _: int, parts: Iterable[Unmatched], without: Rejected
) -> Iterator[tuple[Unmatched, str]]:
    return numbers.best(PartNumber.bare_key, {part: [_bare(part)] for part in parts}, without)


def _by_zeros(
    numbers: _Numbers, _: int, parts: Iterable[Unmatched], without: Rejected
) -> Iterator[tuple[Unmatched, str]]:
    return numbers.best(PartNumber.bare_key, {part: [*with_zeros(_bare(part))] for part in parts}, without)


def _by_supersession(
    numbers: _Numbers, dealer_id: int, parts: Iterable[Unmatched], without: Rejected
) -> Iterator[tuple[Unmatched, str]]:
    """Follow the parts of the stored pulls, beyond numbers that were rejected."""
    following = {part: key for part in parts if (key := _key(part.superseded_to))}
    for _step in range(LONGEST_CHAIN):
        if not following:
            return
        found = dict(numbers.best(PartNumber.key, {part: [key] for part, key in following.items()}, without))
        yield from found.items()
        left = {part: key for part, key in following.items() if part not in found}
        successors = _successors(dealer_id, {(part.code_key, key) for part, key in left.items()})
        following = {
            part: name for part, key in left.items() if (name := successors.get((part.code_key, key)))
        }


def _successors(dealer_id: int, places: set[Place]) -> dict[Place, str]:
    """Return the keys of the numbers that supersede parts of stored pulls."""
    codes: dict[str, set[str]] = defaultdict(set)
    for code_key, key in places:
        codes[key].add(code_key)
    keys, found = sorted(codes), {}
    for first in range(0, len(keys), part_lookup.MOST_KEYS):
        some = {key: codes[key] for key in keys[first : first + part_lookup.MOST_KEYS]}
        for code_key, entry in part_lookup.find_under(db.session.connection(), dealer_id, some):
            if not entry.is_undecoded:
                found[code_key, entry.key] = _key(entry.raw[SUPERSEDED_TO])
    return found


def _key(number: str | None) -> str:
    return key_of(number)[:MAX_PART_NUMBER]


def _by_upc(
    numbers: _Numbers, _: int, parts: Iterable[Unmatched], without: Rejected
) -> Iterator[tuple[Unmatched, str]]:
    wanted = {part: [*without_zeros(gtin)] for part in parts if (gtin := gtin_of(part.upc))}
    return numbers.best(Product.upc, wanted, without)


_KINDS: Final[dict[str, Callable[..., Iterator[tuple[Unmatched, str]]]]] = {
    "punctuation": _by_punctuation,
    "leading_zeros": _by_zeros,
    "supersession": _by_supersession,
    "upc": _by_upc,
}
