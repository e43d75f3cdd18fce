"""Compares the search index with its source tables, and rebuilds it."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from webapp.core.limits import MAX_ID
from webapp.extensions import db
from webapp.search import documents
from webapp.search.outbox import lock_index, optimize_index
from webapp.search.search_index import search_index


def rebuild(dealer_id: int | None = None) -> int:
    """Rebuild the documents of a dealer, or of all, and remove others; return how many were written.

    Each page is a transaction of its own: searches work throughout.
    """
    with _reading() as connection:
        dealers = documents.dealer_ids(connection) if dealer_id is None else [dealer_id]
    written = sum(_rebuild_dealer(dealer) for dealer in dealers)
    optimize_index()
    return written


def _rebuild_dealer(dealer_id: int) -> int:
    after = written = 0
    while after < MAX_ID:
        connection = db.session.connection()
        lock_index(connection)
        page = documents.page(connection, dealer_id, after)
        last = page[-1].product_id if len(page) == documents.PAGE else MAX_ID
        index = search_index(connection)
        index.remove(dealer_id, [document.product_id for document in index.stored(dealer_id, after, last)])
        index.put(page)
        db.session.commit()
        written += len(page)
        after = last
    return written


def differences(dealer_id: int | None = None) -> int:
    """Return how many documents of a dealer, or of all, are missing, superfluous, or different."""
    with _reading() as connection:
        dealers = documents.dealer_ids(connection) if dealer_id is None else [dealer_id]
        return sum(_dealer_differences(connection, dealer) for dealer in dealers)


def _dealer_differences(connection: Connection, dealer_id: int) -> int:
    count = 0
    stored = search_index(connection).stored(dealer_id)
    copy = next(stored, None)
    for document in documents.every(connection, dealer_id):
        while copy and copy.product_id < document.product_id:
            count += 1
            copy = next(stored, None)
        if copy and copy.product_id == document.product_id:
            count += copy != document
            copy = next(stored, None)
        else:
            count += 1
    return count + (copy is not None) + sum(1 for _ in stored)


def _reading() -> Connection:
    """Open a connection with a consistent snapshot."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection.execution_options(sqlite_begin="DEFERRED")
