"""Each line of a run says which run, dealer, attempt and code it is about."""

from __future__ import annotations

import json

import pytest

from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import PASSWORD, SyncHarness, part


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_line_of_a_run_names_it_and_those_of_a_code_the_code(
    harness: SyncHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("PU", make_manufacturer("Parts", numbers=["P-1"]))
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="PU", times=None)])
    capsys.readouterr()
    run = harness.sync(part("TR", "A-1"), part("PU", "P-1"))
    told = lines(capsys)
    assert {(line["run"], line["dealer"], line["attempt"]) for line in told} == {(run.id, run.dealer_id, 1)}
    events = [(line["event"], line.get("code")) for line in told]
    assert ("lightspeed.requested", "TR") in events
    assert ("item.applied", "TR") in events
    assert ("lightspeed.request_failed", "PU") in events
    assert ("item.failed", "PU") in events
    assert events[-1] == ("run.finished", None)
    assert PASSWORD not in json.dumps(told)
