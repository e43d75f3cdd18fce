"""Slot ledger: up to which slot each dealer's schedule is settled."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.tenants import Dealer


class SlotLedgerEntry(Model):
    """Last settled slot of a scheduled dealer: it has a run, started or recorded as missed (R6).

    Later slots are still to be started or recorded. A dealer that is not scheduled has no row, so slots that
    pass in that state are not its own. `timezone` is the dealer's at the last check of the row.
    """

    __tablename__ = "slot_accounts"
    __table_args__ = (CheckConstraint("slot_hour BETWEEN 0 AND 23", name="slot_hour_range"),)

    dealer_id: Mapped[int] = mapped_column(ForeignKey(Dealer.id), primary_key=True)
    timezone: Mapped[str] = mapped_column(Text)
    slot_date: Mapped[date] = mapped_column()
    slot_hour: Mapped[int] = mapped_column()
