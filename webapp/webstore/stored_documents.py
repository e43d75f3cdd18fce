"""What both databases keep of a document in the same form, and how they find what a search may rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, takewhile
from typing import Any, Final

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

from webapp.webstore.document import Document

LAST: Final = 2_147_483_647

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


def candidates(find: Callable[[str], Iterable[Document]], stages: Iterable[Sequence[str]]) -> list[Document]:
    """What the queries of the first stage that finds any find, each document one time.

    Of a stage the best query comes first, and no more are asked once they found enough.
    """
    found: dict[tuple[int, int], Document] = {}
    for query in chain.from_iterable(takewhile(lambda _: not found, stages)):
        if len(found) < CANDIDATES:
            found.update({document.key: document for document in find(query)} | found)
    return list(found.values())
