"""A clearing that is held until a user decides."""

from __future__ import annotations

from tests.factories import make_held_clearing, make_run, make_run_item
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from webapp import alerts
from webapp.alerts.rules import held
from webapp.models import Dealer, HeldClearing
from webapp.runs import held_clearings

ONLY = (held.RULE,)


def hold(dealer: Dealer, code: str, products: int, stocked: int) -> HeldClearing:
    """A clearing of a run that would take so many of the stocked products to zero."""
    return make_held_clearing(make_run_item(make_run(dealer, "partial"), code), products, stocked)


def test_it_says_what_would_happen_until_it_is_decided(dealer: Dealer):
    clearing = hold(dealer, "KA", 1920, 2014)
    alerts.evaluate_rules(NOW, ONLY)
    assert sentence("held") == "KA: 1,920 of 2,014 parts would go to zero."
    held_clearings.keep_quantities(clearing, None)
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


def test_each_code_has_its_own_alert(dealer: Dealer):
    for code in ("KA", "TR"):
        hold(dealer, code, 100, 120)
    assert alerts.evaluate_rules(NOW, ONLY).opened == 2
    assert open_causes() == ["held", "held"]
