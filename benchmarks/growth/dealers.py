"""What one dealer's sync, page and search take, with the stock of ever more dealers in the same database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.databases import Database
from benchmarks.environment import environment
from benchmarks.faults.ground import hush
from benchmarks.growth import shelves
from benchmarks.growth.point import Curve, Point
from benchmarks.measured import Errands, Measured
from benchmarks.pages import signed_in
from benchmarks.service import Service, service
from sandbox.samples.bulk import bulk_catalog, bulk_parts, changed
from sandbox.simulator.parts import Part
from sandbox.start.samples import Commands
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import User
from webapp.settings import config

CHANGED_SHARE: Final = 0.01
LEAP: Final = 10_000
PAGES: Final = 15
REPEATS: Final = 3
SEARCHES: Final = 100
PAGE: Final = "/dealers/1/inventory"
WRITTEN_HEADINGS: Final = ("sync of one dealer", "dealers", "MB", "")


@dataclass(frozen=True)
class Size:
    """How much every dealer has, and how many products there are to have."""

    rows: int
    documents: int
    products: int


@dataclass(frozen=True)
class Crowded:
    """What was measured with so many dealers: the syncs, the quickest answer of the page, and searches.

    Seconds. On a machine that does other work beside it, the CPU seconds of a sync say more than its others.
    """

    dealers: int
    first: Measured
    unchanged: Measured
    changed: Measured
    page: float
    median_search: float
    slow_search: float
    log_bytes: Mapping[str, int]

    def written(self) -> Iterator[tuple[str, ...]]:
        """A line for each kind of sync under `WRITTEN_HEADINGS`."""
        for kind, size in self.log_bytes.items():
            yield kind, f"{self.dealers:,}", f"{size / 1e6:.2f}", ""


class Crowding:
    """One database that is filled with more and more dealers."""

    def __init__(self, database: Database, folder: Path, size: Size) -> None:
        self.database, self._folder, self._size = database, folder, size
        self._dealers, self._next_copy = 0, 0

    def steps(self, counts: Sequence[int]) -> Iterator[Crowded]:
        """Measure with each number of dealers, the smallest first."""
        with service(environment(self.database.url, "", self._folder), self._folder) as serving:
            variables = environment(self.database.url, serving.url, self._folder)
            errands = self._prepared(variables, serving)
            app = create_app(config.from_environment(variables) | {"GENERAL_ALLOWANCE": "1000000 per minute"})
            hush()
            with app.app_context():
                db.session.add(User(email="one@dealer.example", password="!", role="dealer", dealer_id=1))
                db.session.commit()
            for count in sorted(counts):
                self._fill(app, count)
                yield self._measured(app, errands, serving, count)

    def _prepared(self, variables: dict[str, str], serving: Service) -> Errands:
        """A catalog, and dealer 1 synced and indexed."""
        Commands(variables).run("db", "upgrade")
        errands = Errands(variables, self.database.server)
        catalog = self._folder / "catalog.csv"
        with catalog.open("w", encoding="utf-8", newline="") as file:
            bulk_catalog(file, self._size.products)
        errands.run("import", catalog)
        serving.serve(self._parts())
        errands.run("dealer", "Dealer 1")
        errands.run("sync", 1)
        errands.run("drain")
        self._dealers = 1
        return errands

    def _parts(self) -> list[Part]:
        size = self._size
        return list(bulk_parts(size.rows, today=datetime.now(UTC).date(), products=size.products))

    def _fill(self, app: Flask, count: int) -> None:
        more = count - self._dealers
        if more > 0:
            # On SQLite the dealer that is opened next has the number after the last.
            self._next_copy += LEAP
            with app.app_context():
                shelves.copy(self._next_copy, self._next_copy + more - 1, self._size.documents)
                db.session.remove()
                db.engine.dispose()
            self._dealers = count

    def _measured(self, app: Flask, errands: Errands, serving: Service, count: int) -> Crowded:
        self.database.settle()
        errands.run("sync", 1)
        unchanged, idle = self._logged(lambda: least([errands.run("sync", 1) for _ in range(REPEATS)]))
        parts = self._parts()
        after = changed(parts, CHANGED_SHARE, seed=count)
        serving.restock([new for new, old in zip(after, parts, strict=True) if new != old])
        differing, little = self._logged(lambda: errands.run("sync", 1))
        serving.serve(parts)
        new = errands.run("dealer", f"New with {count}").facts["dealer"]
        first, much = self._logged(lambda: errands.run("sync", new))
        _, indexed = self._logged(lambda: errands.run("drain"))
        facts = errands.run("search", 1, SEARCHES).facts
        log = {
            "unchanged": idle // REPEATS,
            "1 % changed": little,
            "first": much,
            "first, indexed": indexed,
        }
        page = _page_seconds(app)
        return Crowded(count, first, unchanged, differing, page, facts["p50"], facts["p95"], log)

    def _logged(self, act: Callable[[], Measured]) -> tuple[Measured, int]:
        """What an act took, and the bytes that the server wrote to its log of changes meanwhile."""
        before = self._log_position()
        done = act()
        return done, self._log_position() - before

    def _log_position(self) -> int:
        with psycopg.connect(self.database.url) as connection:
            row = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
        assert row is not None
        return int(row[0])


def least(several: Sequence[Measured]) -> Measured:
    """The one that took least of the processors."""
    return min(several, key=cpu)


def cpu(sync: Measured) -> float:
    """CPU seconds of program and server together."""
    return sync.cpu + (sync.server_cpu or 0.0)


def _page_seconds(app: Flask) -> float:
    client = signed_in(app, "dealer")
    _timed(client)
    return min(_timed(client) for _ in range(PAGES))


def _timed(client: FlaskClient) -> float:
    began = time.perf_counter()
    answer = client.get(PAGE)
    assert answer.status_code == 200, answer.status
    return time.perf_counter() - began


def curves(steps: Sequence[Crowded]) -> list[Curve]:
    """Milliseconds of each thing over the dealers."""
    figures: dict[str, Callable[[Crowded], float]] = {
        "first sync, CPU": lambda step: cpu(step.first),
        "sync, unchanged, CPU": lambda step: cpu(step.unchanged),
        "sync, 1 % changed, CPU": lambda step: cpu(step.changed),
        "inventory page": lambda step: step.page,
        "search, median": lambda step: step.median_search,
        "search, p95": lambda step: step.slow_search,
    }
    return [
        Curve(title, "ms", [Point(step.dealers, seconds(step) * 1000) for step in steps])
        for title, seconds in figures.items()
    ]
