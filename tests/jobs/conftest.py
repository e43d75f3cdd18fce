"""The harness of the sync tests, and an empty Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis

from jobs.sources.lightspeed import responses
from jobs.sources.lightspeed.parts import DecodedPage
from sandbox.simulator import Simulator
from tests.sync_harness import SyncHarness


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running 3PA simulator without dealers."""
    with Simulator([]) as running:
        yield running


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the bodies that are decoded."""
    sizes: list[int] = []
    decode = responses.decode_page

    def counted(body: bytes) -> DecodedPage:
        sizes.append(len(body))
        return decode(body)

    monkeypatch.setattr(responses, "decode_page", counted)
    return sizes


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
