"""Command `part explain`."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from webapp.explain.explain import explain
from webapp.explain.explained_product import ProductChange
from webapp.explain.explanation import Explanation
from webapp.explain.steps import Step, change_text, trails
from webapp.models import Dealer
from webapp.runs.run_changes import WHY
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.times import moment

_INDENT = re.compile(" *")

part = click.Group("part", help="Parts, from Lightspeed to the webstore.")


@part.command("explain")
@dealer_option
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@answering
def explain_part(dealer_id: int, number: str, as_json: bool) -> None:
    """Explain from stored data why the part NUMBER (or UPC, or MPN) is on the webstore as it is."""
    dealer = dealer_of(dealer_id)
    if not number.strip() or not number.isprintable():
        raise click.ClickException("the part number is missing or has characters that can't be printed")
    explanation = explain(dealer, number)
    if as_json:
        steps = [dataclasses.asdict(step) for trail in trails(explanation) for step in trail.steps]
        values = {**dataclasses.asdict(explanation), "steps": steps}
        click.echo(json.dumps(values, ensure_ascii=False, default=_as_json))
        return
    for line in _lines(dealer, explanation):
        # Text from Lightspeed may have line breaks.
        click.echo(_INDENT.match(line)[0] + " ".join(line.split()))  # type: ignore[index]


def _as_json(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _lines(dealer: Dealer, explanation: Explanation) -> Iterator[str]:
    yield " ".join(filter(None, (explanation.number, explanation.description)))
    for trail in trails(explanation):
        yield ""
        yield trail.heading
        for place, step in enumerate(trail.steps, 1):
            yield f"{place}. {step.title}{_known_from(dealer, step)}"
            yield from (f"   {line}" for line in step.lines)
            yield from (f"   {name}: {value}" for name, value in step.row.items() if value)
        if trail.product is not None and trail.product.changes:
            yield ""
            yield "Changes"
            yield from (_change(dealer, change) for change in trail.product.changes)


def _known_from(dealer: Dealer, step: Step) -> str:
    run = f"run {step.run_id}" if step.run_id else ""
    at = moment(step.at, dealer.zone) if step.at else ""
    known = ", ".join(filter(None, (run, at)))
    return f" ({known})" if known else ""


def _change(dealer: Dealer, change: ProductChange) -> str:
    by = f"run {change.run_id}; " if change.run_id else ""
    return f"{moment(change.at, dealer.zone)}  {change.code}: {change_text(change)} ({by}{WHY[change.why]})"
