"""Metric families with their names and help texts. docs/operations.md lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from webapp.core.run_states import ENDED_RUN_STATES, OUTCOME_STATES
from webapp.operations.metrics.figures import Figures
from webapp.operations.metrics.tallying import BOUNDS, Cells, Sums

PREFIX: Final = "parts_sync"
PARTS: Final = ("fetched", "synced", "skipped", "kept", "cleared")


def of_figures(found: Figures) -> Iterator[Metric]:
    """Yield every family that is read from SQL."""
    yield from _of_runs(found.ended, found.under_way)
    yield from _of_moment(found)
    yield from _of_dealers(found)


def _of_runs(ended: Cells, under_way: Sums) -> Iterator[Metric]:
    by_status = {status: _sum(ended, status) for status in ENDED_RUN_STATES}
    every = Sums()
    for sums in by_status.values():
        every.add(vars(sums).values())
    yield _counter("runs", "Runs that ended.", "status", {name: one.runs for name, one in by_status.items()})
    yield _durations(ended)
    yield _counter("parts", "Parts of ended runs.", "outcome", {name: getattr(every, name) for name in PARTS})
    yield _single_counter("products_changed", "Products whose webstore figures runs changed.", every.changed)
    requests = every.requests + under_way.requests
    yield _single_counter("lightspeed_requests", "Requests that runs sent to Lightspeed.", requests)
    waited = (every.rate_waited_ms + under_way.rate_waited_ms) / 1000
    yield _single_counter("rate_wait_seconds", "Time that requests waited for the rate limit.", waited)


def _sum(cells: Cells, status: str) -> Sums:
    total = Sums()
    for (one, _within), sums in cells.items():
        if one == status:
            total.add(vars(sums).values())
    return total


def _durations(cells: Cells) -> HistogramMetricFamily:
    family = HistogramMetricFamily(
        f"{PREFIX}_run_duration_seconds", "How long ended runs took from start to end.", labels=["status"]
    )
    # Of the others, most end before they have begun.
    for status in OUTCOME_STATES:
        runs, buckets = 0, []
        for bound in BOUNDS:
            runs += cells.get((status, bound), Sums()).runs
            buckets.append((str(float(bound)), runs))
        total = _sum(cells, status)
        family.add_metric([status], [*buckets, ("+Inf", total.runs)], total.duration_ms / 1000)
    return family


def _of_moment(found: Figures) -> Iterator[Metric]:
    yield gauge("active_runs", "Runs that are queued or running.", "status", found.active)
    yield _single_gauge(
        "dead_runs", "Runs whose worker died and that no other worker has taken over.", found.dead
    )
    yield _single_gauge("oldest_queued_run_seconds", "How long a run has waited.", found.oldest_queued)
    yield _single_gauge("outbox_notes", "Products to be reindexed.", found.notes)
    yield _single_gauge(
        "oldest_outbox_note_seconds", "How long the oldest of them has waited.", found.oldest_note
    )
    yield gauge("open_alerts", "Alerts that are open, by cause.", "cause", found.open_alerts)
    yield _single_gauge(
        "active_catalog_imports", "Catalog imports that have not ended.", found.active_imports
    )
    help_text = "Updates and zero-outs on hold for a decision."
    yield gauge("holds", help_text, "kind", found.held)
    yield _single_gauge("oldest_hold_seconds", "How long the oldest of them has waited.", found.oldest_hold)
    help_text = "Time since a periodic job last finished."
    yield gauge("periodic_job_age_seconds", help_text, "job", found.done)


def _of_dealers(found: Figures) -> Iterator[Metric]:
    yield _single_gauge("enabled_dealers", "Dealers that are enabled and have supplier codes.", found.dealers)
    help_text = "The longest time that an enabled dealer has been without a successful run."
    yield _single_gauge("oldest_success_seconds", help_text, found.oldest_success)
    help_text = "Enabled dealers without a successful run for more than so many hours."
    late = {str(hours): count for hours, count in found.without_success.items()}
    yield gauge("dealers_without_success", help_text, "hours", late)


def _counter(name: str, help_text: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"{PREFIX}_{name}", help_text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _single_counter(name: str, help_text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"{PREFIX}_{name}", help_text, value=value)


def gauge(name: str, help_text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    """Return a gauge with a series for each value of one label."""
    family = GaugeMetricFamily(f"{PREFIX}_{name}", help_text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _single_gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", help_text, value=value)
