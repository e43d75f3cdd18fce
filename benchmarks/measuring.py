"""Measures one database from an empty schema to the last search, each step on what the ones before left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.databases import Database
from benchmarks.lines import Line
from benchmarks.measured import Errands, Measured, median
from benchmarks.scale import Scale
from benchmarks.service import Service
from sandbox.samples.bulk import bulk_parts, changed
from sandbox.simulator.parts import Part

CHANGED_SHARE = 0.01


class Round(NamedTuple):
    """The syncs of one new dealer, one after the other."""

    first: Measured
    drain: Measured
    unchanged: Measured
    changed: Measured


class Measuring:
    """One database under measurement, with the service that its dealers are synced from."""

    def __init__(self, database: Database, errands: Errands, service: Service, scale: Scale) -> None:
        self._database = database
        self._errands = errands
        self._service = service
        self._scale = scale
        self._dealers = 0

    def lines(self, catalog: Path) -> Iterator[Line]:
        """Each line of the table as soon as it is known."""
        yield from self._imports(catalog)
        for count in self._scale.smaller:
            self._service.serve(self._parts(count))
            yield Line("first sync", count, self._run("sync", self._open_dealer()))
        yield from self._syncs()
        yield from self._paced()
        yield from self._whole_catalog()

    def _imports(self, catalog: Path) -> Iterator[Line]:
        products = self._scale.products
        yield Line("catalog import", products, self._run("import", catalog))
        again = self._run("import", catalog)
        yield Line("catalog import again", products, again, f"{again.facts['unchanged']:,} rows unchanged")

    def _syncs(self) -> Iterator[Line]:
        parts = self._parts(self._scale.parts)
        self._service.serve(parts)
        dealer = self._open_dealer()
        fetch = median([self._run("fetch") for _ in range(self._scale.repeats)])
        floor = median([self._run("floor", dealer) for _ in range(self._scale.repeats)])
        rounds = _medians([self._round(parts) for _ in range(self._scale.repeats)])
        count = len(parts)
        yield Line("bare fetch", count, fetch, f"{fetch.facts['pages']} pages", memory=False)
        yield Line("bare floor", count, floor, "decode, load, join; no fetch", memory=False)
        yield Line("first sync", count, rounds.first, _against(rounds.first, floor))
        yield Line("sync again, unchanged", count, rounds.unchanged, _written(rounds.unchanged))
        yield Line("sync again, 1 % changed", count, rounds.changed, _written(rounds.changed))
        yield Line("index drained", count, rounds.drain)
        yield self._searches(self._dealers)

    def _round(self, parts: list[Part]) -> Round:
        dealer = self._open_dealer()
        first = self._run("sync", dealer)
        drain = self._run("drain")
        unchanged = self._run("sync", dealer)
        after = changed(parts, CHANGED_SHARE)
        self._service.restock([new for new, old in zip(after, parts, strict=True) if new != old])
        one_percent = self._run("sync", dealer)
        self._service.restock([old for new, old in zip(after, parts, strict=True) if new != old])
        self._run("drain")
        return Round(first, drain, unchanged, one_percent)

    def _whole_catalog(self) -> Iterator[Line]:
        """Searches of a dealer who has every product there is."""
        dealer = self._open_dealer()
        yield Line("index made anew", self._scale.products, self._run("index", dealer))
        yield self._searches(dealer)

    def _searches(self, dealer: int) -> Line:
        searches = self._run("search", dealer, self._scale.searches)
        facts = searches.facts
        return Line(
            "searches",
            self._scale.searches,
            searches,
            f"{facts['documents']:,} documents: p50 {_millis(facts['p50'])}, p95 {_millis(facts['p95'])}",
        )

    def _paced(self) -> Iterator[Line]:
        """A sync against a bare client loop, where the service takes its time."""
        scale = self._scale
        self._service.serve(self._parts(scale.paced_parts))
        dealer = self._open_dealer()
        self._service.take(scale.latency)
        bare, sync = self._run("fetch"), self._run("sync", dealer)
        self._service.take(0.0)
        pace = f"{_millis(scale.latency)} an answer"
        pages = f"{bare.facts['pages']} pages"
        more = f"{(sync.seconds / bare.seconds - 1) * 100:+.1f} % over the bare fetch"
        yield Line(f"bare fetch, {pace}", scale.paced_parts, bare, pages, memory=False)
        yield Line(f"first sync, {pace}", scale.paced_parts, sync, more)

    def _open_dealer(self) -> int:
        self._dealers += 1
        return int(self._run("dealer", f"Dealer {self._dealers}").facts["dealer"])

    def _parts(self, count: int) -> list[Part]:
        return list(bulk_parts(count, today=datetime.now(UTC).date(), products=self._scale.products))

    def _run(self, errand: str, *arguments: object) -> Measured:
        self._database.settle()
        return self._errands.run(errand, *arguments)


def _medians(rounds: list[Round]) -> Round:
    return Round(*map(median, zip(*rounds, strict=True)))


def _against(sync: Measured, floor: Measured) -> str:
    """How the sync compares with the floor: speed, and CPU seconds of both processes together."""
    speed = floor.seconds / sync.seconds
    cpu = (sync.cpu + (sync.server_cpu or 0)) / (floor.cpu + (floor.server_cpu or 0))
    return f"{speed:.2f} of the floor's speed, {cpu:.1f} times its CPU"


def _millis(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _written(sync: Measured) -> str:
    return f"{sync.facts['shelf_rows']:,} shelf rows, {sync.facts['notes']:,} notes to reindex written"
