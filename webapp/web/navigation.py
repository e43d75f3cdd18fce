"""Navigation of every page: its sections, their pages, and the keys that lead there, in this one place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request, url_for
from flask_security import current_user


@dataclass(frozen=True)
class NavPage:
    """Page of a section. The pages of its blueprint, and of those in `others`, belong to it."""

    label: str
    endpoint: str
    others: tuple[str, ...] = ()

    @property
    def blueprints(self) -> tuple[str, ...]:
        return (self.endpoint.partition(".")[0], *self.others)


@dataclass(frozen=True)
class Section:
    """Entry of the navigation, with the letter that leads to its first page after `g`."""

    label: str
    key: str
    pages: tuple[NavPage, ...]


@dataclass(frozen=True)
class Link:
    """Link as shown; `current` is the value of aria-current, empty elsewhere."""

    label: str
    url: str
    key: str = ""
    current: str = ""


@dataclass(frozen=True)
class Navigation:
    """Links of one page: sections, the pages of the current section if it has several, and the search."""

    sections: list[Link]
    tabs: list[Link]
    section: str
    find: Link | None


DEALER: Final = (
    Section("Home", "h", (NavPage("Home", "dealer.show"),)),
    Section(
        "Inventory",
        "i",
        (
            NavPage("Products", "inventory.index"),
            NavPage("Find a part", "parts.index"),
            NavPage("Webstore preview", "webstore.index"),
            NavPage("Slow movers", "slow_movers.index"),
        ),
    ),
    Section(
        "Matching",
        "m",
        (
            NavPage("Unmapped codes", "unmapped_codes.index", ("setup",)),
            NavPage("Skipped parts", "skipped.index", ("acceptances", "catalog_drafts", "ignored_parts")),
            NavPage("Accepted part numbers", "aliases.index", ("alias_files",)),
            NavPage("Coverage", "coverage.index"),
        ),
    ),
    Section(
        "Controls",
        "k",
        (
            NavPage("Preview", "previews.index", ("preview_results",)),
            NavPage("Guards", "guards.index", ("minimum_prices",)),
            NavPage("Blocked prices", "blocked_prices.index"),
            NavPage("Freezes", "freezes.index", ("frozen_changes",)),
            NavPage("Locks", "locks.index", ("lock_form", "lock_files")),
        ),
    ),
    Section("Runs", "r", (NavPage("Runs", "runs.index", ("queue", "reports", "held_pulls")),)),
    Section("Alerts", "a", (NavPage("Alerts", "alerts.show", ("summaries",)),)),
    Section(
        "Settings",
        "c",
        (
            NavPage("LightSpeed Configuration", "lightspeed.show"),
            NavPage(
                "Supplier Codes",
                "supplier_codes.index",
                ("supplier_code_files", "manufacturer_choices"),
            ),
            NavPage("Change log", "audit.index"),
        ),
    ),
)
STAFF: Final = (
    Section("Dealers", "d", (NavPage("Dealers", "dealers.index", ("new_dealer", "bulk_queue")),)),
    Section("Organizations", "o", (NavPage("Organizations", "organizations.index"),)),
    Section("Catalog", "p", (NavPage("Catalog", "catalog.index"),)),
    Section("Users", "u", (NavPage("Users", "users.index", ("invitations",)),)),
    Section("Change log", "l", (NavPage("Change log", "all_audit.index_of_all"),)),
    Section("Background jobs", "j", (NavPage("Background jobs", "background_jobs.index"),)),
)


def navigation() -> Navigation:
    """Return the links for the signed-in user on the requested page."""
    dealer_id = _dealer_id()
    shown = DEALER if dealer_id else STAFF
    # A blueprint of a dealer's pages fills in its id; those of other pages do not.
    arguments: dict[str, Any] = {"dealer_id": dealer_id} if dealer_id else {}
    sections = [_link(section.pages[0], section, arguments) for section in shown]
    section = next((each for each in shown if any(_is_here(page) for page in each.pages)), None)
    tabs = [_link(page, None, arguments) for page in section.pages] if section else []
    return Navigation(
        sections,
        tabs if len(tabs) > 1 else [],
        section.label if section else "",
        Link("Find a part", url_for("parts.index", **arguments) + "#q", "/")
        if dealer_id
        else Link("Find a dealer", url_for("dealers.index") + "#matching", "/"),
    )


def keys() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the keys that lead to sections, in groups: `(heading, [(letter, label), …])`."""
    if current_user.is_staff:
        yield "Staff pages", [(section.key, section.label) for section in STAFF]
    heading = "Pages of a dealer" if current_user.is_staff else "Pages"
    yield heading, [(section.key, section.label) for section in DEALER]


def _dealer_id() -> int | None:
    """Return the dealer whose pages are shown: the page's, else the user's own; None for staff."""
    dealer = g.get("dealer")
    found: int | None = dealer.id if dealer else current_user.dealer_id
    return found


def _link(page: NavPage, section: Section | None, arguments: dict[str, Any]) -> Link:
    url = url_for(page.endpoint, **arguments)
    pages = section.pages if section else (page,)
    current = "page" if request.path == url else "true" if any(_is_here(each) for each in pages) else ""
    label, key = (section.label, section.key) if section else (page.label, "")
    return Link(label, url, key, current)


def _is_here(page: NavPage) -> bool:
    return request.blueprint in page.blueprints
