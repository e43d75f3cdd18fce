"""Rule: Lightspeed refused a dealer's credentials in a check, or since then in a run (R3, R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from webapp.alerts.alert_rule import AlertRule, Finding
from webapp.alerts.recent import last_with_outcome
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, RunItem

SENTENCE = "Lightspeed doesn't accept your 3PA credentials."
ACCOUNT = "account"


def found(_now: datetime) -> Iterator[Finding]:
    """Find every enabled dealer with refused credentials. During a check the state is undecided."""
    reason = func.coalesce(Configuration.check_reason, "")
    by_check = Configuration.check_state == "refused"
    query = select(Configuration.dealer_id, Configuration.check_state, reason, _by_run()).where(
        Configuration.enabled, or_(by_check, Configuration.check_state == "checking", _by_run().is_not(None))
    )
    for dealer_id, state, check_reason, run_reason in db.session.execute(query):
        refusal = run_reason if state != "refused" else check_reason
        yield Finding(dealer_id, _sentence(refusal), only_if_open=state == "checking")


def _sentence(reason: str | None) -> str:
    # Refusals by Lightspeed are complete sentences for a dealer (jobs/sources/lightspeed/errors.py).
    return reason or SENTENCE


def _by_run() -> Any:
    """Return Lightspeed's refusal of the account in the last run, if it came after the last check."""
    last = last_with_outcome(Configuration.dealer_id)
    return (
        select(func.max(RunItem.error))
        .join(Run, Run.id == RunItem.run_id)
        .where(
            and_(RunItem.run_id == last, Run.status == RunState.FAILED, RunItem.error_kind == ACCOUNT),
            Run.finished_at > func.coalesce(Configuration.checked_at, _beginning()),
        )
        .correlate(Configuration)
        .scalar_subquery()
    )


def _beginning() -> Any:
    """Return a time before any run of the dealer: without a check only its runs are known."""
    made = select(Dealer.created_at).where(Dealer.id == Configuration.dealer_id)
    return made.correlate(Configuration).scalar_subquery()


RULE = AlertRule(
    name="refused",
    label="Credentials refused",
    tone="danger",
    over="Lightspeed accepts your 3PA credentials again.",
    found=found,
)
