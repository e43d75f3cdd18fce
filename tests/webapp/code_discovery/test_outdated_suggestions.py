"""Suggestions are made again when a catalog changes (R21)."""

from __future__ import annotations

from jobs.discovery.scan_codes import scan_codes
from tests.factories import make_manufacturer, raise_catalog_version
from tests.jobs.conftest import harness, simulator
from tests.sync_harness import SyncHarness, part
from webapp.code_discovery import outdated_suggestions, scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, CodeSuggestion, FoundCode

__all__ = ["harness", "simulator"]


def names() -> list[str]:
    rows = db.session.scalars(db.select(CodeSuggestion).execution_options(populate_existing=True)).unique()
    return [row.manufacturer.name for row in rows]


def scanned(harness: SyncHarness) -> int:
    harness.set_parts(part("TR", "T-1"))
    scans.request(harness.dealer, "manual")
    scan_codes(harness.dealer.id, harness.connect)
    return harness.dealer.id


def test_a_changed_catalog_changes_suggestions_without_a_request(harness: SyncHarness):
    dealer_id = scanned(harness)
    assert (names(), outdated_suggestions.outdated()) == ([], [])
    seen, requests = (
        db.session.scalars(db.select(FoundCode.last_seen_at)).one(),
        len(harness.simulator.requests),
    )

    make_manufacturer("Tucker Rocky", numbers=["T-1"])
    raise_catalog_version()

    assert outdated_suggestions.outdated() == [dealer_id]
    assert outdated_suggestions.suggest_again(dealer_id)
    assert (names(), outdated_suggestions.outdated()) == (["Tucker Rocky"], [])
    assert db.session.scalars(db.select(FoundCode.last_seen_at)).one() == seen
    assert len(harness.simulator.requests) == requests


def test_a_scan_that_is_under_way_makes_its_own_suggestions(harness: SyncHarness):
    dealer_id = scanned(harness)
    raise_catalog_version()
    row = db.session.get_one(CodeScan, dealer_id)
    row.status, row.heartbeat_at = "running", clock.now()
    db.session.commit()

    assert outdated_suggestions.outdated() == []
    assert not outdated_suggestions.suggest_again(dealer_id)
