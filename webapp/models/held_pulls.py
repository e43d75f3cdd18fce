"""Held pulls: complete pulls that are unlike the stored one in bulk, and their decisions (R27)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.bulk_changes import BulkChange
from webapp.core.enums import HELD_PULL_STATES, OPEN_PULL_STATES
from webapp.extensions import Model
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of

OPEN = text(one_of("state", OPEN_PULL_STATES))
DUE = text("state IN ('held', 'applying')")


class HeldPull(Model):
    """A complete pull of a code of which nothing was applied.

    `run_item_id` is the item that received it, as history only; what it would change is in the planned
    changes of the item. `planned` counts those, in all and by kind, with the `pieces` and `value_cents` that
    they add, and `largest` has the largest of each kind (webapp/previews/summary.py). Its rows are those of
    `HeldPullRows`, as long as it is open; `digest`, `quantity_column` and the two times are those of the
    pull. `reasons` are the fields of `BulkChange`s.

    `apply_at` is when it is applied without a decision, None for never; `decided_at` is when a user decided.
    A pull that follows one that is still open replaces it, with its `held_at`, `apply_at` and decision.
    """

    __tablename__ = "held_pulls"
    __table_args__ = (
        CheckConstraint(one_of("state", HELD_PULL_STATES), name="state_known"),
        Index(
            "uq_held_pulls_open",
            "dealer_id",
            "code_key",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("ix_held_pulls_due", "apply_at", postgresql_where=DUE, sqlite_where=DUE),
        Index("ix_held_pulls_run_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    run_id: Mapped[int] = mapped_column()
    run_item_id: Mapped[int] = mapped_column(BigId)
    supplier_code: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str] = mapped_column(KeyText)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rows: Mapped[int] = mapped_column()
    planned: Mapped[dict[str, Any]] = mapped_column(JSON)
    largest: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    quantity_column: Mapped[str] = mapped_column(Text)
    gathered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gathered_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Text, default="held")
    held_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    apply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    dealer: Mapped[Dealer] = relationship()
    decided_by: Mapped[User | None] = relationship()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its reasons."""
        return frozenset(row["kind"] for row in self.reasons)

    @property
    def sentence(self) -> str:
        """Describe it for a dealer: "TR: 412 of 430 prices moved by more than half — for example …"."""
        return f"{self.supplier_code}: {' '.join(BulkChange.of_row(row).sentence for row in self.reasons)}"


class HeldPullRows(Model):
    """Some rows of a held pull as reported, in key order (jobs/sync/applying/held_rows.py)."""

    __tablename__ = "held_pull_rows"

    held_pull_id: Mapped[int] = mapped_column(
        ForeignKey("held_pulls.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
