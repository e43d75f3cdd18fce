"""What both databases keep of a document in the same form, and how they find what a search may rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    TableClause,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    table,
)
from sqlalchemy.engine import Connection

from webapp.search.document import Document

# As many are ranked, so that a search for a word of half the catalog is answered as quickly as any other.
CANDIDATES: Final = 500


def documents_table(name: str) -> TableClause:
    """A table of documents, or a partition of one."""
    return table(name, *map(column, ("id", "words", *Document._fields)))


def wanted(documents: TableClause) -> Select[Any]:
    """A query for whole documents."""
    return select(*(documents.c[name] for name in Document._fields))


DOCUMENTS: Final = documents_table("webstore_documents")
SELECT: Final = wanted(DOCUMENTS)


def among(connection: Connection, column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column holds one of the ids, which go to the database as one text, not one by one."""
    listed = ",".join(map(str, ids))
    if connection.dialect.name == "postgresql":
        array = cast(bindparam(None, f"{{{listed}}}", String), ARRAY(BigInteger))
        return column == any_(array)
    values = func.json_each(f"[{listed}]").table_valued("value")
    return column.in_(select(values.c.value))


def fetched(connection: Connection, wanted: Select[Any], **values: int | str) -> Iterable[Document]:
    """The documents that a query of `SELECT` finds."""
    return map(Document._make, connection.execute(wanted, values))


class Stage(NamedTuple):
    """Queries that are asked where those before found fewer documents than `below`, the best query first."""

    below: int
    queries: Sequence[str]


def candidates(find: Callable[[str], Iterable[Document]], stages: Iterable[Stage]) -> list[Document]:
    """What the queries of the stages find, each document one time; no more are asked once that is enough."""
    found: dict[tuple[int, int], Document] = {}
    for stage in stages:
        if len(found) >= stage.below:
            break
        for query in stage.queries:
            if len(found) < CANDIDATES:
                found.update({document.key: document for document in find(query)} | found)
    return list(found.values())
