"""A clearing, or a whole pull, that is held until a user decides."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import make_held_clearing, make_held_pull, make_run, make_run_item
from tests.webapp.alerts.evaluation import NOW, open_causes, sentence
from webapp import alerts
from webapp.alerts.rules import held, held_soon
from webapp.models import Dealer, HeldClearing
from webapp.runs import held_clearings, held_pulls

ONLY = (held.RULE,)


def hold(dealer: Dealer, code: str, products: int, stocked: int) -> HeldClearing:
    """A clearing of a run that would take so many of the stocked products to zero."""
    return make_held_clearing(make_run_item(make_run(dealer, "partial"), code), products, stocked)


def test_it_says_what_would_happen_until_it_is_decided(dealer: Dealer):
    clearing = hold(dealer, "KA", 1920, 2014)
    alerts.evaluate_rules(NOW, ONLY)
    assert sentence("held") == "KA: 1,920 of 2,014 products would go to zero."
    held_clearings.keep_quantities(clearing, None)
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


def test_each_code_has_its_own_alert(dealer: Dealer):
    for code in ("KA", "TR"):
        hold(dealer, code, 100, 120)
    assert alerts.evaluate_rules(NOW, ONLY).opened == 2
    assert open_causes() == ["held", "held"]


def test_a_whole_pull_is_another_alert(dealer: Dealer):
    item = make_run_item(make_run(dealer, "partial"), "TR")
    make_held_clearing(item)
    pull = make_held_pull(item)
    assert alerts.evaluate_rules(NOW, ONLY).opened == 2
    said = [alert.sentence for alert in alerts.open_of(dealer.id)]
    assert (
        "TR: 412 of 430 prices moved by more than half — for example A-1 $12.00 → $1,200.00. "
        "Nothing was changed for this code."
    ) in said
    held_pulls.keep_pull(pull, None)
    assert alerts.evaluate_rules(NOW, ONLY).closed == 1


def test_a_pull_is_told_again_four_hours_before_it_is_applied(dealer: Dealer):
    item = make_run_item(make_run(dealer, "partial"), "TR")
    pull = make_held_pull(item, apply_at=NOW + timedelta(hours=5))
    only = (held_soon.RULE,)
    assert alerts.evaluate_rules(NOW, only).opened == 0
    assert alerts.evaluate_rules(NOW + timedelta(hours=1), only).opened == 1
    assert sentence("held_soon").startswith("TR is applied automatically ")
    held_pulls.apply_pull(pull, None)
    assert alerts.evaluate_rules(NOW + timedelta(hours=2), only).closed == 1
