"""Finds parts of a dealer by number, UPC or word: synced, skipped, and those only in catalogs (R23)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from webapp.code_discovery.scanned_parts import ScannedPart
from webapp.core.text_keys import bare_key_of, key_of
from webapp.explain import catalog_lookup, product_locks, reported, scanned
from webapp.explain.explained_product import ExplainedLock, Seller
from webapp.explain.skipped_search import SkippedHit, skipped_hits
from webapp.extensions import db
from webapp.pulls import part_lookup
from webapp.pulls.entries import MAX_PART_NUMBER, Entry
from webapp.runs.skipped_reasons import REASONS
from webapp.search import hidden_products, storefront
from webapp.search.document import Document

SHOWN: Final = 50


class Hit(NamedTuple):
    """A part that was found, with its state; `product_id` is set if the page of its product explains it."""

    number: str
    text: str
    tone: str
    state: str
    product_id: int | None = None


@dataclass(frozen=True)
class FoundParts:
    """Parts that were found, exact matches first."""

    words: str
    hits: Sequence[Hit]
    has_more: bool

    @classmethod
    def of(cls, dealer_id: int, words: str) -> FoundParts:
        """Return the dealer's parts for a number, a UPC or words."""
        hits = list(dict.fromkeys(_hits(dealer_id, words))) if words else []
        return cls(words, hits[:SHOWN], len(hits) > SHOWN)


def is_number(dealer_id: int, words: str) -> bool:
    """Return whether the words are a number that a code reports or a catalog has."""
    key = key_of(words)[:MAX_PART_NUMBER]
    return bool(
        key
        and (
            catalog_lookup.sellers_of_key(dealer_id, key)
            or part_lookup.find(db.session.connection(), dealer_id, key)
            or catalog_lookup.products_of_upc(dealer_id, words)
            or scanned.with_number(dealer_id, key)
        )
    )


def _hits(dealer_id: int, words: str) -> Iterator[Hit]:
    key = key_of(words)[:MAX_PART_NUMBER]
    exact = part_lookup.find(db.session.connection(), dealer_id, key) if key else []
    codes = {key: pull.supplier_code for key, pull in reported.pulls_of(dealer_id).items()} if exact else {}
    yield from (_reported(part.entry, codes.get(part.code_key) or part.code_key) for part in exact)
    known = {match.product_id for part in exact for match in part.entry.matches}
    documents = hidden_products.search_all(db.session.connection(), dealer_id, words, SHOWN + 1)
    locks = product_locks.of_products(dealer_id, [document.product_id for document in documents])
    yield from (
        _indexed(document, locks.get(document.product_id))
        for document in documents
        if document.product_id not in known
    )
    known.update(document.product_id for document in documents)
    is_exact = {part.entry.part_number for part in exact}
    for skipped in skipped_hits(dealer_id, words, SHOWN):
        if skipped.part_number not in is_exact:
            yield _skipped(skipped)
    yield from map(_unmapped, islice(scanned.with_words(dealer_id, words), SHOWN))
    yield from _listed(_sellers(dealer_id, words), known)


def _sellers(dealer_id: int, words: str) -> Iterator[Seller]:
    yield from catalog_lookup.sellers_of_bare_key(dealer_id, bare_key_of(words)[:MAX_PART_NUMBER])
    of_upc = catalog_lookup.products_of_upc(dealer_id, words)
    yield from catalog_lookup.sellers_of_products(dealer_id, of_upc)


def _reported(entry: Entry, code: str) -> Hit:
    if entry.reason is None:
        return Hit(entry.part_number, entry.description or "", "ok", f"Synced under {code}")
    state = f"Skipped under {code}: {REASONS[entry.reason]}"
    return Hit(entry.part_number, entry.description or "", "warn", state)


def _indexed(document: Document, lock: ExplainedLock | None) -> Hit:
    text = f"{document.brand} {document.name}".strip()
    if lock is not None and lock.is_hidden:
        return Hit(document.mpn, text, "off", "Hidden by a lock", document.product_id)
    tone = "ok" if document.shelf_quantity else "off"
    state = storefront.availability(document.shelf_quantity)
    return Hit(document.mpn, text, tone, state, document.product_id)


def _skipped(hit: SkippedHit) -> Hit:
    return Hit(hit.part_number, hit.description, "warn", f"Skipped under {hit.code}: {hit.reason}")


def _unmapped(part: ScannedPart) -> Hit:
    state = f"{part.code} isn’t in your supplier codes" if part.code else "No supplier code"
    return Hit(part.part_number, part.description, "warn", state)


def _listed(sellers: Iterable[Seller], known: set[int]) -> Iterator[Hit]:
    """Yield numbers of catalogs whose products were not found yet."""
    for seller in sellers:
        if seller.product_id not in known:
            state = "Not in stock" if seller.is_mapped else "No supplier code for this manufacturer"
            yield Hit(seller.part_number, seller.manufacturer, "off", state)
