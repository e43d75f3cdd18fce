"""Finds parts by their number in a dealer's stored pulls, without decoding blocks that lack them."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, literal, select, tuple_, union_all
from sqlalchemy.engine import Connection

from webapp.models import PullBlock, StoredPull
from webapp.models.types import KeyText
from webapp.pulls.entries import Entry, unpack

# Numbers that are looked up at once: each is a part of the query.
MOST_KEYS: Final = 50


class FoundPart(NamedTuple):
    """A part of the stored pull of a code."""

    code_key: str
    entry: Entry


class Looked(NamedTuple):
    """Parts that were found, and where each number was looked for: under codes, or all (None)."""

    parts: Sequence[FoundPart]
    codes_by_key: Mapping[str, Collection[str] | None]

    def missing(self, codes_by_key: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
        """Return the numbers, with their codes, that were not looked for."""
        done = self.codes_by_key
        left = {key: set(codes) - set(done.get(key) or ()) for key, codes in codes_by_key.items()}
        return {key: codes for key, codes in left.items() if codes and done.get(key, ()) is not None}


def find(connection: Connection, dealer_id: int, key: str) -> list[FoundPart]:
    """Return the parts with a number in any code's stored pull, by code."""
    return _found(connection, dealer_id, {key: None})


def find_under(
    connection: Connection, dealer_id: int, codes_by_key: Mapping[str, Collection[str]]
) -> list[FoundPart]:
    """Return the parts with each of these numbers under some codes, by code and number."""
    return _found(connection, dealer_id, dict(islice(codes_by_key.items(), MOST_KEYS)))


def _found(
    connection: Connection, dealer_id: int, codes_by_key: Mapping[str, Collection[str] | None]
) -> list[FoundPart]:
    places = _places(connection, dealer_id, codes_by_key)
    if not places:
        return []
    of_dealer = select(PullBlock.code_key, PullBlock.body).where(PullBlock.dealer_id == dealer_id)
    query = of_dealer.where(tuple_(PullBlock.code_key, PullBlock.first_key).in_(sorted(places)))
    found = [
        FoundPart(code_key, entry)
        for code_key, body in connection.execute(query)
        for entry in _entries(body, [key for key, codes in codes_by_key.items() if _has(codes, code_key)])
    ]
    return sorted(found, key=lambda part: (part.code_key, part.entry.key))


def _has(codes: Collection[str] | None, code_key: str) -> bool:
    return codes is None or code_key in codes


def _places(
    connection: Connection, dealer_id: int, codes_by_key: Mapping[str, Collection[str] | None]
) -> set[tuple[str, str]]:
    """Return the blocks that may have the parts, by code and first key."""
    queries = [_place(dealer_id, key, codes) for key, codes in codes_by_key.items() if key and codes != ()]
    if not queries:
        return set()
    rows = connection.execute(union_all(*queries) if len(queries) > 1 else queries[0])
    return {(row[0], row[1]) for row in rows if row[1] is not None}


def _place(dealer_id: int, key: str, codes: Collection[str] | None) -> Select[Any]:
    first = (
        select(func.max(PullBlock.first_key))
        .where(
            PullBlock.dealer_id == dealer_id,
            PullBlock.code_key == StoredPull.code_key,
            PullBlock.first_key <= literal(key, KeyText),
        )
        .correlate(StoredPull)
        .scalar_subquery()
    )
    query = select(StoredPull.code_key, first).where(StoredPull.dealer_id == dealer_id)
    return query if codes is None else query.where(StoredPull.code_key.in_(sorted(codes)))


def _entries(body: bytes, keys: Iterable[str]) -> list[Entry]:
    """Return the entries of a block with these keys.

    A key is part of the block's text as it is: looking for it first takes a tenth of the time of decoding.
    """
    text = zlib.decompress(body)
    wanted = {key for key in keys if key.encode() in text}
    return [entry for entry in unpack(body) if entry.key in wanted] if wanted else []
