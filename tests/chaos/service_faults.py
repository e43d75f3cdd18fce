"""Has the service fail in each of its ways at the first, a middle and the last page of a code (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import get_args

from benchmarks.snapshot import Snapshot, differences, take_snapshot
from sandbox.simulator import Fault
from sandbox.simulator.behavior import FaultKind
from tests.chaos import seed
from tests.chaos.harness import Harness
from tests.chaos.trials import Trial, attempt

PAGES = {1: "first page", 2: "middle page", seed.LONG_PAGES: "last page"}
# They change what Lightspeed has, while its pages are read: the next run gets all of it.
MOVES = ("row_inserted", "row_removed", "row_repeated")
# Parts that may be missed or left as they were if one row moves: that one, and one at the edge of a page.
MOVED = 2


def all_faults() -> list[Fault]:
    """Each kind once at each page; and each that is not a move also permanently, at a middle page."""
    kinds: tuple[FaultKind, ...] = get_args(FaultKind)
    code, lasting = seed.LONG_CODE, [kind for kind in kinds if kind not in MOVES]
    once = [Fault(kind, code, page, times=1) for kind in kinds for page in PAGES]
    permanent = [Fault(kind, code, page=2, times=None) for kind in lasting]
    return once + permanent


def service_faults(harness: Harness, count: int, random: Random) -> Iterator[Trial]:
    """So many of all faults; each one at most once."""
    faults = all_faults()
    for fault in random.sample(faults, min(count, len(faults))):
        harness.workers.replace()
        often = "once" if fault.times else "permanently"
        trial = Trial(f"service: {fault.kind}, {PAGES[fault.page]}, {often}")
        with attempt(harness, trial):
            _run_with(harness, trial, fault)
        yield trial


def _run_with(harness: Harness, trial: Trial, fault: Fault) -> None:
    before = take_snapshot(harness.dealer_id, harness.last_run)
    snapshot = harness.finish(harness.next_run(faults=[fault]))
    trial.check(harness.simulator.fired(fault), "the fault did not occur")
    if fault.kind in MOVES:
        _check_moved(harness, trial, snapshot)
    elif fault.times is None and snapshot["run"][0] != "succeeded":
        _check_failed(harness, trial, before, snapshot)
    else:
        trial.compare(harness, snapshot)
    if fault.kind in MOVES or fault.times is None:
        # The next runs repair what was missed.
        harness.finish(harness.next_run())
        repaired = harness.finish(harness.next_run())
        for name in differences(repaired, harness.reference):
            trial.check(False, f"{name} differs two runs later")


def _check_failed(harness: Harness, trial: Trial, before: Snapshot, snapshot: Snapshot) -> None:
    """The code failed with a reason and is as before; all else is as it should be."""
    code = seed.LONG_CODE.casefold()
    item = next(one for one in snapshot["items"] if one[0] == seed.LONG_CODE)
    status, reason = snapshot["run"]
    trial.check(status == "partial" and reason, f"the run is {snapshot['run']}")
    trial.check(item[1] == "failed" and item[-1], "the code did not fail with a reason")
    trial.check(shelf_of(before, code) == shelf_of(snapshot, code), "the failed code was changed")
    others = [[row for row in one["shelf"] if row[2] != code] for one in (harness.reference, snapshot)]
    trial.check(others[0] == others[1], "another code differs")
    trial.check(not snapshot["index"], "the index differs")


def _check_moved(harness: Harness, trial: Trial, snapshot: Snapshot) -> None:
    """Only the moved part and one at the edge of a page may differ."""
    code = seed.LONG_CODE.casefold()
    wrong = {*shelf_of(harness.reference, code)} - {*shelf_of(snapshot, code)}
    trial.check(len(wrong) <= MOVED, f"{len(wrong)} parts differ")
    trial.check(not snapshot["index"], "the index differs")
    trial.check(snapshot["run"][0] == "succeeded", f"the run is {snapshot['run']}")


def shelf_of(snapshot: Snapshot, code: str) -> list[tuple[object, ...]]:
    """The shelf stock that a code contributed."""
    return [row for row in snapshot["shelf"] if row[2] == code]
