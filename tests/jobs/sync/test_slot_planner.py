"""Over years of irregular ticks each slot starts once, or is missed with a reason (R6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.sync import slot_planner
from tests.simulation.calendar import slot_starts
from tests.simulation.history import TICK_GAPS, ZONES
from webapp.runs import slots
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

HOURS = (1, 7, 13, 19)
BEGIN = datetime(2026, 11, 23, 7, tzinfo=UTC)
SLOT = Slot(date(2026, 11, 23), 1)
NEXT = Slot(date(2026, 11, 23), 2)
AN_HOUR = timedelta(hours=1)
BY_HAND = {SLOT: datetime(2026, 11, 23, 1, 30)}
QUIET = slot_planner.SlotContext(disabled_days=0, moved_to=None, busy=())


def test_a_slot_is_started_until_two_hours_after_it_began() -> None:
    last_chance = BEGIN + CATCH_UP - timedelta(seconds=1)
    assert slot_planner.plan([(BEGIN, SLOT)], last_chance, ()).start == SLOT
    assert slot_planner.plan([(BEGIN, SLOT)], BEGIN + CATCH_UP, ()) == slot_planner.Plan(
        None, ((BEGIN, SLOT),), SLOT
    )


def test_of_two_due_slots_the_later_starts_and_the_other_is_missed() -> None:
    begun = [(BEGIN, SLOT), (BEGIN + AN_HOUR, NEXT)]
    assert slot_planner.plan(begun, BEGIN + AN_HOUR, ()) == slot_planner.Plan(NEXT, ((BEGIN, SLOT),), SLOT)


def test_a_slot_that_has_a_run_is_not_started_again() -> None:
    assert slot_planner.plan([(BEGIN, SLOT)], BEGIN, {SLOT}) == slot_planner.Plan(None, (), SLOT)


@pytest.mark.parametrize(
    ("why", "after", "said"),
    [
        (QUIET, CATCH_UP, "our scheduler was down at 1:00 AM on Monday, November 23"),
        (QUIET, AN_HOUR, "a later update replaced"),
        (slot_planner.SlotContext(1, None, ()), CATCH_UP, "Updates are disabled on Monday."),
        (
            slot_planner.SlotContext(0, None, (), BY_HAND),
            AN_HOUR,
            "an update was started manually at 1:30 AM",
        ),
        (slot_planner.SlotContext(1, None, (), BY_HAND), AN_HOUR, "Updates are disabled on Monday."),
        (
            slot_planner.SlotContext(0, "Europe/Paris", ()),
            CATCH_UP,
            "time zone changed to Europe/Paris",
        ),
        (
            slot_planner.SlotContext(0, None, [(BEGIN - AN_HOUR, BEGIN + 4 * AN_HOUR)]),
            CATCH_UP,
            "another update was still running",
        ),
    ],
)
def test_the_reason_for_a_missed_slot_is_shown_to_a_dealer(
    why: slot_planner.SlotContext, after: timedelta, said: str
) -> None:
    assert said in slot_planner.reason(SLOT, BEGIN, BEGIN + after, why)


@settings(max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2019, 1, 1), datetime(2038, 1, 1)),
    seed=st.integers(0, 1 << 30),
)
def test_over_years_each_slot_starts_once_within_two_hours_or_is_missed_with_a_reason(
    zone: str, start: datetime, seed: int
) -> None:
    """Six weeks of any year: ticks on time, late and after outages, clocks that step back."""
    first = start.replace(tzinfo=UTC)
    last = first + timedelta(days=42)
    local, chance = ZoneInfo(zone), Random(seed)
    now, settled = first, slots.last_begun(first - CATCH_UP, local, HOURS, timedelta())
    outcomes: dict[Slot, list[tuple[str, int]]] = {}
    ticks: list[datetime] = []
    while now < last:
        ticks.append(now - timedelta(minutes=chance.choice((0, 0, 0, 0, 7, 200))))
        begun = slots.begun(ticks[-1], local, HOURS, timedelta(), settled)
        if begun:
            plan = slot_planner.plan(begun, ticks[-1], outcomes)
            for _, slot in plan.missed:
                outcomes.setdefault(slot, []).append(("missed", len(ticks)))
            if plan.start:
                outcomes.setdefault(plan.start, []).append(("started", len(ticks)))
            settled = max(settled, plan.start or plan.settled or settled)
        now += timedelta(minutes=chance.choice(TICK_GAPS))
    for slot, begin in slot_starts(local, HOURS, first + timedelta(days=1), last - timedelta(days=2)).items():
        ((outcome, after),) = outcomes[slot]
        fit = [begin <= tick < begin + CATCH_UP for tick in ticks[:after]]
        assert any(fit) == (outcome == "started")
        assert outcome == "missed" or fit[-1]
