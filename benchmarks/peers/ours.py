"""Our own sync of a dealer, told as a peer's is; asked on standard input."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import func, select

from benchmarks.errands.syncing import Sync
from benchmarks.peers.errand import asked, tell
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import ShelfStock
from webapp.search import outbox


def main() -> None:
    """One whole run with its reports; where asked for, with the search index brought up to date too."""
    wanted, app = asked(), create_app()
    with app.app_context():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        sync = Sync(str(wanted["dealer"]))

        def carry_out() -> None:
            sync.carry_out()
            if wanted["index"]:
                outbox.drain()

        tell(carry_out, lambda: _facts(wanted["dealer"]))


def _facts(dealer_id: int) -> dict[str, Any]:
    counted = select(func.count(ShelfStock.product_id.distinct()), func.sum(ShelfStock.quantity))
    products, quantity = db.session.execute(counted.where(ShelfStock.dealer_id == dealer_id)).one()
    return {"products": products, "quantity": int(quantity)}


if __name__ == "__main__":
    main()
