"""The figures in Prometheus' own format."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from webapp import queues
from webapp.metrics import figures
from webapp.metrics.families import PREFIX, of_figures
from webapp.redis_errors import described

log = structlog.get_logger(__name__)

QUEUES = (queues.CONTROL, queues.SYNC, queues.INDEX)


def exposition(accept: str) -> tuple[bytes, str]:
    """The figures as of now and their content type, in the format that the `Accept` header prefers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collector:
    """Reads SQL and Redis; what does not answer is told to be down, and its figures are left out."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            f"{PREFIX}_up", "Whether what the program rests on answers.", labels=["service"]
        )
        try:
            yield from of_figures(figures.read())
            up.add_metric(["database"], 1)
        except DBAPIError as error:
            log.warning("metrics.database_failed", error=type(error).__name__)
            up.add_metric(["database"], 0)
        try:
            yield _queue_depths()
            up.add_metric(["redis"], 1)
        except RedisError as error:
            log.warning("metrics.redis_failed", error=described(error))
            up.add_metric(["redis"], 0)
        yield up


def _queue_depths() -> GaugeMetricFamily:
    redis = queues.connection(timeout=2)
    depths = GaugeMetricFamily(
        f"{PREFIX}_queue_jobs", "Jobs that wait for a worker, by queue.", labels=["queue"]
    )
    for name in QUEUES:
        depths.add_metric([name], queues.waiting_jobs(name, redis))
    return depths
