"""How much of a dealer's stock is online, day by day, and how old its data is (R29)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import JSON, Double, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import BigId, KeyText

# Keys of `CoverageDay` that are no codes: all of the stock, and that under unmapped codes. Keys are trimmed.
OVERALL: Final = ""
UNMAPPED: Final = " "


class CoverageDay(Model):
    """What was in stock under one code after the last run of a day, and how much of it was online.

    `day` is the dealer's local date. Value is retail value in cents; parts without a price count as nothing.
    """

    __tablename__ = "coverage_days"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    supplier_code: Mapped[str] = mapped_column(Text)
    parts: Mapped[int] = mapped_column()
    parts_online: Mapped[int] = mapped_column()
    units: Mapped[int] = mapped_column(BigId)
    units_online: Mapped[int] = mapped_column(BigId)
    value_cents: Mapped[int] = mapped_column(BigId)
    value_online_cents: Mapped[int] = mapped_column(BigId)


class StockSummary(Model):
    """What the last run left of a dealer's stock, for pages and alerts over thousands of dealers.

    `online` is the share of parts that are online, `online_value` that of their value, 0 to 1; None without
    any. `usual` and `usual_value` are the medians of the days before, and `fallen` has the codes under which
    most parts ceased to be online since, each with their number, `""` for all unmapped ones.
    `data_age_minutes` is the median age of the data when it was received (R29), None if it is unknown.
    """

    __tablename__ = "stock_summaries"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    day: Mapped[date] = mapped_column()
    parts: Mapped[int] = mapped_column()
    online: Mapped[float | None] = mapped_column(Double)
    online_value: Mapped[float | None] = mapped_column(Double)
    usual: Mapped[float | None] = mapped_column(Double)
    usual_value: Mapped[float | None] = mapped_column(Double)
    fallen: Mapped[list[Any]] = mapped_column(JSON)
    data_age_minutes: Mapped[int | None] = mapped_column()
