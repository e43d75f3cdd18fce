"""Pages that a strict JSON parser, or a later step, would refuse."""

import json

import pytest

from jobs.sources.lightspeed.parts import Part, decode_page


@pytest.mark.parametrize("code", [*range(0x20)])
def test_a_raw_control_character_costs_nothing(code):
    body = b'[{"PartNumber": "A", "Description": "one' + bytes([code]) + b'two", "OnHand": 5}]'

    between = chr(code) if chr(code) in "\t\n\r" else " "
    assert decode_page(body).parts == [Part(part_number="A", description=f"one{between}two", on_hand=5)]


@pytest.mark.parametrize("escape", [rb"\u0000", rb"\u001F", rb"\b", rb"\f", b"\\u000b"])
def test_an_escaped_control_character_cannot_reach_the_database(escape):
    parts = decode_page(b'[{"PartNumber": "A", "Description": "one' + escape + b'two"}]').parts

    assert parts == [Part(part_number="A", description="one two")]


def test_escaped_backslashes_are_no_control_characters():
    text = r"C:\user\bin\file\u0000"
    body = json.dumps([{"PartNumber": "A", "Description": text}]).encode()

    assert decode_page(body).parts == [Part(part_number="A", description=text)]


def test_half_a_surrogate_pair_cannot_reach_the_database():
    page = decode_page(rb'[{"PartNumber": "A", "Description": "x\ud83dy"}, {"PartNumber": "\ud83d\ude00"}]')

    assert page.parts == [Part(part_number="A", description="x�y"), Part(part_number="😀")]


def test_invalid_utf8_bytes_cost_only_themselves():
    body = '[{"PartNumber": "A", "Description": "Câble"}, {"PartNumber": "B"}]'.encode("latin-1")

    assert decode_page(body).parts == [Part(part_number="A", description="C�ble"), Part(part_number="B")]


def test_a_byte_order_mark_is_skipped():
    assert decode_page(b'\xef\xbb\xbf[{"PartNumber": "A"}]').parts == [Part(part_number="A")]


def test_nan_and_infinity_are_not_numbers():
    body = b'[{"PartNumber": "A", "OnHand": NaN, "Retail": Infinity, "Avail": -Infinity}]'

    assert decode_page(body).parts == [Part(part_number="A")]


def test_numbers_beyond_all_bounds_stay_text():
    nines = "9" * 5000
    body = f'[{{"PartNumber": "A", "OnHand": 1e400, "Avail": true, "Retail": {nines}}}]'.encode()

    assert decode_page(body).parts == [Part(part_number="A", on_hand="1e400", retail=nines)]
