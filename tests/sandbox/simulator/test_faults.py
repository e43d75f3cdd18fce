"""Each fault at its page of its code, and parts that move during a pull, over real HTTP."""

import json
import threading
import time

import pytest
import requests

from sandbox.simulator import Behavior, Fault, SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")


@pytest.fixture
def simulator():
    parts = [part(code, f"{number:02d}") for code in ("TR", "PU") for number in range(30)]
    with Simulator([SimulatedDealer(CMF, *LOGIN, parts=parts)]) as running:
        yield running


def get(simulator, page=1, code="TR", timeout=10):
    options = {"$filter": f"SupplierCode eq '{code}'", "$orderby": "PartNumber", "$top": 10}
    skip = {"$skip": (page - 1) * 10}
    return requests.get(
        f"{simulator.url}/Part/{CMF}", params={**options, **skip}, auth=LOGIN, timeout=timeout
    )


def numbers(answer):
    return [row["PartNumber"] for row in answer.json()]


def fine(answer):
    return answer.status_code == 200 and len(answer.json()) == 10


def test_a_fault_strikes_its_page_of_its_code_as_often_as_it_says(simulator):
    fault = Fault("error_500", code="tr", page=2, times=2)
    simulator.switches.faults = [fault]
    assert fine(get(simulator, 1))
    assert fine(get(simulator, 2, code="PU"))
    assert [get(simulator, 2).status_code for _ in range(3)] == [500, 500, 200]
    assert simulator.fired(fault) == 2


def test_a_fault_without_a_code_strikes_any_and_without_a_number_always(simulator):
    simulator.switches.faults = [Fault("error_500", times=None)]
    assert [get(simulator, code=code).status_code for code in ("TR", "PU", "TR")] == [500, 500, 500]
    assert fine(get(simulator, 2))


def test_new_behavior_settings_restart_the_count(simulator):
    fault = Fault("error_500")
    for _ in range(2):
        simulator.switches = Behavior(faults=[fault])
        assert [get(simulator).status_code for _ in range(2)] == [500, 200]


def test_error_500_is_plain_text(simulator):
    simulator.switches.faults = [Fault("error_500")]
    answer = get(simulator)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Exception" in answer.text


def test_json_string(simulator):
    simulator.switches.faults = [Fault("json_string")]
    answer = get(simulator)
    assert answer.status_code == 200
    assert isinstance(answer.json(), str)


def test_html(simulator):
    simulator.switches.faults = [Fault("html")]
    answer = get(simulator)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_truncated_json_in_a_whole_answer(simulator):
    simulator.switches.faults = [Fault("truncated")]
    answer = get(simulator)
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_short_body_ends_before_its_promised_length(simulator):
    simulator.switches.faults = [Fault("short_body")]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(simulator)
    assert fine(get(simulator))


def test_an_endless_answer_goes_on_until_the_client_leaves(simulator):
    simulator.switches.faults = [Fault("endless")]
    options = {"$filter": "SupplierCode eq 'TR'", "$top": 10}
    with requests.get(
        f"{simulator.url}/Part/{CMF}", params=options, auth=LOGIN, timeout=10, stream=True
    ) as answer:
        assert (
            sum(len(piece) for piece, _ in zip(answer.iter_content(65_536), range(100), strict=False)) > 1e6
        )
    assert fine(get(simulator))


def test_a_bomb_is_small_on_the_wire_and_large_inflated(simulator):
    simulator.switches.faults = [Fault("bomb")]
    answer = get(simulator)
    assert int(answer.headers["Content-Length"]) < 100_000
    assert len(answer.content) > 64_000_000


def test_nested_arrays_are_deeper_than_a_reader_accepts(simulator):
    simulator.switches.faults = [Fault("nested")]
    answer = get(simulator)
    assert answer.text.count("[") > 100_000
    with pytest.raises((RecursionError, json.JSONDecodeError)):
        answer.json()


