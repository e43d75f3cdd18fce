"""A pull under every setting of the simulator's table (docs/lightspeed-3pa.md), one after the other.

Each either brings all parts that were asked for, in pages of 500, 500 and 200, or fails: never less.
"""

from datetime import datetime

import pytest

from jobs.sources.lightspeed import RateBudget
from jobs.sources.lightspeed.client import LightspeedClient
from jobs.sources.lightspeed.retry import RetryPolicy
from jobs.sources.values import cents_of, date_of, quantity_of
from sandbox.simulator import Simulator
from tests.jobs.sources.lightspeed.conftest import CMF, HERE, LOGIN, QUICK, TR_PARTS
from tests.jobs.sources.lightspeed.pulling import part_pages
from tests.jobs.sources.lightspeed.simulated import ALL, TR_IN_STOCK, numbers, pulled, refusal


def test_a_service_in_good_order(simulator: Simulator):
    parts = pulled(simulator)

    assert numbers(parts) == ALL
    assert {part.supplier_code for part in parts} == {"TR"}
    assert [quantity_of(part.on_hand) for part in parts[:9]] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [cents_of(part.retail) for part in parts[:3]] == [100, 101, 102]
    assert [one.options["$skip"] for one in simulator.requests] == ["0", "500", "1000", "1199"]


@pytest.mark.parametrize(
    "switches",
    [
        {"top_limit": "clamp"},
        {"top_limit": "serve_all"},
        {"unsupported_option": "ignore"},
        {"unsupported_option": "error_500"},
        {"order": "stable"},
        {"order": "shuffled"},
        {"field_names": "insensitive"},
        {"field_names": "sensitive"},
        {"text_comparison": "exact"},
        {"text_comparison": "loose"},
        {"gzip": "content_encoding"},
        {"gzip": "bare"},
        {"gzip": "ignored"},
        {"keys": "documented"},
        {"keys": "unknown_added"},
        {"keys": "optional_absent"},
        {"latency": 0.05},
        {"latency": 0.02, "latency_jitter": 0.1},
    ],
    ids=str,
)
def test_settings_that_change_nothing(simulator: Simulator, switches):
    parts = pulled(simulator, **switches)

    assert numbers(parts) == ALL
    assert [cents_of(part.retail) for part in parts] == [100 + n for n in range(TR_PARTS)]


def test_when_the_filter_is_ignored_the_rules_discard_other_parts(simulator: Simulator):
    got = numbers(pulled(simulator, filtering="ignored"))

    assert sorted(got) == sorted([*ALL, "PU-0", "PU-1", "PU-2", "SOLD-OUT", "STALE"])


@pytest.mark.parametrize(
    ("status", "switches"), [(404, {"unknown_cmf": "404"}), (403, {"unknown_cmf": "403"})]
)
def test_an_unknown_dealer_id_ends_the_run(simulator: Simulator, status, switches):
    error = refusal(simulator, cmf="99999999", **switches)

    assert (error.status, error.kind, error.account_wide, error.requests) == (status, "account", True, 1)


def test_a_dealer_that_is_not_enabled_ends_the_run(simulator: Simulator):
    error = refusal(simulator, not_enabled=[CMF])

    assert (error.status, error.account_wide, error.requests) == (403, True, 1)


@pytest.mark.parametrize("over_rate", ["429", "429_retry_after", "503"])
def test_beyond_the_rate_a_refusal_is_waited_out(simulator: Simulator, over_rate):
    patient = RetryPolicy(attempts=10, base=0.1, cap=0.2, busy_pause=0.2)
    parts = pulled(simulator, patient, over_rate=over_rate, requests_per_minute=2, rate_window=1.0)

    assert numbers(parts) == ALL
    assert {one.status for one in simulator.requests} == {200, 503 if over_rate == "503" else 429}


@pytest.mark.parametrize(("over_rate", "kind"), [("429", "rate_limited"), ("503", "transient")])
def test_beyond_the_rate_the_retries_end(simulator: Simulator, over_rate, kind):
    error = refusal(simulator, over_rate=over_rate, requests_per_minute=2)

    assert (error.kind, error.requests, error.account_wide) == (kind, 4, False)


