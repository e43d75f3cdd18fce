"""Where people are signed in: a row for each session, so that it can be listed and ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.extensions import Model
from webapp.models.tenants import User
from webapp.models.types import BigId, UtcDateTime


class UserSession(Model):
    """One session of a person in one browser, from signing in to its end.

    The session's cookie holds a secret number; here is only its SHA-256, so that who reads the database
    cannot sign in with it. `last_seen_at` is true to a minute. `is_kept` is the person's choice to stay
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
