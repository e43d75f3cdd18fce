"""How records are written - numbers, strings, dates, keys, compression - under each switch, over HTTP."""

import gzip
import json
from http.client import HTTPConnection

import pytest
import requests

from sandbox.simulator import SimulatedDealer, Simulator, part

CMF, LOGIN = "12345678", ("12345678", "secret")
PARTS = [
    part("TR", "A-1", OnHand=3, Retail=12.5, Description="CHAIN", lastupdatedate="2026-02-25T10:00:00.5"),
    part("TR", "A-2", OnHand=4, Retail=None, Description="Ö-RING", lastupdatedate=None),
]


@pytest.fixture
def simulator():
    with Simulator([SimulatedDealer(CMF, *LOGIN, parts=PARTS)]) as running:
        yield running


def rows(simulator, **options):
    answer = requests.get(f"{simulator.url}/Part/{CMF}", params=options, auth=LOGIN, timeout=10)
    assert answer.status_code == 200
    return answer.json()


def raw(simulator, **headers):
    """Status, headers and body as they are on the wire, with nothing unpacked."""
    connection = HTTPConnection(simulator.host, simulator.port, timeout=10)
    authorization = requests.auth._basic_auth_str(*LOGIN)
    connection.request("GET", f"/lsapi/Part/{CMF}", headers={"Authorization": authorization, **headers})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_record_is_sent_as_it_is_stored(simulator):
    assert rows(simulator) == [{**one, "Cmf": CMF, "DealerId": CMF} for one in PARTS]


@pytest.mark.parametrize(
    ("setting", "on_hand", "retail"),
    [
        ("numbers", 3, 12.5),
        ("strings", "3", "12.5"),
        ("null", None, None),
        ("negative", -3, -12.5),
        ("fractional", 3.5, 12.504),
    ],
)
def test_numbers(simulator, setting, on_hand, retail):
    simulator.switches.numbers = setting
    first, second = rows(simulator)
    assert (first["OnHand"], first["Retail"]) == (on_hand, retail)
    assert second["Retail"] is None
    assert first["Description"] == "CHAIN"


@pytest.mark.parametrize(
    ("setting", "number", "code", "description"),
    [
        ("clean", "A-1", "TR", "CHAIN"),
        ("padded", "  A-1   ", "  TR   ", "  CHAIN   "),
        ("null", "A-1", "TR", None),
        ("null_part_number", None, "TR", "CHAIN"),
    ],
)
def test_strings(simulator, setting, number, code, description):
    simulator.switches.strings = setting
    first = rows(simulator)[0]
    assert (first["PartNumber"], first["SupplierCode"], first["Description"]) == (number, code, description)
    assert first["lastupdatedate"] == "2026-02-25T10:00:00.5"


@pytest.mark.parametrize(
    ("setting", "updated"),
    [
        ("as_stored", "2026-02-25T10:00:00.5"),
        ("fraction", "2026-02-25T10:00:00.1234567"),
        ("null", None),
        ("year_1", "0001-01-01T00:00:00"),
        ("year_1900", "1900-01-01T00:00:00"),
    ],
)
def test_dates(simulator, setting, updated):
    simulator.switches.dates = setting
    first, second = rows(simulator)
    assert first["lastupdatedate"] == updated
    assert second["lastupdatedate"] is None


def test_the_filter_compares_stored_values_in_any_wire_format(simulator):
    simulator.switches.numbers = "null"
    simulator.switches.strings = "padded"
    found = rows(simulator, **{"$filter": "SupplierCode eq 'TR' and OnHand gt 3"})
    assert [(one["PartNumber"], one["OnHand"]) for one in found] == [("  A-2   ", None)]


def test_only_every_nth_record_may_be_odd(simulator):
    simulator.switches.numbers = "strings"
    simulator.switches.odd_every = 2
    assert [one["OnHand"] for one in rows(simulator)] == [3, "4"]


def test_behavior_settings_affect_records_that_were_sent_before(simulator):
    assert rows(simulator)[0]["OnHand"] == 3
    simulator.switches.numbers = "strings"
    assert rows(simulator)[0]["OnHand"] == "3"
    simulator.switches.numbers = "numbers"
    assert rows(simulator)[0]["OnHand"] == 3


def test_unknown_keys_may_be_added(simulator):
    simulator.switches.keys = "unknown_added"
    assert set(rows(simulator)[0]) - set(PARTS[0]) == {"rowversion", "warehouseBins"}


def test_keys_that_may_be_missing_may_be_absent(simulator):
    simulator.switches.keys = "optional_absent"
    present = set(rows(simulator)[0])
    assert {"SupplierCode", "PartNumber", "OnHand", "Avail", "Retail", "lastupdatedate"} <= present
    assert present.isdisjoint({"UPC", "SupersededTo", "Cost", "Bin1", "DateGathered"})


def test_gzip_with_its_header(simulator):
    answer, body = raw(simulator, **{"X-Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(body))) == 2


def test_bare_gzip_bytes(simulator):
    simulator.switches.gzip = "bare"
    answer, body = raw(simulator, **{"X-Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] is None
    assert len(json.loads(gzip.decompress(body))) == 2


def test_gzip_that_is_ignored(simulator):
    simulator.switches.gzip = "ignored"
    answer, body = raw(simulator, **{"X-Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] is None
    assert len(json.loads(body)) == 2


@pytest.mark.parametrize("setting", ["content_encoding", "bare"])
def test_errors_are_not_compressed(simulator, setting):
    simulator.switches.gzip = setting
    simulator.switches.password_state = "wrong"
    answer, body = raw(simulator, **{"X-Accept-Encoding": "gzip"})
    assert (answer.status, answer.headers["Content-Encoding"]) == (401, None)
    assert b"Exception" in body


def test_nothing_is_compressed_for_the_ordinary_header_alone(simulator):
    answer, body = raw(simulator, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] is None
    assert len(json.loads(body)) == 2


def test_a_part_has_every_documented_key_and_refuses_others():
    made = part("TR", "1", OnHand=4, Retail=2.5)
    assert (made["Avail"], made["CurrentActivePrice"]) == (4, 2.5)
    assert len(made) == 49
    with pytest.raises(TypeError, match="Onhand"):
        part("TR", "1", Onhand=4)
