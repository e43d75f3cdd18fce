import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.lightspeed import Lightspeed, LightspeedError, Page, RetryPolicy
from jobs.lightspeed.errors import error_for_fault
from sandbox.simulator import Simulator, part
from tests.jobs.lightspeed.conftest import CMF, QUICK, session
from tests.jobs.lightspeed.script import Script, body, page, rows

FILTER = "SupplierCode eq 'TR'"


def pull(lightspeed: Lightspeed, page_size: int = 3) -> list[Page]:
    return list(lightspeed.part_pages(CMF, FILTER, page_size=page_size))


def numbers(pages: list[Page]) -> list[str | None]:
    return [part.part_number for one in pages for part in one.parts]


def failure(lightspeed: Lightspeed, page_size: int = 3) -> LightspeedError:
    with pytest.raises(LightspeedError) as caught:
        pull(lightspeed, page_size)
    return caught.value


def test_pages_come_in_order_until_one_is_short(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(3, 3)), page(rows(6, 2)))
    pages = pull(lightspeed)

    assert numbers(pages) == [f"P{n}" for n in range(8)]
    assert [(one.number, one.received, one.requests) for one in pages] == [(1, 3, 1), (2, 3, 1), (3, 2, 1)]
    assert script.skips() == [0, 3, 6]
    for request in script.requests:
        assert request.args["$filter"] == FILTER
        assert request.args["$orderby"] == "PartNumber"
        assert request.args["$top"] == "3"


def test_an_unreadable_record_counts_as_received(script: Script, lightspeed: Lightspeed):
    script.will_answer(page([*rows(0, 2), None]), page(rows(3, 1)))
    pages = pull(lightspeed)

    assert [(one.received, len(one.parts), len(one.unreadable)) for one in pages] == [(3, 2, 1), (1, 1, 0)]
    assert script.skips() == [0, 3]


def test_an_empty_first_page_is_asked_for_once_more(script: Script, lightspeed: Lightspeed):
    script.will_answer(page([]), page([]))
    pages = pull(lightspeed)

    assert [(one.number, one.received, one.requests) for one in pages] == [(1, 0, 2)]
    assert script.skips() == [0, 0]


def test_a_first_page_that_was_only_silent_once_is_not_lost(script: Script, lightspeed: Lightspeed):
    script.will_answer(page([]), page(rows(0, 2)))

    assert numbers(pull(lightspeed)) == ["P0", "P1"]


def test_an_empty_page_after_a_full_one_ends_it_where_the_last_row_shows_again(script, lightspeed):
    script.will_answer(page(rows(0, 3)), page([]), page([]), page(rows(2, 1)))
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2"]
    assert [(one.received, one.requests) for one in pages] == [(3, 1), (0, 3)]
    assert script.skips() == [0, 3, 3, 2]


def test_rows_that_hid_behind_an_empty_page_are_found(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page([]), page([]), page(rows(2, 3)), page(rows(5, 1)))

    assert set(numbers(pull(lightspeed))) == {f"P{n}" for n in range(6)}
    assert script.skips() == [0, 3, 3, 2, 5]


def test_a_service_that_falls_silent_after_a_page_is_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page([]))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("silent").sentence)
    assert error.requests == 4
    assert script.skips() == [0, 3, 3, 2, 0]


def test_an_error_on_a_second_look_counts_the_first_look_too(script: Script, lightspeed: Lightspeed):
    script.will_answer(page([]), body("boom", 500))

    assert failure(lightspeed).requests == 1 + QUICK.attempts


def test_a_service_that_goes_silent_from_some_row_on_is_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page([]), page([]), page([]), page(rows(0, 3)))

    assert failure(lightspeed).sentence == error_for_fault("silent").sentence


def test_rows_that_were_removed_meanwhile_are_no_silence(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page([]), page([]), page([]), page(rows(1, 2)))

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2"]


def test_a_service_that_gives_more_than_asked_for_is_read_whole(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 8)), page([]), page([]), page(rows(7, 1)))

    assert numbers(pull(lightspeed)) == [f"P{n}" for n in range(8)]
    assert script.skips() == [0, 8, 8, 7]


def test_the_same_page_for_ever_is_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("repeating").sentence)
    assert len(script.requests) == 1 + QUICK.bad_answer_attempts


