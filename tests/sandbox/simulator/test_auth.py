"""Logins, CMFs, the limit of requests, latency, and what is recorded, over real HTTP."""

import time
from http.client import HTTPConnection

import pytest
import requests

from sandbox.simulator import Behavior, SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")


@pytest.fixture
def simulator():
    dealers = [
        SimulatedDealer(CMF, *LOGIN, name="Direct", parts=[part("TR", "1")]),
        SimulatedDealer("700001", "partner", "pässwort:1", name="First"),
        SimulatedDealer("700002", "partner", "pässwort:1", name="Second"),
    ]
    with Simulator(dealers) as running:
        yield running


def get(simulator, path=f"Part/{CMF}", login=LOGIN, method="GET"):
    login = login and tuple(word.encode() for word in login)
    return requests.request(method, f"{simulator.url}/{path}", auth=login, timeout=10)


@pytest.mark.parametrize(
    "login", [None, ("12345678", "wrong"), ("nobody", "secret"), ("", ""), ("12345678", "secret ")]
)
def test_a_missing_or_wrong_login_is_a_plain_401_without_a_challenge(simulator, login):
    answer = get(simulator, login=login)
    assert answer.status_code == 401
    assert "WWW-Authenticate" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert get(simulator).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer abc", "Basic /w=="])
