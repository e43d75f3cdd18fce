"""Command `sync preview`: previews an update in this process, without Redis (R24)."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

import click

from jobs import shutdown
from jobs.previews.plan_preview import plan_preview
from jobs.sync import client_factory
from webapp.core.money import decimal_text
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Preview, SupplierCode
from webapp.previews import requests
from webapp.previews.results import Figures, PreviewResult, result_of
from webapp.previews.summary import KINDS
from webapp.runs import lifecycle
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering

_HEADINGS: Final = ("code", "status", *KINDS, "units before", "after", "value before", "after")


@click.command("preview")
@dealer_option
@click.option("--code", help="Only this supplier code.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@answering
def sync_preview(dealer_id: int, code: str | None, as_json: bool) -> None:
    """Show what an update would change; only the preview is stored."""
    dealer = dealer_of(dealer_id)
    key = _key_of(dealer, code)
    _require_ready(dealer)
    preview_id = requests.request(dealer, "run", code_key=key).id
    shutdown.on_signals(*shutdown.USUAL)
    if not plan_preview(preview_id, client_factory.connect, shutdown.requested, tell=_print_to_stderr):
        raise click.ClickException("the preview was stopped: the worker stops, or a run of the dealer began")
    preview = db.session.get_one(Preview, preview_id, populate_existing=True)
    if preview.state == "failed":
        raise click.ClickException(preview.reason or "the preview failed")
    result = result_of(preview)
    if as_json:
        click.echo(json.dumps(_described(result), ensure_ascii=False))
    else:
        _print_table(result)
    if not all(each.is_planned for each in result.codes):
        sys.exit(1)


def _key_of(dealer: Dealer, code: str | None) -> str | None:
    if code is None:
        return None
    of_code = SupplierCode.dealer_id == dealer.id, SupplierCode.code_key == key_of(code)
    if db.session.scalar(db.select(SupplierCode.id).where(*of_code).limit(1)) is None:
        raise click.ClickException(f"dealer {dealer.id} has no supplier code {code}")
    return key_of(code)


def _require_ready(dealer: Dealer) -> None:
    if dealer.closed_at is not None:
        raise click.ClickException(f"dealer {dealer.id} is closed")
    if not lifecycle.has_supplier_codes(dealer.id):
        raise click.ClickException("There are currently no supplier codes configured")
    if not configurations.of(dealer).enabled:
        raise click.ClickException(f"Lightspeed 3PA/Data Warehouse is turned off for dealer {dealer.id}")
    if (run := lifecycle.active(dealer.id)) is not None:
        raise click.ClickException(f"run {run.id} is {run.status}; preview after it has ended")


def _described(result: PreviewResult) -> dict[str, Any]:
    return {
        "preview": result.preview.id,
        "status": result.preview.state,
        "codes": [
            {
                "supplier_code": each.code,
                "status": each.status,
                "fetched": each.fetched,
                **each.counts,
                **_figures(each.figures),
                "error": each.error,
            }
            for each in result.codes
        ],
        "totals": {**result.counts, **_figures(result.figures)},
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "units_before": figures.before.pieces,
        "units_after": figures.after.pieces,
        "value_before": decimal_text(figures.before.cents),
        "value_after": decimal_text(figures.after.cents),
    }


def _print_table(result: PreviewResult) -> None:
    rows = [
        _HEADINGS,
        *(_cells(each.code, each.status, each.counts, each.figures) for each in result.codes),
        _cells("total", "", result.counts, result.figures),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        aligned = [
            cell.ljust(width) if index < 2 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(aligned).rstrip())
    for each in result.codes:
        if each.error:
            click.echo(f"{each.code}: {each.error}")


def _cells(code: str, status: str, counts: Mapping[str, int], figures: Figures) -> tuple[str, ...]:
    kinds = [str(counts[kind]) for kind in KINDS]
    return (code, status, *kinds, *(str(value) for value in _figures(figures).values()))


def _print_to_stderr(line: str) -> None:
    click.echo(line, err=True)
