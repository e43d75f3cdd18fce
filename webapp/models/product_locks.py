"""Locks on products (R28): those that hold, and those that ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import LOCK_ENDINGS
from webapp.core.limits import MAX_LEAD_TIME_DAYS
from webapp.extensions import Model
from webapp.models.catalog import Product
from webapp.models.tenants import User
from webapp.models.types import BigId, UtcDateTime, one_of

OPEN = text("ended_at IS NULL")
ENDS = text("ended_at IS NULL AND until IS NOT NULL")


class ProductLock(Model):
    """A lock on a product of a dealer: what it locks overrides the product's webstore figures (R28).

    An empty figure is not locked. A hidden product is out of stock, and its document is not in the search
    index. The lock holds before `until`, if there is one. A lock that is changed ends, and another one
    begins, so that ended locks are the history. `owner` is the user who set it; a command has none.
    """

    __tablename__ = "product_locks"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_range"),
        CheckConstraint("sale_price_cents > 0", name="sale_price_range"),
        CheckConstraint(f"lead_time_days BETWEEN 0 AND {MAX_LEAD_TIME_DAYS}", name="lead_time_range"),
        CheckConstraint(
            "is_hidden OR quantity IS NOT NULL OR sale_price_cents IS NOT NULL OR lead_time_days IS NOT NULL",
            name="locks_something",
        ),
        CheckConstraint(one_of("ended_how", LOCK_ENDINGS), name="ending_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_somehow"),
        Index(
            "uq_product_locks_open",
            "dealer_id",
            "product_id",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("ix_product_locks_dealer_id_product_id", "dealer_id", "product_id"),
        Index("ix_product_locks_until", "until", postgresql_where=ENDS, sqlite_where=ENDS),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int | None] = mapped_column()
    sale_price_cents: Mapped[int | None] = mapped_column()
    lead_time_days: Mapped[int | None] = mapped_column()
    is_hidden: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_how: Mapped[str | None] = mapped_column(Text)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    product: Mapped[Product] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
