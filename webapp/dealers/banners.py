"""Banners of a dealer's home page: one per cause, the most severe first, each with a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from webapp import alerts
from webapp.core.run_states import RunState
from webapp.dealers.attention import CONDITIONS, RANKS
from webapp.dealers.dealer_status import DealerStatus
from webapp.models import Alert, Configuration, Dealer, HeldPull, Run
from webapp.runs import hold_labels
from webapp.runs.hold_labels import Hold

# An open alert covers these in more detail.
TOLD_BY: Final = {"refused": {"refused"}, "failed": {"failing", "refused"}, "partial": {"failing", "refused"}}
# The page has its own text for unfinished set-up steps.
ELSEWHERE: Final = ("incomplete", "unmapped")
OF_HOLDS: Final = ("held", "held_soon")
OF_LAST_RUN: Final = ("failed", "partial", "failing")
LEADS_TO: Final = {
    "refused": ("lightspeed.show", "Check your 3PA credentials"),
    "stale": ("queue.new", "Queue Inventory Update"),
    "old_data": ("runs.index", "See runs"),
    "coverage": ("coverage.index", "See coverage"),
    "unmatched": ("skipped.index", "See skipped parts"),
    "aliases": ("aliases.index", "See accepted part numbers"),
}


@dataclass(frozen=True)
class Banner:
    """Banner; `endpoint` with `values` is the page to go to; `since` is when the alert opened, if any."""

    cause: str
    tone: str
    sentences: tuple[str, ...]
    link: str
    endpoint: str
    values: dict[str, Any]
    since: datetime | None = None


def banners(
    dealer: Dealer, configuration: Configuration, status: DealerStatus, held: Sequence[Hold]
) -> list[Banner]:
    """Return the dealer's current banners; `held` is what waits for a decision."""
    still = [one for one in alerts.open_of(dealer.id) if not _is_over(one, configuration, status.last)]
    # Decided on another page, or not evaluated yet: the holds themselves are up to date.
    still = [alert for alert in still if alert.cause not in OF_HOLDS]
    by_cause = sorted(still, key=lambda alert: alert.cause)
    found = [_of_alerts(list(each), status) for _, each in groupby(by_cause, key=lambda alert: alert.cause)]
    found += [_of_held(held)] if held else []
    told = {banner.cause for banner in found}
    notices = [name for name in status.causes if name not in ELSEWHERE]
    last = status.last
    if last and hold_labels.is_only_held(last, [each for each in held if each.run_id == last.id]):
        notices = [name for name in notices if name != "partial"]
    found += [_notice(name, status) for name in notices if not TOLD_BY.get(name, {name}) & told]
    if dealer.credentials_organization:
        found = [_of_organization(banner, configuration) for banner in found]
    return sorted(found, key=lambda banner: RANKS.get(banner.cause, len(RANKS)))


def _of_organization(banner: Banner, configuration: Configuration) -> Banner:
    """Adapt a refusal to a dealer that enters no credentials (R2)."""
    if banner.cause != "refused":
        return banner
    reason = configuration.check_reason if configuration.check_state == "refused" else None
    sentences = (reason,) if reason else banner.sentences
    return replace(banner, sentences=sentences, link="See connection")


def _is_over(alert: Alert, configuration: Configuration, last: Run | None) -> bool:
    """Return whether the next evaluation will close the alert because of something that happened since."""
    if alert.cause == "refused":
        checked = configuration.checked_at
        return configuration.check_state == "connected" and checked is not None and checked > alert.opened_at
    if alert.cause not in ("failing", "stale") or last is None or last.finished_at is None:
        return False
    return last.status == RunState.SUCCEEDED and last.finished_at > alert.opened_at


def _of_alerts(same: list[Alert], status: DealerStatus) -> Banner:
    rule = alerts.rule_of(same[0].cause)
    sentences = tuple(alert.sentence for alert in same)
    since = min(alert.opened_at for alert in same)
    return Banner(rule.name, rule.tone, sentences, *_way(rule.name, status.last), since)


def _of_held(held: Sequence[Hold]) -> Banner:
    """Return the banner of what waits; it leads to the decision about the first."""
    rule = alerts.rule_of("held")
    sentences = tuple(hold_labels.summary(each) for each in held)
    first = held[0]
    way: tuple[str, dict[str, Any]] = "runs.show", {"run_id": first.run_id}
    if isinstance(first, HeldPull):
        way = "held_pulls.show", {"pull_id": first.id}
    return Banner("held", rule.tone, sentences, "Review and decide", *way, first.held_at)


def _notice(name: str, status: DealerStatus) -> Banner:
    label = CONDITIONS[name]
    return Banner(name, label.tone, (label.sentence,), *_way(name, status.last))


def _way(cause: str, last: Run | None) -> tuple[str, str, dict[str, Any]]:
    """Return the link's text and its page."""
    if cause in OF_LAST_RUN and last is not None:
        return f"See run {last.id}", "runs.show", {"run_id": last.id}
    endpoint, words = LEADS_TO.get(cause, ("alerts.show", "See all alerts"))
    return words, endpoint, {}
