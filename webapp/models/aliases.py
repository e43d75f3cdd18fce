"""Aliases of part numbers (R22), and what users decided about skipped parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import ALIAS_FAULTS, ALIAS_KINDS
from webapp.extensions import Model
from webapp.models.catalog import Manufacturer, Product
from webapp.models.tenants import User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of

FAULTY = text("fault IS NOT NULL")
PENDING = text("planned < version")


class Alias(Model):
    """A part number of a dealer's Lightspeed that stands for a product of a manufacturer (R22).

    `target_number` is the manufacturer's part number that was accepted. `fault` says why the alias has no
    effect any more; the check of webapp/matching/alias_check.py writes it.
    """

    __tablename__ = "aliases"
    __table_args__ = (
        CheckConstraint(one_of("kind", ALIAS_KINDS), name="kind_known"),
        CheckConstraint(one_of("fault", ALIAS_FAULTS), name="fault_known"),
        UniqueConstraint("dealer_id", "manufacturer_id", "key"),
        Index(
            "ix_aliases_dealer_id_manufacturer_id_product_id", "dealer_id", "manufacturer_id", "product_id"
        ),
        Index("ix_aliases_faulty", "dealer_id", postgresql_where=FAULTY, sqlite_where=FAULTY),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"))
    key: Mapped[str] = mapped_column(KeyText)
    part_number: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    target_number: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    fault: Mapped[str | None] = mapped_column(Text)

    manufacturer: Mapped[Manufacturer] = relationship()
    product: Mapped[Product] = relationship()
    created_by: Mapped[User | None] = relationship()


class AliasVersion(Model):
    """Number raised by each change of a dealer's rules for a manufacturer; stored results depend on it.

    Rules are aliases, guards with what they allow, and freezes (`webapp.runs.changed_rules` raises it).
    `planned` is the version that a run of the kind `alias` took up last; a lower one means that one is due.
    """

    __tablename__ = "alias_versions"
    __table_args__ = (
        Index("ix_alias_versions_pending", "dealer_id", postgresql_where=PENDING, sqlite_where=PENDING),
    )

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    planned: Mapped[int] = mapped_column(default=0, server_default="0")


class RejectedCandidate(Model):
    """A candidate that a user rejected for a part number; it is not offered again."""

    __tablename__ = "rejected_candidates"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    candidate_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    part_number: Mapped[str] = mapped_column(Text)
    candidate: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    created_by: Mapped[User | None] = relationship()


class IgnoredPart(Model):
    """A skipped part of a supplier code that a user ignores until the decision is undone; `why` may be ''."""

    __tablename__ = "ignored_parts"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    supplier_code: Mapped[str] = mapped_column(Text)
    part_number: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    created_by: Mapped[User | None] = relationship()
