"""The sample dealers' parts, as Lightspeed reports them."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from sandbox.samples.catalog import catalog_rows
from sandbox.samples.dealers import SAMPLE_DEALERS, SILENT_CODE
from sandbox.samples.parts import manufacturers_of, sample_parts
from sandbox.samples.served import simulated_dealers
from sandbox.simulator import PART_FIELDS

TODAY = date(2026, 3, 2)
YEAR_AGO = (TODAY - timedelta(days=365)).isoformat()


@pytest.fixture(scope="module", params=SAMPLE_DEALERS, ids=lambda one: one.key)
def dealer(request):
    return request.param


@pytest.fixture(scope="module")
def parts(dealer):
    return sample_parts(dealer, TODAY)


@pytest.fixture(scope="module")
def known(dealer):
    """Part numbers in the catalog, in small letters, by Lightspeed code of the dealer."""
    sold = defaultdict(set)
    for row in catalog_rows():
        if row.dealer in ("", dealer.key):
            sold[row.manufacturer].add(row.part_number.lower())
    codes = {row.supplier_code for row in dealer.supplier_codes}
    return {code: set().union(*(sold[name] for name in manufacturers_of(dealer, code))) for code in codes}


@pytest.fixture(scope="module")
def reported(parts, known):
    """What a client is sent that asks as R9 says."""
    return [
        one
        for one in parts
        if one["SupplierCode"] in known and one["OnHand"] > 0 and (one["lastupdatedate"] or "") >= YEAR_AGO
    ]


def matches(one, known):
    return one["PartNumber"].strip().lower() in known[one["SupplierCode"]]


def bare(number):
    return "".join(letter for letter in number.lower() if letter.isalnum())


def test_there_are_some_8_000_whole_records(parts):
    assert 7_900 <= len(parts) <= 8_200
    assert all(set(one) == set(PART_FIELDS) for one in parts)


def test_they_are_in_stable_order(parts):
    keys = [(one["SupplierCode"], one["PartNumber"]) for one in parts]
    assert keys == sorted(keys)


def test_85_to_90_percent_of_what_is_reported_matches(reported, known):
    share = sum(matches(one, known) for one in reported) / len(reported)
    assert 0.85 <= share <= 0.90


def test_every_code_but_the_silent_one_has_parts_and_some_codes_are_not_set_up(parts, known):
    codes = {one["SupplierCode"] for one in parts}
    assert set(known) - codes == {SILENT_CODE}
    assert codes - set(known) == {"SHOP", "MISC", "OLD"}


def test_a_code_with_two_catalogs_has_parts_in_both(dealer, reported):
    numbers = {one["PartNumber"].strip() for one in reported if one["SupplierCode"] == "HW"}
    rows = [row for row in catalog_rows() if row.part_number in numbers]
    assert {row.catalog for row in rows if row.manufacturer in manufacturers_of(dealer, "HW")} == {
        "aftermarket",
        "private_label",
    }


def test_two_codes_of_one_manufacturer_share_some_parts(reported):
    honda = defaultdict(set)
    for one in reported:
        honda[one["SupplierCode"]].add(one["PartNumber"].strip())
    assert honda["HO"] & honda["HP"]
    assert honda["HO"] - honda["HP"]


def test_unmatched_parts_differ_in_punctuation_or_are_superseded_or_unknown(reported, known):
    by_bare = {code: {bare(number) for number in numbers} for code, numbers in known.items()}
    kinds = Counter()
    for one in (one for one in reported if not matches(one, known)):
        code = one["SupplierCode"]
        if bare(one["PartNumber"]) in by_bare[code]:
            kinds["punctuation"] += 1
        elif (one["SupersededTo"] or "").lower() in known[code]:
            kinds["superseded"] += 1
        else:
            kinds["unknown"] += 1
    assert min(kinds[kind] for kind in ("punctuation", "superseded", "unknown")) > 50


def test_all_the_irregular_cases_are_present(parts):
    quantities = [one["OnHand"] for one in parts]
    assert sum(quantity == 0 for quantity in quantities) > 1_000
    assert any(quantity < 0 for quantity in quantities)
    assert any(quantity != int(quantity) for quantity in quantities)
    assert any(one["OnHand"] > 0 and one["Avail"] <= 0 for one in parts)
    assert any(one["Retail"] is None for one in parts)
    assert any(one["Retail"] == 0 for one in parts)
    assert any(one["CurrentActivePrice"] != one["Retail"] for one in parts)
    assert any(one["lastupdatedate"] is None for one in parts)
    assert any(one["lastupdatedate"] and one["lastupdatedate"] < YEAR_AGO for one in parts)
    assert any(one["PartNumber"] != one["PartNumber"].strip() for one in parts)
    assert {len(one["UPC"]) for one in parts if one["UPC"]} == {12}


def test_some_parts_are_repeated_with_another_case(parts):
    numbers = Counter((one["SupplierCode"], one["PartNumber"].strip().lower()) for one in parts)
    assert sum(count > 1 for count in numbers.values()) >= 20
    assert max(Counter((one["SupplierCode"], one["PartNumber"]) for one in parts).values()) == 1


def test_some_descriptions_break_reports_and_spreadsheets(reported):
    descriptions = [one["Description"] for one in reported]
    assert any(text.startswith("=") for text in descriptions)
    assert any("," in text and '"' in text for text in descriptions)
    assert any(not text.isascii() for text in descriptions)
    assert "" in descriptions


def test_dates_follow_the_day_and_stay_fresh_for_weeks(dealer, parts):
    later = sample_parts(dealer, TODAY + timedelta(days=10))
    moved = [
        (date.fromisoformat(new["lastupdatedate"][:10]) - date.fromisoformat(old["lastupdatedate"][:10])).days
        for old, new in zip(parts, later, strict=True)
        if old["lastupdatedate"]
    ]
    assert set(moved) == {10}
    ages = [
        (TODAY - date.fromisoformat(one["lastupdatedate"][:10])).days
        for one in parts
        if one["lastupdatedate"]
    ]
    assert min(ages) >= 1
    assert not [age for age in ages if 300 < age < 400]


def test_the_same_day_gives_the_same_parts(dealer, parts):
    assert json.dumps(sample_parts(dealer, TODAY)) == json.dumps(parts)


def test_the_simulator_serves_both_dealers():
    served = simulated_dealers(TODAY)
    assert [one.cmf for one in served] == [one.cmf for one in SAMPLE_DEALERS]
    assert [one.name for one in served] == [one.name for one in SAMPLE_DEALERS]
    assert all(len(one.parts) > 7_900 for one in served)
