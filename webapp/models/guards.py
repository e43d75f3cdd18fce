"""Guards of supplier codes, the dealer's defaults, allowed prices, and minimum advertised prices (R27)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.extensions import Model
from webapp.models.tenants import User
from webapp.models.types import KeyText, UtcDateTime

_ONE_BUFFER = "buffer_units IS NULL OR buffer_percent IS NULL"


class GuardSettings(Model):
    """A dealer's defaults: None is off. Percentages are whole, `placeholder_prices` in cents."""

    __tablename__ = "guard_settings"
    __table_args__ = (CheckConstraint(_ONE_BUFFER, name="one_buffer"),)

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    buffer_units: Mapped[int | None] = mapped_column()
    buffer_percent: Mapped[int | None] = mapped_column()
    max_quantity: Mapped[int | None] = mapped_column()
    price_margin_percent: Mapped[int | None] = mapped_column()
    max_price_change_percent: Mapped[int | None] = mapped_column()
    blocks_placeholders: Mapped[bool] = mapped_column(default=False, server_default=false())
    keeps_minimum_prices: Mapped[bool] = mapped_column(default=True, server_default=true())
    placeholder_prices: Mapped[list[int]] = mapped_column(JSON, default=list)


class CodeGuards(Model):
    """What differs from the dealer's defaults for one code and manufacturer: None is the default, -1 off.

    It stays while the code is not in the dealer's list, and counts again when it is.
    """

    __tablename__ = "code_guards"
    __table_args__ = (CheckConstraint(_ONE_BUFFER, name="one_buffer"),)

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), primary_key=True)
    buffer_units: Mapped[int | None] = mapped_column()
    buffer_percent: Mapped[int | None] = mapped_column()
    max_quantity: Mapped[int | None] = mapped_column()
    price_margin_percent: Mapped[int | None] = mapped_column()
    max_price_change_percent: Mapped[int | None] = mapped_column()
    blocks_placeholders: Mapped[bool | None] = mapped_column()
    keeps_minimum_prices: Mapped[bool | None] = mapped_column()


class PriceAllowance(Model):
    """A price that a user allowed for a code's product although guards block it; `cents` None: any price."""

    __tablename__ = "price_allowances"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    cents: Mapped[int | None] = mapped_column()
    # The part as it was shown to the user.
    supplier_code: Mapped[str] = mapped_column(Text)
    part_number: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    created_by: Mapped[User | None] = relationship()


class MinimumPrice(Model):
    """The minimum advertised price, in cents, of a manufacturer's part number, as the dealer imported it."""

    __tablename__ = "minimum_prices"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    part_number: Mapped[str] = mapped_column(Text)
    cents: Mapped[int] = mapped_column()
