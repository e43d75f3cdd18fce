"""Some days in the life of a scheduler, simulated on a real database with everything that may go wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import time_machine
from flask import Flask, current_app
from sqlalchemy import event, select

from jobs.sync import journal, starting
from jobs.sync.opening import Over, open_run
from webapp import configurations, readiness, runs
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Run, SupplierCode
from webapp.words import ACTIVE_RUN_STATES, WEEKDAYS

ZONES: Final = (
    "America/Chicago",
    "America/St_Johns",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "America/Havana",
)
# Minutes from one tick to the next: on time, late, and after an outage.
GAPS: Final = (1, 5, 5, 10, 15, 20, 30, 30, 45, 60, 90, 119, 121, 300)
RUNS_LAST: Final = (1, 3, 10, 40, 130, 400, 900)


class Killed(BaseException):
    """The scheduler died."""


@dataclass(frozen=True)
class Tick:
    """When it took place, when it believed to, and the dealers that had an active run."""

    at: datetime
    believed: datetime
    busy: frozenset[int]


@dataclass
class Past:
    """What happened, for whoever judges it. Moments are UTC; `ticks` are those that came to their end."""

    ticks: list[Tick] = field(default_factory=list)
    zones: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    off: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)


class Season:
    """`days` from `begin` on, by chance; the same seed gives the same season."""

    def __init__(self, begin: datetime, days: int, dealers: int, seed: int) -> None:
        self.begin, self.end = begin, begin + timedelta(days=days)
        self.past = Past()
        self._chance = Random(seed)  # nosec B311 - it is for a simulation
        self._now = begin
        self._claims: dict[int, tuple[journal.Claim, datetime]] = {}
        self._dealers = [self._settle_in(number) for number in range(dealers)]
        db.session.commit()

    def _settle_in(self, number: int) -> int:
        dealer = Dealer(name=f"Dealer {number}", timezone=ZONES[number % len(ZONES)])
        name = f"Distributor {number}"
        maker = Manufacturer(catalog="aftermarket", name=name, name_key=name.lower(), owner_key=0)
        maker.abbreviation = maker.abbreviation_key = f"d{number}"
        db.session.add_all((dealer, maker))
        db.session.flush()
        configuration = configurations.of(dealer)
        configuration.enabled, configuration.check_state = True, "connected"
        configuration.ready_since = self.begin - timedelta(days=9)
        code = {"code": "TR", "code_key": "tr", "lead_time_days": 1, "pricing": "disabled", "position": 0}
        db.session.add(SupplierCode(dealer_id=dealer.id, manufacturer_id=maker.id, **code))
        self.past.zones[dealer.id] = [(self.begin, dealer.timezone)]
        self.past.off[dealer.id] = []
        return dealer.id

    def pass_by(self) -> Past:
        """Let it all happen."""
        with time_machine.travel(self._now, tick=False) as clock:
            while self._now < self.end:
                clock.move_to(self._now)
                self._work()
                self._change_something()
                self._tick()
                self._now += timedelta(minutes=self._chance.choice(GAPS), seconds=self._chance.randrange(60))
            for _ in range(3):
                self._now += timedelta(days=1)
                clock.move_to(self._now)
                self._work()
                self._once(self._now)
        return self.past

    def _work(self) -> None:
        """Workers take what waits, and finish what is over."""
        for run_id, (claim, ends) in list(self._claims.items()):
            if ends <= self._now:
                del self._claims[run_id]
                journal.finish(claim, "succeeded")
        for run_id in db.session.scalars(select(Run.id).where(Run.status == "queued")).all():
            if self._chance.random() < 0.8:
                self._take(run_id)

    def _take(self, run_id: int) -> None:
        claim = journal.claim(run_id)
        assert claim is not None
        try:
            open_run(claim)
        except Over as over:
            journal.finish(claim, over.status, over.reason)
        else:
            lasts = timedelta(minutes=self._chance.choice(RUNS_LAST))
            self._claims[run_id] = (claim, self._now + lasts)

    def _change_something(self) -> None:
        dealer_id = self._chance.choice(self._dealers)
        act = self._chance.choices(("nothing", "days", "press", "move", "switch"), (73, 12, 10, 3, 2))[0]
        off = [one for one, times in self.past.off.items() if times and times[-1][1] > self.end]
        if off and self._chance.random() < 0.2:
            dealer_id, act = off[0], "switch"
        dealer = db.session.get_one(Dealer, dealer_id)
        configuration = configurations.of(dealer)
        if act == "days":
            configuration.disabled_on = self._chance.sample(WEEKDAYS, self._chance.randrange(3))
        elif act == "press":
            runs.record(dealer, "manual", anyway=True)
        elif act == "move":
            dealer.timezone = self._chance.choice(ZONES)
            self.past.zones[dealer_id].append((self._now, dealer.timezone))
        elif act == "switch":
            configuration.enabled = not configuration.enabled
            readiness.refresh(dealer_id)
            self._note_switch(dealer_id, configuration.enabled)
        db.session.commit()

    def _note_switch(self, dealer_id: int, enabled: bool) -> None:
        off = self.past.off[dealer_id]
        if enabled:
            off[-1] = (off[-1][0], self._now)
        else:
            off.append((self._now, self.end + timedelta(days=9)))

    def _tick(self) -> None:
        way = self._chance.choices(("once", "twice", "back", "killed", "at once"), (60, 10, 10, 15, 5))[0]
        if way == "killed":
            self._killed(self._chance.randrange(1, 14))
        elif way == "at once":
            self._at_once()
        else:
            self._once(self._now)
        if way == "twice":
            self._once(self._now)
        if way == "back":
            self._once(self._now - timedelta(minutes=self._chance.randrange(1, 200)))

    def _once(self, now: datetime) -> None:
        active = select(Run.dealer_id).where(Run.status.in_(ACTIVE_RUN_STATES))
        busy = frozenset(db.session.scalars(active))
        db.session.commit()
        starting.start_due(now)
        self.past.ticks.append(Tick(self._now, now, busy))

    def _killed(self, statements: int) -> None:
        """A scheduler that dies before one of its statements; what it had not committed is gone."""
        left = [statements]

        def die(*_: Any) -> None:
            left[0] -= 1
            if not left[0]:
                raise Killed

        event.listen(db.engine, "before_cursor_execute", die)
        try:
            starting.start_due(self._now)
        except Killed:
            db.session.rollback()
        finally:
            event.remove(db.engine, "before_cursor_execute", die)

    def _at_once(self) -> None:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        db.session.commit()
        both = [threading.Thread(target=_tick_in, args=(app, self._now)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()


def _tick_in(app: Flask, now: datetime) -> None:
    with app.app_context():
        starting.start_due(now)
