"""The search index as a target: drained by a worker, and left on shutdown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs import shutdown, targets
from jobs.targets.search_index import SearchIndexTarget
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.search import outbox, reindexing


@pytest.fixture
def changed(harness: SyncHarness) -> SyncHarness:
    """Three products that a sync has put on the shelf."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["TR-1", "TR-2", "TR-3"]))
    harness.sync(*[part("TR", f"TR-{n}", n) for n in (1, 2, 3)])
    return harness


@pytest.fixture
def stopping() -> Iterator[None]:
    """A process that was told to stop."""
    shutdown.request()
    yield
    shutdown.forget()


@pytest.mark.usefixtures("changed")
def test_a_drain_brings_the_index_up_to_date() -> None:
    target = SearchIndexTarget()
    assert (target.pending(), target.drain(), target.pending()) == (3, 3, 0)
    assert reindexing.differences() == 0


@pytest.mark.usefixtures("changed", "stopping")
def test_a_worker_that_was_told_to_stop_leaves_entries_in_the_outbox() -> None:
    assert SearchIndexTarget().drain() == 0
    assert outbox.pending() == 3


class FakeTarget:
    """A target for which so many entries wait."""

    def __init__(self, waiting: int) -> None:
        self._waiting = waiting
        self.is_notified = False

    def notify(self) -> bool:
        self.is_notified = True
        return True

    def pending(self) -> int:
        return self._waiting

    def drain(self) -> int:
        raise NotImplementedError


def test_the_tick_notifies_the_targets_for_which_entries_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    idle, waiting = FakeTarget(0), FakeTarget(3)
    monkeypatch.setattr(targets, "TARGETS", (idle, waiting))
    assert targets.notify_pending() == 3
    assert (idle.is_notified, waiting.is_notified) == (False, True)


def test_a_change_notifies_all_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    both = FakeTarget(0), FakeTarget(3)
    monkeypatch.setattr(targets, "TARGETS", both)
    targets.notify_all()
    assert [target.is_notified for target in both] == [True, True]
