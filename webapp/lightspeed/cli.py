"""Command `lightspeed configure`; commands that call Lightspeed are added to the group by jobs/cli."""

from __future__ import annotations

from typing import Any

import click

from webapp.core.enums import QUANTITY_COLUMNS, WEEKDAYS
from webapp.lightspeed import configurations
from webapp.web.commands.arguments import dealer_of, dealer_option, password_from_stdin, password_option
from webapp.web.commands.errors import answering

lightspeed = click.Group("lightspeed", help="A dealer's LightSpeed configuration.")


def _weekdays(_context: click.Context, _option: click.Parameter, text: str | None) -> list[str] | None:
    if text is None:
        return None
    if text.strip().casefold() == "none":
        return []
    days = [day.strip().capitalize() for day in text.split(",")]
    unknown = [day for day in days if day not in WEEKDAYS]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} isn't a weekday; use days such as Sunday,Monday, or none")
    return days


@lightspeed.command("configure")
@dealer_option
@click.option("--enable/--disable", "enabled", default=None, help="Turn 3PA on or off.")
@click.option("--cmf", help="3PA Dealer ID.")
@click.option("--username", help="3PA username.")
@password_option
@click.option("--quantity-column", type=click.Choice(QUANTITY_COLUMNS))
@click.option(
    "--clear-previous/--keep-previous", default=None, help="Set parts that are no longer reported to zero."
)
@click.option(
    "--hold-old-data/--apply-old-data",
    default=None,
    help="Apply nothing of pulls with old data, or all of it.",
)
@click.option(
    "--disabled-on", callback=_weekdays, metavar="DAYS", help="For example, Sunday,Monday; or none."
)
@answering
def configure(
    dealer_id: int,
    enabled: bool | None,
    cmf: str | None,
    username: str | None,
    password_stdin: bool,
    **settings: Any,
) -> None:
    """Change the given settings and keep the others."""
    configuration = configurations.of(dealer_of(dealer_id))
    password = password_from_stdin() if password_stdin else None
    if {enabled, cmf, username, password} != {None}:
        configurations.save_credentials(
            configuration, enabled=enabled, cmf=cmf, username=username, password=password
        )
    if any(value is not None for value in settings.values()):
        configurations.save_settings(configuration, **settings)
    click.echo(f"saved for dealer {dealer_id}", err=True)
