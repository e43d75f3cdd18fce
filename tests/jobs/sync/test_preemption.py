"""A run lets others go first that have not begun yet, and goes on after them as if nothing had been."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.lightspeed.fair_queue import Requester, Ticket
from jobs.sources.lightspeed.redis_rate_limiter import RedisRateLimiter
from jobs.sources.lightspeed.usage_estimate import NoOtherUsage
from jobs.sources.source import Credentials
from jobs.sync import lease, preemption, recent_usage, run_sync
from jobs.sync.interruption import Interruption, RunInterrupted
from tests.factories import make_manufacturer, make_organization
from tests.sync_harness import HERE, PASSWORD, QUICK, USERNAME, SyncHarness, part
from webapp.core import clock, rate_window, vault
from webapp.extensions import db
from webapp.models import Configuration, Run
from webapp.runs import lifecycle
from webapp.runs.run_labels import status

pytestmark = pytest.mark.slow

MOMENT = 1e-6


def queue_two_runs(harness: SyncHarness) -> int:
    """A run of two codes that waits, and the run of another dealer; the id of the first."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail")
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.set_parts(part("TR", "A-1", 3), part("TR", "A-2", 4), part("KA", "K-1", 5))
    run_id = lifecycle.record(harness.dealer, "manual").run.id
    other(harness)
    return run_id


def other(harness: SyncHarness, username: str = "another login") -> Run:
    """The run of another dealer, that waits."""
    dealer = harness.add_dealer("Summit Cycles", "4711")
    configuration = dealer_configuration(harness, dealer.id)
    configuration.username = username
    db.session.commit()
    return lifecycle.record(dealer, "manual").run


def dealer_configuration(harness: SyncHarness, dealer_id: int):
    return db.session.get_one(Configuration, dealer_id)


def gives_way(harness: SyncHarness, run_id: int, seconds: float = MOMENT, **changes) -> str:
    """Carry a run out until it gives way; why it does."""
    with pytest.raises(RunInterrupted) as interrupted:
        run_sync.execute(run_id, harness.run_context(slice_seconds=seconds, **changes))
    assert interrupted.value.reason is Interruption.YIELDED
    return str(interrupted.value)


def goes_on(harness: SyncHarness, run_id: int, **changes) -> Run:
    assert run_sync.execute(run_id, harness.run_context(slice_seconds=MOMENT, **changes))
    return harness.load_run(run_id)


def codes_asked_for(harness: SyncHarness) -> list[str]:
    return [request.options["$filter"][17:19] for request in harness.simulator.requests if request.options]


def begin(run: Run) -> None:
    """Have a run look as if a worker had begun it before."""
    run.attempt = 1
    db.session.commit()


