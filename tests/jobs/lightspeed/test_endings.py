"""Where a pull ends: at the last row, and nowhere else (R11)."""

import pytest

from jobs.lightspeed import Lightspeed, LightspeedError
from jobs.lightspeed.errors import error_for_fault
from tests.jobs.lightspeed.conftest import CMF, QUICK
from tests.jobs.lightspeed.pulling import FILTER, failure, numbers, pull
from tests.jobs.lightspeed.script import Script, body, page, rows


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
    # The first page, the same again, the one asked for while that was read, and the further tries.
    assert len(script.requests) in (2 + QUICK.bad_answer_attempts, 3 + QUICK.bad_answer_attempts)
    assert error.requests == 2 + QUICK.bad_answer_attempts


def test_two_pages_in_turn_for_ever_are_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(3, 3)), page(rows(0, 3)))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence


def test_the_same_parts_gathered_anew_are_still_the_same_page(script: Script, lightspeed: Lightspeed):
    times = [f"2026-02-25T10:00:{second:02}" for second in range(10)]
    script.will_answer(*(page(rows(0, 3, DateGathered=time)) for time in times))

    assert failure(lightspeed).sentence == error_for_fault("repeating").sentence
    assert len(script.requests) <= 3 + QUICK.bad_answer_attempts


def test_an_old_page_given_once_by_mistake_is_asked_for_again(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(0, 3)), page(rows(3, 1)))
    pages = pull(lightspeed)

    assert numbers(pages) == ["P0", "P1", "P2", "P3"]
    # The old page, the one asked for while that was read, and the right one.
    assert [one.requests for one in pages] == [1, 3]


def test_pages_that_overlap_because_rows_moved_are_read(script: Script, lightspeed: Lightspeed):
    script.will_answer(page(rows(0, 3)), page(rows(2, 3)), page(rows(5, 1)))

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2", "P2", "P3", "P4", "P5"]


def test_new_rows_without_end_are_an_error(script: Script, lightspeed: Lightspeed):
    script.will_answer(*(page(rows(first, 3)) for first in range(0, 60, 3)))

    with pytest.raises(LightspeedError) as caught:
        list(lightspeed.part_pages(CMF, FILTER, page_size=3, most_rows=30))
    assert len(script.requests) == 11
    assert caught.value.sentence == error_for_fault("endless").sentence
