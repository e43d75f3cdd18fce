"""Plans a leased run, or skips it.

The current settings and mappings are stored with the run: later changes take effect in the next run, and a
worker that takes the run over follows the same plan (R19).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import inspect

from jobs.sync import alias_runs, held_runs, lease, planned_items, preview_runs
from jobs.sync.interruption import Interruption, RunInterrupted
from jobs.sync.restoring import restore_plan
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Run, RunItem, RunMapping, SupplierCode
from webapp.runs import lifecycle

Row = TypeVar("Row", Run, RunItem)


# Why a run leaves out codes, by its trigger.
_LEFT_OUT: Final = {
    "alias": alias_runs.left_out,
    "held": held_runs.left_out,
    "preview": preview_runs.left_out,
}


class PlannedRun(NamedTuple):
    """A run and its items: they belong to no session, and what is used of them does not change."""

    run: Run
    items: list[RunItem]


def open_run(run_lease: lease.Lease) -> PlannedRun:
    """Return the run with its settings and items, planned on its first start.

    Raises RunInterrupted if the run is skipped.
    """
    try:
        with lease.transaction(run_lease):
            run = lease.load(run_lease)
            is_planned = run.settings is not None
            items = [copy_of(item) for item in run.items] if is_planned else _write_plan(run)
            return PlannedRun(copy_of(run), items)
    except preview_runs.Outdated as outdated:
        preview_runs.plan_again(run_lease.run_id, outdated)
        raise


def copy_of(row: Row) -> Row:
    """Return a copy of a row that belongs to no session."""
    return type(row)(**{column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs})


def _write_plan(run: Run) -> list[RunItem]:
    configuration = configurations.of(run.dealer)
    codes = codes_of(run.dealer_id)
    if codes and run.trigger != "restore":
        _refuse_switched_off(configuration)
    _refuse_disabled_day(run, configuration)
    if run.trigger == "preview":
        preview_runs.refuse_outdated(run)
    items = items_of(run.id, codes)
    if run.trigger == "restore":
        items = restore_plan.items_of(run, items)
    run.settings = settings_of(configuration)
    _leave_out_succeeded(run, items)
    if run.trigger in _LEFT_OUT:
        _leave_out_others(run, items)
    planned_items.store(items)
    return items


def _leave_out_succeeded(run: Run, items: list[RunItem]) -> None:
    """Mark succeeded codes of a retry run as not tried; as items of the run they keep their stock."""
    if run.retry_of_id is None:
        return
    rows = db.session.execute(
        db.select(RunItem.code_key, db.func.max(RunItem.run_id).label("in_run"))
        .join(Run, Run.id == RunItem.run_id)
        .where(
            db.or_(Run.id == run.retry_of_id, Run.retry_of_id == run.retry_of_id),
            RunItem.status == RunItemState.SUCCEEDED,
        )
        .group_by(RunItem.code_key)
    )
    run_ids = {row.code_key: row.in_run for row in rows}
    for item in items:
        if item.code_key in run_ids:
            _leave_out(item, f"Not retried: run {run_ids[item.code_key]} has already updated it.")


def _leave_out_others(run: Run, items: list[RunItem]) -> None:
    """Mark codes that a run from stored rows does not concern as not tried; they keep their stock, too."""
    left_out = _LEFT_OUT[run.trigger]
    reason_of = left_out(run.dealer_id, configurations.of(run.dealer).quantity_column)
    for item in items:
        if (reason := reason_of(item.code_key)) is not None:
            _leave_out(item, reason)


def _leave_out(item: RunItem, reason: str) -> None:
    item.status, item.finished_at = RunItemState.NOT_TRIED, clock.now()
    item.error = reason


def _refuse_switched_off(configuration: Configuration) -> None:
    if not configuration.enabled:
        raise RunInterrupted(Interruption.SKIPPED, "Lightspeed 3PA/Data Warehouse is turned off.")


def _refuse_disabled_day(run: Run, configuration: Configuration) -> None:
    """Raise RunInterrupted on a disabled weekday, unless a user chose to run anyway (R7)."""
    if not run.anyway and lifecycle.is_disabled_today(configuration):
        day = clock.local_now(run.dealer.timezone).strftime("%A")
        raise RunInterrupted(Interruption.SKIPPED, f"Updates are disabled on {day}.")


def settings_of(configuration: Configuration) -> dict[str, Any]:
    """Return the settings that a run which starts now is planned with."""
    return {
        "quantity_column": configuration.quantity_column,
        "clear_previous": configuration.clear_previous,
        "hold_old_data": configuration.hold_old_data,
        # The dealer's local day when the run started: the 365 days of R9 end with it, also after midnight.
        "today": clock.local_today(configuration.dealer.timezone).isoformat(),
    }


def codes_of(dealer_id: int) -> list[SupplierCode]:
    """Return the dealer's supplier codes, in the order of its list."""
    rows = db.session.scalars(
        db.select(SupplierCode)
        .where(SupplierCode.dealer_id == dealer_id)
        .order_by(SupplierCode.position, SupplierCode.id)
    )
    return list(rows)


def items_of(run_id: int, codes: list[SupplierCode]) -> list[RunItem]:
    """Create one item per Lightspeed code, in the order of the dealer's list (R9)."""
    positions = {code.code_key: position for position, code in reversed(list(enumerate(codes)))}
    ordered = sorted(codes, key=lambda code: positions[code.code_key])
    return [
        _item(run_id, position, list(mappings))
        for position, (_, mappings) in enumerate(groupby(ordered, key=lambda code: code.code_key))
    ]


def _item(run_id: int, position: int, mappings: list[SupplierCode]) -> RunItem:
    return RunItem(
        run_id=run_id,
        position=position,
        supplier_code=mappings[0].code,
        code_key=mappings[0].code_key,
        status=RunItemState.WAITING,
        mappings=[
            RunMapping(
                position=index,
                manufacturer_id=mapping.manufacturer_id,
                lead_time_days=mapping.lead_time_days,
                pricing=mapping.pricing,
            )
            for index, mapping in enumerate(mappings)
        ],
    )
