"""Dealer's home page: whether the stock is current, the last update, and the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from webapp.alerts.rules.stale import stale_after
from webapp.core import clock, queues
from webapp.core.run_states import APPLIED_STATES, RunState
from webapp.dealers.banners import Banner, banners
from webapp.dealers.dealer_status import DealerStatus
from webapp.extensions import db
from webapp.inventory.shelf_totals import ShelfFigures, shelf_figures
from webapp.models import Configuration, Dealer, Run
from webapp.runs.next_run import next_run
from webapp.runs.run_chart import RunChart
from webapp.runs.run_labels import Progress
from webapp.runs.run_progress import progress_of
from webapp.web.status_labels import StatusLabel


@dataclass(frozen=True)
class Step:
    """One step of the first-run checklist."""

    label: str
    sentence: str
    endpoint: str
    is_done: bool


@dataclass(frozen=True)
class DealerHome:
    """Page content. `stocked` is the last run that updated stock; without one the checklist is shown."""

    configuration: Configuration
    status: DealerStatus
    banners: list[Banner]
    progress: Progress | None
    stocked: Run | None
    next_run: datetime | None
    shelf: list[ShelfFigures]
    chart: RunChart

    @classmethod
    def of(cls, dealer: Dealer, configuration: Configuration) -> DealerHome:
        """Return the dealer's current home page."""
        status = DealerStatus.of(dealer)
        return cls(
            configuration,
            status,
            banners(dealer, configuration, status),
            progress_of([status.last.id])[status.last.id] if status.last else None,
            _last_stocked(dealer.id, status.last),
            next_run(dealer, configuration, status.last),
            shelf_figures(dealer.id),
            RunChart.of(dealer.id),
        )

    @property
    def mark(self) -> str:
        """Return a version that changes whenever a poll has news."""
        last = self.status.last
        step = self.progress.step(last) if last and self.progress else ""
        banners = ".".join(f"{banner.cause}{len(banner.sentences)}" for banner in self.banners)
        return step + banners + ("-delayed" if queues.is_unavailable() else "")

    @property
    def currency(self) -> StatusLabel:
        """Return whether the stock is current."""
        if self.stocked is None:
            return StatusLabel("Not synced yet", "secondary", "No stock has come from Lightspeed yet.")
        if not self.configuration.enabled:
            return StatusLabel("Not updated", "secondary", "Lightspeed 3PA/Data Warehouse is not enabled.")
        if {"refused", "failed"} & self._causes or ("stale" in self._causes and self._is_old):
            return StatusLabel("Not current", "danger", "Your webstore shows older stock.")
        if self.stocked.status == RunState.PARTIAL:
            return StatusLabel("Partly current", "warning", "Some products may show older stock.")
        return StatusLabel("Current", "success", "Your webstore shows what Lightspeed reported.")

    @property
    def _causes(self) -> set[str]:
        return {*self.status.causes, *(banner.cause for banner in self.banners)}

    @property
    def _is_old(self) -> bool:
        """Return whether the last run that updated any stock is also too long ago."""
        at = self.stocked.finished_at if self.stocked else None
        return at is None or clock.now() - at > stale_after(current_app.config["SYNC_HOURS"])

    @property
    def steps(self) -> list[Step]:
        """Return the first-run checklist: connect, map, sync; empty once a run has updated stock."""
        if self.stocked is not None:
            return []
        connected = self.configuration.enabled and self.configuration.check_state == "connected"
        organization = self.configuration.dealer.credentials_organization
        return [
            Step(
                "Connect",
                f"Enter your 3PA {'Dealer ID' if organization else 'credentials'}.",
                "lightspeed.show",
                connected,
            ),
            Step("Map", "Add your supplier codes.", "supplier_codes.index", self.status.has_codes),
            Step("Sync", "Queue an inventory update.", "queue.new", is_done=False),
        ]


def _last_stocked(dealer_id: int, last: Run | None) -> Run | None:
    if last is None or last.status in APPLIED_STATES:
        return last
    query = select(Run).where(Run.dealer_id == dealer_id, Run.status.in_(APPLIED_STATES))
    return db.session.scalar(query.order_by(Run.id.desc()).limit(1))
