"""What is on the shelf, what the webstore shows of it, and what must still be reindexed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.limits import MAX_LEAD_TIME_DAYS
from webapp.extensions import Model
from webapp.models.types import BigId, KeyText, UtcDateTime

IN_STOCK = text("quantity > 0")
PRODUCT_IN_STOCK = text("shelf_quantity > 0")
PRODUCT_OUT_OF_STOCK = text("shelf_quantity = 0")


class ShelfStock(Model):
    """What one supplier code contributes to one product of one dealer.

    It is keyed by the code itself, not by the mapping row: removing a code keeps its last quantities,
    and a code that is added again finds them (R4). The two run item numbers are history only: they may
    outlive the run that they name. Dealer and manufacturer are those of a run's mappings, whose foreign keys
    hold here too: to check them for each row of a first sync would take a seventh of its time.
    """

    __tablename__ = "shelf_stock"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_range"),
        CheckConstraint("sale_price_cents > 0", name="sale_price_range"),
        CheckConstraint(f"lead_time_days BETWEEN 0 AND {MAX_LEAD_TIME_DAYS}", name="lead_time_range"),
        Index(
            "ix_shelf_stock_in_stock",
            "dealer_id",
            "manufacturer_id",
            postgresql_where=IN_STOCK,
            sqlite_where=IN_STOCK,
        ),
        # What a run changed, and what a manufacturer contributes, in the order that pages are read in.
        Index("ix_shelf_stock_changed_item_id_product_id", "changed_item_id", "product_id"),
        Index(
            "ix_shelf_stock_dealer_id_manufacturer_id_product_id",
            "dealer_id",
            "manufacturer_id",
            "product_id",
        ),
    )

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    # The code as the dealer writes it; rows of a code that was removed still have to be told apart.
    code: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column()
    sale_price_cents: Mapped[int | None] = mapped_column()
    lead_time_days: Mapped[int] = mapped_column()
    created_item_id: Mapped[int | None] = mapped_column(BigId)
    changed_item_id: Mapped[int | None] = mapped_column(BigId)


class RetainedPart(Model):
    """A part that the last complete pull of its code no longer contains, while its quantity is on the shelf.

    `quantity` is what it contributed to its row of shelf stock, `last_run_id` the run in which its code last
    reported it, and `unnamed` the number of rows without a part number that came then. Rows exist only while
    their stock does; like that, they have no foreign keys.
    """

    __tablename__ = "retained_parts"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    product_id: Mapped[int] = mapped_column()
    quantity: Mapped[int] = mapped_column()
    last_run_id: Mapped[int] = mapped_column()
    unnamed: Mapped[int] = mapped_column()
    # Set within a transaction only: the item that found that the part had moved to another code (R14).
    moved_item_id: Mapped[int | None] = mapped_column(BigId)


class WebstoreFigures(Model):
    """A product's figures in one dealer's webstore, over all its shelf stock (R16).

    There is a row for every product that ever had shelf stock. Nothing in stock: quantity 0, no price,
    no lead time. Derived from shelf stock, whose foreign keys therefore hold here too: to check them once
    more would cost as much as the sync's own work.
    """

    __tablename__ = "webstore_figures"
    __table_args__ = (
        CheckConstraint("shelf_quantity >= 0", name="shelf_quantity_range"),
        CheckConstraint(
            "shelf_quantity > 0 OR (sale_price_cents IS NULL AND lead_time_days IS NULL)", name="empty_shelf"
        ),
        # A page of what is in stock, or out of it, is read without reading the other, however rare it is.
        Index(
            "ix_webstore_figures_in_stock",
            "dealer_id",
            "product_id",
            postgresql_where=PRODUCT_IN_STOCK,
            sqlite_where=PRODUCT_IN_STOCK,
        ),
        Index(
            "ix_webstore_figures_out_of_stock",
            "dealer_id",
            "product_id",
            postgresql_where=PRODUCT_OUT_OF_STOCK,
            sqlite_where=PRODUCT_OUT_OF_STOCK,
        ),
    )

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    shelf_quantity: Mapped[int] = mapped_column(BigId)
    sale_price_cents: Mapped[int | None] = mapped_column()
    lead_time_days: Mapped[int | None] = mapped_column()


class ShelfTotal(Model):
    """What a dealer has in stock of one catalog: how many products, and how many pieces of them.

    Kept in step with the figures by `webstore.figures`, in the same transaction: nobody counts 200,000 rows
    to look at a page.
    """

    __tablename__ = "shelf_totals"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    catalog: Mapped[str] = mapped_column(Text, primary_key=True)
    products: Mapped[int] = mapped_column()
    pieces: Mapped[int] = mapped_column(BigId)


class OutboxEntry(Model):
    """The outbox: a product whose webstore document is out of date, noted in the transaction that made it so.

    Notes are only ever appended. A note kept once a product could be deleted by a drain that read the
    product just before its latest change (R17). They name what shelf stock names, and are gone in a moment:
    foreign keys would only cost.
    """

    __tablename__ = "reindex_outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column()
    product_id: Mapped[int] = mapped_column()
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
