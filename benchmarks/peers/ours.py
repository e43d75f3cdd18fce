"""Our own sync of a dealer, as a competitor."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import func, select

from benchmarks.peers.workload import measure, read_request
from benchmarks.workloads.syncing import Sync
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import ShelfStock
from webapp.search import outbox


def main() -> None:
    """One whole run with its reports; if requested, with the search index updated too."""
    request, app = read_request(), create_app()
    with app.app_context():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        sync = Sync(str(request["dealer"]))

        def run() -> None:
            sync.run()
            if request["index"]:
                outbox.drain()

        measure(run, lambda: _facts(request["dealer"]))


def _facts(dealer_id: int) -> dict[str, Any]:
    counted = select(func.count(ShelfStock.product_id.distinct()), func.sum(ShelfStock.quantity))
    products, quantity = db.session.execute(counted.where(ShelfStock.dealer_id == dealer_id)).one()
    return {"products": products, "quantity": int(quantity)}


if __name__ == "__main__":
    main()
