"""Decompression bombs, and codes with misleading characters."""

from __future__ import annotations

import gzip

import pytest

from tests.webapp.client import ON_SQLITE
from tests.webapp.supplier_codes.test_csv_files import HEADER, LIST, problems

pytestmark = ON_SQLITE

NOT_TEXT = "the file isn't UTF-8 text"
NO_COLUMN = "the file has no column catalog, supplier_code"
NO_CSV = f"{NOT_TEXT} with comma-separated columns"
WIDE = HEADER.replace(b"\n", b"," * 900_000 + b"\n")
COSTLY = {
    "gzip": (gzip.compress(LIST), NOT_TEXT),
    "zip": (b"PK\x03\x04\x14\x00" + LIST, NOT_TEXT),
    "utf-16 unmarked": (LIST.decode().encode("utf-16-le"), NOT_TEXT),
    "a million columns": (WIDE + LIST, "5 fields where the first line has 900005"),
    "one line": (b"a," * 1_048_000, NOT_TEXT),
    "one field": (b"a" * 2_000_000, NOT_TEXT),
    "quotes": (b'"' * 2_000_000, NOT_TEXT),
    "open quotes": (b'"\n' * 1_000_000, NO_COLUMN),
    "open quotes in rows": (HEADER + b'"x\n' * 500_000, "the file has more than"),
    "blank lines": (b"\n" * 2_000_000, NO_COLUMN),
}


@pytest.mark.parametrize(("content", "reason"), COSTLY.values(), ids=COSTLY)
def test_a_decompression_bomb_is_refused(dealer, content, reason):
    assert problems(dealer, content)[0][1].startswith(reason)


@pytest.mark.parametrize("code", ["A\0B", "A\u202eB", "A\x1bB", "A\r\nB: 1", "A" * 51, "\u200e", " "])
def test_a_code_that_cannot_be_shown_as_it_is_is_refused(dealer, tucker, code):
    row = f'aftermarket,"{code}",Tucker Rocky,1,disabled\n'.encode()
    assert "LightSpeed Supplier Code" in problems(dealer, HEADER + row)[0][1]
