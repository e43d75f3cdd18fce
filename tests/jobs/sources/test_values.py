import math
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.sources.values import cents_of, date_of, quantity_of

numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.from_regex(r" ?[+-]?[0-9]{0,12}\.?[0-9]{0,4} ?", fullmatch=True),
    st.text(max_size=8),
    st.none(),
    st.booleans(),
)


def exact(value: object) -> Decimal | None:
    """A number as the decimal that was sent: slowly, and from nothing but the standard library."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    if not text.isascii() or "_" in text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 1000 else None


@given(numbers)
@example(2**31 - 1 + 0.9)
@example("-0.5")
def test_a_quantity_is_rounded_down(value):
    number = exact(value)
    expected = None if number is None or abs(number) > 10**12 else math.floor(number)

    assert quantity_of(value) == (None if expected is None or abs(expected) > 2**31 - 1 else expected)


@given(numbers)
@example(19.995)
@example(1.005)
@example(0.285)
@example(21474836.475)
@example(21474835.005)
@example(0.004)
@example("0.005")
def test_a_price_is_rounded_to_the_cent_half_up(value):
    number = exact(value)
    if number is None or not 0 < number < 10**9:
        assert cents_of(value) is None
        return
    cents = int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert cents_of(value) == (cents if 0 < cents <= 2**31 - 1 else None)


@given(st.integers(1, 2**31 - 1), st.sampled_from(["", "4", "49", "5", "51"]))
def test_prices_near_the_half_are_exact_as_text_and_as_number(cents, more):
    text = f"{cents // 100}.{cents % 100:02}{more}"
    expected = cents + (more >= "5")

    assert cents_of(text) == (expected if expected <= 2**31 - 1 else None)
    if cents < 10**9:
        assert cents_of(float(text)) == expected


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (5, 5),
        (5.9, 5),
        (" 5 ", 5),
        ("5.99", 5),
        ("1e2", 100),
        (-3, -3),
        (0, 0),
        (0.9, 0),
        (2**31 - 1, 2**31 - 1),
    ],
)
def test_readable_quantities(value, quantity):
    assert quantity_of(value) == quantity


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "x",
        "5 pcs",
        "1,00",
        "1_000",
        "٥",
        "NaN",
        "Infinity",
        math.nan,
        math.inf,
        2**31,
        -(2**31),
        10**400,
        "1e9999",
        "1e99999999999",
        "9" * 5000,
    ],
)
def test_unreadable_quantities(value):
    assert quantity_of(value) is None


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        (9.95, 995),
        ("9.95", 995),
        (10, 1000),
        (0.005, 1),
        (19.995, 2000),
        (" 1 ", 100),
        (21474836.47, 2**31 - 1),
    ],
)
def test_readable_prices(value, cents):
    assert cents_of(value) == cents


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        0.0,
        "0.00",
        0.004,
        -1,
        -0.01,
        "free",
        "$9.95",
        "1,299.00",
        True,
        math.nan,
        math.inf,
        21474836.48,
        10**400,
        "1e9999",
        "1e-9999",
        "1e99999999999",
    ],
)
def test_prices_that_keep_the_old_one(value):
    assert cents_of(value) is None


@given(st.datetimes(datetime(1901, 1, 1)), st.integers(0, 7))
def test_dates_are_read_with_up_to_seven_fraction_digits(moment, digits):
    fraction = f"{moment.microsecond:06}0"[:digits]
    text = moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if digits else "")

    assert date_of(text) == moment.replace(microsecond=int(fraction.ljust(6, "0")[:6] or 0))


@pytest.mark.parametrize("ending", ["Z", "+00:00", "-06:00", "-0600"])
def test_an_unexpected_zone_is_dropped(ending):
    assert date_of("2026-02-25T08:09:10" + ending) == datetime(2026, 2, 25, 8, 9, 10)


def test_a_date_alone_is_its_midnight():
    assert date_of(" 2026-02-25 ") == datetime(2026, 2, 25)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0001-01-01T00:00:00",
        "1000-01-01T00:00:00",
        "1900-01-01T00:00:00",
        "yesterday",
        5,
        True,
        "2026-02-30",
        "2026-13-01T00:00:00",
        "2026-W09-3",
        "20260225",
        "/Date(1772000000000)/",
        "02/25/2026",
    ],
)
def test_invalid_dates(text):
    assert date_of(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text):
    for read in (quantity_of, cents_of, date_of):
        read(text)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("1,000", 1000),
        (" 12,500 ", 12500),
        ("1,234,567", 1234567),
        ("-1,000", -1000),
        ("1,000.9", 1000),
        ("1,00", None),
        ("1,0000", None),
        ("0,123", None),
        ("1,000,00", None),
        ("1.000,5", None),
        (",100", None),
        ("1000,000", None),
        ("1,000" + ",000" * 10_000, None),
    ],
)
def test_a_comma_is_a_thousands_separator_where_nothing_else_is_possible(text, quantity):
    assert quantity_of(text) == quantity


def test_a_price_with_a_thousands_separator_keeps_the_old_price():
    assert cents_of("1,234.56") is None
