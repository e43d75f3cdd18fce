"""All alert rules, the most severe first. A new rule is a module with a function and a line here."""

from __future__ import annotations

from typing import Final

from webapp.alerts.alert_rule import AlertRule
from webapp.alerts.rules import (
    aliases,
    coverage,
    failing,
    held,
    held_soon,
    idle,
    locks,
    old_data,
    refused,
    stale,
    unmatched,
)

RULES: Final[tuple[AlertRule, ...]] = (
    idle.RULE,
    refused.RULE,
    failing.RULE,
    stale.RULE,
    held_soon.RULE,
    held.RULE,
    old_data.RULE,
    coverage.RULE,
    unmatched.RULE,
    aliases.RULE,
    locks.RULE,
)
# Rules about the deployment: a dealer's recipients hear nothing of them.
OF_DEPLOYMENT: Final = frozenset({idle.RULE.name})
_BY_NAME: Final = {rule.name: rule for rule in RULES}


def rule_of(name: str) -> AlertRule:
    """Return the rule with that name; rules removed since still have a label."""
    return _BY_NAME.get(name) or AlertRule(name, name.capitalize(), "warning", "Resolved.", lambda _now: ())
