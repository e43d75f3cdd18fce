"""Previews of an update or of a change of settings, with what was fetched for them (R24)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import CURRENT_PREVIEW_STATES, PREVIEW_KINDS, PREVIEW_STATES
from webapp.core.run_states import RunItemState
from webapp.extensions import Model
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of

CURRENT = text(one_of("state", CURRENT_PREVIEW_STATES))


class Preview(Model):
    """A plan of what a run would change; nothing of it is written but the plan.

    `code_key` is the only code that is planned, if not all are. `overrides` are what a preview of the kind
    `settings` changes (webapp/previews/overrides.py). `attempt` is the fencing token of its worker, `today`
    the dealer's local day on which it was planned, and `basis` has digests of what the plan depends on
    (webapp/previews/basis.py). `figures` are as those of PreviewCode, over all codes. `note` says why it was
    planned again, and `run_id` is the run that applied it, as history only.
    """

    __tablename__ = "previews"
    __table_args__ = (
        CheckConstraint(one_of("kind", PREVIEW_KINDS), name="kind_known"),
        CheckConstraint(one_of("state", PREVIEW_STATES), name="state_known"),
        Index(
            "uq_previews_current",
            "dealer_id",
            "kind",
            unique=True,
            postgresql_where=CURRENT,
            sqlite_where=CURRENT,
        ),
        Index("ix_previews_dealer_id_id", "dealer_id", "id"),
        Index("ix_previews_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="queued")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    code_key: Mapped[str | None] = mapped_column(KeyText)
    overrides: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(default=0)
    today: Mapped[date | None] = mapped_column()
    basis: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[int | None] = mapped_column()

    dealer: Mapped[Dealer] = relationship()
    requested_by: Mapped[User | None] = relationship()
    codes: Mapped[list[PreviewCode]] = relationship(order_by="PreviewCode.position", viewonly=True)

    @property
    def is_active(self) -> bool:
        return self.state in ("queued", "planning")


class PreviewCode(Model):
    """What a preview says of one Lightspeed code.

    `counts` are those of RunItem and of its changes by kind, and `largest` has the largest of each kind
    (webapp/previews/summary.py). `figures` are pieces and value in cents, before and after. `digest` is that
    of the rows received: if it is that of the stored pull, the rows are not kept again.
    """

    __tablename__ = "preview_codes"
    __table_args__ = (CheckConstraint(one_of("status", RunItemState), name="status_known"),)

    preview_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("previews.id", ondelete="CASCADE"), primary_key=True
    )
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    position: Mapped[int] = mapped_column()
    supplier_code: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default=RunItemState.WAITING)
    error: Mapped[str | None] = mapped_column(Text)
    fetched: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    largest: Mapped[bytes | None] = mapped_column(LargeBinary)
    gathered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gathered_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How most of its rows spell the code (R4).
    spelling: Mapped[str | None] = mapped_column(Text)


class PreviewPull(Model):
    """Rows that were fetched for a code of a preview, ordered by their keys, compressed."""

    __tablename__ = "preview_pulls"

    preview_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("previews.id", ondelete="CASCADE"), primary_key=True
    )
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
