"""Lightspeed's data is old although runs succeed (R29)."""

from __future__ import annotations

import pytest

from tests.factories import make_configuration, make_stock_summary
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from tests.webapp.client import ON_SQLITE
from webapp import alerts
from webapp.alerts.rules import old_data
from webapp.models import Dealer

pytestmark = ON_SQLITE
ONLY = (old_data.RULE,)


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(36 * 60, False), (36 * 60 + 1, True), (None, False), (9999, True)]
)
def test_it_opens_if_the_last_run_received_old_data(dealer: Dealer, minutes: int | None, is_open: bool):
    make_configuration(dealer)
    make_stock_summary(dealer, data_age_minutes=minutes)
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == ["old_data"] * is_open
    if is_open:
        assert sentence("old_data").startswith("The last update received data that Lightspeed had gathered")


def test_a_dealer_that_is_turned_off_has_none(dealer: Dealer):
    make_configuration(dealer, enabled=False)
    make_stock_summary(dealer, data_age_minutes=9999)
    alerts.evaluate_rules(NOW, ONLY)
    assert open_causes() == []
