"""The list of every page, with the users who see it, that all tests of pages go through.

It is made from the application's own addresses, so a page that is added is looked at without being named
here. One that is about a row which no user has fails the tests until `users` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from werkzeug.routing import Map, Rule

from tests.browser.controls import PAGES as OF_CONTROLS
from tests.browser.users import (
    CONTROLLED,
    DEALER,
    HALFWAY,
    HELD,
    NEWCOMER,
    RECIPIENT,
    REFUSED,
    SECURED,
    SETTING_UP,
    STAFF,
    STRANGER,
    WATCHER,
    PageUser,
)
from tests.conftest import settings
from webapp.application import create_app

# Files, a redirect, what programs ask, and parts of the page LightSpeed Configuration. Downloads are
# no pages either.
NO_PAGES = frozenset(
    {
        *("static", "security.static", "home.show", "health.alive", "health.ready", "metrics.show"),
        # Suggestions under a field.
        "invitations.suggest",
        *("lightspeed.show_connection", "lightspeed.show_availability", "help.image", "staff_help.image"),
        # It leads to the page of the part.
        "parts.show_request",
        # They lead on.
        *("security.two_factor_rescue", "security.tf_select"),
    }
)
OF_NO_DEALER = {
    **dict.fromkeys(("security.login", "security.forgot_password", "security.reset_password"), STRANGER),
    **dict.fromkeys(("security.two_factor_token_validation", "security.mf_recovery"), HALFWAY),
    **dict.fromkeys(("security.change_password", "security.verify", "account.show"), DEALER),
    "security.two_factor_setup": DEALER,
    "help.show": STRANGER,
    **dict.fromkeys(("keys.index", "design.show", "design.show_dialog"), DEALER),
    "alert_confirmations.show": RECIPIENT,
    "security.mf_recovery_codes": SECURED,
}
# Pages that look different to others, or when something is asked of them.
FURTHER = (
    *(("dealer.show", user, "") for user in (WATCHER, REFUSED, HELD)),
    *(("lightspeed.show", user, "") for user in (WATCHER, REFUSED)),
    *((endpoint, CONTROLLED, "") for endpoint in OF_CONTROLS),
    ("skipped.index", CONTROLLED, "least=none"),
    *(("runs.show", user, "") for user in (WATCHER, REFUSED, HELD)),
    ("queue.new", WATCHER, ""),
    *(("setup.show", SETTING_UP, query) for query in ("", "step=review")),
    ("catalog.show", WATCHER, ""),
    ("account.show", STAFF, ""),
    *((endpoint, STAFF, "") for endpoint in ("help.show", "keys.index")),
    ("alerts.show", RECIPIENT, ""),
    *((endpoint, SECURED, "") for endpoint in ("account.show", "security.two_factor_setup")),
    ("users.index", STAFF, "matching=nobody"),
    ("dealers.index", STAFF, "matching=nobody"),
    ("catalog.index", STAFF, "matching=nobody"),
    ("webstore.index", DEALER, "q=brake"),
    ("parts.index", DEALER, "q=brake"),
    ("webstore.index", DEALER, "q=nowhere"),
    ("inventory.index", DEALER, "q=nowhere"),
    ("runs.index", DEALER, "status=cancelled"),
    ("supplier_codes.new", DEALER, "catalog=oem&manufacturer=Honda"),
    ("manufacturer_choices.index", DEALER, "manufacturer=nobody"),
)


@dataclass(frozen=True)
class Sight:
    """One page as one user sees it."""

    endpoint: str
    user: str
    query: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.endpoint, self.user, self.query)))

    def path(self, user: PageUser) -> str:
        """Its address; KeyError names what the user has no row of."""
        rule = next(rule for rule in pages() if rule.endpoint == self.endpoint)
        rows = {argument: user.rows[argument] for argument in rule.arguments}
        return f"{addresses().bind('').build(self.endpoint, rows)}?{self.query}".rstrip("?")


@cache
def addresses() -> Map:
    """The addresses of the application."""
    return create_app(settings("sqlite://", Path.cwd())).url_map


@cache
def pages() -> list[Rule]:
    """The addresses that answer a page when a browser asks for them plainly."""
    return [
        rule
        for rule in addresses().iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NO_PAGES
        and not rule.rule.endswith((".csv", ".xlsx"))
    ]


@cache
def sights() -> list[Sight]:
    """Each page as those who may open it, and further ones that look different."""
    seen = [Sight(rule.endpoint, user) for rule in pages() for user in _users_of(rule)]
    return [*sorted(seen, key=str), *(Sight(*one) for one in FURTHER)]


def _users_of(rule: Rule) -> list[str]:
    if rule.endpoint == "dealer_details.show":
        return [WATCHER]
    if rule.endpoint == "held_pulls.show":
        return [HELD]
    if "dealer_id" not in rule.arguments:
        return [OF_NO_DEALER.get(rule.endpoint, STAFF)]
    # A newcomer has none of the rows that the other pages are about.
    return [DEALER, NEWCOMER] if rule.arguments == {"dealer_id"} else [DEALER]
