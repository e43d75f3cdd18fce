"""The time that requests waited for the rate budget is reported with their pages."""

import pytest

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.lightspeed.errors import LightspeedError
from tests.jobs.sources.lightspeed.conftest import HERE, LOGIN, QUICK
from tests.jobs.sources.lightspeed.pulling import pull
from tests.jobs.sources.lightspeed.script import Script, body, rows


@pytest.fixture
def narrow(script: Script) -> LightspeedClient:
    """A session that may send two requests a second."""
    return LightspeedClient(
        script.url,
        LOGIN,
        RateBudget.in_process(2, seconds=1),
        timeout=(5, 5),
        retry=QUICK,
        allowed_hosts=HERE,
    )


def test_a_page_tells_how_long_its_requests_waited(script: Script, narrow: LightspeedClient):
    script.will_list(rows(0, 8))
    waits = [one.rate_waited for one in pull(narrow)]

    assert waits[:2] == [0.0, 0.0]
    assert waits[2] > 0


@pytest.mark.slow
def test_an_error_tells_how_long_its_requests_waited(script: Script, narrow: LightspeedClient):
    script.will_answer(body("boom", 500))
    with pytest.raises(LightspeedError) as caught:
        pull(narrow)

    assert QUICK.attempts > 2
    assert caught.value.rate_waited > 0


def test_without_a_limit_nothing_waits(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 2))

    assert [one.rate_waited for one in pull(lightspeed)] == [0.0, 0.0]
