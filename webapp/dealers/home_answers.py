"""Answers of a dealer's home page: is the stock current, and is anything wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from webapp.core.run_states import RunState
from webapp.dealers.banners import Banner
from webapp.dealers.setup_steps import Step
from webapp.models import Configuration, Run
from webapp.runs.hold_labels import Hold
from webapp.web.numbers import count
from webapp.web.status_labels import StatusLabel


def currency(
    stocked: Run | None,
    configuration: Configuration,
    causes: Collection[str],
    held: Sequence[Hold],
    *,
    is_old: bool,
) -> StatusLabel:
    """Return whether the stock is current.

    `stocked` is the last run that updated stock, `is_old` whether that was too long ago, `causes` are the
    current problems, and `held` is what waits for a decision.
    """
    if stocked is None:
        return StatusLabel("Nothing has synced yet", "secondary")
    if not configuration.enabled:
        return StatusLabel("Not updated", "secondary", "Lightspeed 3PA/Data Warehouse is turned off.")
    if {"refused", "failed"} & set(causes) or ("stale" in causes and is_old):
        return StatusLabel("Not current", "danger", "Your webstore may show old quantities.")
    if stocked.status == RunState.PARTIAL and held and not {"partial", "failing"} & set(causes):
        codes = ", ".join(each.supplier_code for each in held)
        return StatusLabel("Partly current", "warning", f"{codes} on hold; everything else is up to date.")
    if stocked.status == RunState.PARTIAL:
        return StatusLabel("Partly current", "warning", "Some products may show old quantities.")
    if "old_data" in causes:
        return StatusLabel(
            "Updated with old data", "warning", "Lightspeed’s data was old when it was received."
        )
    return StatusLabel("Current", "success", "Your webstore matches Lightspeed.")


def problems(banners: Sequence[Banner], steps: Sequence[Step]) -> StatusLabel:
    """Return whether anything is wrong; the banners say what. `steps` are those of an unfinished setup."""
    if banners and all(banner.cause == "held" for banner in banners):
        things = sum(len(banner.sentences) for banner in banners)
        return StatusLabel(f"{count(things, 'thing')} to decide", "warning")
    if banners:
        return StatusLabel(count(len(banners), "problem"), banners[0].tone)
    if steps:
        left = sum(not step.is_done for step in steps)
        return StatusLabel(
            "Setup isn’t finished", "secondary", f"{left} of {count(len(steps), 'step')} left."
        )
    return StatusLabel("No problems", "success", "No open alerts.")
