"""The stored pull of a code: what the next pull is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, case, func, insert, select, update

from jobs.sync.applying.blocks import Block
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.stored_rows import PullRows
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
_CONFIRM_OTHER_TRACE: Final = _CONFIRM.values(known=bindparam("known"))


def confirm(context: CodeContext, digest: bytes, known: bytes | None = None) -> bool:
    """Note that this item's pull equals the stored one; false if another is stored now.

    `known` is stored with it, if the same rows came in other responses.
    """
    values = {
        "of_dealer": context.dealer_id,
        "of_code": context.code_key,
        "of_digest": digest,
        "of_basis": context.basis,
        "item": context.item_id,
        "run": context.moment,
    }
    if known is None:
        result: Any = db.session.execute(_CONFIRM, values)
    else:
        result = db.session.execute(_CONFIRM_OTHER_TRACE, {**values, "known": known})
    return bool(result.rowcount)


def keep_back(context: CodeContext, changes: int) -> None:
    """Note that a freeze kept back changes besides those of the stored pull itself (R26)."""
    pull = StoredPull.dealer_id == context.dealer_id, StoredPull.code_key == context.code_key
    values = {"frozen": StoredPull.frozen + changes, "frozen_until": context.frozen.until}
    db.session.execute(update(StoredPull).where(*pull).values(values))


_KEY: Final = ("dealer_id", "code_key")
# Rows that are applied again are those of the same responses.
_KNOWN: Final = case(
    (_PULLS.digest == bindparam("digest"), func.coalesce(bindparam("known"), _PULLS.known)),
    else_=bindparam("known"),
)
_INSERT: Final = insert(StoredPull.__table__)  # type: ignore[arg-type]
_REPLACE: Final = (
    update(StoredPull.__table__)  # type: ignore[arg-type]
    .where(_PULLS.dealer_id == bindparam("of_dealer"), _PULLS.code_key == bindparam("of_code"))
    .values({column.name: bindparam(column.name) for column in _PULLS if column.name not in (*_KEY, "known")})
    .values(known=_KNOWN)
)


def store(
    context: CodeContext,
    rows: PullRows,
    unnamed: int,
    blocks: Sequence[Block],
    *,
    is_new: bool,
    may_reuse: bool,
    **counts: int,
) -> None:
    """Store a pull of these rows with its counts. Its blocks are already written.

    Unless `may_reuse`, the next pull is compared with all stock. `is_new`: it is probably the code's first.
    """
    values = {
        **counts,
        "item_id": context.item_id,
        "moment": context.moment,
        "quantity_column": context.expected.quantity_column,
        "digest": rows.digest,
        "known": rows.known,
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
