"""Fixtures of the client's tests: quick retries, a scripted service, and the simulator with one dealer."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.source import Credentials
from sandbox.simulator import SimulatedDealer, Simulator, part
from tests.jobs.sources.lightspeed.script import Script

CMF = "76014846"
LOGIN = Credentials("dealer-login", "right-password")
HERE = ("127.0.0.1", "localhost")
QUICK = RetryPolicy(base=0.001, cap=0.002, busy_pause=0.002)
TR_PARTS = 1_200


def session(url: str, retry: RetryPolicy = QUICK, timeout: tuple[float, float] = (5, 5)) -> LightspeedClient:
    """A session without a rate limit that does not dawdle between tries."""
    return LightspeedClient(
        url, LOGIN, RateBudget.in_process(None), timeout=timeout, retry=retry, allowed_hosts=HERE
    )


@pytest.fixture
def script(httpserver: HTTPServer) -> Script:
    """A service that gives prepared answers, one after the other."""
    return Script(httpserver)


@pytest.fixture
def lightspeed(script: Script) -> LightspeedClient:
    """A session with the scripted service."""
    return session(script.url)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A service with one dealer: 1,200 parts of TR (pages of 500, 500 and 200) and some of PU."""
    parts = [
        part("TR", f"TR-{n:05}", OnHand=n % 9 + 1, Retail=1 + n / 100, Description=f"Part {n}")
        for n in range(TR_PARTS)
    ]
    parts += [part("PU", f"PU-{n}") for n in range(3)]
    parts += [part("TR", "SOLD-OUT", OnHand=0), part("TR", "STALE", lastupdatedate="2019-01-01T00:00:00")]
    dealer = SimulatedDealer(CMF, LOGIN.username, LOGIN.password, parts=parts)
    with Simulator([dealer]) as running:
        running.switches.requests_per_minute = 1_000_000
        yield running
