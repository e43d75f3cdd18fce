"""A new dealer previews what the first update will put on the webstore; nothing is mapped for it (R24)."""

from __future__ import annotations

import pytest

from tests.factories import make_code_scan, make_found_code, make_manufacturer
from tests.jobs.previews.previewing import contents, done, plan, planned, shelf_total
from tests.sync_harness import SyncHarness, part
from webapp.code_discovery import setup
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import AuditEntry, CodeScan, FoundCode, Preview
from webapp.previews.run_now import run_now


@pytest.fixture
def reviewed(harness: SyncHarness) -> SyncHarness:
    """A connected dealer without supplier codes, whose two codes were found and reviewed."""
    make_code_scan(harness.dealer)
    for name, numbers in (("TR", ["A-1", "A-2"]), ("WP", ["W-1"])):
        maker = make_manufacturer(name, numbers=numbers)
        make_found_code(harness.dealer, name, 3, 900, {maker: 2}, chosen_manufacturer_id=maker.id)
    db.session.get_one(CodeScan, harness.dealer.id).reviewed_at = clock.now()
    db.session.commit()
    harness.set_parts(part("TR", "A-1", 3), part("TR", "A-9", 1), part("WP", "W-1", 2))
    return harness


def previewed(harness: SyncHarness) -> Preview:
    return plan(harness, setup.start_preview(harness.dealer, None).id)  # type: ignore[arg-type]


def test_it_is_what_the_first_update_does(reviewed: SyncHarness) -> None:
    before = contents()
    row = previewed(reviewed)
    assert (row.state, contents()) == ("ready", before)
    plans, figures = planned(row), row.figures or {}
    shown = setup.review_digest(reviewed.dealer.id)
    run = setup.go_live(reviewed.dealer, None, shown)  # type: ignore[arg-type]
    assert run is not None
    assert plans == done(reviewed.sync())
    assert figures["after"] == shelf_total(reviewed) == {"pieces": 5, "cents": 0}


def test_it_names_the_codes_in_the_audit_log(reviewed: SyncHarness) -> None:
    previewed(reviewed)
    (entry,) = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "preview.requested"))
    assert (entry.after or {})["mapped"] == ["TR", "WP"]


def test_it_is_not_applied_by_a_run(reviewed: SyncHarness) -> None:
    row = previewed(reviewed)
    with pytest.raises(Refused):
        run_now(row, None)


def test_a_code_that_was_mapped_while_it_waited_is_planned_once(reviewed: SyncHarness) -> None:
    number = setup.start_preview(reviewed.dealer, None).id  # type: ignore[arg-type]
    found = db.session.get_one(FoundCode, (reviewed.dealer.id, "tr"))
    maker = db.session.get_one(type(make_manufacturer("X")), found.chosen_manufacturer_id)
    reviewed.map_code("TR", maker)
    row = plan(reviewed, number)
    assert [(key, state) for key, (state, *_) in planned(row).items()] == [
        ("tr", "succeeded"),
        ("wp", "succeeded"),
    ]


def test_it_belongs_to_the_setup_until_the_codes_are_reviewed_again(reviewed: SyncHarness) -> None:
    row = previewed(reviewed)
    scan = db.session.get_one(CodeScan, reviewed.dealer.id)
    assert setup.latest_preview(reviewed.dealer, scan) == row
    scan.reviewed_at = clock.now()
    assert setup.latest_preview(reviewed.dealer, scan) is None
