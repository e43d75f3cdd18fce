"""SQLite search index: a table of documents, and an FTS5 index maintained by triggers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import delete, text
from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_ID
from webapp.models.id_lists import in_ids
from webapp.search.document import Document
from webapp.search.ranking import ranked
from webapp.search.search_words import Search, document_words, search_of, whole_numbers
from webapp.search.stored_documents import (
    CANDIDATES,
    DOCUMENTS,
    SELECT,
    Stage,
    candidates,
    fetch_documents,
)

_PUT: Final = """
    INSERT INTO webstore_documents (
        id, dealer_id, product_id, catalog, brand, mpn, name,
        shelf_quantity, sale_price_cents, lead_time_days, part_numbers, words, numbers, stock
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        catalog = excluded.catalog, brand = excluded.brand, mpn = excluded.mpn, name = excluded.name,
        shelf_quantity = excluded.shelf_quantity, sale_price_cents = excluded.sale_price_cents,
        lead_time_days = excluded.lead_time_days, part_numbers = excluded.part_numbers,
        words = excluded.words, numbers = excluded.numbers, stock = excluded.stock
"""

# The dealer's documents lie side by side: their ids begin with the dealer's own.
_FOUND: Final = text("""
    id IN (
        SELECT rowid FROM webstore_documents_words(:query) WHERE rowid BETWEEN :first AND :last LIMIT :limit
    )
""")


def _id(dealer_id: int, product_id: int) -> int:
    return dealer_id << 32 | product_id


class SqliteIndex:
    """SQLite implementation of `SearchIndex`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, documents: Sequence[Document]) -> None:
        if documents:
            self._connection.exec_driver_sql(_PUT, [_written(document) for document in documents])

    def remove(self, dealer_id: int, product_ids: Sequence[int]) -> None:
        ids = [_id(dealer_id, product_id) for product_id in product_ids]
        self._connection.execute(delete(DOCUMENTS).where(in_ids(self._connection, DOCUMENTS.c.id, ids)))

    def settle(self) -> None:
        """No-op: FTS5 merges automatically."""

    def search(self, dealer_id: int, words: str, limit: int) -> list[Document]:
        search = search_of(words)
        if search is None:
            return []

        bounds = {"first": _id(dealer_id, 0), "last": _id(dealer_id, MAX_ID)}

        def find(query: str) -> Iterable[Document]:
            documents = SELECT.where(_FOUND)
            return fetch_documents(
                self._connection, documents, **bounds, query=query, limit=max(CANDIDATES, limit)
            )

        return ranked(candidates(find, _stages(search, limit)), search)[:limit]

    def stored(self, dealer_id: int, after: int = 0, last: int = MAX_ID) -> Iterator[Document]:
        between = DOCUMENTS.c.id.between(_id(dealer_id, after + 1), _id(dealer_id, last))
        rows = SELECT.where(between).order_by(DOCUMENTS.c.id).execution_options(yield_per=1000)
        yield from fetch_documents(self._connection, rows)


def _written(document: Document) -> tuple[Any, ...]:
    return (
        _id(*document.key),
        *document,
        " ".join(document_words(document)),
        " ".join(whole_numbers(document)),
        "in" if document.shelf_quantity else "",
    )


def _stages(search: Search, limit: int) -> Iterator[Stage]:
    """Return FTS5 queries. Words are alphanumeric and quoted: none is syntax."""
    exact = f'numbers : "{search.joined}"'
    yield Stage(1, [exact, *_stocked_first(_together(search, ""))])
    yield Stage(limit, _stocked_first(_together(search, " *")))
    if search.is_split:
        pieces = (piece for term in search.terms for piece in term.pieces)
        yield Stage(1, _stocked_first(" AND ".join(f'"{piece}" *' for piece in pieces)))


def _together(search: Search, ending: str) -> str:
    words = " AND ".join(f'"{term.joined}"{ending}' for term in search.terms)
    return f'({words}) OR "{search.joined}"{ending}' if len(search.terms) > 1 else words


def _stocked_first(words: str) -> list[str]:
    return [f'stock : "in" AND words : ({words})', f"words : ({words})"]
