"""Plans the codes of a preview in one transaction, as a run applies them, and rolls it back (R24)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from jobs.previews.planned_run import Rows, insert_run
from jobs.sources.source import SourceError
from jobs.sync.applying import planning
from jobs.sync.applying.context import RunMappings
from jobs.sync.applying.planning import PlannedCode
from jobs.sync.applying.preview_rows import RowsGone
from jobs.sync.background_watch import GivesWay
from jobs.sync.run_plan import PlannedRun
from webapp.extensions import db
from webapp.models import Dealer, RunItem
from webapp.previews import shelf_figures
from webapp.previews.basis import basis_of
from webapp.previews.shelf_figures import ShelfFigures
from webapp.runs import lifecycle
from webapp.search import figures


@dataclass
class Plan:
    """What the codes of a preview would change, by their keys.

    `failed` has the reasons of codes that a run would leave as they are; `basis` is what the plan depends on.
    """

    items: list[RunItem]
    basis: dict[str, str]
    before: Mapping[str, ShelfFigures]
    after: Mapping[str, ShelfFigures] = field(default_factory=dict)
    codes: dict[str, PlannedCode] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def plan_codes(
    dealer_id: int,
    today: date,
    rows: Rows,
    override: Callable[[], None],
    should_stop: Callable[[], bool],
) -> Plan:
    """Plan all codes of which there are rows; each sees what those before it change.

    `override` writes the settings that the preview changes. Raises GivesWay if the dealer has an active run,
    or the worker shuts down.
    """
    db.session.commit()
    try:
        figures.lock_shelf(db.session(), dealer_id)
        if lifecycle.active(dealer_id) is not None:
            raise GivesWay
        # The day may end between the fetch and the plan.
        basis = {**basis_of(dealer_id, _timezone(dealer_id)), "day": today.isoformat()}
        before = shelf_figures.of_codes(dealer_id)
        override()
        db.session.expire_all()
        planned = insert_run(db.session.get_one(Dealer, dealer_id), today)
        plan = Plan(planned.items, basis, before)
        _plan_each(planned, plan, rows, should_stop)
        return plan
    finally:
        db.session.rollback()


def _timezone(dealer_id: int) -> str:
    return db.session.get_one(Dealer, dealer_id).timezone


def _plan_each(planned: PlannedRun, plan: Plan, rows: Rows, should_stop: Callable[[], bool]) -> None:
    run, items = planned
    mappings, stock = RunMappings(run.id), planning.planned_stock(run.dealer_id)
    for item in items:
        received = rows(item.code_key)
        if received is None:
            continue
        if should_stop():
            raise GivesWay
        try:
            plan.codes[item.code_key] = planning.plan_on(run, item, received, mappings, stock)
        except RowsGone:
            # A run came in between: the next worker fetches the code again.
            raise GivesWay from None
        except SourceError as error:
            plan.failed[item.code_key] = error.sentence
    plan.after = stock.shelf.differences.after(plan.before)
