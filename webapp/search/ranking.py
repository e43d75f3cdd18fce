"""Ranking of search results, for engines without their own. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.search.document import Document
from webapp.search.search_words import Search, whole_numbers, word_set


def ranked(documents: Iterable[Document], search: Search) -> list[Document]:
    """Sort documents, best first: exact part numbers, then the quality of word matches, then stock."""
    return sorted(documents, key=lambda document: _place(document, search))


def _place(document: Document, search: Search) -> tuple[int, int, bool, str, str, int]:
    numbers = whole_numbers(document)
    exact = 2 * (search.joined in numbers) + any(term.joined in numbers for term in search.terms)
    words = word_set(document)
    whole = sum(piece in words for term in search.terms for piece in term.pieces)
    return -exact, -whole, not document.shelf_quantity, document.brand, document.mpn, document.product_id
