"""Matches the parts of one window with products, and suggests candidates (R12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from jobs.reports import lines
from jobs.sync import rules
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.context import CodeContext
from webapp.core.gtins import gtin_of, without_zeros
from webapp.core.text_keys import bare_key_of, key_of, with_zeros
from webapp.pulls.entries import (
    MAX_PART_NUMBER,
    PART_NUMBER,
    SUPERSEDED_TO,
    UPC,
    Entry,
    Match,
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
        number = mapping.manufacturer_id
        # The cells of its lines that all parts of the mapping have.
        head = lines.prefix((mapping.catalog, mapping.manufacturer, context.code))
        for place, product_id, brand, mpn, name in catalog.match(number, keys):
            entry = entries[place]
            if entry.matches and any(match.product_id == product_id for match in entry.matches):
                judged.reachable.add((number, product_id))
                continue
            part_number = entry.raw[PART_NUMBER].strip()[:MAX_PART_NUMBER]
            prefix = head + lines.prefix((part_number, brand, mpn, name))
            entry.matches.append(Match(number, product_id, prefix))


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
