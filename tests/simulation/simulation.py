"""A deterministic simulation of the schedule on a real database, with everything that may go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import time_machine

from tests.factories import make_configuration, make_dealer, make_manufacturer, make_supplier_code
from tests.simulation.history import TICK_GAPS, ZONES, History
from tests.simulation.scheduler import SimulatedScheduler
from tests.simulation.workers import SimulatedWorkers
from webapp.core.enums import WEEKDAYS
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer
from webapp.runs import lifecycle, readiness


class Simulation:
    """`days` from `begin` (UTC) on, with one dealer a zone; the same seed gives the same simulation."""

    def __init__(self, begin: datetime, days: int, seed: int, zones: Sequence[str] = ZONES) -> None:
        self.begin, self.end = begin, begin + timedelta(days=days)
        self.zones = zones
        self.history = History()
        self._random = Random(seed)
        self._now = begin
        self._workers = SimulatedWorkers(self._random)
        self._scheduler = SimulatedScheduler(self._random, self.history)
        self._dealers = [self._create_dealer(number, zone) for number, zone in enumerate(zones)]
        db.session.commit()

    def _create_dealer(self, number: int, zone: str) -> int:
        dealer = make_dealer(f"Dealer {number}", zone)
        configuration = make_configuration(dealer)
        make_supplier_code(dealer, "TR", make_manufacturer(f"Distributor {number}"))
        configuration.ready_since = self.begin - timedelta(days=9)
        self.history.zones[dealer.id] = [(self.begin, dealer.timezone)]
        self.history.disabled[dealer.id] = []
        return dealer.id

    def run(self) -> None:
        """Simulate every step, and then three days without a disturbance in which runs end."""
        with time_machine.travel(self._now, tick=False) as clock:
            while self._now < self.end:
                clock.move_to(self._now)
                self._workers.step(self._now)
                self._change_a_dealer()
                self._scheduler.step(self._now)
                gap = self._random.choice(TICK_GAPS)
                self._now += timedelta(minutes=gap, seconds=self._random.randrange(60))
            for _ in range(3):
                self._now += timedelta(days=1)
                clock.move_to(self._now)
                self._workers.step(self._now)
                self._scheduler.tick(self._now, self._now)

    def _change_a_dealer(self) -> None:
        """Change a random dealer's disabled days, zone or switch, or start a run by hand; mostly nothing."""
        dealer_id = self._random.choice(self._dealers)
        kinds = ("nothing", "disabled days", "manual run", "zone", "switch")
        kind = self._random.choices(kinds, (73, 12, 10, 3, 2))[0]
        disabled = [one for one, times in self.history.disabled.items() if times and times[-1][1] > self.end]
        if disabled and self._random.random() < 0.2:
            dealer_id, kind = disabled[0], "switch"
        dealer = db.session.get_one(Dealer, dealer_id)
        if kind == "disabled days":
            configurations.of(dealer).disabled_on = self._random.sample(WEEKDAYS, self._random.randrange(3))
        elif kind == "manual run":
            lifecycle.record(dealer, "manual", anyway=True)
        elif kind == "zone":
            dealer.timezone = self._random.choice(self.zones)
            self.history.zones[dealer_id].append((self._now, dealer.timezone))
        elif kind == "switch":
            self._switch(dealer)
        db.session.commit()

    def _switch(self, dealer: Dealer) -> None:
        configuration = configurations.of(dealer)
        configuration.enabled = not configuration.enabled
        readiness.refresh(dealer.id)
        periods = self.history.disabled[dealer.id]
        if configuration.enabled:
            periods[-1] = (periods[-1][0], self._now)
        else:
            periods.append((self._now, self.end + timedelta(days=9)))
