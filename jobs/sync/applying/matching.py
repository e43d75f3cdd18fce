"""Decides for the parts of one window what each updates: R10's checks and R12's matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jobs.reports import lines
from jobs.sources.values import cents_of
from jobs.sync import rules
from jobs.sync.applying.catalog import Catalog, Hit
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.received import KeyedRow
from webapp.core.gtins import gtin_of, without_zeros
from webapp.core.text_keys import bare_key_of, key_of, with_zeros
from webapp.pulls.entries import (
    CURRENT_ACTIVE,
    MAX_PART_NUMBER,
    PART_NUMBER,
    RETAIL,
    SUPERSEDED_TO,
    UPC,
    Entry,
    Match,
    RawPart,
)

# A product of a manufacturer, by their ids.
Pair = tuple[int, int]
# A part of a manufacturer: its id and the part's key.
PartKey = tuple[int, str]


@dataclass
class Judged:
    """The parts of a window with their results so far.

    `fresh` are those of `entries` that are new or differ from the stored pull, `old` the stored parts that
    differ from this pull or are gone, by key. `unknown` keep their quantity, and are decided in keeping.py.
    `reachable` are products that a part matches through a later mapping only, so that it does not update
    them (R13).
    """

    entries: list[Entry]
    fresh: list[Entry]
    old: dict[str, Entry]
    unknown: list[Entry] = field(default_factory=list)
    # Keys of fresh parts that match the same products as the stored ones.
    rematched: set[str] = field(default_factory=set)
    reachable: set[Pair] = field(default_factory=set)
    # Parts without a candidate so far that may have one by supersession.
    unexplained: list[Entry] = field(default_factory=list)
    # A part keeps the quantity of a product for which the catalog no longer lists it.
    has_unlisted: bool = False


def judge_rows(
    expected: rules.Expectation, rows: Iterable[KeyedRow], old: dict[str, Entry], *, reuse: bool
) -> Judged:
    """Check each row; of rows with one part number the last counts, whatever it says (R10).

    With `reuse`, a row that equals the stored one has the stored matches.
    """
    judged = Judged([], [], dict(old))
    since = expected.since.isoformat()
    for key, of_part in _by_key(rows):
        stored = old.get(key) if reuse and len(of_part) == 1 else None
        if stored is not None and _is_same(stored, of_part[0][1], since):
            judged.entries.append(stored)
            del judged.old[key]
        else:
            entries = _last_of_part([_entry(expected, *row) for row in of_part])
            judged.entries += entries
            judged.fresh += entries
    judged.unknown = [entry for entry in judged.fresh if entry.key and entry.reason in rules.UNKNOWN]
    return judged


def _by_key(rows: Iterable[KeyedRow]) -> Iterator[tuple[str, list[KeyedRow]]]:
    """Yield the rows of each key together; faster than `groupby` where nearly every key has one row."""
    last: str | None = None
    of_part: list[KeyedRow] = []
    for row in rows:
        if row[0] == last:
            of_part.append(row)
            continue
        if last is not None:
            yield last, of_part
        last, of_part = row[0], [row]
    if last is not None:
        yield last, of_part


def _is_same(stored: Entry, raw: RawPart, since: str) -> bool:
    """Return whether a row is the stored one, and its part is not too old now."""
    return stored.raw == raw and (stored.changed is None or stored.changed >= since)


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


def match(context: CodeContext, catalog: Catalog, judged: Judged, *, reuse: bool) -> None:
    """Match the usable parts; with `reuse`, those that the stored pull has are not looked up again."""
    fresh = []
    for entry in judged.fresh:
        if entry.reason is None and not (reuse and _reuse(entry, judged)):
            fresh.append(entry)
    _look_up(context, catalog, fresh, judged)
    unmatched = [entry for entry in fresh if not entry.matches]
    for entry in unmatched:
        entry.reason = rules.UNMATCHED
    _suggest(catalog, unmatched, judged)


def _reuse(entry: Entry, judged: Judged) -> bool:
    """Take the stored matches, or the stored candidate, of a part with the same number."""
    stored = judged.old.get(entry.key)
    if stored is None or stored.raw[PART_NUMBER] != entry.raw[PART_NUMBER]:
        return False
    if stored.reason is None:
        entry.matches = [
            Match(
                match.manufacturer_id,
                match.product_id,
                match.prefix,
                shelf_quantity=match.shelf_quantity,
                sale_price_cents=match.sale_price_cents,
                lead_time_days=match.lead_time_days,
            )
            for match in stored.matches
        ]
        judged.rematched.add(entry.key)
        return True
    if stored.reason != rules.UNMATCHED or any(
        stored.raw[field] != entry.raw[field] for field in (UPC, SUPERSEDED_TO)
    ):
        return False
    entry.reason, entry.candidate, entry.candidate_by = stored.reason, stored.candidate, stored.candidate_by
    return True


def _look_up(context: CodeContext, catalog: Catalog, entries: list[Entry], judged: Judged) -> None:
    """Match each part with a product of each manufacturer, with one product only once (R12, R13)."""
    if not entries:
        return
    keys = [entry.key for entry in entries]
    for mapping in context.mappings:
        head = lines.prefix((mapping.catalog, mapping.manufacturer, context.code))
        for hit in catalog.match(mapping.manufacturer_id, keys):
            entry = entries[hit.place]
            if entry.matches and any(match.product_id == hit.product_id for match in entry.matches):
                judged.reachable.add((mapping.manufacturer_id, hit.product_id))
            else:
                entry.matches.append(_match(mapping.manufacturer_id, head, entry, hit))


def _match(manufacturer_id: int, head: str, entry: Entry, hit: Hit) -> Match:
    """Return a match; `head` are the cells of its line that all parts of the mapping have."""
    prefix = head + lines.prefix((entry.part_number, hit.brand, hit.mpn, hit.name))
    return Match(manufacturer_id, hit.product_id, prefix)


def _suggest(catalog: Catalog, unmatched: list[Entry], judged: Judged) -> None:
    """Suggest candidates by the parts' own numbers; by supersession follows at the end (R12)."""
    if not unmatched:
        return
    left = _suggest_by(
        "punctuation", unmatched, catalog.numbers_by_bare_key, lambda entry: [_bare_key(entry)]
    )
    left = _suggest_by(
        "leading_zeros", left, catalog.numbers_by_bare_key, lambda entry: with_zeros(_bare_key(entry))
    )
    judged.unexplained = [entry for entry in left if superseded_key(entry)]
    suggest_by_upc(catalog, [entry for entry in left if not superseded_key(entry)])