def test_two_pages_in_turn_for_ever_are_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(3, 3)), page(rows(0, 3)))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence


def test_the_same_parts_gathered_anew_are_still_the_same_page(script: Script, lightspeed: Lightspeed):
    times = [f"2026-02-25T10:00:{second:02}" for second in range(10)]
    script.will_answer(*(page(rows(0, 3, DateGathered=time)) for time in times))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence
    assert len(script.requests) == 1 + QUICK.bad_answer_attempts


def test_an_old_page_given_once_by_mistake_is_asked_for_again(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(0, 3)), page(rows(3, 1)))
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2", "P3"]
    assert [one.requests for one in pages] == [1, 2]


def test_pages_that_overlap_because_rows_moved_are_read(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(2, 3)), page(rows(5, 1)))

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2", "P2", "P3", "P4", "P5"]


def test_new_rows_without_end_are_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(*(page(rows(first, 3)) for first in range(0, 60, 3)))

    with pytest.raises(LightspeedError) as caught:
        list(lightspeed.part_pages(CMF, FILTER, page_size=3, most_rows=30))
    assert len(script.requests) == 11
    assert caught.value.sentence == error_for_fault("endless").sentence


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (body('"The request failed."'), "not_array"),
        (body('{"Message": "denied"}'), "not_array"),
        (body("null"), "not_array"),
        (body("<html><body>Maintenance</body></html>"), "not_json"),
        (body("System.Exception: boom"), "not_json"),
        (body('[{"PartNumber": "A"}, {"Part'), "truncated"),
        (body(""), "empty"),
        (body('["error"]'), "not_parts"),
        (body('[{"Message": "An error has occurred."}]'), "not_parts"),
        (body("[null]"), "not_parts"),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_an_answer_that_is_no_page_is_an_error(script: Script, lightspeed: Lightspeed, answer, fault, at):
    script.will_answer(*[page(rows(0, 3))][:at], answer)
    error = failure(lightspeed)

    assert (error.kind, error.status, error.sentence) == ("bad_answer", 200, error_for_fault(fault).sentence)
    assert error.requests == QUICK.bad_answer_attempts
    assert len(script.requests) == at + QUICK.bad_answer_attempts


@pytest.mark.parametrize(
    ("status", "sent"), [(401, 1), (403, 1), (404, 1), (400, 1), (429, 4), (500, 4), (503, 4)]
)
@pytest.mark.parametrize("at", [0, 1])
def test_an_error_ends_the_pull_after_its_tries(script: Script, lightspeed: Lightspeed, status, sent, at):
    script.will_answer(*[page(rows(0, 3))][:at], body("System.Exception: boom", status))
    error = failure(lightspeed)

    assert (error.status, error.requests, len(script.requests)) == (status, sent, at + sent)


def test_what_passes_leaves_no_trace_but_the_count(script: Script, lightspeed: Lightspeed):
    script.will_answer(
        body("x", 500), body("x", 503), body("x", 429), page(rows(0, 3)), body("<html>"), page(rows(3, 1))
    )
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2", "P3"]
    assert [one.requests for one in pages] == [4, 2]


def test_a_retry_after_that_is_too_long_is_not_waited_for(script: Script, lightspeed: Lightspeed):
    script.will_answer(body("slow down", 429, Retry_After="3600"))
    error = failure(lightspeed)

    assert (error.kind, error.requests, error.retry_after) == ("rate_limited", 1, 3600)


def test_a_retry_after_is_waited_for(script: Script):
    waits = []
    script.will_answer(body("slow down", 429, Retry_After="1"), page(rows(0, 1)))
    quick = session(script.url, RetryPolicy(base=0.001, busy_pause=60))
    pages = list(quick.part_pages(CMF, FILTER, waiting=lambda: waits.append(1)))

    assert numbers(pages) == ["P0"]
    assert len(waits) >= 3  # a look around every quarter of that second


@pytest.mark.parametrize("page_size", [0, -1, 501, 5000])
def test_a_page_size_at_which_a_full_page_would_look_short_is_refused(lightspeed: Lightspeed, page_size):
    with pytest.raises(ValueError, match="500"):
        lightspeed.part_pages(CMF, FILTER, page_size=page_size)


