"""Where a pull ends: at the last row, and nowhere else (R11)."""

import pytest

from jobs.sources.lightspeed import LightspeedClient
from jobs.sources.lightspeed.errors import LightspeedError, error_for_fault
from tests.jobs.sources.lightspeed.conftest import CMF, QUICK
from tests.jobs.sources.lightspeed.pulling import FILTER, failure, numbers, part_pages, pull
from tests.jobs.sources.lightspeed.script import Script, body, page, rows


def test_a_short_page_is_the_last_if_its_last_row_comes_back_alone(
    script: Script, lightspeed: LightspeedClient
):
    script.will_answer(page(rows(0, 2)), page(rows(1, 1)))
    pages = pull(lightspeed)

    assert [(one.number, one.received, one.requests) for one in pages] == [(1, 2, 1), (2, 0, 1)]
    assert script.skips() == [0, 1]


def test_the_overlap_request_takes_as_many_rows_as_any(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 2))
    pull(lightspeed)

    assert [request.args["$top"] for request in script.requests] == ["3", "3"]


def test_pages_of_one_row_are_proven_with_two(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 2))

    assert numbers(pull(lightspeed, page_size=1)) == ["P0", "P1"]
    asked = [(request.args["$skip"], request.args["$top"]) for request in script.requests]
    assert asked == [("0", "1"), ("1", "1"), ("2", "1"), ("1", "2")]


def test_rows_behind_a_short_page_are_read(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 2)), page(rows(1, 3)), page(rows(4, 2)), page(rows(5, 1)), page([]))
    pages = pull(lightspeed)

    assert numbers(pages) == [f"P{n}" for n in range(6)]
    assert [(one.received, one.requests) for one in pages] == [(2, 1), (2, 1), (2, 1), (0, 3)]
    # A limit was seen, so the page behind the end must be empty twice.
    assert script.skips() == [0, 1, 4, 5, 6, 6]


def test_a_page_of_one_row_is_the_last_if_the_next_is_empty(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 4))
    pages = pull(lightspeed)

    assert [(one.received, one.requests) for one in pages] == [(3, 1), (1, 1), (0, 1)]
    assert script.skips() == [0, 3, 4]


def test_a_quantity_that_changes_concurrently_does_not_make_another_row(
    script: Script, lightspeed: LightspeedClient
):
    script.will_answer(page(rows(0, 2, OnHand=5)), page(rows(1, 1, OnHand=4, DateGathered="2026-02-25")))

    assert numbers(pull(lightspeed)) == ["P0", "P1"]
    assert script.skips() == [0, 1]


def test_a_last_row_that_is_unreadable_is_recognized(script: Script, lightspeed: LightspeedClient):
    script.will_list([*rows(0, 1), None])
    first, end = pull(lightspeed)

    assert (first.received, len(first.parts), len(first.unreadable), end.received) == (2, 1, 1, 0)


@pytest.mark.parametrize("answer", ['["denied"]', '[{"Message": "denied"}]', "null", '"denied"', "<html>"])
def test_an_error_in_place_of_the_last_row_does_not_prove_the_end(
    script: Script, lightspeed: LightspeedClient, answer
):
    script.will_answer(page(rows(0, 2)), body(answer))

    assert failure(lightspeed).kind == "bad_answer"


def test_an_empty_first_page_is_asked_for_once_more(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page([]), page([]))
    pages = pull(lightspeed)

    assert [(one.number, one.received, one.requests) for one in pages] == [(1, 0, 2)]
    assert script.skips() == [0, 0]


def test_a_first_page_that_was_empty_only_once_is_not_lost(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page([]), page(rows(0, 2)), page(rows(1, 1)))

    assert numbers(pull(lightspeed)) == ["P0", "P1"]


def test_an_empty_page_is_the_end_if_the_last_row_comes_back_alone(script, lightspeed):
    script.will_answer(page(rows(0, 3)), page([]), page(rows(2, 1)))
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2"]
    assert [(one.received, one.requests) for one in pages] == [(3, 1), (0, 2)]
    assert script.skips() == [0, 3, 2]


def test_rows_behind_an_empty_page_are_found(script: Script, lightspeed: LightspeedClient):
    script.will_answer(
        page(rows(0, 3)), page([]), page(rows(2, 3)), page(rows(5, 2)), page(rows(6, 1))
    )  # fmt: skip

    assert numbers(pull(lightspeed)) == [f"P{n}" for n in range(7)]
    assert script.skips() == [0, 3, 2, 5, 6]


def test_a_service_that_falls_silent_after_a_page_is_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 3)), page([]))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("silent").sentence)
    assert error.requests == 4
    assert script.skips() == [0, 3, 2, 2, 0]


def test_an_overlap_that_was_empty_only_once_proves_the_end(script, lightspeed):
    script.will_answer(page(rows(0, 2)), page([]), page(rows(1, 1)))

    assert numbers(pull(lightspeed)) == ["P0", "P1"]
    assert script.skips() == [0, 1, 1]


def test_an_error_on_a_second_look_counts_the_first_look_too(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page([]), body("boom", 500))

    assert failure(lightspeed).requests == 1 + QUICK.attempts


