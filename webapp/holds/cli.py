"""Commands `holds`: what waits for a decision, and the decisions (R14, R27)."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from webapp.core.limits import MAX_ID
from webapp.extensions import db
from webapp.models import Dealer, HeldClearing, HeldPull
from webapp.runs import held_clearings, held_pulls, hold_labels, holds
from webapp.runs.hold_labels import Hold
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.times import moment

# Names of a hold begin with what it is, as each kind has ids of its own.
KINDS: Final[dict[str, type[HeldPull] | type[HeldClearing]]] = {"update": HeldPull, "zero-out": HeldClearing}
DECIDED: Final = "{name} was already decided, or a later update replaced it"

holds_group = click.Group("holds", help="Updates and zero-outs on hold for a decision.")


@holds_group.command("list")
@dealer_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines with UTC times.")
@answering
def list_(dealer_id: int, as_json: bool) -> None:
    """Print what waits for a decision."""
    dealer = dealer_of(dealer_id)
    for hold in holds.waiting_or_of_run(dealer.id, None):
        click.echo(json.dumps(_fields(hold), ensure_ascii=False) if as_json else _line(hold, dealer))


@holds_group.command("apply")
@click.argument("name", metavar="HOLD")
@dealer_option
@answering
def apply(name: str, dealer_id: int) -> None:
    """Have an update applied, or its products set to zero; a worker does it at once."""
    hold = _hold(name, dealer_of(dealer_id))
    if isinstance(hold, HeldPull):
        is_decided = held_pulls.apply_pull(hold, None)
    else:
        is_decided = held_clearings.apply_clearing(hold, None)
    _answer(name, is_decided, "approved; a worker applies it")


@holds_group.command("keep")
@click.argument("name", metavar="HOLD")
@dealer_option
@answering
def keep(name: str, dealer_id: int) -> None:
    """Keep what the webstore has, also if later updates report the same."""
    hold = _hold(name, dealer_of(dealer_id))
    if isinstance(hold, HeldPull):
        is_decided = held_pulls.keep_pull(hold, None)
    else:
        is_decided = held_clearings.keep_quantities(hold, None)
    _answer(name, is_decided, "kept")


def _answer(name: str, is_decided: bool, outcome: str) -> None:
    if not is_decided:
        raise click.ClickException(DECIDED.format(name=name))
    click.echo(outcome)


def _hold(name: str, dealer: Dealer) -> Hold:
    kind, _, number = name.rpartition("-")
    if kind not in KINDS or not (number.isascii() and number.isdigit()):
        raise click.UsageError("HOLD must be a name such as update-12 or zero-out-3, as in holds list")
    hold: Hold | None = None
    if len(number) < 20 and 0 < int(number) <= MAX_ID:
        key = int(number)
        hold = db.session.get(HeldPull, key) if kind == "update" else db.session.get(HeldClearing, key)
    if hold is None or hold.dealer_id != dealer.id:
        raise click.ClickException(f"the dealer has no hold {name}")
    return hold


def _name(hold: Hold) -> str:
    kind = next(kind for kind, model in KINDS.items() if isinstance(hold, model))
    return f"{kind}-{hold.id}"


def _fields(hold: Hold) -> dict[str, Any]:
    fields = {
        "hold": _name(hold),
        "code": hold.supplier_code,
        "run": hold.run_id,
        "reason": hold.sentence,
        "held_at": hold.held_at.isoformat(),
    }
    if isinstance(hold, HeldClearing):
        return {**fields, "products": hold.products, "stocked": hold.stocked}
    apply_at = hold.apply_at.isoformat() if hold.apply_at else None
    return {**fields, "apply_at": apply_at, "changes": hold.planned.get("changes", 0)}


def _line(hold: Hold, dealer: Dealer) -> str:
    applied = hold.apply_at if isinstance(hold, HeldPull) else None
    until = f", applied {moment(applied, dealer.zone)} without a decision" if applied else ""
    return f"{_name(hold)} {hold_labels.heading(hold)} Since {moment(hold.held_at, dealer.zone)}{until}"
