"""Measures one database from an empty schema to the last search, each step on the result of those before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks import targets
from benchmarks.measured import Measured, Workloads, median
from benchmarks.service import Service
from sandbox.samples.bulk import bulk_parts, changed
from sandbox.simulator.parts import Part

CHANGED_SHARE = 0.01
LOGGED_PARTS = 20_000
HEADINGS = ("what", "rows", "wall s", "rows/s", "CPU s", "server CPU s", "WAL MB", "peak MB", "remarks")
MEGABYTE = 1_000_000
Row = tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """Products in the catalog, parts of the dealer over twelve codes, and how often its syncs are repeated.

    `smaller` are further numbers of parts, to see whether memory grows with them. `paced_parts` are synced
    from a service that takes `latency` seconds for each response.
    """

    products: int = 1_000_000
    parts: int = 100_000
    smaller: Sequence[int] = (10_000, 50_000)
    paced_parts: int = 100_000
    latency: float = 0.3
    repeats: int = 5
    searches: int = 400


FULL = Scale()
QUICK = Scale(products=100_000, parts=10_000, smaller=(1_000, 5_000), paced_parts=10_000, repeats=1)


class Round(NamedTuple):
    """The syncs of one new dealer, one after the other."""

    first: Measured
    drain: Measured
    unchanged: Measured
    changed: Measured


class Steps:
    """The steps on one database, and the service that its dealers are synced from."""

    def __init__(self, workloads: Workloads, service: Service, scale: Scale) -> None:
        self._workloads, self._service, self._scale = workloads, service, scale
        self._dealers = 0
        # Rows of what was measured beside what is wanted, as soon as they are known.
        self.targets: list[tuple[str, ...]] = []

    def rows(self, catalog: Path) -> Iterator[Row]:
        """Each row of the table as soon as it is known."""
        products = self._scale.products
        yield _row("catalog import", products, self._workloads.import_catalog(catalog, products))
        again = self._run("import", catalog)
        yield _row("catalog import again", products, again, f"{again.facts['unchanged']:,} rows unchanged")
        for count in self._scale.smaller:
            self._service.serve(self._parts(count))
            yield _row("first sync", count, self._run("sync", self._add_dealer()))
        yield from self._syncs()
        yield self._unchanged_log()
        yield from self._paced()
        # A dealer who has every product.
        dealer = self._add_dealer()
        yield _row("index rebuilt", products, self._run("index", dealer))
        yield self._searches(dealer)

    def _syncs(self) -> Iterator[Row]:
        parts, repeats = self._parts(self._scale.parts), range(self._scale.repeats)
        self._service.serve(parts)
        dealer = self._add_dealer()
        fetch = median([self._run("fetch") for _ in repeats])
        floor = median([self._run("floor", dealer) for _ in repeats])
        rounds = zip(*[self._round(parts) for _ in repeats], strict=True)
        first, drain, unchanged, one_percent = map(median, rounds)
        count, floor_cpu = len(parts), fetch.cpu + floor.total_cpu
        self.targets += [
            targets.FIRST_OVER_FLOOR.row(first.total_cpu / floor_cpu),
            targets.UNCHANGED_OVER_FETCH.row(unchanged.total_cpu / fetch.cpu),
            targets.CHANGED_OVER_FETCH.row(one_percent.total_cpu / fetch.cpu),
            targets.FIRST_OVER_UNCHANGED.row(first.total_cpu / unchanged.total_cpu),
        ]
        yield _row("bare fetch", count, fetch, f"{fetch.facts['pages']} pages", memory=False)
        yield _row("bare floor", count, floor, "decode, load, join; no fetch", memory=False)
        yield _row("first sync", count, first, _compare(first, floor))
        yield _row("sync again, unchanged", count, unchanged, _written(unchanged))
        yield _row("sync again, 1 % changed", count, one_percent, _written(one_percent))
        yield _row("index drained", count, drain)
        yield self._searches(self._dealers)

    def _round(self, parts: list[Part]) -> Round:
        dealer = self._add_dealer()
        first = self._run("sync", dealer)
        drain = self._run("drain")
        unchanged = self._run("sync", dealer)
        after = changed(parts, CHANGED_SHARE)
        self._service.restock([new for new, old in zip(after, parts, strict=True) if new != old])
        one_percent = self._run("sync", dealer)
        self._service.restock([old for new, old in zip(after, parts, strict=True) if new != old])
        self._run("drain")
        return Round(first, drain, unchanged, one_percent)

    def _unchanged_log(self) -> Row:
        """What an unchanged run writes to the log; the pages that it is the first to write since a checkpoint
        are logged whole, so the checkpoint comes before an unchanged run that is not measured."""
        self._service.serve(self._parts(LOGGED_PARTS))
        dealer = self._add_dealer()
        self._run("sync", dealer)
        self._run("sync", dealer)
        several = [self._workloads.run("sync", dealer, settled=False) for _ in range(self._scale.repeats)]
        unchanged = median(several)
        if unchanged.wal is not None:
            self.targets.append(targets.LOG_OF_UNCHANGED.row(unchanged.wal / MEGABYTE))
        return _row("sync again, log", LOGGED_PARTS, unchanged, _written(unchanged))

    def _searches(self, dealer: int) -> Row:
        searches = self._run("search", dealer, self._scale.searches)
        facts = searches.facts
        latencies = f"p50 {_millis(facts['p50'])}, p95 {_millis(facts['p95'])}"
        return _row(
            "searches", self._scale.searches, searches, f"{facts['documents']:,} documents: {latencies}"
        )

    def _paced(self) -> Iterator[Row]:
        """A sync against a bare client loop, from a service with latency."""
        scale = self._scale
        self._service.serve(self._parts(scale.paced_parts))
        dealer = self._add_dealer()
        self._service.set_latency(scale.latency)
        bare, sync = self._run("fetch"), self._run("sync", dealer)
        self._service.set_latency(0.0)
        pace, pages = f"{_millis(scale.latency)} a response", f"{bare.facts['pages']} pages"
        self.targets.append(targets.PACED.row((sync.seconds / bare.seconds - 1) * 100))
        more = f"{(sync.seconds / bare.seconds - 1) * 100:+.1f} % over the bare fetch"
        yield _row(f"bare fetch, {pace}", scale.paced_parts, bare, pages, memory=False)
        yield _row(f"first sync, {pace}", scale.paced_parts, sync, more)

    def _add_dealer(self) -> int:
        self._dealers += 1
        return self._workloads.add_dealer(f"Dealer {self._dealers}")

    def _parts(self, count: int) -> list[Part]:
        return list(bulk_parts(count, today=datetime.now(UTC).date(), products=self._scale.products))

    def _run(self, workload: str, *arguments: object) -> Measured:
        return self._workloads.run(workload, *arguments)


def _row(what: str, count: int, measured: Measured, remarks: str = "", memory: bool = True) -> Row:
    """A row under `HEADINGS`; `memory` tells whether the peak says anything."""
    return (
        what,
        f"{count:,}",
        f"{measured.seconds:.2f}",
        f"{count / measured.seconds:,.0f}",
        f"{measured.cpu:.2f}",
        "" if measured.server_cpu is None else f"{measured.server_cpu:.2f}",
        "" if measured.wal is None else f"{measured.wal / MEGABYTE:.1f}",
        f"{measured.peak / MEGABYTE:.0f}" if memory else "",
        remarks,
    )


def _compare(sync: Measured, floor: Measured) -> str:
    """The speed of a sync as a share of the floor's, and CPU seconds of both processes together."""
    speed, cpu = floor.seconds / sync.seconds, sync.total_cpu / floor.total_cpu
    return f"{speed:.2f} of the floor's speed, {cpu:.1f} times its CPU"


def _millis(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _written(sync: Measured) -> str:
    return f"{sync.facts['shelf_rows']:,} shelf rows, {sync.facts['notes']:,} outbox entries written"
