"""Dealer's home page: whether the stock is current, whether anything is wrong, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from webapp.alerts.rules.stale import stale_after
from webapp.core import clock, queues
from webapp.core.enums import WEEKDAYS
from webapp.core.run_states import APPLIED_STATES, RunState
from webapp.dealers import home_answers
from webapp.dealers.banners import Banner, banners
from webapp.dealers.dealer_status import DealerStatus
from webapp.dealers.next_step import NextStep, next_step
from webapp.dealers.setup_steps import Step, setup_steps
from webapp.dealers.situation import Hold as WaitingHold
from webapp.dealers.situation import LastRun, Situation
from webapp.inventory.shelf_totals import ShelfFigures, shelf_figures
from webapp.models import Configuration, Dealer, HeldPull, Run
from webapp.runs import data_age, hold_labels, holds, lifecycle, run_history, skipped_parts
from webapp.runs.data_age import DataAge
from webapp.runs.hold_labels import Hold
from webapp.runs.next_run import next_run
from webapp.runs.run_chart import run_chart
from webapp.runs.run_watch import RunWatch
from webapp.web import times
from webapp.web.charts import Chart
from webapp.web.status_labels import StatusLabel


@dataclass(frozen=True)
class DealerHome:
    """Page content. `stocked` is the last run that updated stock; without one the checklist is shown.

    `last` is the last run that was not skipped, `watch` its view, and `missed` a skipped one since then.
    `held` is what waits for a decision. `age` is that of Lightspeed's data, None if unknown;
    `disabled_day` is today's name if it is disabled, else empty.
    """

    configuration: Configuration
    status: DealerStatus
    banners: list[Banner]
    last: Run | None
    missed: Run | None
    watch: RunWatch | None
    held: list[Hold]
    stocked: Run | None
    age: DataAge | None
    next_run: datetime | None
    disabled_day: str
    shelf: list[ShelfFigures]
    chart: Chart

    @classmethod
    def of(cls, dealer: Dealer, configuration: Configuration) -> DealerHome:
        """Return the dealer's current home page."""
        status = DealerStatus.of(dealer)
        last = run_history.last_that_ran(status.last)
        found = holds.waiting_or_of_run(dealer.id, last.id if last else None)
        held = [each for each in found if each.state == "held"]
        return cls(
            configuration,
            status,
            banners(dealer, configuration, status, held),
            last,
            status.last if status.last is not last else None,
            _watch(last, configuration, found) if last else None,
            held,
            last if last and last.status in APPLIED_STATES else skipped_parts.latest(dealer.id),
            data_age.of_dealer(dealer.id),
            next_run(dealer, configuration, status.last),
            _disabled_day(configuration),
            shelf_figures(dealer.id),
            run_chart(dealer),
        )

    @property
    def mark(self) -> str:
        """Return a version that changes whenever a poll has news."""
        banners = ".".join(f"{banner.cause}{len(banner.sentences)}" for banner in self.banners)
        delayed = "-delayed" if queues.is_unavailable() else ""
        missed = f"-{self.missed.id}" if self.missed else ""
        return f"{self.watch.mark if self.watch else ''}{missed}{banners}{delayed}"

    @property
    def currency(self) -> StatusLabel:
        """Return whether the stock is current."""
        causes = {banner.cause for banner in self.banners}
        return home_answers.currency(self.stocked, self.configuration, causes, self.held, is_old=self._is_old)

    @property
    def problems(self) -> StatusLabel:
        """Return whether anything is wrong."""
        return home_answers.problems(self.banners, self.steps)

    @property
    def reason(self) -> str | None:
        """Return why the last run ended as it did, unless a banner says so already."""
        told = {sentence for banner in self.banners for sentence in banner.sentences}
        reason = self.watch.reason if self.watch else None
        return None if reason in told else reason

    @property
    def steps(self) -> list[Step]:
        """Return the first-run checklist; empty once a run has updated stock."""
        if self.stocked is not None:
            return []
        return setup_steps(self.configuration, has_codes=self.status.has_codes)

    @property
    def step(self) -> NextStep:
        """Return what to do next."""
        return next_step(self._situation)

    @property
    def _situation(self) -> Situation:
        configuration, zone = self.configuration, self.configuration.dealer.zone
        counts = self.watch.counts if self.watch else None
        return Situation(
            is_enabled=configuration.enabled,
            check_state=configuration.check_state,
            in_organization=configuration.dealer.credentials_organization is not None,
            has_codes=self.status.has_codes,
            hold=_hold(self.held[0]) if self.held else None,
            has_stock=self.stocked is not None,
            disabled_day=self.disabled_day,
            last=self._last_run,
            is_stale=self._is_old and any(banner.cause == "stale" for banner in self.banners),
            received=counts.received if counts else 0,
            skipped=counts.listed if counts else 0,
            has_alerts=bool(self.banners),
            next_update=times.at(self.next_run, zone) if self.next_run else "",
        )

    @property
    def _last_run(self) -> LastRun | None:
        """Return the last run unless a skipped one followed its end, as in the dealer's status."""
        run, watch = self.last, self.watch
        if run is None or watch is None or (self.missed and not run.is_active):
            return None
        at = watch.retries.at
        return LastRun(
            run.id,
            is_active=run.is_active,
            is_failed=run.status == RunState.FAILED,
            is_partial=run.status == RunState.PARTIAL and not hold_labels.is_only_held(run, watch.held),
            remaining=watch.remaining,
            retry=times.at(at, run.dealer.zone) if at and at > clock.now() else "",
        )

    @property
    def _is_old(self) -> bool:
        """Return whether the last run that updated any stock is too long ago."""
        at = self.stocked.finished_at if self.stocked else None
        return at is None or clock.now() - at > stale_after(current_app.config["SYNC_HOURS"])


def _watch(run: Run, configuration: Configuration, found: list[Hold]) -> RunWatch:
    return RunWatch.of(run, configuration, [each for each in found if each.run_id == run.id])


def _disabled_day(configuration: Configuration) -> str:
    if not lifecycle.is_disabled_today(configuration):
        return ""
    return WEEKDAYS[clock.local_today(configuration.dealer.timezone).weekday()]


def _hold(held: Hold) -> WaitingHold:
    return WaitingHold(held.run_id, held.supplier_code, held.id if isinstance(held, HeldPull) else None)
