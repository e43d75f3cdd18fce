"""The one next step on a dealer's home page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from webapp.dealers.situation import LastRun, Situation

# A run that skips less than this share of its parts asks for no review.
REVIEWED_SHARE: Final = 0.05


@dataclass(frozen=True)
class NextStep:
    """What to do next; `endpoint` with `values` is the page for it, and empty if there is nothing to do."""

    label: str
    sentence: str
    link: str = ""
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    # Waiting is no action: its link is not the page's primary button.
    is_action: bool = True


def next_step(situation: Situation) -> NextStep:
    """Return the first step that applies."""
    found = (step(situation) for step in STEPS)
    return next(step for step in found if step is not None)


def _connect(now: Situation) -> NextStep | None:
    if not now.is_enabled and now.has_stock:
        sentence = "Lightspeed 3PA/Data Warehouse is off, so your stock isn’t updated."
        return NextStep("Turn Lightspeed on", sentence, "LightSpeed Configuration", "lightspeed.show")
    if now.is_enabled and now.check_state == "checking":
        sentence = "We’re checking your 3PA credentials. This takes less than two minutes."
        return NextStep("Wait for the check", sentence, "See the connection", "lightspeed.show", {}, False)
    if now.is_enabled and now.check_state != "unchecked":
        return None
    sentence = f"Enter your 3PA {'Dealer ID' if now.in_organization else 'credentials'}."
    return NextStep("Connect to Lightspeed", sentence, "Connect", "lightspeed.show")


def _fix_credentials(now: Situation) -> NextStep | None:
    if now.check_state != "refused":
        return None
    if now.in_organization:
        sentence = "Lightspeed doesn’t accept your organization’s credentials for your 3PA Dealer ID."
        return NextStep("Check the connection", sentence, "See the connection", "lightspeed.show")
    sentence = "Lightspeed doesn’t accept them, so your stock can’t be updated."
    return NextStep("Fix your 3PA credentials", sentence, "Fix credentials", "lightspeed.show")


def _add_codes(now: Situation) -> NextStep | None:
    if now.has_codes:
        return None
    sentence = "We look up your Lightspeed codes and suggest a manufacturer for each."
    return NextStep("Add your supplier codes", sentence, "Review your codes", "setup.show")


def _decide(now: Situation) -> NextStep | None:
    if now.hold is None:
        return None
    label = f"Decide about {now.hold.supplier_code}"
    if now.hold.pull_id is not None:
        sentence = "This update is so different from the last one that we didn’t apply it."
        values = {"pull_id": now.hold.pull_id}
        return NextStep(label, sentence, "Review and decide", "held_pulls.show", values)
    values = {"run_id": now.hold.run_id}
    sentence = "Nothing goes to zero until you decide, or the next update shows the same drop."
    return NextStep(label, sentence, "Review and decide", "runs.show", values)


def _wait(now: Situation) -> NextStep | None:
    if now.last is None or not now.last.is_active:
        return None
    sentence = f"{now.last.remaining or 'It takes a few minutes'}. You can leave this page."
    values = {"run_id": now.last.run_id}
    return NextStep("Wait for the update", sentence, "See progress", "runs.show", values, False)


def _first_update(now: Situation) -> NextStep | None:
    if now.has_stock:
        return None
    sentence = "This puts your in-stock parts on your webstore."
    if now.disabled_day:
        sentence += f" Updates are off on {now.disabled_day}s; you can run this one anyway."
    return NextStep("Run your first update", sentence, "Queue Inventory Update", "queue.new")


def _see_failure(now: Situation) -> NextStep | None:
    if now.last is None or not now.last.is_failed:
        return None
    return _see_run(now.last, "See why the update failed", "No stock was updated.")


def _update_stale(now: Situation) -> NextStep | None:
    if not now.is_stale:
        return None
    sentence = "No update has succeeded for a long time."
    return NextStep("Update your stock", sentence, "Queue Inventory Update", "queue.new")


def _see_partial(now: Situation) -> NextStep | None:
    if now.last is None or not now.last.is_partial:
        return None
    return _see_run(now.last, "See what wasn’t updated", "Some supplier codes failed in the last update.")


def _see_run(last: LastRun, label: str, sentence: str) -> NextStep:
    if last.retry:
        sentence += f" Retrying {last.retry}."
    return NextStep(label, sentence, f"See run {last.run_id}", "runs.show", {"run_id": last.run_id})


def _review_skipped(now: Situation) -> NextStep | None:
    if not now.skipped or now.skipped < now.received * REVIEWED_SHARE:
        return None
    sentence = f"{now.skipped:,} of {now.received:,} parts aren’t on your webstore. See the reasons."
    return NextStep("Review skipped parts", sentence, "See skipped parts", "skipped.index")


def _see_alerts(now: Situation) -> NextStep | None:
    if not now.has_alerts:
        return None
    return NextStep("Review open alerts", "See what needs your attention.", "See all alerts", "alerts.show")


def _nothing(now: Situation) -> NextStep:
    sentence = f"Your stock updates automatically. Next update {now.next_update}." if now.next_update else ""
    return NextStep("Nothing to do", sentence or "Queue an update whenever you need one.", is_action=False)


# The most urgent first.
STEPS: Final[tuple[Callable[[Situation], NextStep | None], ...]] = (
    _connect,
    _fix_credentials,
    _add_codes,
    _decide,
    _wait,
    _first_update,
    _see_failure,
    _update_stale,
    _see_partial,
    _review_skipped,
    _see_alerts,
    _nothing,
)
