"""Labels of causes in the staff's table: what is wrong with this dealer, as exactly as one line can say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webapp.core import clock
from webapp.core.run_states import RunState, explanation, is_only_on_hold, without_hold
from webapp.dealers.causes import named
from webapp.dealers.failed_codes import NAMED, FailedCodes
from webapp.lightspeed import connection
from webapp.models import Configuration, Run
from webapp.runs import run_labels
from webapp.web.numbers import count, share
from webapp.web.status_labels import StatusLabel
from webapp.web.times import rough

# By the kind of the error of a run's first failed code (jobs/sources/source.py).
_WHY: Final = {
    "account": "Lightspeed rejects the credentials",
    "rate_limited": "too many requests with this login",
    "transient": "no response from Lightspeed",
    "bad_answer": "unusable response from Lightspeed",
    "other_dealer": "Lightspeed sent another dealer’s parts",
    "old_data": "Lightspeed’s data is old",
}


@dataclass(frozen=True)
class CauseFacts:
    """What the labels of one dealer are made of; `held` are the codes that wait for approval."""

    configuration: Configuration | None
    last: Run | None
    succeeded_at: datetime | None
    unmatched: float | None
    failed: FailedCodes | None
    held: Sequence[str]


def labels(mask: int, facts: CauseFacts) -> list[StatusLabel]:
    """Return the label of each cause in the mask, the most severe first."""
    names = list(named(mask))
    if "partial" in names and "held" in names and facts.failed is None:
        # The hold is all that is partial about the run.
        names.remove("partial")
    return [_LABELS[name](facts) for name in names]


def last_run(last: Run) -> str:
    """Return the label of a dealer's last run."""
    if is_only_on_hold(last.status, last.reason, last.reports_missing):
        return "On hold"
    return run_labels.status(last).label


def _refused(facts: CauseFacts) -> StatusLabel:
    reason = (facts.configuration and facts.configuration.check_reason) or ""
    return StatusLabel("Lightspeed rejects the credentials", "danger", _first_sentence(reason))


def _failing(facts: CauseFacts) -> StatusLabel:
    if facts.failed and facts.last is not None and facts.last.status == RunState.PARTIAL:
        codes = _listed(facts.failed.codes, facts.failed.total)
        return StatusLabel(f"2 partial updates; failed codes: {codes}", "danger", _reason(facts))
    if facts.last is not None and facts.last.status == RunState.PARTIAL:
        return StatusLabel("2 partial updates", "danger", _reason(facts))
    return StatusLabel(f"2 runs failed: {_why(facts)}", "danger", _reason(facts))


def _failed(facts: CauseFacts) -> StatusLabel:
    return StatusLabel(f"Run failed: {_why(facts)}", "danger", _reason(facts))


def _stale(facts: CauseFacts) -> StatusLabel:
    if facts.succeeded_at is None:
        return StatusLabel("No update has succeeded yet", "danger")
    seconds = int((clock.now() - facts.succeeded_at).total_seconds())
    return StatusLabel(f"No successful update for {rough(seconds)}", "danger")


def _held(facts: CauseFacts) -> StatusLabel:
    codes = f": {_listed(facts.held[:NAMED], len(facts.held))}" if facts.held else ""
    return StatusLabel(f"On hold for approval{codes}", "warning")


def _unmatched(facts: CauseFacts) -> StatusLabel:
    return StatusLabel(f"{share(facts.unmatched)} unmatched, more than usual", "warning")


def _partial(facts: CauseFacts) -> StatusLabel:
    if facts.failed is None:
        return StatusLabel(_short(_reason(facts)) or "Last run partial", "warning")
    codes = _listed(facts.failed.codes, facts.failed.total)
    return StatusLabel(f"{count(facts.failed.total, 'code')} failed: {codes}", "warning", _reason(facts))


def _not_connected(facts: CauseFacts) -> StatusLabel:
    missing = connection.of(facts.configuration).sentence if facts.configuration else ""
    return StatusLabel("Not connected", "warning", missing)


def _first_update(facts: CauseFacts) -> StatusLabel:
    is_running = facts.last is not None and facts.last.is_active
    return StatusLabel(f"Setup: first update {'running' if is_running else 'pending'}", "secondary")


def _setup_connection(facts: CauseFacts) -> StatusLabel:
    return StatusLabel("Setup: not connected", "secondary", _not_connected(facts).sentence)


def _always(label: str, tone: str) -> Callable[[CauseFacts], StatusLabel]:
    return lambda _facts: StatusLabel(label, tone)


_LABELS: Final[dict[str, Callable[[CauseFacts], StatusLabel]]] = {
    "refused": _refused,
    "failing": _failing,
    "stale": _stale,
    "failed": _failed,
    "held": _held,
    "old_data": _always("Old data from Lightspeed", "warning"),
    "coverage": _always("Less stock online than usual", "warning"),
    "unmatched": _unmatched,
    "partial": _partial,
    "incomplete": _not_connected,
    "unmapped": _always("No supplier codes", "warning"),
    "paused": _always("Disabled every day", "warning"),
    "setup_off": _always("Setup: 3PA not enabled", "secondary"),
    "setup_connection": _setup_connection,
    "setup_codes": _always("Setup: no supplier codes", "secondary"),
    "setup_first": _first_update,
    "fine": _always("Current", "success"),
    "off": _always("3PA off", "secondary"),
    "closed": _always("Closed", "secondary"),
}


def _why(facts: CauseFacts) -> str:
    """Return why the last run failed, in few words."""
    kind = facts.failed.kind if facts.failed else None
    return _WHY.get(kind or "", "") or _short(_reason(facts)) or "internal error"


def _reason(facts: CauseFacts) -> str:
    """Return why the last run ended as it did, apart from what it put on hold."""
    last = facts.last
    return _first_sentence((last and explanation(without_hold(last.reason), last.reports_missing)) or "")


def _first_sentence(text: str) -> str:
    sentence, point, _ = text.partition(". ")
    return sentence + (point and ".")


def _short(text: str) -> str:
    return text.removesuffix(".") if len(text) <= 60 else ""


def _listed(codes: Sequence[str], total: int) -> str:
    more = total - len(codes)
    return ", ".join(codes) + (f" and {more:,} more" if more else "")
