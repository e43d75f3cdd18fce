"""Rows of another dealership (R9): one is enough to refuse a pull; rows without a dealership pass."""

import pytest

from jobs.sources.lightspeed import LightspeedClient
from jobs.sources.lightspeed.errors import error_for_fault
from sandbox.simulator import Simulator
from tests.jobs.sources.lightspeed.conftest import CMF
from tests.jobs.sources.lightspeed.pulling import failure, numbers, pull
from tests.jobs.sources.lightspeed.script import Script, page, rows
from tests.jobs.sources.lightspeed.simulated import ALL, pulled, refusal
from tests.jobs.sources.lightspeed.simulated import numbers as numbers_of

OTHER = "11111111"
SENTENCE = error_for_fault("foreign_parts").sentence


@pytest.mark.parametrize("setting", ["other", "other_in_one"])
def test_a_pull_with_rows_of_another_dealership_is_refused(simulator: Simulator, setting):
    simulator.switches.cmf = setting
    error = refusal(simulator)

    assert (error.kind, error.account_wide, error.sentence) == ("other_dealer", False, SENTENCE)
    assert len(simulator.requests) <= 2  # not asked again; the next page may be under way already


@pytest.mark.parametrize("setting", ["own", "absent", "null"])
def test_rows_of_the_dealer_or_without_a_dealership_are_accepted(simulator: Simulator, setting):
    simulator.switches.cmf = setting

    assert numbers_of(pulled(simulator)) == ALL


@pytest.mark.parametrize("cmf", [CMF, int(CMF), f" {CMF}  ", f"00{CMF}", None, "", "  "])
def test_the_same_dealership_in_another_form_is_accepted(script: Script, lightspeed: LightspeedClient, cmf):
    script.will_list(rows(0, 4, Cmf=cmf))

    assert numbers(pull(lightspeed)) == ["P0", "P1", "P2", "P3"]


@pytest.mark.parametrize("cmf", [OTHER, int(OTHER), f"{CMF}1", CMF[1:], "0", f"{CMF}.5", "all"])
@pytest.mark.parametrize("at", [0, 2, 3, 4])
def test_a_single_row_of_another_dealership_is_enough(script: Script, lightspeed: LightspeedClient, cmf, at):
    records = rows(0, 5, Cmf=CMF)
    records[at]["Cmf"] = cmf
    script.will_list(records)

    assert failure(lightspeed).sentence == SENTENCE


@pytest.mark.parametrize(
    "record",
    [
        {"Cmf": OTHER},
        {"Cmf": int(OTHER), "Description": "x"},
        {"Cmf": OTHER, "PartNumber": ["P9"], "SupplierCode": {}},
        {"Cmf": OTHER, "PartNumber": "P9", "SupplierCode": "TR", "OnHand": [1]},
        {"Cmf": OTHER, "PartNumber": "P9", "SupplierCode": "TR", "Description": "\x0b"},
    ],
    ids=str,
)
def test_a_record_that_cannot_be_decoded_counts_too(script: Script, lightspeed: LightspeedClient, record):
    script.will_list([*rows(0, 1, Cmf=CMF), record, *rows(1, 1, Cmf=CMF)])

    assert failure(lightspeed).sentence == SENTENCE


def test_another_dealership_in_the_proof_of_an_end_counts_too(script: Script, lightspeed: LightspeedClient):
    script.will_answer(page(rows(0, 2)), page(rows(1, 1, Cmf=OTHER)))

    assert failure(lightspeed).sentence == SENTENCE


def test_it_says_how_many_requests_were_sent(script: Script, lightspeed: LightspeedClient):
    script.will_list([*rows(0, 3, Cmf=CMF), *rows(3, 2, Cmf=OTHER)])

    assert failure(lightspeed).requests == 1
    assert script.skips() == [0, 3]
