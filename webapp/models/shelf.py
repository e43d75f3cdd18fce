"""Shelf stock, the webstore figures derived from it, and the outbox of products to reindex."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.limits import MAX_LEAD_TIME_DAYS
from webapp.extensions import Model
from webapp.models.types import BigId, KeyText, UtcDateTime

PRODUCT_IN_STOCK = text("shelf_quantity > 0")
PRODUCT_OUT_OF_STOCK = text("shelf_quantity = 0")


class ShelfStock(Model):
    """Contribution of one supplier code to one product of one dealer.

    The key is the code itself, not the mapping row: removing a code keeps its last quantities, and a code
    added again finds them (R4). The two run item ids are history only: they may outlive the runs. Dealer and
    manufacturer come from a run's mappings, whose foreign keys cover them, and products are never deleted:
    checking them again for each row of a first sync would take a quarter of its time.
    """

    __tablename__ = "shelf_stock"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_range"),
        CheckConstraint("sale_price_cents > 0", name="sale_price_range"),
        CheckConstraint(f"lead_time_days BETWEEN 0 AND {MAX_LEAD_TIME_DAYS}", name="lead_time_range"),
        # Contributions of a manufacturer, in the order of the pages. No index has a column that runs change:
        # PostgreSQL then writes a changed row into its page, where there is room, and into no index.
        Index(
            "ix_shelf_stock_dealer_id_manufacturer_id_product_id",
            "dealer_id",
            "manufacturer_id",
            "product_id",
        ),
        {"postgresql_with": {"fillfactor": 90}},
    )

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    # The code as the dealer writes it; needed to display rows of removed codes.
    code: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column()
    sale_price_cents: Mapped[int | None] = mapped_column()
    lead_time_days: Mapped[int] = mapped_column()
    created_item_id: Mapped[int | None] = mapped_column(BigId)
    changed_item_id: Mapped[int | None] = mapped_column(BigId)


class RetainedPart(Model):
    """Part that the last complete pull of its code no longer contains, while its quantity is on the shelf.

    `quantity` is its contribution to its row of shelf stock, `last_run_id` the run in which its code last
    reported it, and `unnamed` the number of rows without a part number received then. Rows exist only while
    their stock does; like it, they have no foreign keys.
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
    # Set only within a transaction: the item that detected that the part moved to another code (R14).
    moved_item_id: Mapped[int | None] = mapped_column(BigId)


class WebstoreFigures(Model):
    """A product's figures in one dealer's webstore, over all its shelf stock (R16).

    There is a row for every product that ever had shelf stock. Out of stock: quantity 0, no price, no lead
    time. Derived from shelf stock, whose foreign keys cover them: checking them again would cost as much as
    the sync's own work.
    """

    __tablename__ = "webstore_figures"
    __table_args__ = (
        CheckConstraint("shelf_quantity >= 0", name="shelf_quantity_range"),
        CheckConstraint(
            "shelf_quantity > 0 OR (sale_price_cents IS NULL AND lead_time_days IS NULL)", name="empty_shelf"
        ),
        # A page of products in stock, or out of stock, is read without scanning the others, however rare it
        # is.
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
    """A dealer's stock in one catalog: numbers of products and of pieces.

    Updated with the figures by `webapp.search.figures`, in the same transaction: no page has to count 200,000
    rows.
    """

    __tablename__ = "shelf_totals"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    catalog: Mapped[str] = mapped_column(Text, primary_key=True)
    products: Mapped[int] = mapped_column()
    pieces: Mapped[int] = mapped_column(BigId)


class OutboxEntry(Model):
    """Outbox entry: a product whose webstore document is outdated, written in the transaction of the change.

    It is of a change outside of runs. Entries are append-only. If one entry per product were updated in
    place, it could be deleted by a drain that read the product before its latest change (R17). They refer to
    the same rows as shelf stock, and are short-lived: foreign keys would only add cost.
    """

    __tablename__ = "reindex_outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column()
    product_id: Mapped[int] = mapped_column()
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class OutboxBatch(Model):
    """Outbox entries of up to 5,000 products that a run changed.

    One row instead of thousands: writing and deleting those took much of the log of a first sync.
    """

    __tablename__ = "reindex_batches"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column()
    products: Mapped[int] = mapped_column()
    product_ids: Mapped[list[int]] = mapped_column(JSON)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
