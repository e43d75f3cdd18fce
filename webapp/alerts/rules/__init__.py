"""All alert rules, the most severe first. A new rule is a module with a function and a line here."""

from __future__ import annotations

from typing import Final

from webapp.alerts.alert_rule import AlertRule
from webapp.alerts.rules import failing, held, idle, refused, stale, unmatched

RULES: Final[tuple[AlertRule, ...]] = (
    idle.CAUSE,
    refused.CAUSE,
    failing.CAUSE,
    stale.CAUSE,
    held.CAUSE,
    unmatched.CAUSE,
)
_BY_NAME: Final = {cause.name: cause for cause in RULES}


def rule_of(name: str) -> AlertRule:
    """Return the rule with that name; rules removed since still have a label."""
    return _BY_NAME.get(name) or AlertRule(name, name.capitalize(), "warning", "It is over.", lambda _now: ())
