"""Commands `freezes add`, `freezes release` and `freezes list` (R26)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from webapp.core.errors import FieldRefused
from webapp.core.limits import MAX_ID
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.freezes import freeze_list, freezing, local_times
from webapp.models import Dealer, Freeze, Manufacturer, SupplierCode
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.times import moment

freezes = click.Group("freezes", help="Stock of a dealer that runs leave as it is.")


@freezes.command("add")
@dealer_option
@click.option("--code", help="Freeze the stock of this Lightspeed code.")
@click.option("--manufacturer", metavar="NAME", help="Freeze the stock of this manufacturer under any code.")
@click.option("--all", "is_all", is_flag=True, help="Freeze all stock.")
@click.option("--reason", required=True, help="Why, for example “physical count”.")
@click.option("--from", "starts", metavar="TIME", help="In the dealer's zone, as 2026-12-04T17:00; else now.")
@click.option(
    "--until", "ends", metavar="TIME", help="Likewise, or a day, through its end; else until it is released."
)
@answering
def add(dealer_id: int, reason: str, starts: str | None, ends: str | None, **target: Any) -> None:
    """Freeze stock and print the freeze's id: runs fetch and report, and leave it as it is."""
    if sum(map(bool, target.values())) != 1:
        raise click.UsageError("use one of --code, --manufacturer and --all")
    dealer = dealer_of(dealer_id)
    row = _added(
        dealer,
        scope="all" if target["is_all"] else "code" if target["code"] else "manufacturer",
        reason=reason,
        code=target["code"],
        manufacturer_id=_manufacturer(dealer, target["manufacturer"]),
        starts_at=_time("--from", starts, dealer, local_times.parse),
        ends_at=_time("--until", ends, dealer, local_times.parse_end),
    )
    click.echo(row.id)


@freezes.command("release")
@click.argument("freeze_id", type=int, metavar="ID")
@dealer_option
@answering
def release(freeze_id: int, dealer_id: int) -> None:
    """End a freeze; a worker applies what it kept back at once."""
    dealer = dealer_of(dealer_id)
    row = db.session.get(Freeze, freeze_id) if 0 < freeze_id <= MAX_ID else None
    if row is None or row.dealer_id != dealer.id:
        raise click.ClickException(f"the dealer has no freeze {freeze_id}")
    is_released, run = freezing.release(row)
    if not is_released:
        raise click.ClickException(f"freeze {freeze_id} has ended")
    click.echo(f"released; run {run.id} applies what was kept back" if run else "released")


@freezes.command("list")
@dealer_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines with UTC times.")
@answering
def list_(dealer_id: int, as_json: bool) -> None:
    """Print the dealer's freezes that are planned or active."""
    dealer = dealer_of(dealer_id)
    for row in freeze_list.of_dealer(dealer.id).current:
        click.echo(json.dumps(_fields(row)) if as_json else _line(row, dealer))


def _added(dealer: Dealer, **fields: Any) -> Freeze:
    try:
        return freezing.freeze(dealer, **fields)
    except FieldRefused as refusal:
        raise click.ClickException(str(refusal)) from None


def _manufacturer(dealer: Dealer, name: str | None) -> int | None:
    if not name:
        return None
    key = key_of(name)
    mapped = select(Manufacturer.id).join(SupplierCode, SupplierCode.manufacturer_id == Manufacturer.id)
    named = (Manufacturer.name_key == key) | (Manufacturer.abbreviation_key == key)
    found = set(db.session.scalars(mapped.where(SupplierCode.dealer_id == dealer.id, named)))
    if len(found) > 1:
        raise click.ClickException(f"{name} is the name of several manufacturers; freeze their codes")
    if not found:
        raise click.ClickException(f"the dealer has no supplier code of {name}")
    return found.pop()


def _time(
    option: str, text: str | None, dealer: Dealer, parse: Callable[[str, ZoneInfo], datetime | None]
) -> datetime | None:
    try:
        return parse(text or "", dealer.zone)
    except ValueError:
        raise click.UsageError(f"{option} must be a time such as 2026-12-04T17:00") from None


def _fields(row: Freeze) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "scope": row.scope,
        "code": row.supplier_code,
        "manufacturer": row.manufacturer.name if row.manufacturer else None,
        "reason": row.reason,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at else None,
    }


def _line(row: Freeze, dealer: Dealer) -> str:
    end = moment(row.ends_at, dealer.zone) if row.ends_at else "released"
    return (
        f"{row.id} {row.state}: {row.what}, {moment(row.starts_at, dealer.zone)} until {end} ({row.reason})"
    )
