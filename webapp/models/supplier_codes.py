"""Mapping rows of a dealer: Lightspeed code to manufacturer (R4)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.enums import PRICINGS
from webapp.core.limits import DEFAULT_LEAD_TIME_DAYS, MAX_LEAD_TIME_DAYS
from webapp.extensions import Model
from webapp.models.catalog import Manufacturer
from webapp.models.tenants import Dealer
from webapp.models.types import KeyText, one_of


class SupplierCode(Model):
    """One row of the dealer's ordered list; the same code may map to several manufacturers."""

    __tablename__ = "supplier_codes"
    __table_args__ = (
        CheckConstraint(one_of("pricing", PRICINGS), name="pricing_known"),
        CheckConstraint(f"lead_time_days BETWEEN 0 AND {MAX_LEAD_TIME_DAYS}", name="lead_time_range"),
        CheckConstraint("code <> ''", name="code_present"),
        UniqueConstraint("dealer_id", "code_key", "manufacturer_id"),
        Index("ix_supplier_codes_dealer_id_position", "dealer_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    # Position in the dealer's list; gaps are harmless, ties are resolved in favor of the older row (R16).
    position: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str] = mapped_column(KeyText)
    # The spelling that Lightspeed's own rows last used, with which the code is requested (R4).
    reported_code: Mapped[str | None] = mapped_column(Text)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), index=True)
    lead_time_days: Mapped[int] = mapped_column(default=DEFAULT_LEAD_TIME_DAYS)
    pricing: Mapped[str] = mapped_column(Text, default="disabled")

    dealer: Mapped[Dealer] = relationship()
    manufacturer: Mapped[Manufacturer] = relationship(lazy="joined")
