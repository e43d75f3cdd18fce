"""A pull from a service that gives fewer rows a page than requested (R11): every row, or a failure."""

import pytest

from jobs.sources.lightspeed.errors import LightspeedError
from sandbox.simulator import Fault, Simulator, part
from tests.jobs.sources.lightspeed.conftest import CMF
from tests.jobs.sources.lightspeed.simulated import numbers, pulled

pytestmark = pytest.mark.slow

LIMITS = [499, 250, 100, 7]


def listed(simulator: Simulator, total: int) -> list[str]:
    """Have so many parts of TR in stock; their numbers."""
    wanted = [f"TR-{number:05}" for number in range(total)]
    simulator.dealers[CMF].set_parts(part("TR", number) for number in wanted)
    return wanted


@pytest.mark.parametrize("when", ["always", "now_and_then"])
@pytest.mark.parametrize("total", [1, 2, 7, 8, 499, 500, 501, 600, 1000])
@pytest.mark.parametrize("limit", LIMITS)
def test_every_row_comes_once(simulator: Simulator, limit, total, when):
    wanted = listed(simulator, total)

    assert numbers(pulled(simulator, rows_per_page=limit, short_pages=when)) == wanted


@pytest.mark.parametrize("when", ["always", "now_and_then"])
@pytest.mark.parametrize("total", [1, 2, 3, 150])
def test_every_row_comes_once_also_one_at_a_time(simulator: Simulator, total, when):
    wanted = listed(simulator, total)

    assert numbers(pulled(simulator, rows_per_page=1, short_pages=when)) == wanted


@pytest.mark.parametrize("seed", range(5))
def test_occasional_pages_of_one_row_hide_no_other(simulator: Simulator, seed):
    wanted = listed(simulator, 1_100)

    assert numbers(pulled(simulator, rows_per_page=1, short_pages="now_and_then", seed=seed)) == wanted


@pytest.mark.parametrize(
    ("limit", "requests"),
    [
        (0, 3),  # 500, 100, and the overlap that proves the end
        (499, 5),  # 499, the overlap with the other 101, its overlap, and twice nothing
        (250, 6),
        (100, 10),
    ],
)
def test_requests_that_a_whole_list_takes(simulator: Simulator, limit, requests):
    listed(simulator, 600)
    pulled(simulator, rows_per_page=limit)

    assert len(simulator.requests) == requests


@pytest.mark.parametrize("kind", ["row_inserted", "row_repeated"])
@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("limit", [*LIMITS, 1])
def test_a_row_added_concurrently_hides_no_other(simulator: Simulator, limit, page, kind):
    wanted = listed(simulator, 510)
    got = numbers(pulled(simulator, rows_per_page=limit, faults=[Fault(kind, page=page)]))

    assert set(wanted) <= set(got)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("limit", LIMITS)
def test_a_row_removed_concurrently_hides_at_most_one_other(simulator: Simulator, limit, page):
    wanted = listed(simulator, 600)
    got = set(numbers(pulled(simulator, rows_per_page=limit, faults=[Fault("row_removed", page=page)])))

    assert len(set(wanted[1:]) - got) <= 1


@pytest.mark.parametrize("times", [1, 2, None])
@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("limit", LIMITS)
def test_an_empty_response_at_a_page_is_not_an_end(simulator: Simulator, limit, page, times):
    wanted = listed(simulator, 600)
    try:
        got = numbers(
            pulled(simulator, rows_per_page=limit, faults=[Fault("silent_empty", page=page, times=times)])
        )
    except LightspeedError:
        assert times != 1
        return
    assert set(got) == set(wanted) or (page, got) == (1, [])


@pytest.mark.parametrize("limit", [0, *LIMITS])
def test_parts_with_the_same_number_in_any_order_are_all_received(simulator: Simulator, limit):
    rows = [part("TR", f"TR-{number // 2:05}", OnHand=number + 1) for number in range(120)]
    simulator.dealers[CMF].set_parts(rows)
    parts = pulled(simulator, rows_per_page=limit, order="shuffled")

    assert set(numbers(parts)) == {f"TR-{number:05}" for number in range(60)}
