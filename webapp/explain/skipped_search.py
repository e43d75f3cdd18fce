"""Finds skipped parts by words, in the lines of the skipped report that stored pulls keep (R18)."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import func, select

from webapp.core.spreadsheet import undo_defuse
from webapp.extensions import db
from webapp.models import PullBlock

# The lines of a block are a gzip file.
_GZIP: Final = 31
_FETCHED: Final = 200


class SkippedHit(NamedTuple):
    """A skipped part whose line has all the words."""

    code: str
    part_number: str
    description: str
    reason: str


def skipped_hits(dealer_id: int, words: str, limit: int) -> list[SkippedHit]:
    """Return skipped parts whose number, description or reason have all words, by code and number."""
    wanted = words.casefold().split()
    return list(islice(_found(dealer_id, wanted), limit)) if wanted else []


def _found(dealer_id: int, wanted: Sequence[str]) -> Iterator[SkippedHit]:
    query = (
        select(PullBlock.skipped_lines)
        .where(PullBlock.dealer_id == dealer_id, func.length(PullBlock.skipped_lines) > 0)
        .order_by(PullBlock.code_key, PullBlock.first_key)
        .execution_options(yield_per=_FETCHED)
    )
    with db.session.connection().execute(query) as blocks:
        for (lines,) in blocks:
            text = zlib.decompress(lines, _GZIP).decode()
            # Most blocks lack one of the words: only the others are read as CSV.
            if _has_all(text, wanted):
                yield from _rows(text, wanted)


def _rows(text: str, wanted: Sequence[str]) -> Iterator[SkippedHit]:
    for code, number, description, _quantity, reason, _candidate in csv.reader(io.StringIO(text, newline="")):
        if number and _has_all(f"{number} {description}", wanted):
            yield SkippedHit(undo_defuse(code), undo_defuse(number), undo_defuse(description), reason)


def _has_all(text: str, wanted: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)
