"""Runs, their items, and their reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import REPORT_KINDS, RUN_TRIGGERS
from webapp.core.run_states import ACTIVE_RUN_STATES, RunItemState, RunState, explanation
from webapp.extensions import Model
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of

ACTIVE = text(one_of("status", ACTIVE_RUN_STATES))
SKIPPED = text("reason IS NOT NULL")
SUCCEEDED = text(f"status = '{RunState.SUCCEEDED}'")
RETRY = text("retry_of_id IS NOT NULL")
UNTALLIED = text("NOT tallied")


class Run(Model):
    """One execution of the sync for one dealer.

    `attempt` is the fencing token (R19): every acquired lease raises it, and a worker writes only while it is
    unchanged. `settings` is a snapshot at the start of the run; settings saved later take effect in the next
    one.
    """

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint(one_of("status", RunState), name="status_known"),
        CheckConstraint(one_of("trigger", RUN_TRIGGERS), name="trigger_known"),
        CheckConstraint("(slot_date IS NULL) = (slot_hour IS NULL)", name="slot_whole"),
        CheckConstraint("slot_hour BETWEEN 0 AND 23", name="slot_hour_range"),
        # R8: one active run per dealer.
        Index("uq_runs_active", "dealer_id", unique=True, postgresql_where=ACTIVE, sqlite_where=ACTIVE),
        # R6: each slot runs once. Runs without a slot do not conflict: each NULL is a different value.
        UniqueConstraint("dealer_id", "slot_date", "slot_hour"),
        Index("ix_runs_dealer_id_id", "dealer_id", "id"),
        Index("ix_runs_retry_of_id", "retry_of_id", postgresql_where=RETRY, sqlite_where=RETRY),
        # The last success of each dealer, without scanning later failures.
        Index(
            "ix_runs_succeeded",
            "dealer_id",
            "id",
            postgresql_where=SUCCEEDED,
            sqlite_where=SUCCEEDED,
        ),
        Index("ix_runs_untallied", "id", postgresql_where=UNTALLIED, sqlite_where=UNTALLIED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    status: Mapped[str] = mapped_column(Text, default=RunState.QUEUED, index=True)
    trigger: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    anyway: Mapped[bool] = mapped_column(default=False)
    slot_date: Mapped[date | None] = mapped_column()
    slot_hour: Mapped[int | None] = mapped_column()
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempt: Mapped[int] = mapped_column(default=0)
    # How often it yielded to runs that had not begun, since when it is yielding (None: it is not), and the
    # seconds that it yielded before. They count neither as attempts nor against `RUN_MINUTES`.
    yielded: Mapped[int] = mapped_column("gave_way", default=0, server_default="0")
    yielded_at: Mapped[datetime | None] = mapped_column("gave_way_at", UtcDateTime)
    yielded_seconds: Mapped[int] = mapped_column("gave_way_seconds", default=0, server_default="0")
    settings: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Whether it is included in the tallies, which outlive it (webapp/models/tallies.py).
    tallied: Mapped[bool] = mapped_column(default=False)
    # Why the run was skipped, failed or partial, for the dealer.
    reason: Mapped[str | None] = mapped_column(Text)
    # R18: it ended without its report files.
    reports_missing: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The run whose failed codes this one retries, and the number of that retry.
    retry_of_id: Mapped[int | None] = mapped_column()
    retry_number: Mapped[int] = mapped_column(default=0, server_default="0")

    dealer: Mapped[Dealer] = relationship()
    requested_by: Mapped[User | None] = relationship()
    items: Mapped[list[RunItem]] = relationship(back_populates="run", order_by="RunItem.position")
    reports: Mapped[list[Report]] = relationship(back_populates="run", order_by="Report.kind")

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE_RUN_STATES

    @property
    def explanation(self) -> str | None:
        return explanation(self.reason, self.reports_missing)


class RunItem(Model):
    """Result of a run for one Lightspeed code, however many manufacturers it maps to (R9)."""

    __tablename__ = "run_items"
    __table_args__ = (
        CheckConstraint(one_of("status", RunItemState), name="status_known"),
        UniqueConstraint("run_id", "code_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    supplier_code: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str] = mapped_column(KeyText)
    status: Mapped[str] = mapped_column(Text, default=RunItemState.WAITING)
    pages: Mapped[int] = mapped_column(default=0)
    # Rows received, parts applied, parts in the skipped report, stock rows set to zero, products changed, and
    # parts whose price was not changed (R15).
    fetched: Mapped[int] = mapped_column(default=0)
    synced: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    cleared: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    prices_left: Mapped[int] = mapped_column(default=0)
    # Parts whose price a guard blocked (R27).
    prices_blocked: Mapped[int] = mapped_column(default=0, server_default="0")
    # Requests sent for it, including those of failed attempts, and milliseconds that they waited for the rate
    # limit.
    requests: Mapped[int] = mapped_column(default=0)
    rate_waited_ms: Mapped[int] = mapped_column(default=0)
    # Products whose clearing is held (see HeldClearing), and how often the code was tried in this run.
    held: Mapped[int] = mapped_column(default=0, server_default="0")
    # Parts that kept their quantity because their rows were unusable (R10).
    kept: Mapped[int] = mapped_column(default=0, server_default="0")
    # Of those, parts that the pull does not contain, though a row without a part number may be them.
    kept_absent: Mapped[int] = mapped_column(default=0, server_default="0")
    # Changes of stock that a freeze kept back (R26).
    frozen: Mapped[int] = mapped_column(default=0, server_default="0")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    # R29: when half of the rows had been gathered, and the first of them, as Lightspeed said.
    gathered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gathered_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_kind: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    run: Mapped[Run] = relationship(back_populates="items")
    mappings: Mapped[list[RunMapping]] = relationship(order_by="RunMapping.position")


class RunMapping(Model):
    """Snapshot of a supplier code at the start of the run: the item is matched and applied by it."""

    __tablename__ = "run_mappings"

    run_item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("run_items.id", ondelete="CASCADE"), primary_key=True
    )
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturers.id"), primary_key=True)
    position: Mapped[int] = mapped_column()
    lead_time_days: Mapped[int] = mapped_column()
    pricing: Mapped[str] = mapped_column(Text)


class ReportedPart(Model):
    """A part as Lightspeed reported it in a run, with its result.

    `reason` is empty for an applied part, otherwise a reason of the skipped report (R18). `quantity_text`
    keeps the reported text if it isn't a usable quantity. The item is not a foreign key: these rows, and
    their matches, are written and deleted by the hundred thousand, always by `run_items.drop_parts` or with
    their run.
    """

    __tablename__ = "reported_parts"
    __table_args__ = (
        Index("ix_reported_parts_run_item_id_key", "run_item_id", "key"),
        # A partial index of the skipped parts, the minority: for counting by reason and pagination.
        Index(
            "ix_reported_parts_skipped",
            "run_item_id",
            "reason",
            "id",
            postgresql_where=SKIPPED,
            sqlite_where=SKIPPED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_item_id: Mapped[int] = mapped_column(BigId)
    part_number: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(KeyText)
    bare_key: Mapped[str] = mapped_column(KeyText)
    description: Mapped[str | None] = mapped_column(Text)
    quantity: Mapped[int | None] = mapped_column()
    quantity_text: Mapped[str | None] = mapped_column(Text)
    retail_cents: Mapped[int | None] = mapped_column()
    current_active_cents: Mapped[int | None] = mapped_column()
    upc: Mapped[str | None] = mapped_column(KeyText)
    superseded_key: Mapped[str | None] = mapped_column(KeyText)
    reason: Mapped[str | None] = mapped_column(Text)
    candidate: Mapped[str | None] = mapped_column(Text)
    candidate_by: Mapped[str | None] = mapped_column(Text)


class PartMatch(Model):
    """Match of a reported part with a product of a manufacturer (R12, R13).

    `since_run_id` is the run since which each complete pull of the code has contained the part; NULL and 0
    mean always. `kept_quantity` is set if the row gives no information about the part (R10): the quantity
    that it keeps contributing. Nothing here is a foreign key, as in `ReportedPart`.
    """

    __tablename__ = "part_matches"

    run_item_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reported_part_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column()
    since_run_id: Mapped[int | None] = mapped_column()
    kept_quantity: Mapped[int | None] = mapped_column()


class Report(Model):
    """A CSV file of a run in report storage (R18)."""

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint(one_of("kind", REPORT_KINDS), name="kind_known"),
        UniqueConstraint("run_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    # Relative to REPORT_STORAGE_URL, so that storage can be moved.
    path: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    run: Mapped[Run] = relationship(back_populates="reports")
