"""The stored pull of a code: what the next pull is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update

from jobs.sync.applying.blocks import Block
from jobs.sync.applying.context import CodeContext
from webapp.extensions import db
from webapp.models import StoredPull


def load(context: CodeContext) -> StoredPull | None:
    """Return the last complete pull of the code."""
    query = select(StoredPull).where(
        StoredPull.dealer_id == context.dealer_id, StoredPull.code_key == context.code_key
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def confirm(context: CodeContext) -> None:
    """Note that this item's pull equals the stored one."""
    confirmed = update(StoredPull).where(
        StoredPull.dealer_id == context.dealer_id, StoredPull.code_key == context.code_key
    )
    db.session.execute(confirmed.values(item_id=context.item_id, moment=context.moment))


def store(
    context: CodeContext,
    digest: bytes,
    unnamed: int,
    blocks: Sequence[Block],
    *,
    may_reuse: bool,
    **counts: int,
) -> None:
    """Store a pull with its counts; `digest` is that of its rows. Its blocks are already written.

    Unless `may_reuse`, the next pull is compared with all stock.
    """
    key = {"dealer_id": context.dealer_id, "code_key": context.code_key}
    values = {
        **counts,
        "item_id": context.item_id,
        "moment": context.moment,
        "quantity_column": context.expected.quantity_column,
        "digest": digest,
        "basis": context.basis if may_reuse else b"",
        "unnamed": unnamed,
        "oldest": min((block.oldest for block in blocks if block.oldest), default=None),
    }
    result: Any = db.session.execute(update(StoredPull).filter_by(**key).values(**values))
    if not result.rowcount:
        db.session.execute(insert(StoredPull).values(**key, **values))
