"""Codes in a dealer's Lightspeed that are not mapped, the scan that finds them, and suggested mappings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import CODE_SCAN_STATES, CODE_SCAN_TRIGGERS
from webapp.extensions import Model
from webapp.models.catalog import Manufacturer
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of


class CodeScan(Model):
    """The latest scan of a dealer's stock for unmapped codes (R20).

    `number` counts the dealer's scans, and `attempt` is the fencing token of the current one. A scan that was
    interrupted continues after `bookmark`. `pages`, `parts` and `codes` are its progress.
    """

    __tablename__ = "code_scans"
    __table_args__ = (
        CheckConstraint(one_of("status", CODE_SCAN_STATES), name="status_known"),
        CheckConstraint(one_of("trigger", CODE_SCAN_TRIGGERS), name="trigger_known"),
    )

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(Text, default="queued", index=True)
    trigger: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(default=0)
    bookmark: Mapped[str | None] = mapped_column(Text)
    requests: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=0)
    codes: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    # How often the catalogs had changed when mappings were suggested.
    catalog_version: Mapped[int | None] = mapped_column()
    # When a scan last succeeded, and when a user reviewed the codes found before going live.
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    dealer: Mapped[Dealer] = relationship()
    requested_by: Mapped[User | None] = relationship(foreign_keys=[requested_by_id])
    reviewed_by: Mapped[User | None] = relationship(foreign_keys=[reviewed_by_id])

    @property
    def is_active(self) -> bool:
        return self.status in ("queued", "running")


class CodeScanBlock(Model):
    """Parts of one or more pages of a scan, compressed (webapp/code_discovery/scanned_parts.py).

    Those of the last scan that succeeded are kept: suggestions follow the catalog without another scan.
    """

    __tablename__ = "code_scan_blocks"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    scan_number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FoundCode(Model):
    """A code that a scan found in stock. `parts` is 0 if the last complete scan did not find it any more.

    Units and retail value are of what is on hand and of what is available, in cents; `stale_parts` have not
    changed in Lightspeed for a year, so a run skips them (R10). `hidden_parts` is the number of parts when a
    user said that the code is not for the webstore.
    """

    __tablename__ = "found_codes"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    parts: Mapped[int] = mapped_column()
    stale_parts: Mapped[int] = mapped_column()
    on_hand_units: Mapped[int] = mapped_column(BigId)
    on_hand_cents: Mapped[int] = mapped_column(BigId)
    available_units: Mapped[int] = mapped_column(BigId)
    available_cents: Mapped[int] = mapped_column(BigId)
    samples: Mapped[list[Any]] = mapped_column(JSON)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_parts: Mapped[int | None] = mapped_column()
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # What a user chose for it before going live; nothing is mapped yet.
    chosen_manufacturer_id: Mapped[int | None] = mapped_column(ForeignKey("manufacturers.id"))

    chosen_manufacturer: Mapped[Manufacturer | None] = relationship()


class CodeSuggestion(Model):
    """A manufacturer that has part numbers of a code found, best first by `place` (R21).

    `matched` counts the code's part numbers that it has; the other counts are of those that a run would sync.
    """

    __tablename__ = "code_suggestions"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), primary_key=True)
    place: Mapped[int] = mapped_column()
    matched: Mapped[int] = mapped_column()
    score: Mapped[float] = mapped_column(Float)
    on_hand_parts: Mapped[int] = mapped_column()
    on_hand_units: Mapped[int] = mapped_column(BigId)
    on_hand_cents: Mapped[int] = mapped_column(BigId)
    available_parts: Mapped[int] = mapped_column()
    available_units: Mapped[int] = mapped_column(BigId)
    available_cents: Mapped[int] = mapped_column(BigId)

    manufacturer: Mapped[Manufacturer] = relationship(lazy="joined")
