"""Plans a leased run, or skips it.

The current settings and mappings are stored with the run: later changes take effect in the next run, and a
worker that takes the run over follows the same plan (R19).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from jobs.sync import lease
from jobs.sync.interruption import Interruption, RunInterrupted
from webapp.core import clock
from webapp.core.run_states import RunItemState
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Run, RunItem, RunMapping, SupplierCode
from webapp.runs import lifecycle


def open_run(run_lease: lease.Lease) -> Run:
    """Return the run with its settings and items, planned on its first start.

    Raises RunInterrupted if the run is skipped.
    """
    with lease.transaction(run_lease):
        run = lease.load(run_lease)
        if run.settings is None:
            _write_plan(run)
    return run


def _write_plan(run: Run) -> None:
    configuration = configurations.of(run.dealer)
    codes = _codes_of(run.dealer_id)
    if codes:
        _refuse_switched_off(configuration)
    _refuse_disabled_day(run, configuration)
    run.settings = _settings(run, configuration)
    run.items = _items(codes)
    _leave_out_succeeded(run)


def _leave_out_succeeded(run: Run) -> None:
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
    for item in run.items:
        if item.code_key in run_ids:
            item.status, item.finished_at = RunItemState.NOT_TRIED, clock.now()
            item.error = f"Not tried again: run {run_ids[item.code_key]} has updated it."


def _refuse_switched_off(configuration: Configuration) -> None:
    if not configuration.enabled:
        raise RunInterrupted(Interruption.SKIPPED, "Lightspeed 3PA/Data Warehouse is not enabled.")


def _refuse_disabled_day(run: Run, configuration: Configuration) -> None:
    """Raise RunInterrupted on a disabled weekday, unless a user chose to run anyway (R7)."""
    if not run.anyway and lifecycle.is_disabled_today(configuration):
        day = clock.local_now(run.dealer.timezone).strftime("%A")
        raise RunInterrupted(Interruption.SKIPPED, f"Updates are disabled on {day}.")


def _settings(run: Run, configuration: Configuration) -> dict[str, Any]:
    return {
        "quantity_column": configuration.quantity_column,
        "clear_previous": configuration.clear_previous,
        # The dealer's local day when the run started: the 365 days of R9 end with it, also after midnight.
        "today": clock.local_today(run.dealer.timezone).isoformat(),
    }


def _codes_of(dealer_id: int) -> list[SupplierCode]:
    rows = db.session.scalars(
        db.select(SupplierCode)
        .where(SupplierCode.dealer_id == dealer_id)
        .order_by(SupplierCode.position, SupplierCode.id)
    )
    return list(rows)


def _items(codes: list[SupplierCode]) -> list[RunItem]:
    """Create one item per Lightspeed code, in the order of the dealer's list (R9)."""
    positions = {code.code_key: position for position, code in reversed(list(enumerate(codes)))}
    ordered = sorted(codes, key=lambda code: positions[code.code_key])
    return [
        _item(position, list(mappings))
        for position, (_, mappings) in enumerate(groupby(ordered, key=lambda code: code.code_key))
    ]


def _item(position: int, mappings: list[SupplierCode]) -> RunItem:
    return RunItem(
        position=position,
        supplier_code=mappings[0].code,
        code_key=mappings[0].code_key,
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