@pytest.mark.parametrize("over_rate", ["nothing", "slow"])
def test_beyond_the_rate_a_service_that_answers_is_read(simulator: Simulator, over_rate):
    assert numbers(pulled(simulator, over_rate=over_rate, requests_per_minute=1, slow_seconds=0.2)) == ALL


@pytest.mark.slow
def test_within_the_rate_nothing_is_refused(simulator: Simulator):
    simulator.switches.change({"over_rate": "429", "requests_per_minute": 2, "rate_window": 1.0})
    budget = RateBudget.in_process(2, seconds=1)
    pages = part_pages(
        LightspeedClient(simulator.url, LOGIN, budget, retry=QUICK, allowed_hosts=HERE), CMF, TR_IN_STOCK
    )

    assert numbers([part for page in pages for part in page.parts]) == ALL
    assert {one.status for one in simulator.requests} == {200}


@pytest.mark.parametrize(
    ("setting", "quantities", "cents"),
    [
        ("numbers", [1, 2, 3], [100, 101, 102]),
        ("strings", [1, 2, 3], [100, 101, 102]),
        ("null", [None, None, None], [None, None, None]),
        ("negative", [-1, -2, -3], [None, None, None]),
        ("fractional", [1, 2, 3], [100, 101, 102]),
    ],
)
def test_numbers_in_every_form(simulator: Simulator, setting, quantities, cents):
    parts = pulled(simulator, numbers=setting)

    assert numbers(parts) == ALL
    assert [quantity_of(part.on_hand) for part in parts[:3]] == quantities
    assert [quantity_of(part.avail) for part in parts[:3]] == quantities
    assert [cents_of(part.retail) for part in parts[:3]] == cents
    assert [cents_of(part.current_active_price) for part in parts[:3]] == cents


@pytest.mark.parametrize(
    ("setting", "number", "description"),
    [
        ("clean", "TR-00007", "Part 7"),
        ("padded", "  TR-00007   ", "  Part 7   "),
        ("null", "TR-00007", None),
        ("null_part_number", None, "Part 7"),
    ],
)
def test_text_in_every_form(simulator: Simulator, setting, number, description):
    parts = pulled(simulator, strings=setting)

    assert len(parts) == TR_PARTS
    assert (parts[7].part_number, parts[7].description) == (number, description)


def test_odd_records_among_plain_ones_cost_no_other(simulator: Simulator):
    parts = pulled(simulator, strings="null_part_number", numbers="strings", odd_every=10)

    assert len(parts) == TR_PARTS
    assert numbers(parts).count(None) == TR_PARTS // 10
    assert [quantity_of(part.on_hand) for part in parts] == [n % 9 + 1 for n in range(TR_PARTS)]


@pytest.mark.parametrize("setting", ["as_stored", "fraction", "null", "year_1", "year_1900"])
def test_dates_in_every_form(simulator: Simulator, setting):
    simulator.dealers[CMF].update_parts(
        [
            {"SupplierCode": "TR", "PartNumber": number, "lastupdatedate": "2026-02-25T10:00:00"}
            for number in ALL
        ]
    )
    parts = pulled(simulator, dates=setting)

    expected = {"as_stored": datetime(2026, 2, 25, 10), "fraction": datetime(2026, 2, 25, 10, 0, 0, 123456)}
    assert numbers(parts) == ALL
    assert {date_of(part.last_updated) for part in parts} == {expected.get(setting)}


def test_a_wrong_password_ends_the_run(simulator: Simulator):
    error = refusal(simulator, password_state="wrong")

    assert (error.status, error.account_wide, error.requests, len(simulator.requests)) == (401, True, 1, 1)


def test_a_password_rotated_in_the_middle_ends_the_run(simulator: Simulator):
    error = refusal(simulator, password_state="rotated", rotate_after=2)

    assert (error.status, error.account_wide, error.requests, len(simulator.requests)) == (401, True, 1, 3)
