"""What a run of the kind `restore` returns to its earlier state."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import BigId


class Restore(Model):
    """Request to return codes to their state before a run (R25).

    Undone are the changes with the ids of `item_changes` from `since_id` to `through_id`: those from the
    earlier run on that the user saw. `code_keys` are the codes chosen; None for all. `before_run_id` is
    history only: it may outlive that run.
    """

    __tablename__ = "restores"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    before_run_id: Mapped[int] = mapped_column()
    since_id: Mapped[int] = mapped_column(BigId)
    through_id: Mapped[int] = mapped_column(BigId)
    code_keys: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
