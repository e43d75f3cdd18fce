"""Stored pulls: the last complete pull of each code, compressed, and what it was applied with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import BigId, KeyText, UtcDateTime


class StoredPull(Model):
    """The last complete pull of a dealer's Lightspeed code.

    `moment` is the id of the run that confirmed it last, or of the run that this one retried; `item_id` is
    its run item, as history only. `digest` is that of all rows in the order received, and `basis` that of
    what the result depends on besides the rows: a pull with the same two needs no work. `unnamed` counts rows
    that may be any part of the code (R10). `known` tells the same pull from its responses
    (jobs/sync/applying/known_rows.py); None if they have to be read.
    """

    __tablename__ = "stored_pulls"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, index=True)
    moment: Mapped[int] = mapped_column()
    quantity_column: Mapped[str] = mapped_column()
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    basis: Mapped[bytes] = mapped_column(LargeBinary)
    known: Mapped[bytes | None] = mapped_column(LargeBinary)
    unnamed: Mapped[int] = mapped_column()
    # The earliest date of a usable part.
    oldest: Mapped[str | None] = mapped_column()
    # Counts of the result, as those of RunItem.
    synced: Mapped[int] = mapped_column()
    skipped: Mapped[int] = mapped_column()
    kept: Mapped[int] = mapped_column()
    kept_absent: Mapped[int] = mapped_column(default=0, server_default="0")
    prices_left: Mapped[int] = mapped_column()
    prices_blocked: Mapped[int] = mapped_column(default=0, server_default="0")
    frozen: Mapped[int] = mapped_column(default=0, server_default="0")
    # R26: when the first of the freezes ends that kept something back.
    frozen_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PullBlock(Model):
    """About a thousand parts of a stored pull: those with a key from `first_key` up to the next block's.

    `body` holds the parts with their results (webapp/pulls/entries.py), `inventory` and `skipped_lines` their
    lines in the two reports of a run in which nothing changes; all are compressed. `oldest` is the earliest
    date of a usable part, and `reasons` has the number of skipped parts by reason.
    """

    __tablename__ = "pull_blocks"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    first_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    # The run item that wrote it. Until a pull is applied, the new blocks lie beside those that they replace.
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[int] = mapped_column()
    oldest: Mapped[str | None] = mapped_column()
    is_conclusive: Mapped[bool] = mapped_column()
    synced: Mapped[int] = mapped_column()
    kept: Mapped[int] = mapped_column()
    prices_left: Mapped[int] = mapped_column()
    prices_blocked: Mapped[int] = mapped_column(default=0, server_default="0")
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON)
    inventory_rows: Mapped[int] = mapped_column()
    body: Mapped[bytes] = mapped_column(LargeBinary)
    inventory: Mapped[bytes] = mapped_column(LargeBinary)
    skipped_lines: Mapped[bytes] = mapped_column(LargeBinary)
    # What its usable parts have in stock: parts, units and retail value in cents, and how much of the last
    # two is of applied parts. None in blocks that were written before it was counted.
    stock_parts: Mapped[int | None] = mapped_column()
    stock_units: Mapped[int | None] = mapped_column(BigId)
    stock_cents: Mapped[int | None] = mapped_column(BigId)
    online_units: Mapped[int | None] = mapped_column(BigId)
    online_cents: Mapped[int | None] = mapped_column(BigId)


class ArrivedPart(Model):
    """A part that a code began to report in a known run, while another code had its manufacturer too (R14).

    `since_run_id` is the run since which each complete pull of the code has contained the part. Parts without
    a row have been reported from the beginning.
    """

    __tablename__ = "arrived_parts"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    since_run_id: Mapped[int] = mapped_column()


class StockVersion(Model):
    """Number raised by each change of a dealer's stock, or of the order of its codes, outside of runs."""

    __tablename__ = "stock_versions"

    dealer_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()


class CatalogVersion(Model):
    """Number raised by each import that changes a catalog. `owner_key` is a dealer's id, or 0 for all."""

    __tablename__ = "catalog_versions"

    owner_key: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
