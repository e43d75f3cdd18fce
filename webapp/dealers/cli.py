"""Commands `organization …` and `dealer …`: create, list, change, close."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click
from sqlalchemy import func, select

from webapp import accounts, dealers
from webapp.extensions import db
from webapp.models import Dealer, Organization
from webapp.web.commands.arguments import dealer_of, organization_of, password_from_stdin, password_option
from webapp.web.commands.errors import answering

organization = click.Group("organization", help="Organizations: groups of dealers.")
dealer = click.Group("dealer", help="Dealers.")

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@organization.command("create")
@click.argument("name")
@click.option("--username", help="3PA username that all its dealers use.")
@password_option
@answering
def create_organization(name: str, username: str | None, password_stdin: bool) -> None:
    """Add an organization and print its id."""
    if (username is None) == password_stdin:
        raise click.UsageError("use --username and --password-stdin together, or neither")
    password = password_from_stdin() if password_stdin else None
    click.echo(accounts.add_organization(name, username, password).id)


@organization.command("list")
@_json
@answering
def list_organizations(as_json: bool) -> None:
    """Print every organization: id, name, number of dealers, 3PA username; separated by tabs."""
    counted = (
        select(Organization, func.count(Dealer.id))
        .outerjoin(Dealer, Dealer.organization_id == Organization.id)
        .group_by(Organization.id)
        .order_by(Organization.id)
    )
    rows = db.session.execute(counted).all()
    _print(("id", "name", "dealers", "username"), ((o.id, o.name, n, o.username) for o, n in rows), as_json)


@organization.command("edit")
@click.argument("organization_id", metavar="ID", type=int)
@click.option("--name", required=True)
@answering
def edit_organization(organization_id: int, name: str) -> None:
    """Rename an organization."""
    dealers.organization_admin.rename(organization_of(organization_id), name)


@organization.command("credentials")
@click.argument("organization_id", metavar="ID", type=int)
@click.option("--username", help="3PA username that all its dealers use.")
@password_option
@click.option("--remove", is_flag=True, help="Remove the login; each dealer enters its own.")
@answering
def change_credentials(
    organization_id: int, username: str | None, password_stdin: bool, remove: bool
) -> None:
    """Change the 3PA login that all dealers of an organization use, and validate it for each of them."""
    if remove == (username is not None or password_stdin) or (username is None) == password_stdin:
        raise click.UsageError("use --username and --password-stdin together, or --remove alone")
    found = organization_of(organization_id)
    if remove:
        dealers.organization_admin.remove_login(found)
    else:
        dealers.organization_admin.save_login(found, username or "", password_from_stdin())


@dealer.command("create")
@click.argument("name")
@click.option("--timezone", required=True, metavar="AREA/CITY", help="For example, America/Chicago.")
@click.option("--organization", "organization_id", type=int, help="The id of the dealer's organization.")
@answering
def create_dealer(name: str, timezone: str, organization_id: int | None) -> None:
    """Add a dealer and print its id."""
    group = None if organization_id is None else organization_of(organization_id)
    click.echo(accounts.add_dealer(name, timezone, group).id)


@dealer.command("list")
@_json
@answering
def list_dealers(as_json: bool) -> None:
    """Print every dealer: id, name, time zone, organization id, open or closed; separated by tabs."""
    rows = (
        (d.id, d.name, d.timezone, d.organization_id, "closed" if d.closed_at else "open")
        for d in db.session.scalars(select(Dealer).order_by(Dealer.id))
    )
    _print(("id", "name", "timezone", "organization", "state"), rows, as_json)


@dealer.command("edit")
@click.argument("dealer_id", metavar="ID", type=int)
@click.option("--name")
@click.option("--timezone", metavar="AREA/CITY", help="For example, America/Chicago.")
@click.option(
    "--organization", metavar="ID|none", help="Move the dealer; none removes it from its organization."
)
@answering
def edit_dealer(dealer_id: int, name: str | None, timezone: str | None, organization: str | None) -> None:
    """Rename a dealer, change its time zone, or move it to another organization."""
    if name is None and timezone is None and organization is None:
        raise click.UsageError("use --name, --timezone or --organization")
    found = dealer_of(dealer_id)
    group = found.organization if organization is None else _organization_named(organization)
    dealers.dealer_admin.edit(
        found,
        found.name if name is None else name,
        found.timezone if timezone is None else timezone,
        group,
    )


@dealer.command("close")
@click.argument("dealer_id", metavar="ID", type=int)
@answering
def close_dealer(dealer_id: int) -> None:
    """Close a dealer: no runs, no sign-in; all data is kept."""
    dealers.dealer_admin.close(dealer_of(dealer_id))


@dealer.command("reopen")
@click.argument("dealer_id", metavar="ID", type=int)
@answering
def reopen_dealer(dealer_id: int) -> None:
    """Open a closed dealer again; 3PA is enabled if it was before."""
    dealers.dealer_admin.reopen(dealer_of(dealer_id))


def _organization_named(given: str) -> Organization | None:
    if given == "none":
        return None
    if not (given.isascii() and given.isdigit()):
        raise click.UsageError(f"--organization must be an id or none, not {given!r}")
    return organization_of(int(given))


def _print(columns: Sequence[str], rows: Iterable[Sequence[Any]], as_json: bool) -> None:
    if not as_json:
        click.echo("\t".join(columns))
    for row in rows:
        if as_json:
            click.echo(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
        else:
            click.echo("\t".join("" if value is None else str(value) for value in row))
