"""Asking Lightspeed for one part now (R23)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from jobs.sync import live_part
from jobs.sync.check import Stopped
from tests.factories import make_manufacturer
from tests.sync_harness import CMF, SyncHarness, part
from webapp.core import clock
from webapp.explain import live_requests
from webapp.extensions import db
from webapp.models import PartRequest


def answered(harness: SyncHarness, number: str) -> PartRequest:
    """The request for a number after its job."""
    request_id = live_requests.ask(harness.dealer, number).id
    live_part.ask(request_id, harness.connect)
    return db.session.get_one(PartRequest, request_id, populate_existing=True)


def test_it_is_one_request_for_the_number_under_any_code(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker"))
    old = (clock.now() - timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%S")
    harness.set_parts(
        part("TR", "A-1x", 3, Cost=1),
        part("KA", "a-1x", 2),
        part("TR", "A-2", 1),
        part("TR", "A-1X", 0, lastupdatedate=old),
    )
    request = answered(harness, " A-1x ")
    assert request.rows is not None
    found = [(row["fields"]["SupplierCode"], row["fields"]["OnHand"], row["reason"]) for row in request.rows]
    assert sorted(found) == [("KA", "2", "unmapped"), ("TR", "0", "not_in_stock"), ("TR", "3", None)]
    (sent,) = harness.simulator.requests
    assert sent.options["$filter"] == ("PartNumber eq 'A-1x' or PartNumber eq 'A-1X' or PartNumber eq 'a-1x'")


def test_a_number_that_lightspeed_does_not_have_has_no_rows(harness: SyncHarness) -> None:
    request = answered(harness, "O'Neal")
    assert (request.state, request.rows) == ("answered", [])


@pytest.mark.parametrize(
    ("switch", "sentence"),
    [
        ({"password_state": "wrong"}, "password"),
        ({"cmf": "other"}, "another dealer"),
    ],
)
def test_a_refusal_is_told_in_words(harness: SyncHarness, switch: dict[str, str], sentence: str) -> None:
    harness.set_parts(part("TR", "A-1", 3))
    harness.simulator.switches.change(switch)
    request = answered(harness, "A-1")
    assert (request.state, request.rows) == ("failed", None)
    assert sentence in (request.error or "").lower()


def test_nothing_is_sent_while_3pa_is_turned_off_or_for_an_answered_request(harness: SyncHarness) -> None:
    answered(harness, "A-1")
    live_part.ask(1, harness.connect)
    harness.configuration.enabled = False
    db.session.commit()
    assert answered(harness, "A-1").error == live_part.SWITCHED_OFF
    assert len(harness.simulator.requests) == 1


def test_a_worker_that_is_told_to_stop_leaves_the_request_waiting(harness: SyncHarness) -> None:
    harness.simulator.switches.change({"latency": 1.0})
    request_id = live_requests.ask(harness.dealer, "A-1").id
    with pytest.raises(Stopped):
        live_part.ask(request_id, harness.connect, lambda: True)
    db.session.rollback()
    assert db.session.get_one(PartRequest, request_id).state == "waiting"


def test_a_dealer_has_one_request_that_waits(harness: SyncHarness) -> None:
    first = live_requests.ask(harness.dealer, "A-1")
    assert live_requests.ask(harness.dealer, "A-1").id == first.id
    with pytest.raises(live_requests.AnotherWaits):
        live_requests.ask(harness.dealer, "A-2")
    other = harness.add_dealer("Summit", CMF + "1")
    assert live_requests.ask(other, "A-2").id != first.id
    with time_machine.travel(clock.now() + live_requests.TIMEOUT, tick=False):
        assert not live_requests.is_awaited(first)
    with time_machine.travel(clock.now() + live_requests.TIMEOUT * 2, tick=False):
        second = live_requests.ask(harness.dealer, "A-2")
    assert second.id != first.id
    db.session.expire_all()
    assert (first.state, first.error) == ("failed", live_requests.NO_RESPONSE)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        live_requests.ask(harness.dealer, "A-3")
    kept = db.session.scalars(db.select(PartRequest.part_number).where(PartRequest.dealer_id == 1))
    assert kept.all() == ["A-3"]
