"""What both databases keep of a document in the same form, and how they find what a search may rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlalchemy import Select, column, select, table
from sqlalchemy.engine import Connection

from webapp.webstore.document import Document

DOCUMENTS: Final = table("webstore_documents", column("id"), column("words"), *map(column, Document._fields))
SELECT: Final[Select[Any]] = select(*(DOCUMENTS.c[name] for name in Document._fields))
LAST: Final = 2_147_483_647

# As many are ranked, so that a search for a word of half the catalog is answered as quickly as any other.
CANDIDATES: Final = 500


def fetched(connection: Connection, wanted: Select[Any], **values: int | str) -> Iterable[Document]:
    """The documents that a query of `SELECT` finds."""
    return map(Document._make, connection.execute(wanted, values))


def candidates(find: Callable[[str], Iterable[Document]], queries: Iterable[str]) -> list[Document]:
    """What the queries find, each document one time, until they are enough; best query first."""
    found: dict[tuple[int, int], Document] = {}
    for query in queries:
        for document in find(query):
            found.setdefault(document.key, document)
        if len(found) >= CANDIDATES:
            break
    return list(found.values())
