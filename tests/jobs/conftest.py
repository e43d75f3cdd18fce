"""A world for the tests of the sync."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from sandbox.simulator import Simulator
from tests.factories import World


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A running 3PA simulator without dealers."""
    with Simulator([]) as running:
        yield running


@pytest.fixture
def world(app: Flask, simulator: Simulator) -> World:
    """One connected dealer, no codes yet; on each database."""
    return World(simulator)
