"""PostgreSQL search index: a table of documents with a tsvector of their words and a GIN index.

The words are computed here, so results don't depend on the server's text search configuration or parser. A
GIN index covers the documents of all dealers, so the table is partitioned: the cost of a search grows with
the dealers in its dealer's partition, not with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import TableClause, delete, text
from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_ID
from webapp.core.pg_copy import copy_rows
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
    document_query,
    documents_table,
    fetch_documents,
)

_COLUMNS: Final = (*Document._fields, "words")
_INCOMING: Final = "CREATE TEMPORARY TABLE incoming_documents (LIKE webstore_documents) ON COMMIT DROP"
_PUT: Final = f"""
    INSERT INTO webstore_documents ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM incoming_documents
    ON CONFLICT (dealer_id, product_id) DO UPDATE SET
        catalog = excluded.catalog, brand = excluded.brand, mpn = excluded.mpn, name = excluded.name,
        shelf_quantity = excluded.shelf_quantity, sale_price_cents = excluded.sale_price_cents,
        lead_time_days = excluded.lead_time_days, part_numbers = excluded.part_numbers, words = excluded.words
"""  # noqa: S608 # nosec B608 - our names
_DONE: Final = "DROP TABLE incoming_documents"

# The partitions created by migration 0017. A search names its own: the condition on the dealer, by which the
# planner could prune, must not be used as an index condition.
PARTITIONS: Final = 16
_PLACE: Final = text(f"""
    SELECT place FROM generate_series(0, {PARTITIONS - 1}) AS place
    WHERE satisfies_hash_partition(
        CAST('webstore_documents' AS regclass), {PARTITIONS}, place, CAST(:dealer_id AS integer)
    )
""")  # noqa: S608 # nosec B608 - our number
_INDEXES: Final = """
    SELECT gin_clean_pending_list(relid)
    FROM pg_partition_tree('webstore_documents_words') WHERE isleaf
"""

# The words already include the dealer. "+ 0" keeps the planner from reading all of the dealer's documents
# instead.
_FOUND: Final = text("words @@ CAST(:query AS tsquery) AND dealer_id + 0 = :dealer_id")
# The planner cannot estimate the selectivity of a prefix, and would read all documents.
_BY_INDEX = "SET LOCAL enable_seqscan = off"
_AS_BEFORE = "RESET enable_seqscan"


class PostgresIndex:
    """PostgreSQL implementation of `SearchIndex`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, documents: Sequence[Document]) -> None:
        if documents:
            rows = ((*document, " ".join(_words(document))) for document in documents)
            self._connection.exec_driver_sql(_INCOMING)
            copy_rows(self._connection, "incoming_documents", _COLUMNS, rows)
            self._connection.exec_driver_sql(_PUT)
            self._connection.exec_driver_sql(_DONE)

    def remove(self, dealer_id: int, product_ids: Sequence[int]) -> None:
        of_dealer = DOCUMENTS.c.dealer_id == dealer_id
        of_products = in_ids(self._connection, DOCUMENTS.c.product_id, product_ids)
        self._connection.execute(delete(DOCUMENTS).where(of_dealer, of_products))

    def settle(self) -> None:
        # Recent writes are in GIN's pending list, which every search would scan.
        self._connection.execute(text(_INDEXES))

    def search(self, dealer_id: int, words: str, limit: int) -> list[Document]:
        search = search_of(words)
        if search is None:
            return []

        found = document_query(self._partition(dealer_id)).where(_FOUND).limit(max(CANDIDATES, limit))

        def find(query: str) -> Iterable[Document]:
            return fetch_documents(self._connection, found, query=query, dealer_id=dealer_id)

        self._connection.execute(text(_BY_INDEX))
        some = candidates(find, _stages(dealer_id, search, limit))
        self._connection.execute(text(_AS_BEFORE))
        return ranked(some, search)[:limit]

    def stored(self, dealer_id: int, after: int = 0, last: int = MAX_ID) -> Iterator[Document]:
        rows = SELECT.where(
            DOCUMENTS.c.dealer_id == dealer_id,
            DOCUMENTS.c.product_id > after,
            DOCUMENTS.c.product_id <= last,
        ).order_by(DOCUMENTS.c.product_id)
        yield from fetch_documents(self._connection, rows.execution_options(yield_per=1000))

    def _partition(self, dealer_id: int) -> TableClause:
        """Return the partition with all documents of the dealers that share this one's index."""
        place = self._connection.execute(_PLACE, {"dealer_id": dealer_id}).scalar_one()
        return documents_table(f"webstore_documents_{place:02}")


def _words(document: Document) -> list[str]:
    words = [*document_words(document), _dealer(document.dealer_id), *map(_number, whole_numbers(document))]
    return [*words, _stock(document.dealer_id)] if document.shelf_quantity else words


def _dealer(dealer_id: int) -> str:
    # A character that no word contains, so that this cannot be mistaken for one.
    return f"+{dealer_id}"


def _stock(dealer_id: int) -> str:
    """Combine dealer and stock in one word: that reads half as much as two words."""
    return f"+{dealer_id}+stock"


def _number(number: str) -> str:
    return f"={number}"


def _stages(dealer_id: int, search: Search, limit: int) -> Iterator[Stage]:
    """Return queries as tsquery. Words are alphanumeric and quoted: none is syntax."""
    exact = f"'{_dealer(dealer_id)}' & '{_number(search.joined)}'"
    yield Stage(1, [exact, *_stocked_first(dealer_id, _together(search, ""))])
    yield Stage(limit, _stocked_first(dealer_id, _together(search, ":*")))
    if search.is_split:
        pieces = (piece for term in search.terms for piece in term.pieces)
        yield Stage(1, _stocked_first(dealer_id, " & ".join(f"'{piece}':*" for piece in pieces)))


def _together(search: Search, ending: str) -> str:
    words = " & ".join(f"'{term.joined}'{ending}" for term in search.terms)
    return f"({words}) | '{search.joined}'{ending}" if len(search.terms) > 1 else words


def _stocked_first(dealer_id: int, words: str) -> list[str]:
    return [f"'{word}' & ({words})" for word in (_stock(dealer_id), _dealer(dealer_id))]
