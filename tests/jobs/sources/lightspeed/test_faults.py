"""A pull under every fault and every move of the simulator (docs/lightspeed-3pa.md): whole, or failed."""

import pytest

from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from sandbox.simulator import Fault, Simulator
from tests.jobs.sources.lightspeed.conftest import CMF, TR_PARTS, session
from tests.jobs.sources.lightspeed.pulling import part_pages
from tests.jobs.sources.lightspeed.simulated import ALL, TR_IN_STOCK, numbers, pulled, refusal

pytestmark = pytest.mark.slow

PASSING = [
    "error_500", "json_string", "html", "truncated", "short_body", "reset", "empty_body", "control_character",
    "silent_empty", "endless", "bomb", "nested",
]  # fmt: skip


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("kind", PASSING)
def test_a_transient_fault_costs_only_a_retry(simulator: Simulator, kind, page):
    fault = Fault(kind, code="TR", page=page)

    assert numbers(pulled(simulator, faults=[fault])) == ALL
    assert simulator.fired(fault) == 1
    assert len(simulator.requests) == (4 if kind == "control_character" else 5)


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(
    ("kind", "sentence_of", "tries"),
    [
        ("json_string", "not_array", 2),
        ("html", "not_json", 2),
        ("truncated", "truncated", 2),
        ("empty_body", "empty", 2),
        ("short_body", "broken_off", 4),
        ("reset", "broken_off", 4),
        ("endless", "too_large", 2),
        ("bomb", "too_large", 2),
        ("nested", "truncated", 2),
    ],
)
def test_a_permanent_fault_fails_the_fetch(simulator: Simulator, kind, sentence_of, tries, page):
    error = refusal(simulator, faults=[Fault(kind, page=page, times=None)])

    assert error.sentence == error_for_fault(sentence_of).sentence
    assert (error.requests, len(simulator.requests)) == (tries, page - 1 + tries)
    assert not error.account_wide


def test_a_transient_timeout_costs_only_a_retry(simulator: Simulator):
    simulator.switches.faults = [Fault("timeout", page=2)]
    pages = part_pages(session(simulator.url, timeout=(5, 0.5)), CMF, TR_IN_STOCK)

    assert numbers([part for page in pages for part in page.parts]) == ALL


def test_a_permanent_timeout_fails_the_fetch(simulator: Simulator):
    simulator.switches.faults = [Fault("timeout", page=2, times=None)]
    with pytest.raises(LightspeedError) as caught:
        list(part_pages(session(simulator.url, timeout=(5, 0.5)), CMF, TR_IN_STOCK))

    assert (caught.value.kind, caught.value.requests) == ("transient", 4)
    assert caught.value.sentence == error_for_fault("timed_out").sentence


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_permanent_internal_error_fails_the_fetch(simulator: Simulator, page):
    error = refusal(simulator, faults=[Fault("error_500", page=page, times=None)])

    assert (error.status, error.kind, error.requests) == (500, "transient", 4)


def test_a_control_character_that_stays_costs_nothing(simulator: Simulator):
    parts = pulled(simulator, faults=[Fault("control_character", times=None)])

    assert numbers(parts) == ALL
    assert parts[0].description == " Part 0"


def test_an_empty_middle_page_is_an_error_and_not_an_end(simulator: Simulator):
    error = refusal(simulator, faults=[Fault("silent_empty", page=2, times=None)])

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("silent").sentence)


def test_an_empty_last_page_is_an_error(simulator: Simulator):
    """All rows are seen, by a page that starts before it; but that they are all cannot be proven."""
    error = refusal(simulator, faults=[Fault("silent_empty", page=3, times=None)])

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("silent").sentence)


def test_a_shelf_that_is_empty_twice_is_believed(simulator: Simulator):
    assert pulled(simulator, faults=[Fault("silent_empty", page=1, times=2)]) == []
    assert len(simulator.requests) == 2


@pytest.mark.parametrize("total", [500, 1000])
def test_a_number_of_parts_that_fills_its_pages_ends_well(simulator: Simulator, total):
    dealer = simulator.dealers[CMF]
    dealer.set_parts(one for one in dealer.parts if one["PartNumber"] < f"TR-{total:05}")

    assert set(numbers(pulled(simulator))) >= set(ALL[:total])


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_row_inserted_before_the_cursor_hides_no_other(simulator: Simulator, page):
    assert set(numbers(pulled(simulator, faults=[Fault("row_inserted", page=page)]))) >= set(ALL)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_row_repeated_hides_no_other(simulator: Simulator, page):
    got = numbers(pulled(simulator, faults=[Fault("row_repeated", page=page)]))

    assert set(got) == set(ALL)
    assert len(got) == TR_PARTS + 1


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_row_removed_hides_at_most_one_other(simulator: Simulator, page):
    """No snapshot: the row that moves over the cursor is missed (docs/lightspeed-3pa.md, Query options)."""
    got = set(numbers(pulled(simulator, faults=[Fault("row_removed", page=page)])))

    assert len(set(ALL[1:]) - got) <= 1


def test_rows_removed_at_the_end_are_not_an_empty_response(simulator: Simulator):
    dealer = simulator.dealers[CMF]
    dealer.set_parts(one for one in dealer.parts if one["PartNumber"] < "TR-01000" and one["OnHand"])
    fault = Fault("row_removed", page=3)

    assert set(ALL[:1000]) <= set(numbers(pulled(simulator, faults=[fault])))
    assert simulator.fired(fault) == 1
