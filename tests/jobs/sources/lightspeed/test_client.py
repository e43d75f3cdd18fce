import pytest

from jobs.sources.lightspeed import LightspeedClient, RateBudget, client
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.source import Credentials
from sandbox.simulator import Simulator, part
from tests.jobs.sources.lightspeed.conftest import CMF, HERE, LOGIN, QUICK, session
from tests.jobs.sources.lightspeed.pulling import part_pages
from tests.jobs.sources.lightspeed.script import Script, body, page


def refusal(lightspeed: LightspeedClient, cmf: str = CMF) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        lightspeed.check(cmf)
    return caught.value


def test_a_login_that_works_is_checked_by_one_request_for_one_part(simulator: Simulator):
    session(simulator.url).check(CMF)

    (request,) = simulator.requests
    assert (request.path, request.options) == (f"/lsapi/Part/{CMF}", {"$top": "1"})


def test_a_dealer_without_parts_is_connected(simulator: Simulator):
    simulator.dealers[CMF].set_parts([])

    session(simulator.url).check(CMF)


@pytest.mark.parametrize(
    "switch", [{"password_state": "wrong"}, {"unknown_cmf": "404"}, {"not_enabled": [CMF]}]
)
def test_a_refusal_says_why(simulator: Simulator, switch):
    simulator.switches.change(switch)
    cmf = "99999" if "unknown_cmf" in switch else CMF
    error = refusal(session(simulator.url), cmf)

    assert (error.kind, error.account_wide, error.requests, len(simulator.requests)) == (
        "account",
        True,
        1,
        1,
    )


def test_a_wrong_password_is_distinguished_from_a_wrong_dealer_id(simulator: Simulator):
    wrong = LightspeedClient(
        simulator.url,
        Credentials(LOGIN.username, "old"),
        RateBudget.in_process(None),
        retry=QUICK,
        allowed_hosts=HERE,
    )

    assert refusal(wrong).status == 401
    assert refusal(session(simulator.url), "99999").status == 404


@pytest.mark.parametrize(
    "answer",
    [
        body('"Error: dealer is not enabled"'),
        body('{"error": "denied"}'),
        body("<html>Sign in</html>"),
        body(""),
        body('["denied"]'),
        body('[{"Message": "denied"}]'),
        body("[{"),
    ],
)
def test_an_error_with_status_200_is_not_accepted(script: Script, lightspeed: LightspeedClient, answer):
    script.will_answer(answer)

    assert refusal(lightspeed).kind == "bad_answer"


def test_another_dealers_part_does_not_pass(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page([{"Cmf": "11111111", "PartNumber": "A"}]))
    error = refusal(lightspeed)

    assert (error.kind, error.sentence) == ("account", error_for_fault("other_dealer").sentence)
    assert len(script.requests) == 1


@pytest.mark.parametrize("cmf", [CMF, int(CMF), f" {CMF}  ", f"00{CMF}", None])
def test_the_same_dealer_id_in_another_form_passes(script: Script, lightspeed: LightspeedClient, cmf):
    script.will_answer(page([{"Cmf": cmf, "PartNumber": "A"}]))

    lightspeed.check(CMF)


def test_a_check_tries_less_often_than_a_pull(script: Script, lightspeed: LightspeedClient):
    script.will_answer(body("boom", 500))

    assert refusal(lightspeed).requests == 2


def test_a_check_does_not_wait_as_long_as_a_pull_would(script: Script):
    script.will_answer(body("slow down", 429, Retry_After="30"))

    assert refusal(session(script.url, RetryPolicy())).requests == 1


@pytest.mark.parametrize("cause", ["service", "rate limit"])
def test_a_check_ends_in_time_whatever_it_waits_for(simulator: Simulator, monkeypatch, cause):
    monkeypatch.setattr(client, "_CHECK_LONGEST", 0.5)
    per_minute = 1 if cause == "rate limit" else None
    simulator.switches.latency = 60.0 if cause == "service" else 0.0
    lightspeed = LightspeedClient(
        simulator.url, LOGIN, RateBudget.in_process(per_minute), timeout=(5, 90), allowed_hosts=HERE
    )
    if cause == "rate limit":
        lightspeed.check(CMF)

    assert refusal(lightspeed).sentence == error_for_fault("timed_out").sentence


def test_a_check_can_be_interrupted(simulator: Simulator):
    simulator.switches.latency = 60.0

    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        session(simulator.url, RetryPolicy(), timeout=(5, 90)).check(CMF, waiting=stop)


def test_logins_of_one_account_share_a_rate_and_others_do_not(simulator: Simulator):
    keys: list[str] = []

    class Noting(RateBudget):
        def acquire(self, login_key, waiting, asker=None):
            keys.append(login_key)
            return 0.0

    budget = Noting(None)
    for url, username in [
        (simulator.url, "dealer-login"),
        (simulator.url + "/", " Dealer-Login"),
        (simulator.url, "other-login"),
        (simulator.url.replace("127.0.0.1", "localhost"), "dealer-login"),
    ]:
        pages = part_pages(
            LightspeedClient(url, Credentials(username, "x"), budget, retry=QUICK, allowed_hosts=HERE),
            CMF,
            "x",
        )
        with pytest.raises(LightspeedError):
            next(pages)

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert "dealer-login" not in "".join(keys)


def test_a_record_of_the_simulator_passes(simulator: Simulator):
    simulator.dealers[CMF].set_parts([part("TR", "A")])

    session(simulator.url).check(CMF)
