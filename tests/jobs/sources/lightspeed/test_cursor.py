"""The end of a pull, proven whatever limits a service puts on its pages (R11): against a model of one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.lightspeed.cursor import Cursor
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.parts import DecodedPage, Part

Change = Callable[[list[str]], None]


@dataclass
class Service:
    """A list of part numbers that gives at most `limit` rows a page, to every request or to some."""

    listed: list[str]
    limit: int | None = None
    is_limited: list[bool] = field(default_factory=lambda: [True])
    silent: frozenset[int] = frozenset()  # numbers of requests, from 0, that are answered with nothing
    changes: dict[int, Change] = field(default_factory=dict)  # made before requests of these numbers
    requests: int = 0

    def page(self, skip: int, top: int) -> DecodedPage:
        number, self.requests = self.requests, self.requests + 1
        if change := self.changes.get(number):
            change(self.listed)
        if self.limit is not None and self.is_limited[number % len(self.is_limited)]:
            top = min(top, self.limit)
        rows = [] if number in self.silent else self.listed[skip : skip + top]
        return DecodedPage([Part(part_number=row, supplier_code="TR") for row in rows], [], len(rows))


def pulled(service: Service, size: int) -> list[str | None]:
    cursor, received = Cursor(size, 10_000), []
    while (request := cursor.next) is not None:
        rows = service.page(request.skip, max(size, 2) if request.is_overlap else size)
        received += [part.part_number for part in cursor.take(request, rows).parts]
    return received


def listed(count: int) -> list[str]:
    return [f"P{number:04}" for number in range(count)]


SIZES = st.integers(1, 12)
TOTALS = st.integers(0, 40)
PATTERNS = st.lists(st.booleans(), min_size=1, max_size=9)


@given(TOTALS, SIZES, st.integers(1, 14), PATTERNS)
def test_a_list_under_a_constant_or_occasional_limit_is_read_to_the_end(total, size, limit, is_limited):
    assert pulled(Service(listed(total), limit, is_limited), size) == listed(total)


@given(TOTALS, SIZES)
def test_without_a_limit_an_end_costs_one_request(total, size):
    service = Service(listed(total))
    pulled(service, size)

    # A list that fills its pages is followed by an empty one, which the overlap request proves.
    assert service.requests == total // size + 2


@given(TOTALS, SIZES, st.integers(1, 14))
def test_a_limit_costs_few_requests(total, size, limit):
    service = Service(listed(total), limit)
    pulled(service, size)

    new_rows = max(1, min(limit, size) - 1)
    assert service.requests <= total / new_rows + 6


@given(TOTALS, SIZES, st.integers(2, 14), PATTERNS, st.frozensets(st.integers(0, 20), max_size=6))
def test_empty_responses_never_shorten_a_list_that_has_started(total, size, limit, is_limited, silent):
    service = Service(listed(total), limit, is_limited, silent)
    try:
        received = pulled(service, size)
    except LightspeedError:
        return
    # Nothing at all, twice, is believed: an empty list looks the same.
    assert set(received) == set(listed(total)) or ({0, 1} <= silent and not received)


@given(TOTALS, SIZES, st.integers(2, 14), PATTERNS, st.integers(0, 40))
def test_one_empty_response_is_never_an_end(total, size, limit, is_limited, at):
    assert set(pulled(Service(listed(total), limit, is_limited, frozenset({at})), size)) == set(listed(total))


@given(TOTALS, st.integers(2, 12), st.integers(3, 60))
def test_one_empty_response_is_not_an_end_after_a_limit_of_one_row(total, size, at):
    service = Service(listed(total), 1, silent=frozenset({at}))

    assert set(pulled(service, size)) == set(listed(total))


@given(
    st.integers(1, 40),
    SIZES,
    st.integers(1, 14),
    PATTERNS,
    st.dictionaries(st.integers(0, 20), st.sampled_from(["first", "last", "insert", "append"]), max_size=5),
)
def test_rows_that_move_hide_at_most_as_many_as_were_removed(total, size, limit, is_limited, moves):
    acts: dict[str, Change] = {
        "first": lambda rows: rows and rows.pop(0),
        "last": lambda rows: rows and rows.pop(),
        "insert": lambda rows: rows.insert(0, f"A{len(rows)}"),
        "append": lambda rows: rows.append(f"Z{len(rows)}"),
    }
    service = Service(listed(total), limit, is_limited, changes={n: acts[act] for n, act in moves.items()})
    try:
        received = set(pulled(service, size))
    except LightspeedError:
        return
    stayed = set(service.listed) & set(listed(total))
    removed = sum(act in ("first", "last") for act in moves.values())
    assert len(stayed - received) <= removed


@pytest.mark.parametrize("limit", [499, 250, 100, 7, 1])
def test_six_hundred_parts_under_a_limit(limit):
    assert pulled(Service(listed(600), limit), 500) == listed(600)