def test_control_character_in_a_description(simulator):
    simulator.switches.faults = [Fault("control_character")]
    body = get(simulator).text
    with pytest.raises(json.JSONDecodeError, match="Invalid control character"):
        json.loads(body)
    assert json.loads(body, strict=False)[0]["Description"] == "\x0bPART"


def test_reset(simulator):
    simulator.switches.faults = [Fault("reset")]
    with pytest.raises(requests.exceptions.ConnectionError, match="reset"):
        get(simulator)
    assert simulator.requests[0].status is None
    assert fine(get(simulator))


def test_timeout_says_nothing_until_the_client_gives_up(simulator):
    simulator.switches.faults = [Fault("timeout")]
    with pytest.raises(requests.exceptions.ReadTimeout):
        get(simulator, timeout=0.2)
    assert fine(get(simulator))


def test_a_client_that_gives_up_leaves_no_thread_running(simulator):
    simulator.switches.faults = [Fault("timeout")]
    before = set(threading.enumerate())
    with pytest.raises(requests.exceptions.ReadTimeout):
        get(simulator, timeout=0.1)
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(threading.enumerate()) <= before


def test_timeout_ends_by_a_reset_when_its_time_is_over(simulator):
    simulator.switches = Behavior(faults=[Fault("timeout")], timeout_seconds=0.05)
    with pytest.raises(requests.exceptions.ConnectionError):
        get(simulator)


def test_timeout_ends_when_its_time_is_shortened(simulator):
    simulator.switches = Behavior(faults=[Fault("timeout")], timeout_seconds=60.0)
    shorten = threading.Timer(0.2, lambda: setattr(simulator, "switches", Behavior(timeout_seconds=0.0)))
    shorten.start()
    with pytest.raises(requests.exceptions.ConnectionError):
        get(simulator)
    shorten.join()


def test_empty_body(simulator):
    simulator.switches.faults = [Fault("empty_body")]
    answer = get(simulator)
    assert (answer.status_code, answer.content) == (200, b"")


def test_silent_empty(simulator):
    simulator.switches.faults = [Fault("silent_empty", page=2)]
    assert get(simulator, 2).json() == []
    assert fine(get(simulator, 2))


def test_a_row_inserted_before_the_cursor_shows_a_row_twice(simulator):
    simulator.switches.faults = [Fault("row_inserted", code="TR", page=2)]
    first, second = numbers(get(simulator, 1)), numbers(get(simulator, 2))
    assert first[-1] == second[0] == "09"
    assert "!00" in [one["PartNumber"] for one in simulator.dealers[CMF].parts if one["SupplierCode"] == "TR"]
    assert numbers(get(simulator, 1, code="PU"))[0] == "00"


def test_a_row_is_inserted_before_one_with_leading_blanks(simulator):
    simulator.dealers[CMF].set_parts([part("TR", "  1"), part("TR", "2")])
    simulator.switches.faults = [Fault("row_inserted")]
    assert numbers(get(simulator)) == ["  !1", "  1", "2"]


def test_a_row_removed_before_the_cursor_hides_a_row(simulator):
    simulator.switches.faults = [Fault("row_removed", code="TR", page=2)]
    seen = [number for page in (1, 2, 3) for number in numbers(get(simulator, page))]
    assert seen == [f"{number:02d}" for number in range(30) if number != 10]


def test_a_row_repeated_is_twice_on_its_page(simulator):
    simulator.switches.faults = [Fault("row_repeated", code="TR", page=2)]
    assert numbers(get(simulator, 2))[:3] == ["10", "10", "11"]
    assert numbers(get(simulator, 3))[0] == "19"


def test_faults_move_no_rows_of_an_empty_list(simulator):
    kinds = ("row_inserted", "row_removed", "row_repeated")
    simulator.switches.faults = [Fault(kind, code="ZZ") for kind in kinds]
    assert get(simulator, code="ZZ").json() == []
    assert len(simulator.dealers[CMF].parts) == 60


def test_a_fault_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="kind is one of"):
        Fault("gremlin")
    with pytest.raises(ValueError, match="page is a whole number"):
        Fault("reset", page="2")
