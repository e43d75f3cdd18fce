import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.sources.lightspeed import LightspeedClient
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from jobs.sources.lightspeed.retry import RetryPolicy
from sandbox.simulator import Simulator, part
from tests.jobs.sources.lightspeed.conftest import CMF, QUICK, session
from tests.jobs.sources.lightspeed.pulling import FILTER, failure, numbers, part_pages, pull
from tests.jobs.sources.lightspeed.script import Script, body, page, rows


def test_pages_come_in_order_until_one_is_short(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 8))
    pages = pull(lightspeed)

    assert numbers(pages) == [f"P{n}" for n in range(8)]
    took = [(one.number, one.received, one.requests) for one in pages]
    assert took == [(1, 3, 1), (2, 3, 1), (3, 2, 1), (4, 0, 1)]
    assert script.skips() == [0, 3, 6, 7]
    for request in script.requests:
        assert request.args["$filter"] == FILTER
        assert request.args["$orderby"] == "PartNumber"
        assert request.args["$top"] == "3"


def test_an_unreadable_record_counts_as_received(script: Script, lightspeed: LightspeedClient):
    script.will_list([*rows(0, 2), None, *rows(3, 2)])
    pages = pull(lightspeed)

    assert [(one.received, len(one.parts), len(one.unreadable)) for one in pages] == [
        (3, 2, 1),
        (2, 2, 0),
        (0, 0, 0),
    ]
    assert script.skips() == [0, 3, 4]


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
def test_a_response_that_is_not_a_page_is_an_error(
    script: Script, lightspeed: LightspeedClient, answer, fault, at
):
    script.will_answer(*[page(rows(0, 3))][:at], answer)
    error = failure(lightspeed)

    assert (error.kind, error.status, error.sentence) == ("bad_answer", 200, error_for_fault(fault).sentence)
    assert error.requests == QUICK.bad_answer_attempts
    assert len(script.requests) == at + QUICK.bad_answer_attempts


@pytest.mark.parametrize(
    ("status", "sent"), [(401, 1), (403, 1), (404, 1), (400, 1), (429, 4), (500, 4), (503, 4)]
)
@pytest.mark.parametrize("at", [0, 1])
def test_an_error_ends_the_pull_after_its_tries(
    script: Script, lightspeed: LightspeedClient, status, sent, at
):
    script.will_answer(*[page(rows(0, 3))][:at], body("System.Exception: boom", status))
    error = failure(lightspeed)

    assert (error.status, error.requests, len(script.requests)) == (status, sent, at + sent)


def test_a_transient_error_leaves_only_a_count(script: Script, lightspeed: LightspeedClient):
    script.will_answer(
        body("x", 500), body("x", 503), body("x", 429), page(rows(0, 3)), body("<html>"), page(rows(3, 2)),
        body("x", 500), page(rows(4, 1)),
    )  # fmt: skip
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2", "P3", "P4"]
    assert [one.requests for one in pages] == [4, 2, 2]


def test_a_retry_after_that_is_too_long_is_not_waited_for(script: Script, lightspeed: LightspeedClient):
    script.will_answer(body("slow down", 429, Retry_After="3600"))
    error = failure(lightspeed)

    assert (error.kind, error.requests, error.retry_after) == ("rate_limited", 1, 3600)


def test_a_retry_after_is_waited_for(script: Script):
    waits = []
    script.will_answer(body("slow down", 429, Retry_After="1"), page(rows(0, 2)), page(rows(1, 1)))
    quick = session(script.url, RetryPolicy(base=0.001, busy_pause=60))
    pages = list(part_pages(quick, CMF, FILTER, waiting=lambda: waits.append(1)))

    assert numbers(pages) == ["P0", "P1"]
    assert len(waits) >= 3  # a look around every quarter of that second


@pytest.mark.parametrize("page_size", [0, -1, 501, 5000])
def test_a_page_size_at_which_a_full_page_would_look_short_is_refused(
    lightspeed: LightspeedClient, page_size
):
    with pytest.raises(ValueError, match="500"):
        part_pages(lightspeed, CMF, FILTER, page_size=page_size)


@pytest.mark.parametrize("cmf", ["", "..", "1/2", "1?x=1", "12 34", "12#", "%2e", "１２"])
def test_a_dealer_id_cannot_lead_elsewhere(script: Script, lightspeed: LightspeedClient, cmf):
    with pytest.raises(LightspeedError) as caught:
        part_pages(lightspeed, cmf, FILTER)

    assert (caught.value.kind, caught.value.account_wide, caught.value.requests) == ("account", True, 0)
    assert script.requests == []


FAULTS = [
    "error_500", "json_string", "html", "truncated", "short_body", "reset", "empty_body",
    "control_character", "silent_empty",
]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(0, 23),
    page_size=st.integers(2, 8),
    limit=st.sampled_from([0, 0, 2, 3, 7]),
    when=st.sampled_from(["always", "now_and_then"]),
    faults=st.lists(
        st.tuples(
            st.sampled_from(FAULTS),
            st.integers(1, 5),
            st.sampled_from([1, 1, 2, None]),
        ),
        max_size=3,
    ),
)
def test_a_fetch_is_complete_or_fails_whatever_goes_wrong(
    simulator: Simulator, total, page_size, limit, when, faults
):
    """Except where it is silent from the first row on: that looks like an empty shelf, and may be one."""
    wanted = {f"X-{n:02}" for n in range(total)}
    simulator.dealers[CMF].set_parts(part("TR", number) for number in wanted)
    simulator.switches.change(
        {
            "faults": [{"kind": kind, "page": at, "times": times} for kind, at, times in faults],
            "rows_per_page": limit,
            "short_pages": when,
        }
    )
    silent = sum(times or 99 for kind, at, times in faults if (kind, at) == ("silent_empty", 1))
    try:
        pages = pull(session(simulator.url), page_size)
    except LightspeedError:
        return
    received = set(numbers(pages))
    assert received == wanted or (silent >= 2 and not received)
