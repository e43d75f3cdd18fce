"""The search index: one class for each engine behind one narrow interface, chosen by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_ID
from webapp.search.document import Document
from webapp.search.postgres_index import PostgresIndex
from webapp.search.sqlite_index import SqliteIndex


class SearchIndex(Protocol):
    """Documents that can be searched. What is written shows when the transaction of the connection ends."""

    def put(self, documents: Sequence[Document]) -> None:
        """Add documents, each in place of the one with its key."""

    def remove(self, dealer_id: int, product_ids: Sequence[int]) -> None:
        """Remove documents of a dealer; those that are not there are no error."""

    def settle(self) -> None:
        """After much was put and removed: put the index in order, so that searches stay quick."""

    def search(self, dealer_id: int, words: str, limit: int) -> list[Document]:
        """The dealer's documents in which every word is found, best first."""

    def stored(self, dealer_id: int, after: int = 0, last: int = MAX_ID) -> Iterator[Document]:
        """The dealer's documents in the order of their product ids, those after one and up to another."""


def search_index(connection: Connection) -> SearchIndex:
    """The index that lives in the database of this connection."""
    if connection.dialect.name == "postgresql":
        return PostgresIndex(connection)
    return SqliteIndex(connection)
