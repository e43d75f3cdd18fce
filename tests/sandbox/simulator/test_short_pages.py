"""Fewer rows per page than requested, and rows of another dealership, over real HTTP."""

import pytest
import requests

from sandbox.simulator import Behavior, SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")


@pytest.fixture
def simulator():
    parts = [part("TR", f"{number:04d}") for number in range(20)]
    with Simulator([SimulatedDealer(CMF, *LOGIN, parts=parts)]) as running:
        yield running


def page(simulator, **options):
    named = {"$orderby": "PartNumber", **{f"${name}": value for name, value in options.items()}}
    answer = requests.get(f"{simulator.url}/Part/{CMF}", params=named, auth=LOGIN, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def numbers(rows):
    return [row["PartNumber"] for row in rows]


@pytest.mark.parametrize("limit", [1, 7, 19])
def test_a_page_has_at_most_the_limit_of_rows(simulator, limit):
    simulator.switches.rows_per_page = limit
    assert numbers(page(simulator, top=20)) == [f"{number:04d}" for number in range(limit)]
    assert numbers(page(simulator, top=20, skip=18)) == ["0018", "0019"][:limit]
    assert len(page(simulator)) == limit


def test_fewer_rows_may_be_asked_for(simulator):
    simulator.switches.rows_per_page = 7
    assert len(page(simulator, top=3)) == 3


def test_a_page_is_sometimes_short_and_the_next_is_not(simulator):
    simulator.switches = Behavior(rows_per_page=7, short_pages="now_and_then")
    assert {len(page(simulator, top=20)) for _ in range(30)} == {7, 20}


def test_every_row_belongs_to_another_dealership(simulator):
    simulator.switches.cmf = "other"
    assert {row["Cmf"] for row in page(simulator)} == {"99911122"}


def test_the_last_row_of_a_page_belongs_to_another_dealership(simulator):
    simulator.switches.cmf = "other_in_one"
    assert [row["Cmf"] for row in page(simulator, top=3)] == [CMF, CMF, "99911122"]
    assert [row["Cmf"] for row in page(simulator, top=3, skip=1)] == [CMF, CMF, "99911122"]


def test_rows_without_a_dealership(simulator):
    simulator.switches.cmf = "absent"
    assert not any("Cmf" in row for row in page(simulator))
    simulator.switches.cmf = "null"
    assert {row["Cmf"] for row in page(simulator)} == {None}
