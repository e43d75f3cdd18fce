"""Filter and order of the staff's table of dealers, as in its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from sqlalchemy import ColumnElement, func, or_
from werkzeug.datastructures import MultiDict

from webapp.core.run_states import RunState
from webapp.core.text_keys import key_of
from webapp.dealers import causes
from webapp.models import Configuration, Dealer, RecentRuns
from webapp.web.query_args import one_of, text, whole

# Sort keys; a minus sign reverses the order.
SORTS: Final = {
    "attention": "Needs attention first",
    "name": "Name, A to Z",
    "-name": "Name, Z to A",
    "success": "Last success, oldest first",
    "-success": "Last success, newest first",
    "status": "Last status, worst first",
    "-status": "Last status, best first",
    "connection": "Connection, rejected first",
    "-unmatched": "Unmatched, most first",
    "unmatched": "Unmatched, fewest first",
    "online": "Online, least first",
    "-online": "Online, most first",
}
# A dealer without a run has none of the states.
NEVER: Final = "never"
STATUSES: Final = {**{str(state): state.capitalize() for state in RunState}, NEVER: "No run yet"}
INDEPENDENT: Final = "none"


@dataclass(frozen=True)
class DealerFilter:
    """Name or 3PA Dealer ID (`matching`), organization, last run's status, cause, and order.

    Empty values do not filter. `organization` is an id, or `INDEPENDENT`.
    """

    matching: str = ""
    organization: str = ""
    status: str = ""
    cause: str = ""
    sort: str = "attention"

    @classmethod
    def of(cls, arguments: MultiDict[str, str]) -> DealerFilter:
        """Read the address; unknown values count as absent."""
        independent = arguments.get("organization") == INDEPENDENT
        number = None if independent else whole(arguments, "organization")
        return cls(
            text(arguments, "matching"),
            INDEPENDENT if independent else str(number or ""),
            one_of(arguments, "status", STATUSES),
            one_of(arguments, "cause", causes.FILTERS),
            one_of(arguments, "sort", SORTS, "attention"),
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """Return what the address needs: only what differs from the defaults."""
        given = {name: getattr(self, name) for name in ("matching", "organization", "status", "cause")}
        order = {"sort": self.sort} if self.sort != "attention" else {}
        return {name: value for name, value in given.items() if value} | order

    def address(self, endpoint: str, page: int = 1, **values: Any) -> str:
        """Return the address of an endpoint with this filter, and a later page of the list."""
        place: dict[str, Any] = {"page": page} if page > 1 else {}
        return url_for(endpoint, **values, **self.arguments, **place)

    @property
    def is_active(self) -> bool:
        """Return whether it may leave dealers out."""
        return bool(self.matching or self.organization or self.status or self.cause)

    @property
    def mask(self) -> int:
        """Return the bits of which a dealer has one to be shown."""
        return causes.FILTERS[self.cause].mask if self.cause else sum(causes.BITS.values())

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return all but the cause, over the tables of `dealer_status.dealer_statuses`."""
        found: list[ColumnElement[bool]] = []
        if self.matching:
            name = func.lower(Dealer.name).contains(key_of(self.matching), autoescape=True)
            found.append(or_(name, Configuration.cmf.contains(self.matching, autoescape=True)))
        if self.organization:
            number = None if self.organization == INDEPENDENT else int(self.organization)
            found.append(Dealer.organization_id.is_not_distinct_from(number))
        if self.status:
            status = None if self.status == NEVER else RunState(self.status)
            found.append(RecentRuns.last_status.is_not_distinct_from(status))
        return found
