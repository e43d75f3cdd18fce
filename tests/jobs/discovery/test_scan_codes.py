"""Scans of a dealer's stock for unmapped codes (R20)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from jobs.discovery import scan_codes as scan
from jobs.discovery import scan_lease
from jobs.sync import background_heartbeat, background_watch
from sandbox.simulator.behavior import Fault
from tests.factories import make_manufacturer, make_run
from tests.sync_harness import SyncHarness, part
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, CodeScanBlock, FoundCode


class Killed(BaseException):
    """The worker is killed."""


def resume(harness: SyncHarness, **options: Any) -> CodeScan:
    scan.scan_codes(harness.dealer.id, harness.connect, **options)
    return db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True)


def run_scan(harness: SyncHarness, **options: Any) -> CodeScan:
    scans.request(harness.dealer, "manual")
    return resume(harness, **options)


def found(harness: SyncHarness) -> dict[str, FoundCode]:
    query = db.select(FoundCode).where(FoundCode.dealer_id == harness.dealer.id)
    return {row.code: row for row in db.session.scalars(query.execution_options(populate_existing=True))}


def filters(harness: SyncHarness) -> set[str]:
    return {request.options["$filter"] for request in harness.simulator.requests}


def test_a_scan_stores_what_is_in_stock_under_each_unmapped_code(harness: SyncHarness):
    harness.map_code("TR", make_manufacturer("Tucker Rocky"))
    harness.set_parts(
        part("TR", "T-1", 5),
        part("SHOP", "S-1", 2, Avail=1, Retail=12.345, Description="Shop rag"),
        part("SHOP", "S-2", 3, Retail=None),
        part("SHOP", "S-3", 0),
        part("old", "O-1", 1, lastupdatedate="2019-01-01T00:00:00"),
    )

    row = run_scan(harness)

    assert (row.status, row.parts, row.codes, row.error) == ("succeeded", 3, 2, None)
    shop, old = found(harness)["SHOP"], found(harness)["old"]
    assert (shop.parts, shop.on_hand_units, shop.on_hand_cents) == (2, 5, 2470)
    assert (shop.available_units, shop.available_cents) == (4, 1235)
    assert (shop.samples[0], shop.stale_parts, old.stale_parts) == ("Shop rag", 0, 1)
    assert filters(harness) == {"OnHand gt 0 and SupplierCode ne 'TR'"}


def test_parts_of_a_mapped_code_are_left_out_whatever_the_service_filters(harness: SyncHarness):
    harness.map_code("tr", make_manufacturer("Tucker Rocky"))
    harness.set_parts(part("TR", "T-1"), part("Tr ", "T-2"), part("X", "X-1"))

    run_scan(harness)

    assert set(found(harness)) == {"X"}


def test_more_mapped_codes_than_an_address_has_room_for_are_left_out_here(harness: SyncHarness):
    manufacturer = make_manufacturer("Tucker Rocky")
    codes = [f"CODE-{number:03}" for number in range(150)]
    for code in codes:
        harness.map_code(code, manufacturer)
    harness.set_parts(*(part(code, "1") for code in codes), part("NEW", "1"))

    run_scan(harness)

    assert set(found(harness)) == {"NEW"}
    assert max(len(text) for text in filters(harness)) < 1_800


def test_the_end_of_the_list_is_proven(harness: SyncHarness):
    harness.simulator.switches.rows_per_page = 7
    harness.set_parts(*(part(code, f"{number:03}") for code in "ABC" for number in range(30)))

    row = run_scan(harness)

    assert (row.parts, {code: each.parts for code, each in found(harness).items()}) == (
        90,
        {"A": 30, "B": 30, "C": 30},
    )


def test_a_killed_scan_continues_after_its_last_block(harness: SyncHarness, monkeypatch: pytest.MonkeyPatch):
    harness.set_parts(*(part(code, f"{number:04}") for code in "AB" for number in range(800)))
    monkeypatch.setattr("jobs.sources.lightspeed.pages.PAGES_AHEAD", 1)
    stored = []

    def kill(line: str) -> None:
        stored.append(line)
        if len(stored) == 2:
            raise Killed

    scans.request(harness.dealer, "manual")
    with pytest.raises(Killed):
        scan.scan_codes(harness.dealer.id, harness.connect, tell=kill)
    db.session.rollback()
    before = db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True)
    assert before.status == "running"
    at = len(harness.simulator.requests)
    before.heartbeat_at = clock.now() - 2 * scans.HEARTBEAT_TIMEOUT
    db.session.commit()

    row = resume(harness)

    skipped = [int(request.options["$skip"]) for request in harness.simulator.requests[at:]]
    assert min(skipped) >= 499
    assert (row.status, row.parts) == ("succeeded", 1_600)
    assert {code: each.parts for code, each in found(harness).items()} == {"A": 800, "B": 800}


def test_a_scan_starts_over_if_parts_moved_while_it_was_interrupted(harness: SyncHarness):
    harness.set_parts(*(part("A", f"{number:04}") for number in range(900)))
    stop = iter([False] * 3)
    scans.request(harness.dealer, "manual")
    scan.scan_codes(harness.dealer.id, harness.connect, lambda: next(stop, True))
    row = db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True)
    row.bookmark = '[500, "a", "sold since"]'
    db.session.commit()

    row = resume(harness)

    assert (row.status, row.parts) == ("succeeded", 900)


def test_a_refusal_ends_the_scan_with_the_reason_and_keeps_what_was_found(harness: SyncHarness):
    harness.set_parts(part("A", "1"))
    run_scan(harness)
    harness.simulator.switches.faults = [Fault("json_string", times=None)]

    row = run_scan(harness)

    assert (row.status, row.number) == ("failed", 2)
    assert row.error is not None
    assert "message instead of a parts list" in row.error
    assert found(harness)["A"].parts == 1


def test_a_row_of_another_dealership_fails_the_scan(harness: SyncHarness):
    harness.set_parts(part("A", "1"), part("B", "1"))
    harness.simulator.switches.cmf = "other_in_one"

    row = run_scan(harness)

    assert (row.status, found(harness)) == ("failed", {})


def test_nothing_is_requested_while_3pa_is_off(harness: SyncHarness):
    harness.set_parts(part("A", "1"))
    harness.configuration.enabled = False
    db.session.commit()

    row = run_scan(harness)

    assert (row.status, row.error) == ("failed", scan.TURNED_OFF)
    assert harness.simulator.requests == []


def test_a_code_that_is_gone_keeps_when_it_was_seen(harness: SyncHarness):
    harness.set_parts(part("A", "1"), part("B", "1"))
    run_scan(harness)
    first = found(harness)["A"]
    seen = first.first_seen_at, first.last_seen_at
    harness.set_parts(part("B", "1"))

    run_scan(harness)

    codes = found(harness)
    assert (codes["A"].parts, codes["A"].first_seen_at, codes["A"].last_seen_at) == (0, *seen)
    assert codes["B"].first_seen_at == seen[0] < codes["B"].last_seen_at
    assert set(db.session.scalars(db.select(CodeScanBlock.scan_number))) == {2}


def test_a_scan_gives_way_to_the_dealers_own_run_and_continues_after_it(harness: SyncHarness):
    harness.set_parts(part("A", "1"))
    run = make_run(harness.dealer, status="running", finished_at=None)

    row = run_scan(harness, gives_way=True)

    assert (row.status, scans.waiting(clock.now())) == ("queued", [])
    run.status, run.finished_at = "succeeded", clock.now()
    db.session.commit()
    assert scans.waiting(clock.now()) == [harness.dealer.id]
    assert resume(harness, gives_way=True).status == "succeeded"


def test_a_worker_that_lost_the_lease_writes_nothing(harness: SyncHarness, monkeypatch: pytest.MonkeyPatch):
    harness.set_parts(part("A", "1"))
    monkeypatch.setattr(background_watch, "LOOK_EVERY", 0.0)

    def take_over(_line: str) -> None:
        row = db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True)
        row.attempt += 1
        db.session.commit()

    row = run_scan(harness, tell=take_over)

    assert (row.status, found(harness)) == ("running", {})


def test_a_scan_stays_alive_while_its_parts_are_evaluated(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
):
    scans.request(harness.dealer, "manual")
    lease = scan_lease.acquire(harness.dealer.id)
    assert lease is not None
    row = db.session.get_one(CodeScan, harness.dealer.id)
    row.heartbeat_at = long_ago = clock.now() - timedelta(hours=1)
    db.session.commit()
    monkeypatch.setattr(background_heartbeat, "BEAT_SECONDS", 0.01)

    with scan_lease.kept_alive(lease):
        time.sleep(0.3)

    db.session.expire_all()
    assert row.heartbeat_at > long_ago + timedelta(minutes=59)


def test_a_second_request_does_not_start_another_scan(harness: SyncHarness):
    assert scans.request(harness.dealer, "manual")
    assert not scans.request(harness.dealer, "weekly")
    assert db.session.get_one(CodeScan, harness.dealer.id).trigger == "manual"


def test_hostile_text_is_stored_as_it_is_or_left_out(harness: SyncHarness):
    harness.set_parts(
        part("<b>'x", "1", Description="=cmd()"), part("Y" * 51, "1"), part("Z", "N" * 201), part(None, "2")
    )

    row = run_scan(harness)

    assert row.status == "succeeded"
    assert set(found(harness)) == {"<b>'x", ""}
