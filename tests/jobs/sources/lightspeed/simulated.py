"""A pull from the simulator with its switches set."""

from datetime import date

import pytest

from jobs.sources.lightspeed import part_filter
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.parts import Part
from jobs.sources.lightspeed.retry import RetryPolicy
from sandbox.simulator import Simulator
from tests.jobs.sources.lightspeed.conftest import CMF, QUICK, TR_PARTS, session
from tests.jobs.sources.lightspeed.pulling import part_pages

ALL = [f"TR-{n:05}" for n in range(TR_PARTS)]
TR_IN_STOCK = part_filter("TR", "OnHand", date(2021, 1, 1))


def pulled(
    simulator: Simulator, retry: RetryPolicy = QUICK, cmf: str = CMF, **switches: object
) -> list[Part]:
    """All parts of TR that a pull brings while the switches are set so."""
    simulator.switches.change(switches)
    lightspeed = session(simulator.url, retry, timeout=(5, 5))
    return [part for page in part_pages(lightspeed, cmf, TR_IN_STOCK) for part in page.parts]


def refusal(
    simulator: Simulator, retry: RetryPolicy = QUICK, cmf: str = CMF, **switches: object
) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        pulled(simulator, retry, cmf, **switches)
    return caught.value


def numbers(parts: list[Part]) -> list[str | None]:
    return [part.part_number for part in parts]
