"""Much less of a dealer's stock is online than in the week before."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.factories import make_configuration, make_stock_summary
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import coverage
from webapp.extensions import db
from webapp.models import Dealer

pytestmark = ON_SQLITE
ONLY = (coverage.RULE,)


def test_it_names_the_share_and_the_codes(dealer: Dealer):
    make_configuration(dealer)
    shares = {"usual": 0.9, "online": 0.75, "usual_value": 0.9, "online_value": 0.85}
    make_stock_summary(dealer, **shares, fallen=[["TR", 1200], ["", 30]])
    alerts.evaluate_rules(NOW, ONLY)
    more = "More parts are not online under: TR (1,200), unmapped codes (30)."
    assert sentence("coverage") == f"75% of your parts are online, usually 90%. {more}"


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [
        ({"online": 0.81}, False),
        ({"online": 0.79}, True),
        ({"online_value": 0.79}, True),
        ({"online": 0.1, "parts": 99}, False),
        ({"online": 0.1, "usual": None}, False),
        ({"online": None}, False),
    ],
)
def test_it_opens_by_parts_or_value_from_ten_points_on(dealer: Dealer, changed: dict, is_open: bool):
    make_configuration(dealer)
    usual = {"usual": 0.9, "online": 0.9, "usual_value": 0.9, "online_value": 0.9}
    make_stock_summary(dealer, **usual | changed)
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["coverage"] * is_open


def test_it_closes_halfway_and_the_threshold_is_a_setting(dealer: Dealer):
    make_configuration(dealer)
    row = make_stock_summary(dealer, usual=0.9, online=0.7)
    current_app.config["COVERAGE_DROP_POINTS"] = 15
    assert alerts.evaluate_rules(NOW, ONLY).opened == 1
    for online, closed in ((0.82, 0), (0.83, 1)):
        row.online = online
        db.session.commit()
        assert alerts.evaluate_rules(NOW, ONLY).closed == closed
