"""A dealer whose runs go against the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from sandbox.simulator import Simulator
from tests.sync_harness import SyncHarness


@pytest.fixture
def harness(app: Flask) -> Iterator[SyncHarness]:
    """One connected dealer, no codes yet; on each database."""
    with Simulator([]) as simulator:
        yield SyncHarness(simulator)
