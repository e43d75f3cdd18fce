"""Inventory pages: a list with search and pagination, one product, and exports as CSV and Excel files."""

from __future__ import annotations

import io
from collections.abc import Iterator

from flask import Response, abort, g, request
from werkzeug.datastructures import MultiDict

from webapp.core.spreadsheet import write_header
from webapp.inventory import inventory_list
from webapp.inventory.inventory_filter import STOCK_LABELS, InventoryFilter
from webapp.inventory.inventory_pages import PageKey
from webapp.inventory.shelf_product import ShelfProduct
from webapp.search import inventory_rows
from webapp.web import downloads, htmx, replica, tenancy
from webapp.web.query_args import one_of, text, whole

pages = tenancy.dealer_blueprint("inventory", __name__, "/inventory")
ROWS_A_PIECE = 500


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the filtered products, one page at a time."""
    choice = _choice(request.args)
    place = PageKey(after=whole(request.args, "after"), before=whole(request.args, "before"))
    return htmx.answer(
        "inventory",
        inventory=inventory_list.Inventory.of(g.dealer.id, choice, place),
        manufacturers=_manufacturers(choice),
        stock_labels=STOCK_LABELS,
    )


def _manufacturers(choice: InventoryFilter) -> list[inventory_list.StockedManufacturer]:
    """Return those to choose from. The fragment has no form, and only names the chosen one."""
    if htmx.wants_fragment() and choice.manufacturer_id is None:
        return []
    return inventory_list.manufacturers(g.dealer.id)


@pages.get("/<id:product_id>")
@replica.may_serve
def show(product_id: int) -> Response:
    """Show one product."""
    found = ShelfProduct.of(g.dealer.id, product_id) or abort(404)
    return htmx.answer("inventory/product", found=found)


@pages.get("/export.csv")
@replica.may_serve
def export() -> Response:
    """Export every product that ever had shelf stock, with the columns of `inventory export`."""
    headers = downloads.headers(f"inventory-dealer-{g.dealer.id}.csv")
    return Response(_csv(g.dealer.id), mimetype=downloads.CSV, headers=headers)


@pages.get("/export.xlsx")
@replica.may_serve
def export_workbook() -> Response:
    """Export them as an Excel file."""
    engine, dealer_id = replica.engine(), g.dealer.id
    with engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
        downloads.refuse_long_workbook(inventory_rows.count(connection, dealer_id))
        rows = inventory_rows.rows(connection, dealer_id)
        name = f"inventory-dealer-{dealer_id}.xlsx"
        return downloads.workbook(name, "Inventory", inventory_rows.COLUMNS, rows)


def _csv(dealer_id: int) -> Iterator[str]:
    # A separate connection for the duration of the download: the request's session ends before it.
    engine, piece = replica.engine(), io.StringIO()
    sheet = write_header(piece, inventory_rows.COLUMNS)

    def pieces() -> Iterator[str]:
        with engine.connect().execution_options(sqlite_begin="DEFERRED") as connection:
            rows = inventory_rows.defused(inventory_rows.rows(connection, dealer_id))
            for number, row in enumerate(rows, 1):
                sheet.writerow(row)
                if number % ROWS_A_PIECE == 0:
                    yield piece.getvalue()
                    piece.seek(0)
                    piece.truncate()
        yield piece.getvalue()

    return pieces()


def _choice(arguments: MultiDict[str, str]) -> InventoryFilter:
    return InventoryFilter(
        words=text(arguments, "q"),
        manufacturer_id=whole(arguments, "manufacturer"),
        stock=one_of(arguments, "stock", STOCK_LABELS),
        run_id=whole(arguments, "run"),
    )
