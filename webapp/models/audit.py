"""Audit entries: who changed what, when, and for which dealer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import AUDIT_ACTORS
from webapp.extensions import Model
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, UtcDateTime, one_of

BY_PEOPLE = text("actor <> 'schedule'")


class AuditEntry(Model):
    """One change, written in its transaction. Entries are append-only: a trigger rejects updates.

    `dealer` is set if the change concerns one dealer. `before` and `after` hold the changed fields; of a
    credential only the fact of the change. The email address is stored as it was then.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint(one_of("actor", AUDIT_ACTORS), name="actor_known"),
        CheckConstraint("(actor IN ('dealer', 'staff')) = (user_id IS NOT NULL)", name="user_of_actor"),
        # The pages list them from the newest, of one dealer, one user, or one action.
        Index("ix_audit_entries_dealer_id_id", "dealer_id", "id"),
        Index("ix_audit_entries_user_id_id", "user_id", "id"),
        Index("ix_audit_entries_action_id", "action", "id"),
        Index("ix_audit_entries_actor_id", "actor", "id"),
        Index("ix_audit_entries_at", "at"),
        # Most entries are the scheduler's: this index skips them to list what people did.
        Index("ix_audit_entries_of_people", "id", postgresql_where=BY_PEOPLE, sqlite_where=BY_PEOPLE),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    actor: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str | None] = mapped_column(Text)
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    user: Mapped[User | None] = relationship()
    dealer: Mapped[Dealer | None] = relationship()