def suggest_by_upc(catalog: Catalog, unmatched: list[Entry]) -> None:
    """Suggest the product with the same UPC, however many zeros it begins with."""
    _suggest_by("upc", unmatched, catalog.numbers_by_upc, _upcs)


def _suggest_by(
    kind: str,
    entries: list[Entry],
    look_up: Callable[[set[str]], dict[str, str]],
    keys_of: Callable[[Entry], Iterable[str]],
) -> list[Entry]:
    """Give entries the first part number that one of their keys is found for; return those without."""
    keys = {entry.key: [key for key in keys_of(entry) if key] for entry in entries}
    numbers = look_up({key for each in keys.values() for key in each})
    left = []
    for entry in entries:
        found = [numbers[key] for key in keys[entry.key] if key in numbers]
        if found:
            entry.candidate, entry.candidate_by = min(found), kind
        else:
            left.append(entry)
    return left


def superseded_key(entry: Entry) -> str:
    """Return the key of the part number that supersedes a part; empty if there is none."""
    return "" if entry.is_undecoded else key_of(entry.raw[SUPERSEDED_TO])[:MAX_PART_NUMBER]


def _bare_key(entry: Entry) -> str:
    return bare_key_of(entry.part_number)[:MAX_PART_NUMBER]


def _upcs(entry: Entry) -> Iterator[str]:
    gtin = gtin_of(entry.raw[UPC])
    if gtin is not None:
        yield from without_zeros(gtin)