def test_a_login_that_cannot_be_read_is_a_401(simulator, header):
    answer = requests.get(f"{simulator.url}/Dealer", headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401


def test_the_login_is_checked_before_the_cmf(simulator):
    assert get(simulator, "Part/404404", login=None).status_code == 401


def test_an_unknown_cmf(simulator):
    assert get(simulator, "Part/404404").status_code == 404
    simulator.switches.unknown_cmf = "403"
    assert get(simulator, "Part/404404").status_code == 403


def test_a_dealer_that_is_not_enabled_or_belongs_to_another_login(simulator):
    assert get(simulator, "Part/700001").status_code == 403
    simulator.switches.not_enabled = [CMF]
    assert get(simulator).status_code == 403


@pytest.mark.parametrize("path", ["", "Unit/12345678", "part/12345678", "Part", "Part/12345678/1", "dealer"])
def test_a_data_type_that_does_not_exist(simulator, path):
    answer = get(simulator, path)
    assert answer.status_code == 404
    assert "Exception" in answer.text


def test_a_direct_login_lists_its_dealer(simulator):
    (listed,) = get(simulator, "Dealer").json()
    assert (listed["Cmf"], listed["DealershipName"], listed["DirectConnect"]) == (CMF, "Direct", 1)
    assert set(listed) == {"Cmf", "DealershipName", "DealerNumber", "DirectConnect", "DirectConnectDate"}


def test_a_partner_login_reads_and_lists_many(simulator):
    partner = ("partner", "pässwort:1")
    assert [one["Cmf"] for one in get(simulator, "Dealer", partner).json()] == ["700001", "700002"]
    assert get(simulator, "Part/700002", partner).json() == []
    simulator.switches.not_enabled = ["700001"]
    assert [one["Cmf"] for one in get(simulator, "Dealer", partner).json()] == ["700002"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_get_is_answered(simulator, method):
    answer = get(simulator, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"


def test_a_connection_is_kept_through_errors_and_bodies(simulator):
    headers = {"Authorization": requests.auth._basic_auth_str(*LOGIN)}
    connection = HTTPConnection(simulator.host, simulator.port, timeout=10)
    connection.connect()
    kept, statuses = connection.sock, []
    for method, path, body in (
        ("POST", "Dealer", b"x" * 1000),
        ("GET", "Part/1", None),
        ("GET", "Dealer", None),
    ):
        connection.request(method, f"/lsapi/{path}", body, headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    assert statuses == [405, 404, 200]
    assert connection.sock is kept
    connection.close()


def test_a_password_wrong_from_the_start(simulator):
    simulator.switches.password_state = "wrong"
    assert get(simulator).status_code == 401


def test_a_password_rotated_mid_pull(simulator):
    simulator.switches = Behavior(password_state="rotated", rotate_after=2)
    assert [get(simulator).status_code for _ in range(4)] == [200, 200, 401, 401]
    simulator.dealers[CMF].password = "new"
    simulator.switches.password_state = "right"
    assert get(simulator).status_code == 401
    assert get(simulator, login=(CMF, "new")).status_code == 200


def limited(simulator, over_rate, **more):
    simulator.switches = Behavior(requests_per_minute=2, over_rate=over_rate, **more)
    return [get(simulator) for _ in range(3)]


@pytest.mark.parametrize(
    ("over_rate", "status", "headers"),
    [("nothing", 200, 0), ("429", 429, 0), ("429_retry_after", 429, 1), ("503", 503, 0)],
)
def test_requests_beyond_the_limit_are_refused(simulator, over_rate, status, headers):
    answers = limited(simulator, over_rate)
    assert [one.status_code for one in answers] == [200, 200, status]
    assert ["Retry-After" in one.headers for one in answers] == [False, False, bool(headers)]


def test_retry_after_is_the_time_until_there_is_room(simulator):
    refused = limited(simulator, "429_retry_after", rate_window=0.4)[-1]
    assert refused.headers["Retry-After"] == "1"
    time.sleep(0.45)
    assert get(simulator).status_code == 200


def test_retry_after_may_be_any_text(simulator):
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    assert limited(simulator, "429_retry_after", retry_after=date)[-1].headers["Retry-After"] == date


def test_beyond_the_limit_answers_may_be_slow(simulator):
    start = time.monotonic()
    answers = limited(simulator, "slow", slow_seconds=0.15)
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert time.monotonic() - start >= 0.15


def test_responses_to_some_dealers_may_be_slower(simulator):
    simulator.switches = Behavior(slow_dealers=["700001"], slow_seconds=0.15)
    start = time.monotonic()
    get(simulator)
    assert time.monotonic() - start < 0.15
    get(simulator, "Part/700001", ("partner", "pässwort:1"))
    assert time.monotonic() - start >= 0.15


def test_each_login_has_its_own_limit(simulator):
    limited(simulator, "429")
    assert get(simulator, "Dealer", ("partner", "pässwort:1")).status_code == 200


@pytest.mark.parametrize("jitter", [0.0, 0.02])
def test_latency_comes_before_every_answer(simulator, jitter):
    simulator.switches = Behavior(latency=0.05, latency_jitter=jitter)
    start = time.monotonic()
    assert get(simulator).status_code == 200
    assert get(simulator, "Part/1").status_code == 404
    assert time.monotonic() - start >= 0.1


def test_requests_are_recorded_without_passwords(simulator):
    url = f"{simulator.url}/Part/{CMF}"
    requests.get(url, params={"$filter": "SupplierCode eq 'A&B'", "$top": 1}, auth=LOGIN, timeout=10)
    get(simulator, "Dealer", ("nobody", "topsecret"))
    first, second = simulator.requests
    assert (first.method, first.path, first.cmf, first.status) == ("GET", f"/lsapi/Part/{CMF}", CMF, 200)
    assert first.options == {"$filter": "SupplierCode eq 'A&B'", "$top": "1"}
    assert (first.username, second.username, second.status, second.cmf) == (CMF, "nobody", 401, None)
    assert first.time <= second.time
    assert "secret" not in repr([simulator.requests, list(simulator.dealers.values())])
    simulator.requests.clear()
    assert simulator.requests == []


def test_the_peak_is_that_of_the_busiest_login_within_a_minute(simulator):
    for _ in range(3):
        get(simulator)
    get(simulator, "Dealer", ("partner", "pässwort:1"))
    assert simulator.peak_requests_per_minute() == 3
    simulator.requests[0].time -= 61
    assert simulator.peak_requests_per_minute() == 2


def test_nothing_answers_once_it_has_stopped():
    with requests.Session() as session, Simulator([SimulatedDealer(CMF, *LOGIN)]) as running:
        session.auth = LOGIN
        assert session.get(f"{running.url}/Dealer", timeout=10).status_code == 200
        running.stop()
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{running.url}/Dealer", timeout=10)


def test_a_simulator_can_be_created_and_discarded_without_being_started():
    simulator = Simulator()
    simulator.stop()
    Simulator(port=simulator.port).stop()
