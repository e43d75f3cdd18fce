"""Alerts: what is wrong for how long, found by level and told once an episode.

A round (`take_round`) looks at every cause in `CAUSES`, opens what is new and closes what is over. What must
be told is written in the same transaction (`outbox`); `jobs.alerts` sends it.
"""

from __future__ import annotations

from webapp.alerts.cause import Cause, Found
from webapp.alerts.causes import CAUSES, cause_of
from webapp.alerts.open_alerts import of_deployment, open_of
from webapp.alerts.round import Round, take_round

__all__ = ["CAUSES", "Cause", "Found", "Round", "cause_of", "of_deployment", "open_of", "take_round"]
