"""Figures for Prometheus, read from SQL and Redis when they are asked for.

Several web processes answer, and runs are carried out elsewhere: nothing is kept in a process for longer than
some seconds.
"""

from __future__ import annotations

from webapp.operations.metrics.exposition import exposition
from webapp.operations.metrics.http_latency import register
from webapp.operations.metrics.tallying import tally

__all__ = ["exposition", "register", "tally"]
