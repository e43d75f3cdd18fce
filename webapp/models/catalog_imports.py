"""Uploaded catalog files and the progress of their imports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import CATALOG_IMPORT_STATES
from webapp.core.run_states import ACTIVE_RUN_STATES
from webapp.extensions import Model
from webapp.models.tenants import User
from webapp.models.types import BigId, UtcDateTime, one_of


class CatalogImport(Model):
    """One uploaded catalog file and its import.

    `attempt` is the fencing token: every acquired lease raises it, and a worker writes only while it is
    unchanged. `path` is the file's path in report storage, `rejected_path` that of the list of rejected rows.
    """

    __tablename__ = "catalog_imports"
    __table_args__ = (CheckConstraint(one_of("status", CATALOG_IMPORT_STATES), name="status_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(Text, default="queued", index=True)
    file_name: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    rejected_path: Mapped[str | None] = mapped_column(Text)
    bytes_total: Mapped[int] = mapped_column(BigId)
    bytes_read: Mapped[int] = mapped_column(BigId, default=0)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(default=0)
    # The counts of `importing.Imported`; known when the import has ended.
    rows: Mapped[int] = mapped_column(default=0)
    products_new: Mapped[int] = mapped_column(default=0)
    products_changed: Mapped[int] = mapped_column(default=0)
    part_numbers_new: Mapped[int] = mapped_column(default=0)
    part_numbers_changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    warned: Mapped[int] = mapped_column(default=0, server_default="0")
    # Reason of a failure, for staff.
    reason: Mapped[str | None] = mapped_column(Text)

    requested_by: Mapped[User | None] = relationship()

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE_RUN_STATES
