"""Oversized responses: memory and time stay bounded, and the dealer reads one sentence."""

import gzip
import subprocess
import sys

import pytest

from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.lightspeed.parts import Part, decode_page
from jobs.sources.lightspeed.retry import seconds_to_wait
from jobs.sources.values import quantity_of
from tests.jobs.sources.lightspeed.conftest import CMF
from tests.jobs.sources.lightspeed.pulling import part_pages
from tests.jobs.sources.lightspeed.script import body
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow

# Under limits that the operating system keeps: a defect ends the process instead of being measured too late.
READS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
from jobs.sources.lightspeed.responses import parts_in
from jobs.sources.lightspeed.errors import LightspeedError

MEGABYTE = 1 << 20
HOSTILE = {
    "empty objects": b"[" + b"{}," * (10 * MEGABYTE) + b"{}]",
    "numbers": b"[" + b"0," * (15 * MEGABYTE) + b"0]",
    "empty parts": b"[" + b'{"PartNumber":""},' * MEGABYTE + b'{"PartNumber":""}]',
    "lists": b"[" + b"[]," * (10 * MEGABYTE) + b"[]]",
    "deep": b"[" * (20 * MEGABYTE),
    "deep in a record": b'[{"PartNumber":"A","x":' + b"[" * MEGABYTE,
    "deep and closed": b'[{"PartNumber":"A","x":' + b"[" * 9999 + b"]" * 9999 + b"}]",
    "fields": b"[{" + b'"k":0,' * (5 * MEGABYTE) + b'"k":0}]',
    "one field": b'[{"PartNumber":"' + "\\U0001f600".encode() * (7 * MEGABYTE) + b'"}]',
    "digits": b'[{"PartNumber":"A","OnHand":' + b"9" * (30 * MEGABYTE) + b"}]",
    "digits as text": b'[{"PartNumber":"A","OnHand":"' + b"9" * (30 * MEGABYTE) + b'x"}]',
    "exponents": b'[{"PartNumber":"A","OnHand":1e999999999,"Retail":-1E-999999999}]',
    "quotes": b'["' + b'\\\\"' * (15 * MEGABYTE),
    "spaces": b" " * (30 * MEGABYTE),
}
for name, body in HOSTILE.items():
    try:
        outcome = f"{parts_in(body, '76014846').received} read"
    except LightspeedError as error:
        outcome = error.kind
    print(name, outcome, sep=": ")
"""


def test_no_answer_takes_more_memory_or_time_than_there_is():
    done = subprocess.run(
        [sys.executable, "-c", READS], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = dict(line.rsplit(": ", 1) for line in done.stdout.splitlines())
    readable = ("one field", "digits", "digits as text", "exponents")
    assert len(outcomes) == 14
    assert {name for name, outcome in outcomes.items() if outcome != "bad_answer"} == set(readable)


def test_a_list_of_too_many_records_is_reported_in_terms_of_the_dealer(script, lightspeed):
    script.will_answer(body(gzip.compress(b"[" + b"{}," * 500_000 + b"{}]")))
    with pytest.raises(LightspeedError, match="far more data than we requested"):
        list(part_pages(lightspeed, CMF, "SupplierCode eq 'TR'"))


def test_a_page_of_odd_types_costs_nothing_but_itself():
    odd = b'{"PartNumber": "A", "PartNumber": "B", "OnHand": {"a": [1]}, "Retail": [], "Avail": 1e2}'
    page = decode_page(b"[" + odd + b', null, 7, "x", [], {"PartNumber": null}]')

    assert page.parts == [Part(part_number="B", avail=100.0), Part()]
    assert [record.position for record in page.unreadable] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "text", ["9" * 2_000_000 + "x", "." * 2_000_000, "-" * 2_000_000, "1e" + "9" * 2_000_000]
)
def test_a_number_of_millions_of_characters_is_not_a_quantity(text):
    assert quantity_of(text) is None


@pytest.mark.parametrize("letter", "؜‎‏‪‫‬‭‮⁦⁧⁨⁩")
def test_direction_marks_are_removed(letter):
    said = [
        f'[{{"PartNumber": "A{form}B"}}]'
        for form in (letter, f"\\u{ord(letter):04x}", f"\\u{ord(letter):04X}")
    ]

    assert [decode_page(text.encode()).parts for text in said] == [[Part(part_number="AB")]] * 3


@pytest.mark.parametrize(
    "header",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 99 Zzz 2026", "\x00", "1 " * 30_000, "²"],
)
def test_an_unreadable_retry_after_is_none(header):
    assert seconds_to_wait(header) is None
