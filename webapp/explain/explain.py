"""Explains a part, or a product, of a dealer from stored data alone (R23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.explain import (
    catalog_lookup,
    known_aliases,
    mappings,
    products,
    rejected_candidates,
    reported,
    scanned,
    upcoming,
)
from webapp.explain.explained_product import ExplainedProduct, Seller
from webapp.explain.explanation import Explanation, Mapping, ReportedPart, UnmappedPart
from webapp.extensions import db
from webapp.models import Configuration, Dealer, SupplierCode
from webapp.pulls import part_lookup
from webapp.pulls.entries import MAX_PART_NUMBER
from webapp.pulls.part_lookup import Looked
from webapp.search.search_index import search_index

# Products that are explained together.
MOST_PRODUCTS: Final = 5
# The best matches among which those with the number as their MPN are looked for.
_BEST: Final = 10


@dataclass(frozen=True)
class _Found:
    """What a number stands for: parts of stored pulls, manufacturers that sell it, and its products."""

    number: str
    found_by: str
    looked: Looked
    sellers: Sequence[Seller]
    product_ids: Sequence[int]
    unmapped: Sequence[UnmappedPart] = ()


def explain(dealer: Dealer, number: str) -> Explanation:
    """Return all that is known of a part number, UPC or MPN."""
    key = key_of(number)[:MAX_PART_NUMBER]
    found = _by_number(dealer.id, number, key)
    if not (found.looked.parts or found.sellers or found.unmapped):
        other = next((each for each in _by_other_numbers(dealer.id, number, key) if each.product_ids), None)
        found = other or found
    return _explanation(dealer, found)


def explain_product(dealer: Dealer, product_id: int) -> Explanation | None:
    """Return all that is known of a product; None if no catalog of the dealer's has it, or ever had."""
    explanation = _explanation(dealer, _of_products(dealer.id, "", "product", [product_id]))
    return explanation if explanation.products else None


def _by_number(dealer_id: int, number: str, key: str) -> _Found:
    if not key:
        return _Found(number, "number", Looked([], {}), [], [])
    parts = part_lookup.find(db.session.connection(), dealer_id, key)
    sellers = catalog_lookup.sellers_of_key(dealer_id, key)
    matched = [match.product_id for part in parts for match in part.entry.matches]
    listed = [seller.product_id for seller in sellers]
    product_ids = list(dict.fromkeys(matched + listed))[:MOST_PRODUCTS]
    unmapped = scanned.with_number(dealer_id, key)
    return _Found(number, "number", Looked(parts, {key: None}), sellers, product_ids, unmapped)


def _by_other_numbers(dealer_id: int, number: str, key: str) -> Iterator[_Found]:
    yield _of_products(dealer_id, number, "upc", catalog_lookup.products_of_upc(dealer_id, number.strip()))
    best = search_index(db.session.connection()).search(dealer_id, number, _BEST) if key else []
    is_mpn = [document.product_id for document in best if key_of(document.mpn) == key]
    yield _of_products(dealer_id, number, "mpn", is_mpn)


def _of_products(dealer_id: int, number: str, found_by: str, product_ids: Sequence[int]) -> _Found:
    """Return products with the parts that codes of their manufacturers report under their numbers."""
    product_ids = product_ids[:MOST_PRODUCTS]
    if not product_ids:
        return _Found(number, found_by, Looked([], {}), [], [])
    sellers = catalog_lookup.sellers_of_products(dealer_id, product_ids)
    codes: dict[int, set[str]] = defaultdict(set)
    for row in mappings.of_part(dealer_id, (), {seller.manufacturer_id for seller in sellers}):
        codes[row.manufacturer_id].add(row.code_key)
    wanted: dict[str, set[str]] = defaultdict(set)
    aliases = known_aliases.of_products(dealer_id, sellers)
    for _, manufacturer_id, key in known_aliases.numbers(sellers, aliases):
        wanted[key] |= codes[manufacturer_id]
    parts = part_lookup.find_under(db.session.connection(), dealer_id, wanted)
    return _Found(number, found_by, Looked(parts, wanted), sellers, product_ids)


def _explanation(dealer: Dealer, found: _Found) -> Explanation:
    pulls = reported.pulls_of(dealer.id)
    rows = _mappings(dealer.id, found)
    codes = [row.code_key for row in rows]
    parts = reported.with_decisions(dealer.id, reported.parts(found.looked.parts, pulls, codes))
    parts = rejected_candidates.with_next_best(dealer.id, parts)
    unmapped = tuple(part for part in found.unmapped if key_of(part.code) not in codes)
    sellers = _product_sellers(dealer.id, found)
    aliases = known_aliases.of_products(dealer.id, sellers)
    shown = products.explained(dealer.id, found.product_ids, sellers, aliases, found.looked)
    configuration = db.session.get(Configuration, dealer.id)
    return Explanation(
        number=_number(found, parts, shown),
        found_by=found.found_by,
        description=_description(parts, unmapped),
        quantity_column=configuration.quantity_column if configuration else "on_hand",
        reported=parts,
        absent=reported.absent(dealer.id, found.sellers, rows, pulls, {part.code_key for part in parts}),
        unmapped=unmapped,
        mappings=rows,
        sellers=tuple(found.sellers),
        aliases=aliases,
        products=_of_interest(shown, parts),
        upcoming=upcoming.of(dealer, configuration),
        has_codes=bool(rows) or _has_codes(dealer.id),
    )


def _mappings(dealer_id: int, found: _Found) -> tuple[Mapping, ...]:
    """Return the rows of the codes that have the part, and of the manufacturers that sell it."""
    codes = {part.code_key for part in found.looked.parts} | {key_of(part.code) for part in found.unmapped}
    makers = {seller.manufacturer_id for seller in found.sellers}
    return mappings.dated(dealer_id, mappings.of_part(dealer_id, codes, makers))


def _product_sellers(dealer_id: int, found: _Found) -> Sequence[Seller]:
    """Return the manufacturers that sell the products, under any number."""
    if found.found_by != "number":
        return found.sellers
    return catalog_lookup.sellers_of_products(dealer_id, found.product_ids)


def _number(found: _Found, parts: Sequence[ReportedPart], shown: Sequence[ExplainedProduct]) -> str:
    """Return the part number as Lightspeed or a catalog spells it, else as it was typed."""
    names = [part.part_number for part in parts]
    names += [part.part_number for part in found.unmapped]
    names += [seller.part_number for seller in found.sellers]
    return next(iter([*names, *(product.mpn for product in shown)]), found.number.strip())


def _description(parts: Sequence[ReportedPart], unmapped: Sequence[UnmappedPart]) -> str | None:
    texts = [part.description for part in parts] + [part.description for part in unmapped]
    return next((text for text in texts if text), None)


def _of_interest(
    shown: Sequence[ExplainedProduct], parts: Sequence[ReportedPart]
) -> tuple[ExplainedProduct, ...]:
    """Return the products that a part updates, that ever had stock, or that a code could have."""
    matched = {match.product_id for part in parts for match in part.matches}
    return tuple(
        product
        for product in shown
        if product.product_id in matched
        or product.shelf_quantity is not None
        or any(seller.is_mapped for seller in product.sellers)
    )


def _has_codes(dealer_id: int) -> bool:
    query = select(SupplierCode.id).where(SupplierCode.dealer_id == dealer_id).limit(1)
    return db.session.scalar(query) is not None
