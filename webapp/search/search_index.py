"""Search index interface with one implementation per database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_ID
from webapp.search.document import Document
from webapp.search.postgres_index import PostgresIndex
from webapp.search.sqlite_index import SqliteIndex


class SearchIndex(Protocol):
    """Searchable documents. Writes become visible when the connection's transaction is committed."""

    def put(self, documents: Sequence[Document]) -> None:
        """Upsert documents by key."""

    def remove(self, dealer_id: int, product_ids: Sequence[int]) -> None:
        """Remove documents of a dealer, if they exist."""

    def settle(self) -> None:
        """Optimize the index after many writes, so that searches stay fast."""

    def search(self, dealer_id: int, words: str, limit: int) -> list[Document]:
        """Return the dealer's documents that contain every word, best first."""

    def stored(self, dealer_id: int, after: int = 0, last: int = MAX_ID) -> Iterator[Document]:
        """The dealer's documents in the order of their product ids, those after one and up to another."""


def search_index(connection: Connection) -> SearchIndex:
    """Return the index in the database of this connection."""
    if connection.dialect.name == "postgresql":
        return PostgresIndex(connection)
    return SqliteIndex(connection)
