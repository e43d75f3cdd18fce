"""Checks the parts of one window as reported (R10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

from msgspec import Raw

from jobs.sources.values import cents_of
from jobs.sync import rules
from jobs.sync.applying.matching import Judged
from jobs.sync.applying.received import KeyedRow
from webapp.core.limits import MAX_INT32
from webapp.pulls.entries import (
    AVAILABLE,
    CURRENT_ACTIVE,
    LAST_UPDATED,
    MAX_PART_NUMBER,
    ON_HAND,
    PART_NUMBER,
    RETAIL,
    SUPPLIER_CODE,
    Entry,
    RawPart,
    packed_rows,
)

# A date and time as `isoformat` writes it, without a fraction: its length, and every third character from the
# first separator on.
_ISO_LENGTH: Final = 19
_ISO_MARKS: Final = "--T::"
# Rows that are encoded at once, to be compared with stored ones.
_TOGETHER: Final = 1_000


def judge_rows(
    expected: rules.Expectation, rows: Sequence[KeyedRow], old: dict[str, Entry], *, reuse: bool
) -> Judged:
    """Check each row; of rows with one part number the last counts, whatever it says (R10).

    With `reuse`, a row that equals the stored one has the stored result.
    """
    judged = Judged([], [], dict(old))
    if len({key for key, _ in rows}) == len(rows):
        _judge_single(expected, rows, judged, reuse=reuse)
    else:
        _judge_repeated(expected, rows, judged, reuse=reuse)
    judged.unknown = [entry for entry in judged.fresh if entry.reason in rules.UNKNOWN and entry.key]
    return judged


def _judge_single(
    expected: rules.Expectation, rows: Sequence[KeyedRow], judged: Judged, *, reuse: bool
) -> None:
    """Check rows with different keys, as nearly always; each part takes few steps."""
    judge = _judging(expected)
    if not reuse:
        judged.entries += [judge(key, raw) for key, raw in rows]
        judged.fresh += judged.entries
        return
    since = expected.since.isoformat()
    old, entries, fresh = judged.old, judged.entries, judged.fresh
    find = old.get
    for (key, raw), packed in zip(rows, _packed(rows), strict=True):
        stored = find(key)
        if (
            stored is not None
            and stored.packed_row == packed
            and (stored.changed is None or stored.changed >= since)
        ):
            entries.append(stored)
            del old[key]
        else:
            entry = judge(key, raw)
            entries.append(entry)
            fresh.append(entry)


def _packed(rows: Sequence[KeyedRow]) -> Iterator[Raw]:
    """Yield the encoded form of each row."""
    for first in range(0, len(rows), _TOGETHER):
        yield from packed_rows([raw for _, raw in rows[first : first + _TOGETHER]])


def _judge_repeated(
    expected: rules.Expectation, rows: Sequence[KeyedRow], judged: Judged, *, reuse: bool
) -> None:
    """Check rows of which some have the same key."""
    judge, since = _judging(expected), expected.since.isoformat()
    for key, group in groupby(rows, key=itemgetter(0)):
        of_part = [raw for _, raw in group]
        stored = judged.old.get(key) if reuse and len(of_part) == 1 else None
        if stored is not None and _is_same(stored, of_part[0], since):
            judged.entries.append(stored)
            del judged.old[key]
        else:
            entries = _last_of_part([judge(key, raw) for raw in of_part])
            judged.entries += entries
            judged.fresh += entries


def _is_same(stored: Entry, raw: RawPart, since: str) -> bool:
    """Return whether a row is the stored one, and its part is not too old now."""
    return stored.raw == raw and (stored.changed is None or stored.changed >= since)


def _judging(expected: rules.Expectation) -> Callable[[str, RawPart], Entry]:
    """Return a function that checks a row: nearly every one is plainly usable, which is seen in few steps."""
    since = expected.since.isoformat()
    column = ON_HAND if expected.quantity_column == "on_hand" else AVAILABLE
    is_code = {}

    def judge(key: str, raw: RawPart) -> Entry:
        if len(raw) <= LAST_UPDATED or not key:
            return _entry(expected, key, raw)
        code, quantity, date = raw[SUPPLIER_CODE], raw[column], raw[LAST_UPDATED]
        if code not in is_code:
            is_code[code] = rules.is_code(code, expected)
        if (
            is_code[code]
            and type(quantity) is int
            and 0 < quantity <= MAX_INT32
            and date is not None
            and date >= since
            and len(raw[PART_NUMBER]) <= MAX_PART_NUMBER
            and _is_plain_date(date)
        ):
            retail, current = raw[RETAIL], raw[CURRENT_ACTIVE]
            cents = cents_of(retail)
            is_one = type(retail) is type(current) and retail == current
            return Entry(key, raw, None, quantity, date, cents, cents if is_one else cents_of(current))
        return _entry(expected, key, raw)

    return judge


def _is_plain_date(text: str) -> bool:
    """Return whether a text is a date and time as `isoformat` writes it, without a fraction and a zone."""
    if len(text) != _ISO_LENGTH or text[4::3] != _ISO_MARKS:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _entry(expected: rules.Expectation, key: str, raw: RawPart) -> Entry:
    reason, quantity, changed = rules.judge(raw, expected)
    if reason is not None:
        return Entry(key, raw, reason, quantity)
    date = changed.isoformat() if changed is not None else None
    return Entry(key, raw, None, quantity, date, cents_of(raw[RETAIL]), cents_of(raw[CURRENT_ACTIVE]))


def _last_of_part(entries: list[Entry]) -> list[Entry]:
    """Return the entries of one key without those that a later row replaces."""
    if len(entries) == 1 or not entries[0].key:
        return entries
    last = max((place for place, entry in enumerate(entries) if entry.reason != rules.OTHER_CODE), default=-1)
    return [entry for place, entry in enumerate(entries) if place == last or entry.reason == rules.OTHER_CODE]
