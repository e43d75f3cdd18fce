import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.lightspeed.parts import EmptyBody, NotAnArray, NotJson, Part, TruncatedBody, decode_page
from jobs.sources.source import Unreadable, values_of
from sandbox.simulator import part as simulated_part

WIRE_NAMES = {
    "cmf": "Cmf",
    "part_number": "PartNumber",
    "supplier_code": "SupplierCode",
    "description": "Description",
    "on_hand": "OnHand",
    "avail": "Avail",
    "retail": "Retail",
    "current_active_price": "CurrentActivePrice",
    "cost": "Cost",
    "upc": "UPC",
    "superseded_to": "SupersededTo",
    "last_updated": "lastupdatedate",
    "date_gathered": "DateGathered",
}
NUMBERS = {"on_hand", "avail", "retail", "current_active_price", "cost"}


def decoded(*records: Any) -> list[Part]:
    page = decode_page(json.dumps(records).encode())
    assert page.unreadable == []
    return page.parts


def test_a_documented_record_is_read_whole():
    record = simulated_part(
        "TR",
        "ABC-1",
        Cmf="76014846",
        Description="Chain",
        OnHand=5,
        Avail=4,
        Retail=19.95,
        CurrentActivePrice=15,
        Cost=11.5,
        UPC="0123",
        SupersededTo="ABC-2",
        lastupdatedate="2026-02-25T10:00:00.1234567",
        DateGathered="2026-02-26T00:00:00",
    )

    assert decoded(record) == [
        Part(
            cmf="76014846",
            part_number="ABC-1",
            supplier_code="TR",
            description="Chain",
            on_hand=5,
            avail=4,
            retail=19.95,
            current_active_price=15,
            cost=11.5,
            upc="0123",
            superseded_to="ABC-2",
            last_updated="2026-02-25T10:00:00.1234567",
            date_gathered="2026-02-26T00:00:00",
        )
    ]


def test_an_empty_array_is_a_page_without_rows():
    page = decode_page(b" [] \r\n")

    assert (page.parts, page.unreadable, page.received) == ([], [], 0)


def test_absent_keys_are_none_and_unknown_ones_are_ignored():
    assert decoded({"PartNumber": "A", "rowversion": {"deep": [1, {}]}}) == [Part(part_number="A")]


def test_text_is_left_as_padded_as_it_came():
    assert decoded({"PartNumber": "  A 1 ", "SupplierCode": " TR"})[0].part_number == "  A 1 "


def test_numbers_in_text_fields_keep_their_digits():
    body = b'[{"PartNumber": 00, "UPC": 1}]'.replace(b"00", b"1234567890123456789012345678901234567890")
    body = body.replace(b'"UPC": 1', b'"UPC": 0.50')

    assert decode_page(body).parts == [
        Part(part_number="1234567890123456789012345678901234567890", upc="0.50")
    ]


def test_one_odd_field_costs_no_other_field_and_no_other_record():
    parts = decoded(
        {"PartNumber": "A", "OnHand": True, "Retail": {"amount": 5}, "Description": ["x"], "Avail": 3},
        {"PartNumber": "B", "OnHand": 2},
    )

    assert parts == [Part(part_number="A", avail=3), Part(part_number="B", on_hand=2)]


def test_invalid_records_are_listed_with_their_position():
    page = decode_page(b'[{"PartNumber": "A"}, null, "x", [], {"Message": "busy"}, {"SupplierCode": null}]')

    assert page.parts == [Part(part_number="A"), Part()]
    assert page.unreadable == [
        Unreadable(1, "not a record"),
        Unreadable(2, "not a record"),
        Unreadable(3, "not a record"),
        Unreadable(4, "neither a part number nor a supplier code"),
    ]
    assert page.received == 6


def test_an_error_in_the_shape_of_a_record_is_unreadable_also_among_clean_ones():
    page = decode_page(b'[{"PartNumber": "A"}, {"error": "denied"}]')

    assert [one.position for one in page.unreadable] == [1]


@pytest.mark.parametrize("body", [b"", b"  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_body_is_a_fault(body):
    with pytest.raises(EmptyBody):
        decode_page(body)


@pytest.mark.parametrize("body", [b"<html></html>", b"Exception: x", b"[}]", b"[] []", b"{", b'"x', b"[01]"])
def test_a_body_that_is_not_json_is_a_fault(body):
    with pytest.raises(NotJson):
        decode_page(body)


@pytest.mark.parametrize("body", [b'"error"', b"null", b"5", b'{"value": []}', b"true"])
def test_json_that_is_not_an_array_is_a_fault(body):
    with pytest.raises(NotAnArray):
        decode_page(body)


def test_an_array_that_stops_anywhere_is_a_fault():
    whole = json.dumps([{"PartNumber": "A", "OnHand": 5, "Bins": [1]}, {"PartNumber": "B"}]).encode()

    for length in range(1, len(whole)):
        with pytest.raises((TruncatedBody, NotJson)):
            decode_page(whole[:length])


def test_nesting_without_end_is_a_fault_and_no_crash():
    with pytest.raises(NotJson):
        decode_page(b"[" * 200_000 + b"]" * 200_000)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)
keys = st.one_of(st.sampled_from([*WIRE_NAMES.values(), "OnOrder", "partnumber"]), st.text(max_size=3))
records = st.one_of(st.dictionaries(keys, json_values, max_size=8), json_values)


class Digits(str):
    """A number, as the digits that were sent."""


def expected_part(record: dict[str, Any]) -> Part:
    """Read a record slowly and obviously."""
    fields: dict[str, Any] = {}
    for name, wire_name in WIRE_NAMES.items():
        value = record.get(wire_name)
        if isinstance(value, Digits) and name in NUMBERS:
            number = float(value) if set(value) & set(".eE") else int(value)
            value = number if abs(number) < 10**30 else str(value)
        elif isinstance(value, str):
            value = "".join(
                "�" if 0xD800 <= ord(c) <= 0xDFFF else " " if ord(c) < 32 and c not in "\t\n\r" else c
                for c in value
            )
        else:
            value = None
        fields[name] = value
    return Part(**fields)


@given(st.lists(records, max_size=6), st.booleans())
def test_decoding_agrees_with_a_slow_obvious_reader(sent, ascii_only):
    body = json.dumps(sent, ensure_ascii=ascii_only).encode(
        errors="surrogatepass" if ascii_only else "replace"
    )
    page = decode_page(body)

    received = json.loads(body, parse_int=Digits, parse_float=Digits, parse_constant=lambda _: None)
    wanted = [
        expected_part(one)
        for one in received
        if isinstance(one, dict) and ("PartNumber" in one or "SupplierCode" in one)
    ]
    assert [_comparable(one) for one in page.parts] == [_comparable(one) for one in wanted]
    assert page.received == len(sent) == len(page.parts) + len(page.unreadable)
    assert page.values == [values_of(part) for part in page.parts]


def _comparable(part: Part) -> dict[str, Any]:
    """Numbers beyond 30 digits may come as text or as a number: no reader of values believes either."""
    huge = {
        name: "huge"
        for name in NUMBERS
        if (value := getattr(part, name)) is not None
        and str(value).lstrip("-").replace(".", "").replace("e+", "").isdigit()
        and abs(float(value)) >= 10**30
    }
    return {name: huge.get(name, getattr(part, name)) for name in WIRE_NAMES}
