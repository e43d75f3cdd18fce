"""Outbox of products to reindex: entries are written in the transaction of the change (R17)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from sqlalchemy import text
from sqlalchemy.engine import Connection

from webapp.core import queues
from webapp.core.task_names import Task
from webapp.extensions import db
from webapp.search import documents, noted_products
from webapp.search.search_index import search_index

TASK = Task.DRAIN_INDEX
# One waiting drain job suffices, whoever enqueues it.
JOB_ID = "drain-index"
BATCH = noted_products.BATCH

_TURN = "SELECT pg_advisory_xact_lock(hashtext('webstore_documents'))"


def enqueue_drain() -> bool:
    """Enqueue a drain of the outbox, after the commit. Returns true if Redis accepted the job."""
    return queues.enqueue(queues.INDEX, TASK, job_id=JOB_ID)


def pending() -> int:
    """Return the number of products in pending entries."""
    return noted_products.count(db.session.connection())


def drain(limit: int = BATCH, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Update the documents of all products in the outbox, about `limit` at once; return how many documents.

    A crash loses nothing: a batch's entries are deleted in the transaction that writes its documents. If
    `should_stop` between two batches, the remaining entries stay for a later drain.
    """
    written = 0
    while not should_stop():
        # The session's own connection: another one would wait for a transaction that the session has open.
        connection = db.session.connection()
        lock_index(connection)
        noted = noted_products.take(connection, limit)
        written += _write(connection, noted)
        db.session.commit()
        if not noted:
            break
    if written:
        optimize_index()
    return written


def optimize_index() -> None:
    """Optimize the index after all is written, in a separate transaction."""
    search_index(db.session.connection()).settle()
    db.session.commit()


def lock_index(connection: Connection) -> None:
    """Lock the index for writing until the transaction ends.

    Without the lock, of two transactions that write the same document the one with the older read could write
    last. SQLite has only one writer at a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(_TURN))


def _write(connection: Connection, noted: list[tuple[int, int]]) -> int:
    index = search_index(connection)
    written = 0
    for dealer_id, keys in groupby(sorted(set(noted)), key=lambda key: key[0]):
        product_ids = [product_id for _, product_id in keys]
        present = documents.of_products(connection, dealer_id, product_ids)
        index.put(present)
        index.remove(dealer_id, sorted(set(product_ids) - {document.product_id for document in present}))
        written += len(present)
    return written
