"""Prometheus metrics, read from SQL and Redis on each scrape.

Scrapes may reach any of several web processes, and runs happen in others: nothing is kept in a process for
more than some seconds.
"""

from __future__ import annotations

from webapp.operations.metrics.exposition import exposition
from webapp.operations.metrics.http_latency import register
from webapp.operations.metrics.tallying import tally

__all__ = ["exposition", "register", "tally"]
