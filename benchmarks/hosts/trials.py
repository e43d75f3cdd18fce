"""What is tried on the two hosts, and what was seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests

from benchmarks.hosts.host import Host
from benchmarks.hosts.shared import Shared
from benchmarks.hosts.visitor import Visitor

# Seconds. Long, as machines are shared, and the rate is low.
PATIENCE = 420.0
FINISHED = "run.finished"


@dataclass(frozen=True)
class Seen:
    """One thing that must be so on any number of hosts, and whether it was."""

    what: str
    seen: str
    is_well: bool

    def cells(self) -> tuple[str, str, str]:
        """A row of the table."""
        return self.what, "yes" if self.is_well else "NO", self.seen


class Trials:
    """Two hosts with their web processes running, dealers with a share in one login, and a staff login."""

    def __init__(
        self, shared: Shared, hosts: tuple[Host, Host], dealers: list[int], login: tuple[str, str], rate: int
    ) -> None:
        self._shared, self._first, self._second = shared, *hosts
        self._dealers, self._login, self._rate = dealers, login, rate

    def all(self) -> Iterator[Seen]:
        """Each as soon as it was seen."""
        yield from self._slots()
        yield from self._rate_budget()
        yield from self._crash()

    def _slots(self) -> Iterator[Seen]:
        """Both schedulers find the same slot due."""
        for host in (self._first, self._second):
            host.start("worker", "jobs.worker")
            host.start("scheduler", "jobs.schedule")
        _wait(lambda: self._ended() == len(self._dealers), "every scheduled run's end")
        runs = self._shared.ask("SELECT dealer_id, status FROM runs WHERE slot_hour IS NOT NULL")
        once = sorted(dealer for dealer, _ in runs) == self._dealers
        good = {status for _, status in runs} == {"succeeded"}
        said = f"{len(runs)} runs for {len(self._dealers)} dealers"
        yield Seen("two schedulers start each slot once", said, once and good)
        shares = [host.said("worker", FINISHED) for host in (self._first, self._second)]
        yield Seen("both hosts carry out runs", f"{shares[0]} and {shares[1]}", min(shares) > 0)

    def _rate_budget(self) -> Iterator[Seen]:
        """The workers of both hosts count the requests of one login together."""
        told = requests.get(f"{self._shared.service.base}/_control/peak", timeout=60).json()
        peak = told["requests_per_minute"]
        said = f"at most {peak} requests within 60 s, {self._rate} are allowed"
        yield Seen("one rate budget", said, 0.75 * self._rate <= peak <= self._rate)

    def _crash(self) -> Iterator[Seen]:
        """A host dies in the middle of runs; the other goes on with them, and both show the reports."""
        first, second = (Visitor(host.url, *self._login) for host in (self._first, self._second))
        self._shared.service.take(0.3)
        queued = {first.queue(dealer): dealer for dealer in self._dealers[:4]}
        yield Seen("runs queued at the first host's pages", f"{len(queued)}", len(queued) == 4)
        _wait(lambda: self._half_done() & {*queued}, "a run half done on the second host")
        there = self._shared.runs_at(self._second)
        self._second.kill("worker")
        self._shared.service.take(0.0)
        lost = self._attempts(there, "running")
        self._shared.ask(
            "UPDATE runs SET heartbeat_at = heartbeat_at - interval '91 s' WHERE id = ANY(%s)", [*lost]
        )
        _wait(lambda: self._ended() == len(self._dealers) + 4, "the end of the runs")
        done = self._attempts({*queued}, "succeeded")
        taken = [run for run, attempt in lost.items() if done.get(run, 0) > attempt]
        said = f"{len(lost)} killed in the middle, {len(taken)} taken over, {len(done)} of 4 succeeded"
        good = bool(lost) and len(taken) == len(lost) and len(done) == 4
        yield Seen("runs of a host that died go on at the other", said, good)
        yield self._reports(first, second, {run: queued[run] for run in taken})

    def _reports(self, first: Visitor, second: Visitor, runs: dict[int, int]) -> Seen:
        texts = {
            (visitor.base, run): visitor.report(dealer, run)
            for visitor in (first, second)
            for run, dealer in runs.items()
        }
        same = all(texts[first.base, run] == texts[second.base, run] for run in runs)
        lines = sum(texts[second.base, run].count("\n") for run in runs)
        rows = self._shared.ask(
            "SELECT sum(rows) FROM reports WHERE kind = 'inventory' AND run_id = ANY(%s)", [*runs]
        )
        is_whole = lines == len(runs) + int(rows[0][0] or 0)
        return Seen("their reports at the second host's pages", f"{lines:,} lines", same and is_whole)

    def _attempts(self, runs: set[int], status: str) -> dict[int, int]:
        """Those of the runs that are in this state, and how often they were begun."""
        wanted = "SELECT id, attempt FROM runs WHERE id = ANY(%s) AND status = %s"
        return dict(self._shared.ask(wanted, [*runs], status))

    def _ended(self) -> int:
        return self._shared.ask("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL")[0][0]

    def _half_done(self) -> set[int]:
        """Runs at the second host with a code that is done and others that are not."""
        under_way = self._shared.ask(
            "SELECT run_id FROM run_items GROUP BY run_id"
            " HAVING bool_or(status = 'succeeded') AND NOT bool_and(status = 'succeeded')"
        )
        return {run for (run,) in under_way} & self._shared.runs_at(self._second)


def _wait(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain for {what}")
        time.sleep(0.1)
