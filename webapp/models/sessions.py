"""Session rows of signed-in users, so that sessions can be listed and revoked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.extensions import Model
from webapp.models.tenants import User
from webapp.models.types import BigId, UtcDateTime


class UserSession(Model):
    """One session of a user in one browser, from sign-in to its end.

    The cookie holds a secret token; only its SHA-256 is stored, so that read access to the database doesn't
    allow signing in. `last_seen_at` has a precision of a minute. `is_kept` is the user's choice to stay
    signed in when the browser is closed.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user_id_id", "user_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    secret_hash: Mapped[str] = mapped_column(Text, unique=True)
    browser: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    is_kept: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
