from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault, error_for_status
from jobs.sources.lightspeed.retry import RetryPolicy, seconds_to_wait

POLICY = RetryPolicy()


def tries(error: LightspeedError) -> int:
    """How often the policy lets a request be sent that always fails like this."""
    attempt = 1
    while POLICY.wait_after(error, attempt, 0.0) is not None:
        attempt += 1
    return attempt


@pytest.mark.parametrize("status", [401, 403, 404, 400, 405, 301, 302, 204])
def test_a_permanent_error_is_not_retried(status):
    assert tries(error_for_status(status)) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520])
def test_a_transient_error_is_tried_four_times(status):
    assert tries(error_for_status(status)) == 4


@pytest.mark.parametrize("fault", ["timed_out", "unreachable", "broken_off", "insecure"])
def test_a_bad_connection_is_tried_four_times(fault):
    assert tries(error_for_fault(fault)) == 4


@pytest.mark.parametrize("fault", ["empty", "not_json", "not_array", "truncated", "too_large", "not_parts"])
def test_a_malformed_response_is_retried_once(fault):
    assert tries(error_for_fault(fault)) == 2


def test_a_response_of_another_dealer_is_not_retried():
    assert tries(error_for_fault("other_dealer")) == 1


@given(st.integers(1, 60))
def test_waits_double_up_to_the_cap_with_jitter(attempt):
    policy = RetryPolicy(attempts=100, total=1e9)
    wait = policy.wait_after(error_for_status(500), attempt, 0.0)

    whole = min(20.0, 2.0 ** (attempt - 1))
    assert wait is not None
    assert whole / 2 <= wait <= whole


def test_jitter_keeps_workers_apart():
    assert len({POLICY.backoff(3) for _ in range(20)}) > 1


def test_the_requested_wait_is_kept_up_to_its_limit():
    assert POLICY.wait_after(error_for_status(429, 120.0), 1, 0.0) == 120.0
    assert POLICY.wait_after(error_for_status(429, 120.1), 1, 0.0) is None
    assert POLICY.wait_after(error_for_status(503, 7.0), 1, 0.0) == 7.0


def test_a_retry_after_of_zero_does_not_shorten_the_backoff():
    wait = POLICY.wait_after(error_for_status(429, 0.0), 1, 0.0)

    assert wait is not None
    assert wait >= 0.5


@pytest.mark.parametrize("status", [429, 503])
def test_a_limit_that_counts_by_the_minute_is_waited_out(status):
    waits = [POLICY.wait_after(error_for_status(status), attempt, 0.0) or 0.0 for attempt in (1, 2, 3)]

    assert sum(waits) > 60


def test_a_page_has_a_time_limit():
    error = error_for_status(429, 100.0)

    assert POLICY.wait_after(error, 1, 80.0) == 100.0
    assert POLICY.wait_after(error, 2, 80.1) is None


@pytest.mark.parametrize(
    ("header", "seconds"), [("0", 0), ("120", 120), (" 5 ", 5), ("2.5", 2.5), ("2.", 2), ("0.001", 0.001)]
)
def test_retry_after_in_seconds(header, seconds):
    assert seconds_to_wait(header) == seconds


def test_retry_after_as_a_date():
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

    seconds = seconds_to_wait(header)
    assert seconds is not None
    assert 80 < seconds <= 100


@pytest.mark.parametrize("clock_off", [timedelta(minutes=10), timedelta(minutes=-10), timedelta(days=400)])
def test_retry_after_as_a_date_is_measured_from_the_servers_own_clock(clock_off):
    server_now = datetime.now(UTC) + clock_off
    header = format_datetime(server_now + timedelta(seconds=12), usegmt=True)

    assert seconds_to_wait(header, format_datetime(server_now, usegmt=True)) == 12


@pytest.mark.parametrize("date", [None, "", "yesterday", "Fri, 99 Dec 1999 23:59:59 GMT"])
def test_retry_after_as_a_date_without_a_readable_date_is_measured_from_our_clock(date):
    seconds = seconds_to_wait(format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True), date)

    assert seconds is not None
    assert 80 < seconds <= 100


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_date_breaks_the_reader(header, date):
    seconds_to_wait(header, date)


def test_retry_after_in_the_past_is_now():
    assert seconds_to_wait("Fri, 31 Dec 1999 23:59:59 GMT") == 0


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "-5",
        "-2.5",
        "1.5.2",
        ".",
        "1e3",
        "2,5",
        "٣",
        "9" * 21,
        "Fri, 99 Dec 1999 23:59:59 GMT",
        "inf",
    ],
)
def test_an_unreadable_retry_after(header):
    assert seconds_to_wait(header) is None


@given(st.text(max_size=40))
def test_no_retry_after_breaks_the_reader(header):
    seconds_to_wait(header)