@pytest.mark.parametrize("count", [2, 3])
def test_a_service_that_goes_silent_from_some_row_on_is_an_error(script, lightspeed, count):
    empty = [page([])] * count  # a full page is followed by one more request
    script.will_answer(page(rows(0, count)), *empty, page(rows(0, count)))

    assert failure(lightspeed).sentence == error_for_fault("silent").sentence


def test_rows_removed_concurrently_are_not_an_empty_response(script: Script, lightspeed: LightspeedClient):
    script.will_answer(
        page(rows(0, 3)), page([]), page([]), page([]), page(rows(1, 2)), page(rows(2, 1))
    )  # fmt: skip

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2", "P1", "P2"]
    assert script.skips() == [0, 3, 2, 2, 0, 1]


def test_a_last_page_removed_concurrently_is_not_an_empty_response(
    script: Script, lightspeed: LightspeedClient
):
    script.will_answer(
        page(rows(0, 3)), page(rows(3, 2)), page([]), page([]), page([]),
        page(rows(0, 3)), page([]), page(rows(2, 1)),
    )  # fmt: skip

    assert numbers(pull(lightspeed))[:5] == ["P0", "P1", "P2", "P3", "P4"]
    assert script.skips() == [0, 3, 4, 4, 3, 0, 3, 2]


def test_a_list_that_vanishes_is_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 2)), page([]))

    assert failure(lightspeed).sentence == error_for_fault("silent").sentence
    assert script.skips() == [0, 1, 1, 0]


def test_rows_that_moved_over_a_short_page_are_read_again(script: Script, lightspeed: LightspeedClient):
    """Two rows before the cursor were removed: P2 has moved into what was read already."""
    script.will_answer(
        page(rows(0, 2)), page(rows(3, 2)), page(rows(2, 3)), page([]), page(rows(4, 1))
    )  # fmt: skip

    assert set(numbers(pull(lightspeed))) == {f"P{n}" for n in range(5)}
    assert script.skips() == [0, 1, 0, 3, 2]


def test_rows_inserted_before_the_last_one_move_it(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 2)), page(rows(0, 2)), page(rows(1, 1)), page([]))

    assert set(numbers(pull(lightspeed))) == {"P0", "P1"}
    assert script.skips()[:3] == [0, 1, 2]


def test_rows_that_never_stay_where_they_are_are_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(*(page(rows(first, 2)) for first in range(0, 90, 5)))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("moving").sentence)
    assert len(script.requests) < 12


def test_a_short_list_whose_skip_is_ignored_is_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 2)))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("repeating").sentence)
    assert len(script.requests) < 10


def test_one_row_whose_skip_is_ignored_is_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 1)))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence
    assert len(script.requests) < 12


def test_a_row_that_is_twice_in_the_list_is_not_a_repetition(script: Script, lightspeed: LightspeedClient):
    script.will_list([*rows(0, 2), *rows(1, 1)])

    assert numbers(pull(lightspeed, page_size=1)) == ["P0", "P1", "P1"]


def test_a_service_that_gives_more_than_asked_for_is_read_whole(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 8)), page([]), page(rows(7, 1)))

    assert numbers(pull(lightspeed)) == [f"P{n}" for n in range(8)]
    assert script.skips() == [0, 8, 7]


def test_the_same_page_forever_is_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 3)))
    error = failure(lightspeed)

    assert (error.kind, error.sentence) == ("bad_answer", error_for_fault("repeating").sentence)
    # The first page, and the attempts for the second.
    assert len(script.requests) == 1 + QUICK.bad_answer_attempts
    assert error.requests == QUICK.bad_answer_attempts


def test_two_alternating_pages_forever_are_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 3)), page(rows(3, 3)), page(rows(0, 3)))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence


def test_the_same_parts_in_another_order_are_the_same_page(script: Script, lightspeed: LightspeedClient):
    times = [f"2026-02-25T10:00:{second:02}" for second in range(10)]
    script.will_answer(*(page(rows(0, 3, DateGathered=time)) for time in times))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence
    assert len(script.requests) <= 3 + QUICK.bad_answer_attempts


def test_an_old_page_given_once_by_mistake_is_asked_for_again(script: Script, lightspeed: LightspeedClient):
    script.will_list(rows(0, 5))
    script.will_answer(page(rows(0, 3)), page(rows(0, 3)))
    pages = pull(lightspeed)

    assert numbers(pages) == [f"P{n}" for n in range(5)]
    # The first page; the old page and the right one; the proof of the end.
    assert [one.requests for one in pages] == [1, 2, 1]


def test_pages_that_overlap_because_rows_moved_are_read(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 3)), page(rows(2, 3)), page(rows(5, 2)), page(rows(6, 1)))

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2", "P2", "P3", "P4", "P5", "P6"]


def test_new_rows_without_end_are_an_error(script: Script, lightspeed: LightspeedClient):
    script.will_answer(*(page(rows(first, 3)) for first in range(0, 60, 3)))

    with pytest.raises(LightspeedError) as caught:
        list(part_pages(lightspeed, CMF, FILTER, page_size=3, most_rows=30))
    assert len(script.requests) == 11
    assert caught.value.sentence == error_for_fault("endless").sentence
