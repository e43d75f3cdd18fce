"""Workers that do nothing while runs wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import make_dealer, make_run, save
from tests.webapp.alerts.evaluation import NOW, ago, open_causes, told
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import idle
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert, AlertState, Dealer
from webapp.web import job_heartbeats

ONLY = (idle.RULE,)


@ON_SQLITE
@pytest.mark.parametrize(
    ("minutes", "beside", "is_open"),
    [
        (16, None, True),
        (14, None, False),
        (16, ("running", {"heartbeat_at": ago(minutes=1)}), False),
        (16, ("running", {"heartbeat_at": ago(minutes=20)}), True),
        (16, ("succeeded", {"finished_at": ago(minutes=1)}), False),
        (16, ("succeeded", {"finished_at": ago(minutes=20)}), True),
        # Called off by a person, without a worker.
        (16, ("cancelled", {"finished_at": ago(minutes=1), "started_at": None}), True),
    ],
)
def test_it_opens_for_the_deployment_when_runs_wait_and_none_has_a_heartbeat(
    dealer: Dealer, minutes: int, beside: tuple[str, dict[str, Any]] | None, is_open: bool
):
    make_run(dealer, "queued", queued_at=ago(minutes=minutes))
    if beside:
        make_run(make_dealer("Lakeside Cycle"), beside[0], **beside[1])
    alerts.evaluate_rules(NOW, ONLY)
    assert [alert.dealer_id for alert in alerts.of_deployment()] == ([None] if is_open else [])


def test_of_two_evaluations_one_opens_it_although_it_has_no_dealer(dealer: Dealer):
    make_run(dealer, "queued", queued_at=ago(minutes=30))
    assert [alerts.evaluate_rules(NOW, ONLY).opened for _ in range(2)] == [1, 0]
    assert open_causes() == ["idle"]


def test_staff_get_the_alert(app: Any, dealer: Dealer, mail: None):
    app.config["STAFF_ALERT_RECIPIENTS"] = ("support@example.com",)
    app.config["STAFF_DIGEST_HOUR"] = 24
    run = make_run(dealer, "queued", queued_at=ago(minutes=30))
    alerts.evaluate_rules(NOW, ONLY)
    run.status = "cancelled"
    save(run)
    alerts.evaluate_rules(NOW, ONLY)
    assert told() == [(event, "email", "support@example.com") for event in ("opened", "recovered")]
    assert Alert.query.one().closed_at == NOW


def test_a_missing_tick_opens_an_alert_although_no_run_waits(app: Any, dealer: Dealer):
    watched = ago(minutes=14)
    db.session.add(AlertState(dealer_id=dealer.id, since=watched))
    db.session.commit()
    assert alerts.evaluate_rules(NOW, ONLY).opened == 0
    # Before the first tick it is waited for since a dealer needs it.
    assert alerts.evaluate_rules(NOW + timedelta(minutes=2), ONLY).opened == 1
    job_heartbeats.record_completion(job_heartbeats.TICK)
    assert alerts.evaluate_rules(clock.now() + timedelta(minutes=14), ONLY).closed == 1
    assert alerts.evaluate_rules(clock.now() + timedelta(minutes=16), ONLY).opened == 1
    assert [alert.sentence for alert in alerts.of_deployment()] == [idle.NO_TICK]
