"""Alerts: what is wrong for how long, found by level and told once an episode.

A round (`take_round`) looks at every cause in `CAUSES`, opens what is new and closes what is over. What must
be told is written in the same transaction (`outbox`); `jobs.notifications` sends it.
"""

from __future__ import annotations

from webapp.alerts.alert_rule import Cause, Found
from webapp.alerts.evaluate import Round, take_round
from webapp.alerts.open_alerts import of_deployment, open_of
from webapp.alerts.rules import CAUSES, cause_of

__all__ = ["CAUSES", "Cause", "Found", "Round", "cause_of", "of_deployment", "open_of", "take_round"]
