"""The upgrade makes exactly the scheduled dealers ready (R6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.migrations.test_upgrade import empty  # noqa: F401 - a fixture
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Configuration

CREATED = datetime(2026, 3, 1, tzinfo=UTC)
# By dealer id: enabled, what its check said, whether it has a code, and whether its slots are accounted for.
DEALERS = {
    1: ("true", "connected", True, True),
    2: ("true", "refused", True, False),
    3: ("false", "unchecked", True, False),
    4: ("true", "connected", False, False),
    5: ("true", "unchecked", True, True),
}


def fill() -> None:
    run = db.session.execute
    run(
        text(
            "INSERT INTO manufacturers (id, catalog, owner_key, name, name_key, oem_manufacturer_id)"
            " VALUES (1, 'oem', 0, 'Honda', 'honda', '1')"
        )
    )
    for number, (enabled, state, has_code, is_known) in DEALERS.items():
        run(
            text(
                "INSERT INTO dealers (id, name, timezone, created_at)"
                f" VALUES ({number}, 'Dealer {number}', 'America/Chicago', '2026-03-01 00:00:00+00:00')"
            )
        )
        run(
            text(
                "INSERT INTO configurations (dealer_id, enabled, quantity_column, clear_previous,"
                " disabled_days, check_state, check_number, version)"
                f" VALUES ({number}, {enabled}, 'on_hand', true, 0, '{state}', 0, 0)"
            )
        )
        if has_code:
            run(
                text(
                    "INSERT INTO supplier_codes (dealer_id, position, code, code_key, manufacturer_id,"
                    f" lead_time_days, pricing) VALUES ({number}, 0, 'HO', 'ho', 1, 1, 'disabled')"
                )
            )
        if is_known:
            run(text(f"INSERT INTO slot_accounts VALUES ({number}, 'America/Chicago', '2026-11-23', 7)"))
    db.session.commit()


def test_dealers_that_are_scheduled_stay_ready(empty: Flask) -> None:  # noqa: F811 - the fixture
    upgrade(revision="0020")
    fill()
    upgrade()
    since = {row.dealer_id: row.ready_since for row in db.session.query(Configuration)}
    assert since[1] == CREATED
    # Two hours: a slot that is due right now still starts, and none before it is reported as missed.
    assert since[2] is not None
    assert timedelta(hours=2) <= clock.now() - since[2] < timedelta(hours=2, minutes=10)
    assert [since[number] for number in (3, 4, 5)] == [None, None, None]
    db.session.commit()
    downgrade(revision="0020")
