"""Carries out the clearing of a pull that was applied without it (R14)."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from jobs.reports.lines import RenderedLines
from jobs.sync.applying import clearing, earlier_tables, moved, protected, stored_pulls
from jobs.sync.applying import figures as webstore_figures
from jobs.sync.applying.blocks import Blocks
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.context import RunMappings, load
from jobs.sync.applying.effects import Effects
from jobs.sync.applying.noting import APPROVED
from jobs.sync.applying.shelf import Shelf
from webapp.extensions import db
from webapp.models import Run, RunItem
from webapp.pulls.product_sets import ProductSet
from webapp.search import figures

# Blocks that are read at once.
_TOGETHER: Final = 20


class Cleared(NamedTuple):
    """How many rows of the shelf were set to zero, how many a freeze kept back, and how many products changed
    on the webstore."""

    rows: int
    frozen: int
    changed: int


def clear_held(run: Run, item: RunItem) -> Cleared | None:
    """Set to zero what the item's pull did not explain.

    None, and nothing is changed, while stock of the code is frozen: the clearing waits (R26). Called within a
    transaction that has locked the dealer's shelf.
    """
    context = load(run, item, RunMappings(run.id))
    if context.frozen_manufacturers:
        return None
    stored = stored_pulls.load(context)
    if stored is not None:
        unnamed = stored.unnamed
        matched = matched_products(Blocks(context.connection, context.dealer_id, context.code_key))
    else:
        # It was held before the upgrade to stored pulls.
        unnamed, matched = earlier_tables.unnamed(item.id), ProductSet()
        for pair in earlier_tables.matches(item.id):
            matched.add(*pair)
    doubted = clearing.doubted(context, unnamed)
    shelf = Shelf(context)
    kept = doubted.pairs | protected.pairs(context, Catalog.of(context))
    places = clearing.unexplained(context, lambda pair: pair in matched or pair in kept)
    cleared = clearing.clear(shelf, places, APPROVED)
    shelf.noted.flush()
    shelf.frozen_changes.flush()
    moved.forget_sold_out(context)
    changed = webstore_figures.refresh(context, shelf, Effects(RenderedLines(None)))
    figures.raise_stock_version(db.session(), run.dealer_id)
    frozen = shelf.frozen_changes.count
    if frozen and stored is not None:
        # So that the end of the freeze has it cleared.
        stored_pulls.keep_back(context, frozen)
    return Cleared(cleared, frozen, changed)


def matched_products(blocks: Blocks) -> ProductSet:
    """Return the products that the parts of the stored pull match, or keep."""
    matched = ProductSet()
    blocks.load()
    rest = iter(blocks.all)
    while some := list(islice(rest, _TOGETHER)):
        blocks.read(some)
        for block in some:
            for entry in block.entries or ():
                for match in entry.matches:
                    matched.add(match.manufacturer_id, match.product_id)
            blocks.release(block)
    return matched
