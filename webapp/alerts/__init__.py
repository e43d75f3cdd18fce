"""Alerts: what is wrong for how long, found by level and told once an episode.

A round (`take_round`) looks at every cause in `CAUSES`, opens what is new and closes what is over. What must
be told is written in the same transaction (`outbox`); `jobs.notifications` sends it.
"""

from __future__ import annotations

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.evaluate import Evaluation, evaluate_rules
from webapp.alerts.open_alerts import of_deployment, open_of
from webapp.alerts.rules import RULES, rule_of

__all__ = [
    "RULES",
    "AlertRule",
    "Evaluation",
    "Finding",
    "evaluate_rules",
    "of_deployment",
    "open_of",
    "rule_of",
]