def test_after_its_slice_a_run_waits_again_with_what_is_not_done(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    assert gives_way(harness, run_id) == preemption.HELD_LONG
    run = harness.load_run(run_id)
    assert (run.status, run.heartbeat_at, run.attempt, run.yielded) == ("queued", None, 1, 1)
    assert [item.status for item in run.items] == ["succeeded", "waiting"]
    assert codes_asked_for(harness) == ["TR", "TR"]  # its page, and the proof of its end
    assert status(run).label == "Queued"
    assert "Paused for other dealers" in status(run).sentence


def test_a_yielded_run_ends_like_an_undisturbed_one(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    gives_way(harness, run_id)
    begin(db.session.scalars(db.select(Run).where(Run.id != run_id)).one())
    run = goes_on(harness, run_id)
    assert (run.status, run.attempt, run.yielded, run.yielded_at) == ("succeeded", 2, 1, None)
    assert codes_asked_for(harness) == ["TR", "TR", "KA", "KA"]
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 4, ("KA", "K-1"): 5}
    assert [row["change"] for row in harness.report_rows(run, "inventory")] == ["new", "new", "new"]


def test_a_run_keeps_its_worker_where_no_new_run_waits(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    begin(db.session.scalars(db.select(Run).where(Run.id != run_id)).one())
    assert goes_on(harness, run_id).status == "succeeded"


def test_a_run_keeps_its_worker_for_its_slice_and_without_a_limit(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    for seconds in (60.0, 0.0):
        assert run_sync.execute(run_id, harness.run_context(slice_seconds=seconds))
        run_id = lifecycle.record(harness.dealer, "manual").run.id
    assert db.session.scalars(db.select(Run.yielded).where(Run.status == "succeeded")).all() == [0, 0]


def test_a_yielded_run_does_not_count_as_a_failed_attempt(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    run = harness.load_run(run_id)
    run.attempt, run.yielded = run_sync.MOST_ATTEMPTS + 5, 6
    db.session.commit()
    assert run_sync.execute(run_id, harness.run_context())
    assert harness.load_run(run_id).status == "succeeded"
    run_id = lifecycle.record(harness.dealer, "manual").run.id
    harness.load_run(run_id).attempt = run_sync.MOST_ATTEMPTS
    db.session.commit()
    assert run_sync.execute(run_id, harness.run_context())
    assert harness.load_run(run_id).status == "failed"


@pytest.mark.parametrize(("waited", "state"), [(0, "failed"), (100 * 60, "succeeded")])
def test_time_spent_waiting_for_others_does_not_count_as_run_time(
    harness: SyncHarness, waited: int, state: str
) -> None:
    run_id = queue_two_runs(harness)
    run = harness.load_run(run_id)
    run.started_at, run.yielded_seconds = clock.now() - timedelta(minutes=200), waited
    db.session.commit()
    run_sync.execute(run_id, harness.run_context())
    assert harness.load_run(run_id).status == state


def test_the_wait_is_counted_when_the_run_resumes(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    gives_way(harness, run_id)
    harness.load_run(run_id).yielded_at = clock.now() - timedelta(seconds=100)
    db.session.commit()
    run_lease = lease.acquire(run_id)
    assert run_lease is not None
    assert run_lease.yielded == 1
    assert 100 <= run_lease.waited < 130
    assert 100 <= harness.load_run(run_id).yielded_seconds < 130


def test_a_lost_run_returns_nothing(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    run_lease = lease.acquire(run_id)
    assert run_lease is not None
    run = harness.load_run(run_id)
    run.attempt += 1
    db.session.commit()
    assert not lease.yield_run(run_lease)
    assert (harness.load_run(run_id).status, harness.load_run(run_id).yielded) == ("running", 0)


def test_a_run_cancelled_while_it_waits_has_reports_of_what_it_did(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    gives_way(harness, run_id)
    assert lifecycle.cancel(harness.load_run(run_id))
    assert status(harness.load_run(run_id)).label == "Stopping…"
    run = goes_on(harness, run_id)
    assert run.status == "cancelled"
    assert [item.status for item in run.items] == ["succeeded", "not_tried"]
    assert len(harness.report_rows(run, "inventory")) == 2


def test_its_requests_count_for_an_emptied_redis_only_while_recent(harness: SyncHarness) -> None:
    run_id = queue_two_runs(harness)
    # Only the run sent requests lately: no credentials were checked.
    db.session.execute(db.update(Configuration).values(checked_at=None))
    db.session.commit()
    gives_way(harness, run_id)
    lately = recent_usage._sent(db.session.connection(), clock.now() - timedelta(seconds=61))
    long_after = recent_usage._sent(db.session.connection(), clock.now() + timedelta(seconds=1))
    assert (lately, long_after) == (2 + recent_usage.UNCOUNTED, 0)


class Narrow:
    """A budget of some requests a minute, shared with others."""

    def __init__(self, harness: SyncHarness, redis_url: str, per_minute: int) -> None:
        self._url = harness.simulator.url
        self._budget = RateBudget.shared(redis_url, per_minute)
        self.login = rate_window.login_key(self._url, USERNAME)

    def __call__(self, credentials: Credentials) -> LightspeedClient:
        return LightspeedClient(self._url, credentials, self._budget, retry=QUICK, allowed_hosts=HERE)

    def use_up(self) -> None:
        """Send what may be sent."""
        while not self._budget.is_crowded(self.login, 0.0):
            self._budget.acquire(self.login, lambda: None)


def queue_request_of_another_dealer(login_key: str, redis_url: str) -> None:
    """Queue a ticket that there is never room for."""
    limiter = RedisRateLimiter(redis_url, 2.0, rate_window.rate(100), NoOtherUsage(), spread=0)
    limiter.take(Ticket(login_key, Requester("4712")), cost=101)


def test_a_login_for_which_others_wait_lets_other_logins_go_first(
    harness: SyncHarness, redis: Redis, redis_url: str
) -> None:
    run_id, narrow = queue_two_runs(harness), Narrow(harness, redis_url, 100)
    queue_request_of_another_dealer(narrow.login, redis_url)
    assert gives_way(harness, run_id, 60.0, connect=narrow) == preemption.CROWDED
    assert harness.simulator.requests == []
    assert [item.tries for item in harness.load_run(run_id).items] == [0, 0]


def test_a_resumed_run_finishes_a_code_before_it_yields_again(
    harness: SyncHarness, redis: Redis, redis_url: str
) -> None:
    run_id, narrow = queue_two_runs(harness), Narrow(harness, redis_url, 100)
    queue_request_of_another_dealer(narrow.login, redis_url)
    for _ in range(2):
        gives_way(harness, run_id, 60.0, connect=narrow)
    assert codes_asked_for(harness) == ["TR", "TR"]


def test_dealers_of_one_organization_do_not_preempt_each_other(
    harness: SyncHarness, redis: Redis, redis_url: str
) -> None:
    run_id, narrow = queue_two_runs(harness), Narrow(harness, redis_url, 100)
    group = make_organization(username=USERNAME, sealed_password=vault.seal(PASSWORD))
    for run in db.session.scalars(db.select(Run)):
        run.dealer.organization = group
    db.session.commit()
    queue_request_of_another_dealer(narrow.login, redis_url)
    assert run_sync.execute(run_id, harness.run_context(slice_seconds=60.0, connect=narrow))


def test_a_run_yields_while_it_waits_for_the_first_page_of_a_code(
    harness: SyncHarness, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preemption, "LONG_WITHOUT_ROOM", 0.3)
    run_id, narrow = queue_two_runs(harness), Narrow(harness, redis_url, 2)
    look = preemption.Preemption.before_code

    def before_code(self: preemption.Preemption) -> None:
        """The rate is used up by others just after the look at it."""
        look(self)
        narrow.use_up()

    monkeypatch.setattr(preemption.Preemption, "before_code", before_code)
    assert gives_way(harness, run_id, 60.0, connect=narrow) == preemption.CROWDED
    assert harness.simulator.requests == []
    run = harness.load_run(run_id)
    assert [(item.status, item.tries) for item in run.items] == [("waiting", 0), ("waiting", 0)]
