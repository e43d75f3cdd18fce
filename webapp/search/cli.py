"""Commands `webstore search` and `webstore reindex`."""

from __future__ import annotations

import json

import click

from webapp.extensions import db
from webapp.search import reindexing
from webapp.search.document import Document
from webapp.search.search_index import search_index
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering

MAX_RESULTS = 1000

webstore = click.Group("webstore", help="The webstore's search index.")


@webstore.command("search")
@dealer_option
@click.option("--limit", type=click.IntRange(1, MAX_RESULTS), default=20, show_default=True)
@click.argument("words", nargs=-1, required=True)
@answering
def search(dealer_id: int, limit: int, words: tuple[str, ...]) -> None:
    """Print the dealer's products in which all WORDS are found, best first, one JSON object per line."""
    dealer_of(dealer_id)
    for document in search_index(db.session.connection()).search(dealer_id, " ".join(words), limit):
        click.echo(json.dumps(_shown(document), ensure_ascii=False))


def _shown(document: Document) -> dict[str, str | int | float | None]:
    cents = document.sale_price_cents
    return {
        "catalog": document.catalog,
        "brand": document.brand,
        "mpn": document.mpn,
        "name": document.name,
        "shelf_quantity": document.shelf_quantity,
        "sale_price": None if cents is None else cents / 100,
        "lead_time_days": document.lead_time_days,
    }


@webstore.command("reindex")
@click.option("--dealer", "dealer_id", type=int, help="Only this dealer.")
@click.option("--check", is_flag=True, help="Only count differences; exit code 1 if there are any.")
@answering
def reindex(dealer_id: int | None, check: bool) -> None:
    """Rebuild the search index from the database."""
    if dealer_id is not None:
        dealer_of(dealer_id)
        db.session.rollback()
    if not check:
        click.echo(f"{reindexing.rebuild(dealer_id)} documents", err=True)
        return
    different = reindexing.differences(dealer_id)
    click.echo(different)
    if different:
        raise click.exceptions.Exit(1)
