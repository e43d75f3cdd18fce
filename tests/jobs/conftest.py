"""The harness of the sync tests, and an empty Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis

from sandbox.simulator import Simulator
from tests.sync_harness import SyncHarness


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running 3PA simulator without dealers."""
    with Simulator([]) as running:
        yield running


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """One connected dealer, no codes yet; on each database."""
    return SyncHarness(simulator)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty Redis."""
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()
