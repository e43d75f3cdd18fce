"""Catalog: manufacturers, products, and the part numbers under which they are sold."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core.enums import CATALOGS
from webapp.extensions import Model
from webapp.models.tenants import Dealer
from webapp.models.types import BigId, KeyText, one_of

# 0 stands for "no dealer": a unique index treats each NULL as a different value.
OWNER_IS_DEALER = "owner_key = coalesce(dealer_id, 0)"
UPC_KNOWN = text("upc IS NOT NULL")
PRIVATE_LABEL_IS_OWNED = "(catalog = 'private_label') = (dealer_id IS NOT NULL)"


class Manufacturer(Model):
    """Target of a supplier code: a distributor, an OEM, or a dealer's own brand."""

    __tablename__ = "manufacturers"
    __table_args__ = (
        CheckConstraint(one_of("catalog", CATALOGS), name="catalog_known"),
        CheckConstraint(OWNER_IS_DEALER, name="owner_is_dealer"),
        CheckConstraint(PRIVATE_LABEL_IS_OWNED, name="private_label_owned"),
        CheckConstraint("(catalog = 'aftermarket') = (abbreviation IS NOT NULL)", name="abbreviation"),
        CheckConstraint("(catalog = 'oem') = (oem_manufacturer_id IS NOT NULL)", name="oem_manufacturer_id"),
        UniqueConstraint("catalog", "owner_key", "name_key"),
        UniqueConstraint("abbreviation_key"),
        UniqueConstraint("oem_manufacturer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    catalog: Mapped[str] = mapped_column(Text)
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"), index=True)
    owner_key: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(KeyText)
    abbreviation: Mapped[str | None] = mapped_column(Text)
    abbreviation_key: Mapped[str | None] = mapped_column(KeyText)
    oem_manufacturer_id: Mapped[str | None] = mapped_column(Text)
    # Number of its products, counted by the import that changed it; NULL while an import is changing it.
    product_count: Mapped[int | None] = mapped_column()
    part_number_count: Mapped[int | None] = mapped_column()

    dealer: Mapped[Dealer | None] = relationship()


class Product(Model):
    """Product of the webstore: brand, manufacturer part number (MPN) and name."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint(one_of("catalog", CATALOGS), name="catalog_known"),
        CheckConstraint(OWNER_IS_DEALER, name="owner_is_dealer"),
        CheckConstraint(PRIVATE_LABEL_IS_OWNED, name="private_label_owned"),
        CheckConstraint("msrp_cents >= 0", name="msrp_range"),
        UniqueConstraint("catalog", "owner_key", "brand_key", "mpn_key"),
        Index(
            "ix_products_upc",
            "upc",
            postgresql_where=UPC_KNOWN,
            sqlite_where=UPC_KNOWN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    catalog: Mapped[str] = mapped_column(Text)
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"), index=True)
    owner_key: Mapped[int] = mapped_column(default=0)
    brand: Mapped[str] = mapped_column(Text)
    brand_key: Mapped[str] = mapped_column(KeyText)
    mpn: Mapped[str] = mapped_column(Text)
    mpn_key: Mapped[str] = mapped_column(KeyText)
    name: Mapped[str] = mapped_column(Text)
    msrp_cents: Mapped[int | None] = mapped_column()
    # Digits only; used for candidates, never for matching (R12).
    upc: Mapped[str | None] = mapped_column(KeyText)


class PartNumber(Model):
    """Key under which a manufacturer sells a product, unique for that manufacturer.

    Without foreign keys: only the import adds rows, and their checks would take a third of its time to write
    them. Manufacturers and products are never deleted.
    """

    __tablename__ = "part_numbers"
    __table_args__ = (
        UniqueConstraint("manufacturer_id", "key"),
        Index("ix_part_numbers_manufacturer_id_bare_key", "manufacturer_id", "bare_key"),
        Index("ix_part_numbers_product_id", "product_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column()
    product_id: Mapped[int] = mapped_column()
    part_number: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(KeyText)
    bare_key: Mapped[str] = mapped_column(KeyText)

    manufacturer: Mapped[Manufacturer] = relationship(
        primaryjoin="foreign(PartNumber.manufacturer_id) == Manufacturer.id"
    )
    product: Mapped[Product] = relationship(primaryjoin="foreign(PartNumber.product_id) == Product.id")
