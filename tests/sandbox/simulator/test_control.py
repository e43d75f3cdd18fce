"""The simulator's own side under /_control/, as a person with curl or another process uses it."""

from http.client import HTTPConnection

import pytest
import requests

from sandbox.simulator import SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")


@pytest.fixture
def simulator():
    parts = [part("TR", "1", OnHand=1), part("TR", " 2 ", OnHand=2), part("PU", "1", OnHand=3)]
    with Simulator([SimulatedDealer(CMF, *LOGIN, parts=parts)]) as running:
        yield running


def ask(simulator, method, path, body=None):
    url = f"http://{simulator.host}:{simulator.port}/_control/{path}"
    return requests.request(method, url, json=body, timeout=10)


def stock(simulator):
    return {
        (one["SupplierCode"], one["PartNumber"]): one.get("OnHand") for one in simulator.dealers[CMF].parts
    }


def test_the_root_lists_the_control_addresses(simulator):
    assert "/_control/switches" in ask(simulator, "GET", "").text
    lost = ask(simulator, "GET", "nonsense")
    assert (lost.status_code, "/_control/switches" in lost.text) == (404, True)


def test_it_lists_and_forgets_requests_and_keeps_its_own_out(simulator):
    requests.get(f"{simulator.url}/Part/{CMF}", params={"$top": 1}, auth=LOGIN, timeout=10)
    (one,) = ask(simulator, "GET", "requests").json()
    assert (one["path"], one["options"], one["status"]) == (f"/lsapi/Part/{CMF}", {"$top": "1"}, 200)
    assert ask(simulator, "GET", "peak").json() == {"requests_per_minute": 1}
    ask(simulator, "DELETE", "requests")
    assert ask(simulator, "GET", "requests").json() == []


def test_behavior_settings_are_shown_and_changed(simulator):
    assert ask(simulator, "GET", "switches").json()["numbers"] == "numbers"
    fault = {"kind": "html", "code": "TR", "page": 2, "times": None}
    told = ask(simulator, "POST", "switches", {"numbers": "strings", "latency": 1, "faults": [fault]}).json()
    assert (told["numbers"], told["latency"], told["faults"]) == ("strings", 1, [fault])
    assert simulator.switches.numbers == "strings"
    assert simulator.switches.faults[0].kind == "html"
    assert ask(simulator, "POST", "switches", told).json() == told


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"order": "shuffled", "numbers": "roman"}, "numbers is one of"),
        ({"order": "shuffled", "nonsense": 1}, "no such switch: nonsense"),
        ({"order": "shuffled", "latency": "slow"}, "latency is a number"),
        ({"order": "shuffled", "odd_every": True}, "odd_every is a whole number"),
        ({"order": "shuffled", "not_enabled": [1]}, "not_enabled is a list"),
        ({"order": "shuffled", "faults": ["html"]}, "a fault is an object"),
        ({"order": "shuffled", "faults": [{"kind": "gremlin"}]}, "kind is one of"),
        (["shuffled"], "send a JSON object"),
    ],
)
def test_an_invalid_behavior_setting_changes_nothing(simulator, body, reason):
    answer = ask(simulator, "POST", "switches", body)
    assert answer.status_code == 400
    assert reason in answer.text
    assert simulator.switches.order == "stable"


def test_a_body_that_is_not_json_is_refused(simulator):
    url = f"http://{simulator.host}:{simulator.port}/_control/switches"
    assert requests.post(url, data="numbers=strings", timeout=10).status_code == 400


def test_dealers_are_listed_without_passwords_and_can_be_added(simulator):
    new = {"cmf": "9", "username": "u", "password": "hidden", "parts": [part("TR", "1")]}
    assert ask(simulator, "POST", "dealers", new).json()["parts"] == 1
    listed = ask(simulator, "GET", "dealers")
    assert [(one["cmf"], one["parts"]) for one in listed.json()] == [(CMF, 3), ("9", 1)]
    assert "hidden" not in listed.text
    found = requests.get(f"{simulator.url}/Part/9", auth=("u", "hidden"), timeout=10)
    assert found.json()[0]["Cmf"] == "9"
    assert ask(simulator, "POST", "dealers", {"cmf": "8"}).status_code == 400


def test_parts_are_shown(simulator):
    assert ask(simulator, "GET", f"parts/{CMF}").json() == simulator.dealers[CMF].parts


def test_parts_are_patched(simulator):
    change = {
        "add": [part("PU", "2", OnHand=9)],
        "update": [{"SupplierCode": "TR", "PartNumber": "2", "OnHand": 20}],
        "remove": [{"SupplierCode": "TR", "PartNumber": "1"}],
    }
    assert ask(simulator, "POST", f"parts/{CMF}", change).json()["parts"] == 3
    assert stock(simulator) == {("TR", " 2 "): 20, ("PU", "1"): 3, ("PU", "2"): 9}


@pytest.mark.parametrize("wrapped", [False, True])
def test_parts_are_replaced(simulator, wrapped):
    parts = [part("TR", "7", OnHand=7)]
    ask(simulator, "POST", f"parts/{CMF}", {"set": parts} if wrapped else parts)
    assert stock(simulator) == {("TR", "7"): 7}


@pytest.mark.parametrize(
    "body",
    [
        {"set": [], "update": [{"SupplierCode": "TR", "PartNumber": "1", "OnHand": 5}]},
        {"remove": [{"SupplierCode": "TR", "PartNumber": "nope"}]},
        {"set": [], "burn": []},
        {"set": {"SupplierCode": "TR"}},
        {"set": ["TR"]},
        {},
        "TR",
    ],
)
def test_a_wrong_change_of_parts_changes_nothing(simulator, body):
    before = stock(simulator)
    assert ask(simulator, "POST", f"parts/{CMF}", body).status_code == 400
    assert stock(simulator) == before


def test_parts_of_a_dealer_that_is_not_there(simulator):
    assert ask(simulator, "POST", "parts/1", []).status_code == 404


@pytest.mark.parametrize("length", ["²", "-1", "x", "9" * 30])
def test_an_invalid_length_is_refused(simulator, length):
    connection = HTTPConnection(simulator.host, simulator.port, timeout=10)
    connection.putrequest("POST", "/_control/switches")
    connection.putheader("Content-Length", length.encode("latin-1"))
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
