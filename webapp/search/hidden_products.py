"""Finds products that a lock hides: the search index does not have them, and their dealer must (R28)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.models import ProductLock
from webapp.models.product_locks import OPEN
from webapp.search import documents
from webapp.search.document import Document
from webapp.search.ranking import ranked
from webapp.search.search_index import search_index
from webapp.search.search_words import Search, search_of, whole_numbers, word_set

# Hidden products that a search looks at, those hidden last first.
MOST: Final = 2_000


def search_all(connection: Connection, dealer_id: int, words: str, limit: int) -> list[Document]:
    """Return a dealer's products for a search, the best match first, as the search index does; hidden ones,
    too."""
    found = search_index(connection).search(dealer_id, words, limit)
    search = search_of(words)
    hidden = _hidden(connection, dealer_id, search, splits=not found) if search is not None else []
    return ranked([*found, *hidden], search)[:limit] if search is not None and hidden else found


def _hidden(connection: Connection, dealer_id: int, search: Search, *, splits: bool) -> list[Document]:
    locks = select(ProductLock.product_id).where(
        ProductLock.dealer_id == dealer_id, OPEN, ProductLock.is_hidden
    )
    ids = connection.scalars(locks.order_by(ProductLock.id.desc()).limit(MOST)).all()
    found = documents.of_products(connection, dealer_id, ids, also_hidden=True) if ids else []
    return [document for document in found if _matches(document, search, splits=splits)]


def _matches(document: Document, search: Search, *, splits: bool) -> bool:
    """Return whether all words of a search are in a document, each as the beginning of one of its words.

    With `splits` its pieces may be, as the index searches if it finds nothing else.
    """
    words = word_set(document).union(whole_numbers(document))

    def begins(prefix: str) -> bool:
        return any(word.startswith(prefix) for word in words)

    return begins(search.joined) or all(
        begins(term.joined) or (splits and all(map(begins, term.pieces))) for term in search.terms
    )
