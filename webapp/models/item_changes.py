"""What run items, and users, changed of shelf stock, compressed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.enums import CHANGE_CAUSES
from webapp.extensions import Model
from webapp.models.types import BigId, UtcDateTime, one_of


class ItemChanges(Model):
    """Up to ten thousand changes of a dealer's shelf stock with one cause (R25).

    Rows of a dealer are in the order in which their changes were made; a run item changes the same stock
    once. `run_item_id` is None for changes outside of runs. `body` holds the changes, and `largest` a copy of
    those of the highest value (webapp/pulls/stock_changes.py).
    """

    __tablename__ = "item_changes"
    __table_args__ = (
        CheckConstraint(one_of("cause", CHANGE_CAUSES), name="cause_known"),
        Index("ix_item_changes_run_item_id", "run_item_id"),
        Index("ix_item_changes_dealer_id_id", "dealer_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column()
    run_item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("run_items.id", ondelete="CASCADE"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    cause: Mapped[str] = mapped_column(Text)
    changes: Mapped[int] = mapped_column()
    largest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
