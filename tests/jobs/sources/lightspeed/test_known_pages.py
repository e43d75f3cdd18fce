"""Pulls with the trace of an earlier one: known pages are not decoded; everything else is as without it."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import pytest

from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.pages import Pages
from jobs.sources.source import Page
from sandbox.simulator import Behavior, Fault, Simulator, part
from tests.jobs.sources.lightspeed.conftest import CMF, TR_PARTS, session
from tests.jobs.sources.lightspeed.simulated import TR_IN_STOCK

pytestmark = pytest.mark.slow

TR_00600 = {"SupplierCode": "TR", "PartNumber": "TR-00600"}


class Pull(NamedTuple):
    """What came of a pull."""

    pages: list[Page]
    error: str | None
    requests: int
    end: Pages

    @property
    def rows(self) -> list[object]:
        pages = self.end.read_again() if self.end.are_known else self.pages
        return [row for page in pages for row in page.values]

    @property
    def counted(self) -> tuple[int, int]:
        """Rows and requests as a run counts them."""
        pages = [page for page in self.pages if not page.is_counted]
        return sum(page.received for page in pages), sum(page.requests for page in pages)


def pull(simulator: Simulator, trace: bytes | None = None, cmf: str = CMF) -> Pull:
    before = len(simulator.requests)
    pages = session(simulator.url).pages_of(cmf, TR_IN_STOCK, trace=trace)
    received: list[Page] = []
    error = None
    try:
        with closing(pages.pages()) as batches:
            for batch in batches:
                received += batch
    except LightspeedError as raised:
        error = raised.sentence
    return Pull(received, error, len(simulator.requests) - before, pages)


@pytest.fixture
def trace(simulator: Simulator) -> bytes:
    """That of a pull of all parts."""
    found = pull(simulator).end.trace
    assert found is not None
    return found


def test_the_same_responses_are_known_without_being_decoded(simulator, trace, decoded):
    again = pull(simulator, trace)

    assert decoded == []
    assert (again.end.are_known, again.end.trace, again.error) == (True, None, None)
    assert again.counted == (TR_PARTS, 4)
    assert [page.is_short for page in again.pages] == [False, False, True, False]
    assert again.requests == 4
    again.end.close()


def test_known_pages_can_be_read_again_without_a_request(simulator, trace):
    fresh, again = pull(simulator), pull(simulator, trace)
    before = len(simulator.requests)

    assert [row for page in again.end.read_again() for row in page.values] == fresh.rows
    assert len(simulator.requests) == before
    again.end.close()


def test_after_a_change_all_pages_are_read_and_counted_once(simulator, trace):
    simulator.dealers[CMF].update_parts([{**TR_00600, "OnHand": 77}])
    again, fresh = pull(simulator, trace), pull(simulator)

    assert (again.rows, again.counted, again.requests) == (fresh.rows, fresh.counted, 4)
    assert not again.end.are_known
    assert again.end.trace == fresh.end.trace != trace
    assert [page.is_known for page in again.pages] == [True, False, False, False, False]
    assert pull(simulator, again.end.trace).end.are_known


def test_rows_that_were_gathered_anew_are_read(simulator, trace):
    simulator.dealers[CMF].update_parts([{**TR_00600, "DateGathered": "2026-11-30T05:00:00"}])
    again = pull(simulator, trace)

    dates = {row.date_gathered for page in again.pages for row in page.parts}
    assert "2026-11-30T05:00:00" in dates
    assert not again.end.are_known


@pytest.mark.parametrize("change", ["longer", "shorter", "empty"])
def test_a_list_of_another_length_is_read_to_its_end(simulator, trace, change):
    dealer = simulator.dealers[CMF]
    if change == "longer":
        dealer.add_parts([part("TR", f"ZZ-{number}") for number in range(400)])
    else:
        kept = 900 if change == "shorter" else 0
        dealer.set_parts([part("TR", f"TR-{n:05}", OnHand=1) for n in range(kept)])
    again, fresh = pull(simulator, trace), pull(simulator)

    assert (again.rows, again.counted, again.error) == (fresh.rows, fresh.counted, fresh.error)
    assert again.end.trace == fresh.end.trace


@pytest.mark.parametrize("times", [1, None])
@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(
    "kind",
    [
        *("error_500", "json_string", "html", "truncated", "short_body", "reset", "empty_body", "nested"),
        *("control_character", "silent_empty", "bomb", "row_inserted", "row_removed", "row_repeated"),
    ],
)
def test_a_fault_has_the_same_result_as_without_a_trace(simulator, trace, kind, page, times):
    parts = simulator.dealers[CMF].parts
    simulator.switches = Behavior(faults=[Fault(kind, code="TR", page=page, times=times)])
    simulator.switches.requests_per_minute = 1_000_000
    again = pull(simulator, trace)
    simulator.dealers[CMF].set_parts(parts)
    simulator.switches.faults = [Fault(kind, code="TR", page=page, times=times)]
    fresh = pull(simulator)

    assert again.error == fresh.error
    if fresh.error is None:
        assert (again.rows, again.counted[1]) == (fresh.rows, again.requests)
        assert again.requests == fresh.requests


def test_the_trace_of_another_dealership_says_nothing(simulator, trace):
    rows = [{**one, "Cmf": "11111111"} for one in simulator.dealers[CMF].parts]
    simulator.dealers[CMF].set_parts(rows)
    other = pull(simulator).error
    assert other is not None

    assert pull(simulator, trace).error == other


@pytest.mark.parametrize("damage", [b"", b"\x93", b"nothing"])
def test_a_damaged_trace_says_nothing(simulator, trace, damage):
    again = pull(simulator, damage)

    assert (again.end.are_known, again.end.trace) == (False, trace)
