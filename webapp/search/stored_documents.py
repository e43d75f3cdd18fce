"""Table and candidate selection shared by both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Select,
    TableClause,
    column,
    select,
    table,
)
from sqlalchemy.engine import Connection

from webapp.search.document import Document

# As many are ranked, so that a search for a word of half the catalog is answered as quickly as any other.
CANDIDATES: Final = 500


def documents_table(name: str) -> TableClause:
    """Return a table of documents, or a partition of one."""
    return table(name, *map(column, ("id", "words", *Document._fields)))


def document_query(documents: TableClause) -> Select[Any]:
    """Return a query for complete documents."""
    return select(*(documents.c[name] for name in Document._fields))


DOCUMENTS: Final = documents_table("webstore_documents")
SELECT: Final = document_query(DOCUMENTS)


def fetch_documents(
    connection: Connection, statement: Select[Any], **values: int | str
) -> Iterable[Document]:
    """Return the documents selected by a query of `SELECT`."""
    return map(Document._make, connection.execute(statement, values))


class Stage(NamedTuple):
    """Queries that run if earlier ones found fewer documents than `below`, the best query first."""

    below: int
    queries: Sequence[str]


def candidates(find: Callable[[str], Iterable[Document]], stages: Iterable[Stage]) -> list[Document]:
    """Return the unique results of the stages' queries; stops once there are enough."""
    documents: dict[tuple[int, int], Document] = {}
    for stage in stages:
        if len(documents) >= stage.below:
            break
        for query in stage.queries:
            if len(documents) < CANDIDATES:
                documents.update({document.key: document for document in find(query)} | documents)
    return list(documents.values())
