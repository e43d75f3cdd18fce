from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.catalog.importing.plain_rows import fields_of, plain_fields
from webapp.catalog.importing.rows import Rejected, parse

OWN = ("aftermarket", "Tucker Rocky", "TR", "", "")
PRICES = ["", "19.99", "0.05", ".5", "5", "1,234.56", "$7", "9999999.99", "21474836.48", "-1.00", "1.234,56"]
PIECES = [
    "A1",
    "06455-MGE-006",
    "1E+05",
    "1E-05",
    "1e-5",
    "#N/A",
    "#",
    "=",
    '="1"',
    "Err:502",
    " ",
    "\t",
    "é",
    "\x7f",
]
TEXT = st.lists(st.sampled_from([*PIECES, "", "x" * 100]), max_size=3).map("".join)
UPC = st.sampled_from(["", "012345678905", "0 12345 67890 5", "1234567", "123456789012345"])


@given(st.tuples(TEXT, TEXT, TEXT, TEXT, st.sampled_from(PRICES) | TEXT, UPC), st.booleans())
def test_plain_rows_are_parsed_as_any_other(cells, has_upc):
    cells = cells if has_upc else cells[:-1]
    fields = plain_fields(cells)
    try:
        parsed = fields_of(parse((*OWN, *cells)))
    except Rejected:
        parsed = None
    assert fields is None or fields == parsed


def test_most_rows_are_plain():
    fields = plain_fields(("A-1", "EBC", "", " Brake pad 5-MGE ", "19.99"))
    assert fields == ("A-1", "a-1", "a1", "EBC", "ebc", "A-1", "a-1", "Brake pad 5-MGE", 1999, None)
    assert plain_fields(("06455-MGE-006", "Honda", "M", "Pad", "", "012345678905")) is not None
