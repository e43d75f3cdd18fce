"""Has the service fail in each of its ways at the first, a middle and the last page of a code (R11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from benchmarks.faults import shop
from benchmarks.faults.ground import Ground
from benchmarks.faults.left import Left, differing, left
from benchmarks.faults.trials import Trial, judge, trying
from sandbox.simulator import Fault
from sandbox.simulator.behavior import FaultKind

KINDS: Sequence[FaultKind] = get_args(FaultKind)
PAGES = {1: "first page", 2: "middle page", shop.LONG_PAGES: "last page"}
# They change what Lightspeed has, while its pages are read: the next run sees it whole.
MOVES = ("row_inserted", "row_removed", "row_repeated")
ONCE, STAYING = "once", "staying"
LINE = "at the first, a middle and the last page"
# Parts that may be missed or left as they were when one row moves: that one, and one at the edge of a page.
MOVED = 2


def faults(ground: Ground, kinds: Sequence[FaultKind] = KINDS, staying: bool = True) -> Iterator[Trial]:
    """Each kind at each page, one time; and each that is no move also for good, at a middle page."""
    for kind in kinds:
        for page in PAGES:
            yield tried(ground, kind, page, ONCE)
        if staying and kind not in MOVES:
            yield tried(ground, kind, 2, STAYING)


def tried(ground: Ground, kind: FaultKind, page: int, how: str = ONCE) -> Trial:
    """Have the service fail once, or from then on, and judge what that leaves."""
    trial = Trial(f"service: {kind}", f"{PAGES[page]}, {how}", line=LINE + "; staying" * (kind not in MOVES))
    ground.staff()
    fault = Fault(kind, code=shop.LONG_CODE, page=page, times=1 if how == ONCE else None)
    with trying(ground, trial):
        _carry_out(ground, trial, fault)
    return trial


def _carry_out(ground: Ground, trial: Trial, fault: Fault) -> None:
    before = left(ground.dealer_id, ground.last_run)
    run_id = ground.next_run(faults=[fault])
    found = ground.finish(run_id)
    trial.faults += ["the fault was not met"] * (not ground.simulator.fired(fault))
    if fault.kind in MOVES:
        _judge_moved(ground, trial, found)
    elif fault.times is None and found["run"][0] != "succeeded":
        _judge_failed(ground, trial, before, found)
    else:
        judge(ground, trial, found)
    if fault.kind in MOVES or fault.times is None:
        # What was missed heals by itself: the next runs leave what they would have left anyway.
        ground.finish(ground.next_run())
        _judge_healed(ground, trial, ground.finish(ground.next_run()))


def _judge_failed(ground: Ground, trial: Trial, before: Left, found: Left) -> None:
    """The code failed with a reason: all of it is as before, and all else as it should be."""
    reference = ground.references[ground.turn % 2]
    code = shop.LONG_CODE.casefold()
    item = next(one for one in found["items"] if one[0] == shop.LONG_CODE)
    trial.faults += [f"the run is {found['run']}"] * (found["run"][0] != "partial" or not found["run"][1])
    trial.faults += ["the code did not fail with a reason"] * (item[1] != "failed" or not item[-1])
    trial.faults += ["the failed code was changed"] * (_of(before, code) != _of(found, code))
    trial.faults += ["another code was not"] * (_not_of(reference, code) != _not_of(found, code))
    trial.faults += ["the index differs"] * bool(found["index"])


def _of(one: Left, code: str) -> list[tuple[object, ...]]:
    return [row for row in one["shelf"] if row[2] == code]


def _not_of(one: Left, code: str) -> list[tuple[object, ...]]:
    return [row for row in one["shelf"] if row[2] != code]


def _judge_moved(ground: Ground, trial: Trial, found: Left) -> None:
    """At most the moved part and one at the edge of a page are not as a snapshot would have had them."""
    code = shop.LONG_CODE.casefold()
    right, seen = set(_of(ground.references[ground.turn % 2], code)), set(_of(found, code))
    trial.faults += [f"{len(right - seen)} parts differ"] * (len(right - seen) > MOVED)
    trial.faults += ["the index differs"] * bool(found["index"])
    trial.faults += [f"the run is {found['run']}"] * (found["run"][0] != "succeeded")


def _judge_healed(ground: Ground, trial: Trial, found: Left) -> None:
    names = differing(found, ground.references[ground.turn % 2])
    trial.faults += [f"{name} differs two runs later" for name in names]
