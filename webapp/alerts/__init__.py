"""Alerts: conditions that hold for a while, detected by state, notified once per episode.

`evaluate.evaluate_rules` evaluates every rule in `RULES`, opens new alerts and closes those whose condition
no longer holds. Notifications are written in the same transaction (`outbox`); `jobs.notifications` sends
them.
"""

from __future__ import annotations

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.evaluate import Evaluation, evaluate_rules
from webapp.alerts.open_alerts import of_deployment, open_of
from webapp.alerts.rules import OF_DEPLOYMENT, RULES, rule_of

__all__ = [
    "OF_DEPLOYMENT",
    "RULES",
    "AlertRule",
    "Evaluation",
    "Finding",
    "evaluate_rules",
    "of_deployment",
    "open_of",
    "rule_of",
]
