"""Reads the parts of stored pulls for pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import PullBlock, StoredPull
from webapp.pulls.entries import Entry, unpack


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
