"""Searches as shoppers type them, one after the other."""

from __future__ import annotations

import statistics
import time
from random import Random
from typing import Any

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import PartNumber, Product, WebstoreFigures
from webapp.search.search_index import search_index

_RESULTS = 20


class Search:
    """So many searches of a dealer's documents: part numbers, MPNs, words of names, brands and beginnings."""

    def __init__(self, dealer_id: str, count: str) -> None:
        self._dealer_id = int(dealer_id)
        self._queries = _queries(self._dealer_id, int(count))
        self._seconds: list[float] = []

    def run(self) -> None:
        for words in self._queries:
            started = time.perf_counter()
            search_index(db.session.connection()).search(self._dealer_id, words, _RESULTS)
            db.session.commit()
            self._seconds.append(time.perf_counter() - started)

    def facts(self) -> dict[str, Any]:
        of_dealer = WebstoreFigures.dealer_id == self._dealer_id
        documents = db.session.scalar(select(func.count()).select_from(WebstoreFigures).where(of_dealer))
        cuts = statistics.quantiles(self._seconds, n=20)
        return {"documents": documents, "p50": statistics.median(self._seconds), "p95": cuts[-1]}


def _queries(dealer_id: int, count: int) -> list[str]:
    """A fifth of each kind, from products spread over the catalog."""
    of_dealer = WebstoreFigures.dealer_id == dealer_id
    every = db.session.scalars(select(WebstoreFigures.product_id).where(of_dealer)).all()
    chosen = Random(1).choices(sorted(every), k=count)
    rows = db.session.execute(
        select(Product.id, Product.brand, Product.mpn, Product.name, PartNumber.part_number)
        .join(PartNumber, PartNumber.product_id == Product.id)
        .where(Product.id.in_(set(chosen)))
    )
    found = {row.id: row for row in rows}
    db.session.commit()
    queries = []
    for place, product_id in enumerate(chosen):
        row = found[product_id]
        name = row.name.split()
        kinds = (row.part_number, row.mpn, " ".join(name[:3]), f"{row.brand} {name[0]}", name[0][:4])
        queries.append(kinds[place % len(kinds)])
    return queries
