"""Old audit entries, alerts and catalog imports are deleted."""

from __future__ import annotations

import io

from sqlalchemy import select, update

from tests.factories import make_changes, make_user
from tests.webapp.operations.housekeeping.conftest import History, ago
from webapp.catalog import uploads
from webapp.core import clock, storage
from webapp.extensions import db
from webapp.models import (
    Alert,
    AlertDelivery,
    AuditEntry,
    CatalogImport,
    Freeze,
    HeldClearing,
    ItemChanges,
    PlannedChanges,
    ProductLock,
    User,
)
from webapp.pulls.stock import Stock


def entry(days: float, actor: str = "command") -> None:
    db.session.add(AuditEntry(at=ago(days), actor=actor, action="dealer.added", subject=f"{actor} {days}"))
    db.session.commit()


def subjects() -> list[str]:
    wanted = select(AuditEntry.subject).where(AuditEntry.action == "dealer.added")
    found = list(db.session.scalars(wanted.order_by(AuditEntry.id)))
    db.session.rollback()
    return found


def test_entries_of_users_are_kept_longer_than_those_of_the_schedule(history: History) -> None:
    for days in (800, 100, 1):
        entry(days)
        entry(days, "schedule")
    history.purge_expired()
    assert subjects() == ["command 100", "command 1", "schedule 1"]


def test_what_runs_changed_is_deleted_before_the_runs_and_with_them(history: History) -> None:
    stock = history.product, history.manufacturer, None, Stock(1, None, 1)
    # Noted so many days ago: that of the first run late, as by a clearing applied long after it.
    for days, noted in ((100, 1), (40, 40), (20, 20)):
        item = history.add_run(days, "succeeded", "TR").items[0]
        for table in (ItemChanges, PlannedChanges):
            make_changes(item, stock, is_planned=table is PlannedChanges)
            of_item = update(table).where(table.run_item_id == item.id)
            db.session.execute(of_item.values(noted_at=ago(noted)))
        db.session.commit()
    last = item.id
    deleted = history.purge_expired()
    assert (deleted["runs"], deleted["item_changes"], deleted["planned_changes"]) == (1, 1, 1)
    for table in (ItemChanges, PlannedChanges):
        assert list(db.session.scalars(select(table.run_item_id))) == [last]
    assert len(history.run_ids()) == 2


def test_a_deletion_is_audited(history: History) -> None:
    entry(800)
    history.purge_expired()
    history.purge_expired()
    noted = db.session.scalars(select(AuditEntry)).all()
    assert [(one.actor, one.action, one.after) for one in noted] == [
        ("schedule", "history.deleted", {"audit_entries": 1})
    ]


def alert(
    history: History, subject: str, closed: float | None, told: float, state: str = "delivered"
) -> None:
    row = Alert(
        dealer_id=history.dealer.id,
        dealer_key=history.dealer.id,
        cause="held",
        subject=subject,
        sentence="x",
        opened_at=ago(400),
        closed_at=None if closed is None else ago(closed),
    )
    db.session.add(row)
    db.session.flush()
    delivery = AlertDelivery(
        alert_id=row.id,
        dealer_id=history.dealer.id,
        event="opened",
        channel="email",
        recipient="parts@example.com",
        state=state,
        created_at=ago(told),
    )
    db.session.add(delivery)
    db.session.commit()


def test_alerts_closed_long_ago_are_deleted_with_their_deliveries(history: History) -> None:
    alert(history, "over", closed=200, told=10)
    alert(history, "lately", closed=10, told=200)
    alert(history, "open", closed=None, told=200, state="waiting")
    found = history.purge_expired()
    assert (found["closed_alerts"], found["alert_deliveries"]) == (1, 1)
    assert list(db.session.scalars(select(Alert.subject).order_by(Alert.id))) == ["lately", "open"]
    assert list(db.session.scalars(select(AlertDelivery.state))) == ["waiting"]


def test_held_clearings_go_when_they_are_settled(history: History) -> None:
    for code, state, days in (("TR", "held", 200), ("PU", "applied", 200), ("KA", "applied", 10)):
        row = HeldClearing(
            dealer_id=history.dealer.id,
            run_id=1,
            run_item_id=1,
            supplier_code=code,
            code_key=code.lower(),
            products=100,
            stocked=100,
            state=state,
            held_at=ago(days),
        )
        db.session.add(row)
    db.session.commit()
    assert history.purge_expired()["held_clearings"] == 1
    found = db.session.scalars(select(HeldClearing.supplier_code).order_by(HeldClearing.id))
    assert list(found) == ["TR", "KA"]


def test_catalog_imports_are_deleted_with_their_files_except_the_newest(history: History) -> None:
    staff = make_user("support@example.com")
    rows = [_upload(staff, days) for days in (200, 100, 95)]
    _upload(staff, None)
    assert history.purge_expired()["catalog_imports"] == 3
    assert history.count(CatalogImport) == 1
    assert len(storage.list_names("catalog-imports")) == 1
    assert len(rows) == 3


def _upload(staff: User, days: float | None) -> CatalogImport:
    row = uploads.start(io.BytesIO(b"x"), "catalog.csv", staff)
    if days is not None:
        row.status, row.finished_at = "succeeded", ago(days)
    db.session.commit()
    return row


def test_an_unfinished_import_stays(history: History) -> None:
    staff = make_user("support@example.com")
    _upload(staff, None).queued_at = ago(300)
    db.session.commit()
    _upload(staff, 200)
    assert history.purge_expired()["catalog_imports"] == 0
    assert clock.now() > ago(1)


def test_locks_and_freezes_are_deleted_long_after_they_ended(history: History) -> None:
    of_dealer = {"dealer_id": history.dealer.id, "reason": "count"}
    for ended in (100.0, 80.0, None):
        end = ago(ended) if ended else None
        of_lock = {"product_id": history.product.id, "is_hidden": True, "created_at": ago(120)}
        how = {"ended_at": end, "ended_how": "removed" if end else None}
        db.session.add(ProductLock(**of_dealer, **of_lock, **how))
        db.session.add(Freeze(**of_dealer, scope="all", starts_at=ago(120), ended_at=end))
    db.session.commit()
    deleted = history.purge_expired()
    assert (deleted["ended_locks"], deleted["ended_freezes"]) == (1, 1)
    for table in (ProductLock, Freeze):
        assert list(db.session.scalars(select(table.id).order_by(table.id))) == [2, 3]
