from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.lightspeed import part_filter
from jobs.sources.lightspeed.filters import LONGEST_FILTER, stock_filter
from sandbox.simulator import part
from sandbox.simulator.evaluation import predicate
from sandbox.simulator.filters import parse
from sandbox.simulator.parts import PART_KINDS

codes = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(str.strip)


def test_the_filter_is_the_one_of_r9():
    assert part_filter("TR", "OnHand", date(2025, 11, 23)) == (
        "SupplierCode eq 'TR' and OnHand gt 0 and lastupdatedate ge datetime'2025-11-23T00:00:00'"
    )


def test_it_can_ask_for_available_quantity():
    assert " and Avail gt 0 and " in part_filter("TR", "Avail", date(2025, 11, 23))


def test_it_doubles_quotes():
    assert part_filter("O'NEAL", "OnHand", date(2025, 1, 2)).startswith("SupplierCode eq 'O''NEAL' and ")


@pytest.mark.parametrize("field", ["onhand", "Cost", "OnHand gt 0 or 1", ""])
def test_it_refuses_other_fields(field):
    with pytest.raises(ValueError, match="quantity field"):
        part_filter("TR", field, date(2025, 11, 23))


@pytest.mark.parametrize("code", ["", "  "])
def test_it_refuses_an_empty_code(code):
    with pytest.raises(ValueError, match="code"):
        part_filter(code, "OnHand", date(2025, 11, 23))


@given(code=codes, since=st.dates())
def test_undoing_the_quotes_gives_the_code_and_the_day_back(code, since):
    text = part_filter(code, "OnHand", since)
    middle = " and OnHand gt 0 and lastupdatedate ge datetime'"
    literal, _, rest = text.removeprefix("SupplierCode eq '").rpartition("'" + middle)

    assert literal.replace("''", "") == code.replace("'", "")  # every quote in it is one of a pair
    assert literal.replace("''", "'") == code
    assert rest == since.isoformat() + "T00:00:00'"


@given(
    code=codes,
    other=codes,
    field=st.sampled_from(["OnHand", "Avail"]),
    quantity=st.integers(-2, 2),
    since=st.dates(date(2000, 1, 1)),
    changed=st.dates(date(2000, 1, 1)),
)
def test_an_independent_reader_understands_it_as_r9(code, other, field, quantity, since, changed):
    wanted = predicate(parse(part_filter(code, field, since), PART_KINDS, any_case=False), loose_text=False)
    record = {field: quantity, "lastupdatedate": f"{changed.isoformat()}T00:00:00"}

    assert wanted(part(code, "X", **record)) == (quantity > 0 and changed >= since)
    assert not (wanted(part(other, "X", **record)) and other != code)


def test_the_filter_of_a_scan_leaves_codes_out_with_quotes_doubled():
    assert stock_filter([]) == "OnHand gt 0"
    assert stock_filter(["TR", "O'N"]) == "OnHand gt 0 and SupplierCode ne 'TR' and SupplierCode ne 'O''N'"


def test_the_filter_of_a_scan_has_no_more_codes_than_an_address_has_room_for():
    text = stock_filter([f"Ä{number:03}" for number in range(500)])

    assert len(quote(text)) <= LONGEST_FILTER
    assert "'Ä000'" in text
    assert "'Ä499'" not in text
