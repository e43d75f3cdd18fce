"""Reads the parts of stored pulls for pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from webapp.extensions import db
from webapp.models import PullBlock, StoredPull
from webapp.pulls.entries import Entry, unpack

# Blocks that are read at once.
_TOGETHER: Final = 20


class StoredPulls:
    """The stored pulls that items of a dealer's run confirmed, in the order of the items."""

    def __init__(self, dealer_id: int, item_ids: Sequence[int]) -> None:
        query = select(StoredPull).where(StoredPull.dealer_id == dealer_id)
        pulls = db.session.scalars(query.where(StoredPull.item_id.in_(item_ids)))
        by_item = {pull.item_id: pull for pull in pulls}
        self._pulls = [by_item[item_id] for item_id in item_ids if item_id in by_item]

    def count_by_reason(self) -> Counter[str]:
        """Return the number of skipped parts of each reason."""
        counts: Counter[str] = Counter()
        for pull in self._pulls:
            query = select(PullBlock.reasons).where(*_of(pull))
            for reasons in db.session.scalars(query):
                counts.update(reasons)
        return counts

    def skipped(self, reason: str, first: int, limit: int) -> Iterator[tuple[StoredPull, Entry]]:
        """Yield parts skipped for a reason, by item and part number, from the given place on.

        Blocks before it are counted, not read.
        """
        place = 0
        for pull in self._pulls:
            index = select(PullBlock.first_key, PullBlock.reasons).where(*_of(pull))
            for first_key, reasons in db.session.execute(index.order_by(PullBlock.first_key)).all():
                number = reasons.get(reason, 0)
                if number and place + number > first:
                    entries = [entry for entry in _block(pull, first_key) if entry.reason == reason]
                    for entry in entries[max(0, first - place) :]:
                        if limit <= 0:
                            return
                        limit -= 1
                        yield pull, entry
                place += number


def _of(pull: StoredPull) -> tuple[Any, ...]:
    return PullBlock.dealer_id == pull.dealer_id, PullBlock.code_key == pull.code_key


def _block(pull: StoredPull, first_key: str) -> list[Entry]:
    """Return a block's parts; none if a run has replaced it since."""
    query = select(PullBlock.body).where(*_of(pull), PullBlock.first_key == first_key)
    body = db.session.scalar(query.order_by(PullBlock.item_id.desc()).limit(1))
    return unpack(body) if body is not None else []


def find(dealer_id: int, code_key: str, keys: Iterable[str]) -> list[Entry]:
    """Return the parts of a code's stored pull with these part numbers, in their order."""
    wanted = sorted(set(keys))
    of_code = PullBlock.dealer_id == dealer_id, PullBlock.code_key == code_key
    first_keys = {
        db.session.scalar(select(func.max(PullBlock.first_key)).where(*of_code, PullBlock.first_key <= key))
        for key in wanted
    } - {None}
    bodies = db.session.scalars(select(PullBlock.body).where(*of_code, PullBlock.first_key.in_(first_keys)))
    found = [entry for body in bodies for entry in unpack(body) if entry.key in wanted]
    return sorted(found, key=lambda entry: entry.key)


def counted(
    dealer_id: int, code_keys: Sequence[str], count: InstrumentedAttribute[Any]
) -> Iterator[tuple[str, Entry]]:
    """Yield the parts of blocks whose `count` is not zero or empty, by code as listed, and part number.

    None of the other blocks is read.
    """
    of_codes = PullBlock.dealer_id == dealer_id, PullBlock.code_key.in_(code_keys)
    query = select(PullBlock.code_key, PullBlock.first_key, PullBlock.item_id, count).where(*of_codes)
    order = {code_key: place for place, code_key in enumerate(code_keys)}
    rows = db.session.execute(query).all()
    places = sorted((tuple(row[:3]) for row in rows if row[3]), key=lambda place: (order[place[0]], place[1]))
    for first in range(0, len(places), _TOGETHER):
        yield from _parts(dealer_id, places[first : first + _TOGETHER])


def _parts(dealer_id: int, places: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, Entry]]:
    """Yield the parts of blocks in their order; a block that a run has replaced since has none."""
    key = tuple_(PullBlock.code_key, PullBlock.first_key, PullBlock.item_id)
    query = select(PullBlock.code_key, PullBlock.first_key, PullBlock.item_id, PullBlock.body)
    rows = db.session.execute(query.where(PullBlock.dealer_id == dealer_id, key.in_(places)))
    bodies = {tuple(row[:3]): row.body for row in rows}
    for place in places:
        if place in bodies:
            yield from ((place[0], entry) for entry in unpack(bodies[place]))
