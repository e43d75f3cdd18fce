"""The stored pull of a code: what the next pull is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

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


_PULLS: Final = StoredPull.__table__.c
_CONFIRM: Final = (
    update(StoredPull.__table__)  # type: ignore[arg-type]
    .where(
        _PULLS.dealer_id == bindparam("of_dealer"),
        _PULLS.code_key == bindparam("of_code"),
        _PULLS.digest == bindparam("of_digest"),
        _PULLS.basis == bindparam("of_basis"),
    )
    .values(item_id=bindparam("item"), moment=bindparam("run"))
)


def confirm(context: CodeContext, digest: bytes) -> bool:
    """Note that this item's pull equals the stored one; false if another is stored now."""
    values = {
        "of_dealer": context.dealer_id,
        "of_code": context.code_key,
        "of_digest": digest,
        "of_basis": context.basis,
        "item": context.item_id,
        "run": context.moment,
    }
    result: Any = db.session.execute(_CONFIRM, values)
    return bool(result.rowcount)


def keep_back(context: CodeContext, changes: int) -> None:
    """Note that a freeze kept back changes besides those of the stored pull itself (R26)."""
    pull = StoredPull.dealer_id == context.dealer_id, StoredPull.code_key == context.code_key
    values = {"frozen": StoredPull.frozen + changes, "frozen_until": context.frozen.until}
    db.session.execute(update(StoredPull).where(*pull).values(values))


_KEY: Final = ("dealer_id", "code_key")
_INSERT: Final = insert(StoredPull.__table__)  # type: ignore[arg-type]
_REPLACE: Final = (
    update(StoredPull.__table__)  # type: ignore[arg-type]
    .where(_PULLS.dealer_id == bindparam("of_dealer"), _PULLS.code_key == bindparam("of_code"))
    .values({column.name: bindparam(column.name) for column in _PULLS if column.name not in _KEY})
)


def store(
    context: CodeContext,
    digest: bytes,
    unnamed: int,
    blocks: Sequence[Block],
    *,
    is_new: bool,
    may_reuse: bool,
    **counts: int,
) -> None:
    """Store a pull with its counts; `digest` is that of its rows. Its blocks are already written.

    Unless `may_reuse`, the next pull is compared with all stock. `is_new`: it is probably the code's first.
    """
    values = {
        **counts,
        "item_id": context.item_id,
        "moment": context.moment,
        "quantity_column": context.expected.quantity_column,
        "digest": digest,
        "basis": context.basis if may_reuse else b"",
        "unnamed": unnamed,
        "oldest": min((block.oldest for block in blocks if block.oldest), default=None),
        "frozen_until": context.frozen.until if counts.get("frozen") else None,
    }
    if not is_new:
        of_code = {"of_dealer": context.dealer_id, "of_code": context.code_key}
        result: Any = db.session.execute(_REPLACE, {**values, **of_code})
        if result.rowcount:
            return
    key = {"dealer_id": context.dealer_id, "code_key": context.code_key}
    db.session.execute(_INSERT, {**values, **key})
