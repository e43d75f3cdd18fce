"""Decides which due slot of a dealer starts, and why others were missed (R6).

Pure functions. Of several due slots the latest starts. A slot that could not start within the catch-up time,
or after which a run was started by hand, is recorded with a reason that the dealer reads.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from webapp.core.enums import WEEKDAYS
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

Begun = Sequence[tuple[datetime, Slot]]
"""Slots in order, each with its start time."""


@dataclass(frozen=True)
class Plan:
    """Plan for a dealer: start `start`, record `missed`, which includes superseded slots.

    All slots up to `settled` are then settled; None if there are no new ones.
    """

    start: Slot | None
    missed: tuple[tuple[datetime, Slot], ...]
    settled: Slot | None


def superseded(begun: Begun, delay: timedelta, by_hand: Sequence[datetime]) -> dict[Slot, datetime]:
    """Return slots that a later manual run replaced, each with the start time of that run.

    A slot begins on the hour, before the dealer's own delay. After the catch-up time it is missed anyway.
    """
    replaced = {}
    for start, slot in begun:
        begin = start - delay
        later = [moment for moment in by_hand if begin <= moment < start + CATCH_UP]
        if later:
            replaced[slot] = min(later)
    return replaced


def plan(begun: Begun, now: datetime, done: Collection[Slot], superseded: Container[Slot] = ()) -> Plan:
    """Plan the slots of a dealer without an active run; `done` are the slots that already have a run."""
    unsettled = [(begin, slot) for begin, slot in begun if slot not in done]
    start = None
    if unsettled and now < unsettled[-1][0] + CATCH_UP and unsettled[-1][1] not in superseded:
        start = unsettled.pop()[1]
    settled = [slot for _, slot in begun if start is None or slot < start]
    return Plan(start, tuple(unsettled), settled[-1] if settled else None)


@dataclass(frozen=True)
class SlotContext:
    """Causes for a missed slot.

    `disabled_days` has a bit for each weekday, Monday the lowest. `moved_to` is the dealer's time zone if it
    has just been changed. `busy` are the start and end times of other runs. `by_hand` has the local
    time at which a run was started by hand after a slot began.
    """

    disabled_days: int
    moved_to: str | None
    busy: Sequence[tuple[datetime, datetime]]
    by_hand: Mapping[Slot, datetime] = field(default_factory=dict)


def reason(slot: Slot, begin: datetime, now: datetime, why: SlotContext) -> str:
    """Explain to the dealer why the slot that began at `begin` was not started."""
    if why.disabled_days & 1 << slot.date.weekday():
        return f"Updates are disabled on {WEEKDAYS[slot.date.weekday()]}."
    if slot in why.by_hand:
        started = _clock(why.by_hand[slot])
        return f"Skipped: due at {_label(slot)}, but an update was started manually at {started}."
    if now < begin + CATCH_UP:
        return f"Missed: a later update replaced the one due at {_label(slot)}."
    if why.moved_to:
        return f"Missed: {_label(slot)} had passed when the time zone changed to {why.moved_to}."
    if any(first <= begin + CATCH_UP <= last for first, last in why.busy):
        return f"Missed: another update was still running two hours after {_label(slot)}."
    return f"Missed: our scheduler was down at {_label(slot)}, and for the two hours after."


def _label(slot: Slot) -> str:
    return f"{_clock(time(slot.hour))} on {slot.date:%A, %B} {slot.date.day}"


def _clock(moment: datetime | time) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"