@pytest.mark.parametrize("cmf", ["", "..", "1/2", "1?x=1", "12 34", "12#", "%2e", "１２"])
def test_a_dealer_id_cannot_lead_elsewhere(script: Script, lightspeed: Lightspeed, cmf):
    with pytest.raises(LightspeedError) as caught:
        lightspeed.part_pages(cmf, FILTER)

    assert (caught.value.kind, caught.value.account_wide, caught.value.requests) == ("account", True, 0)
    assert script.requests == []


def test_the_next_page_is_fetched_while_the_caller_has_this_one(simulator: Simulator):
    pages = session(simulator.url).part_pages(CMF, FILTER)
    next(pages)
    wait_until(lambda: len(simulator.requests) == 2)
    pages.close()


def test_no_page_is_fetched_two_ahead(simulator: Simulator):
    pages = session(simulator.url).part_pages(CMF, FILTER)
    next(pages)
    wait_until(lambda: len(simulator.requests) >= 2 and simulator.requests[-1].status == 200)
    threading.Event().wait(0.2)

    assert len(simulator.requests) == 2
    pages.close()


def test_a_closed_pull_asks_no_more(simulator: Simulator):
    simulator.switches.requests_per_minute = 1
    simulator.switches.over_rate = "503"
    pages = session(simulator.url, RetryPolicy(attempts=1_000, busy_pause=0.1)).part_pages(CMF, FILTER)
    next(pages)
    wait_until(lambda: len(simulator.requests) == 2)
    pages.close()
    threading.Event().wait(0.8)

    assert len(simulator.requests) <= 3  # one more may have been on its way


class Stop(Exception):
    pass


def test_the_caller_looks_around_in_its_own_thread_while_the_service_is_slow(simulator: Simulator):
    simulator.switches.latency = 0.6
    seen = []
    for _ in session(simulator.url).part_pages(
        CMF, FILTER, waiting=lambda: seen.append(threading.current_thread())
    ):
        pass

    assert len(seen) >= 6  # two or more for each of three pages
    assert set(seen) == {threading.current_thread()}


@pytest.mark.parametrize("where", ["latency", "backoff", "retry_after"])
def test_a_caller_that_stops_during_a_wait_leaves_at_once(simulator: Simulator, where):
    """The wait would last a minute: the test ends because nobody waits for it."""
    policy = RetryPolicy(base=60, cap=60)
    if where == "latency":
        simulator.switches.latency = 60.0
    if where == "backoff":
        simulator.switches.change({"faults": [{"kind": "error_500", "times": None}]})
    if where == "retry_after":
        simulator.switches.change(
            {"requests_per_minute": 0, "over_rate": "429_retry_after", "retry_after": "60"}
        )

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        list(session(simulator.url, policy, timeout=(5, 90)).part_pages(CMF, FILTER, waiting=stop))
    assert len(simulator.requests) <= 1


FAULTS = [
    "error_500", "json_string", "html", "truncated", "short_body", "reset", "empty_body",
    "control_character", "silent_empty",
]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(0, 23),
    page_size=st.integers(2, 8),
    faults=st.lists(
        st.tuples(
            st.sampled_from(FAULTS),
            st.integers(1, 5),
            st.sampled_from([1, 1, 2, None]),
        ),
        max_size=3,
    ),
)
def test_a_pull_is_whole_or_fails_whatever_goes_wrong(simulator: Simulator, total, page_size, faults):
    """Save where it is silent from the first row on: that looks like an empty shelf, and may be one."""
    wanted = {f"X-{n:02}" for n in range(total)}
    simulator.dealers[CMF].set_parts(part("TR", number) for number in wanted)
    simulator.switches.change(
        {"faults": [{"kind": kind, "page": at, "times": times} for kind, at, times in faults]}
    )
    silent = sum(times or 99 for kind, at, times in faults if (kind, at) == ("silent_empty", 1))
    try:
        pages = pull(session(simulator.url), page_size)
    except LightspeedError:
        return
    received = set(numbers(pages))
    assert received == wanted or (silent >= 2 and not received)


def wait_until(happened) -> None:
    for _ in range(500):
        if happened():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen within five seconds")
