"""Filter of audit log entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text

from webapp.core.text_keys import key_of
from webapp.models import AuditEntry, Dealer

# Each scheduled run is an entry: without them the list shows what people did.
ACTOR_LABELS: Final = {
    "": "All",
    "dealer": "Dealer’s users",
    "staff": "Support staff",
    "command": "System",
    "schedule": "Schedule",
    "all": "Everyone",
}
# A literal, so that the planner can use the partial index.
_BY_PEOPLE: Final = text("audit_entries.actor <> 'schedule'")


@dataclass(frozen=True)
class AuditFilter:
    """Filter; empty fields match everything, except `actor`: see `ACTOR_LABELS`. Texts match substrings."""

    actor: str = ""
    email: str = ""
    action: str = ""
    dealer: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Return the filter as query string arguments."""
        values = {"actor": self.actor, "email": self.email, "action": self.action, "dealer": self.dealer}
        return {name: value for name, value in values.items() if value}

    def conditions(self) -> list[Any]:
        """Return the filter as SQL conditions."""
        conditions: list[Any] = []
        if self.actor == "":
            conditions.append(_BY_PEOPLE)
        elif self.actor != "all":
            conditions.append(AuditEntry.actor == self.actor)
        if self.email:
            conditions.append(AuditEntry.email.contains(key_of(self.email), autoescape=True))
        if self.action:
            conditions.append(AuditEntry.action == self.action)
        if self.dealer:
            named = func.lower(Dealer.name).contains(key_of(self.dealer), autoescape=True)
            conditions.append(AuditEntry.dealer_id.in_(select(Dealer.id).where(named)))
        return conditions
