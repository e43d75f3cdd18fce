"""Metrics in Prometheus' exposition format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from webapp.core import queues
from webapp.core.redis_errors import describe
from webapp.operations import background_jobs
from webapp.operations.metrics import figures, http_latency
from webapp.operations.metrics.families import PREFIX, gauge, of_figures

log = structlog.get_logger(__name__)


def exposition(accept: str) -> tuple[bytes, str]:
    """Return the current metrics and their content type, in the format that the `Accept` header prefers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collector:
    """Collects from SQL and Redis; an unavailable one is reported as down, and its metrics are omitted."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(f"{PREFIX}_up", "Whether each dependency responds.", labels=["service"])
        try:
            yield from of_figures(figures.read())
            up.add_metric(["database"], 1)
        except DBAPIError as error:
            log.warning("metrics.database_failed", error=type(error).__name__)
            up.add_metric(["database"], 0)
        try:
            yield from _of_redis()
            up.add_metric(["redis"], 1)
        except RedisError as error:
            log.warning("metrics.redis_failed", error=describe(error))
            up.add_metric(["redis"], 0)
        yield up


def _of_redis() -> Iterator[Metric]:
    redis = queues.connection(timeout=2)
    yield gauge(
        "queue_jobs", "Jobs that wait for a worker, by queue.", "queue", background_jobs.waiting_counts(redis)
    )
    yield gauge(
        "failed_jobs", "Jobs that failed within a day.", "queue", background_jobs.failed_counts(redis)
    )
    yield _workers(Counter((each.kind, each.state) for each in background_jobs.workers(redis)))
    yield http_latency.family(redis)


def _workers(counted: Counter[tuple[str, str]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        f"{PREFIX}_workers", "Worker processes that are alive.", labels=["kind", "state"]
    )
    for kind, state in product(background_jobs.WORKER_KINDS, background_jobs.WORKER_STATES):
        family.add_metric([kind, state], counted[kind, state])
    return family
