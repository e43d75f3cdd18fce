"""Changes of shelf stock that are planned, or were held back, compressed like those that were made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.enums import CHANGE_CAUSES
from webapp.extensions import Model
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of


class PlannedChanges(Model):
    """Up to ten thousand changes of shelf stock with one cause that were not applied.

    They belong to a preview (R24), or to the run item that would have made them. `code_key` is the code that
    they follow from. `body` and `largest` are as those of ItemChanges.
    """

    __tablename__ = "planned_changes"
    __table_args__ = (
        CheckConstraint(one_of("cause", CHANGE_CAUSES), name="cause_known"),
        Index("ix_planned_changes_run_item_id", "run_item_id"),
        Index("ix_planned_changes_preview_id", "preview_id"),
        Index("ix_planned_changes_dealer_id_id", "dealer_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column()
    run_item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("run_items.id", ondelete="CASCADE"))
    preview_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("previews.id", ondelete="CASCADE"))
    code_key: Mapped[str] = mapped_column(KeyText)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    cause: Mapped[str] = mapped_column(Text)
    changes: Mapped[int] = mapped_column()
    largest: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
