"""Which entries of the audit log are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text

from webapp.core.text_keys import key_of
from webapp.models import AuditEntry, Dealer

# Each scheduled run is an entry: without them one sees what people did.
ACTOR_LABELS: Final = {
    "": "People and commands",
    "dealer": "Dealer’s users",
    "staff": "Support staff",
    "command": "Commands",
    "schedule": "Schedule",
    "all": "Everybody",
}
# Written out, so that the databases see that the partial index fits.
_BY_PEOPLE: Final = text("audit_entries.actor <> 'schedule'")


@dataclass(frozen=True)
class AuditFilter:
    """What is empty leaves everything in, save `actor`: see `ACTOR_LABELS`. Texts are looked for within."""

    actor: str = ""
    email: str = ""
    action: str = ""
    dealer: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """What an address says to ask for the same."""
        said = {"actor": self.actor, "email": self.email, "action": self.action, "dealer": self.dealer}
        return {name: value for name, value in said.items() if value}

    def conditions(self) -> list[Any]:
        """The same in SQL."""
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
