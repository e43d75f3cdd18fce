"""Decides which due slot of a dealer starts, and why others were missed (R6).

Pure. Of slots that are due together the latest starts. One that could not be started within the catch-up
time, or after whose beginning a run was started by hand, is recorded with the reason, in a dealer's words.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from webapp.core.enums import WEEKDAYS
from webapp.runs.lifecycle import Slot
from webapp.runs.slots import CATCH_UP

Begun = Sequence[tuple[datetime, Slot]]
"""Slots in order, each with the moment at which it began."""


@dataclass(frozen=True)
class Plan:
    """`missed` are to be recorded, also those that were superseded; then all is settled up to `settled`.

    `settled` is None where nothing new is.
    """

    start: Slot | None
    missed: tuple[tuple[datetime, Slot], ...]
    settled: Slot | None


def superseded(begun: Begun, delay: timedelta, by_hand: Sequence[datetime]) -> dict[Slot, datetime]:
    """The slots whose place a run took that was started by hand after the slot began, each with the moment.

    A slot begins on the hour, before the dealer's own delay. After the catch-up time it is missed anyway.
    """
    found = {}
    for start, slot in begun:
        begin = start - delay
        later = [moment for moment in by_hand if begin <= moment < start + CATCH_UP]
        if later:
            found[slot] = min(later)
    return found


def plan(begun: Begun, now: datetime, done: Collection[Slot], superseded: Container[Slot] = ()) -> Plan:
    """What to do about slots of a dealer without an active run; `done` are those that have their run."""
    unsettled = [(begin, slot) for begin, slot in begun if slot not in done]
    start = None
    if unsettled and now < unsettled[-1][0] + CATCH_UP and unsettled[-1][1] not in superseded:
        start = unsettled.pop()[1]
    settled = [slot for _, slot in begun if start is None or slot < start]
    return Plan(start, tuple(unsettled), settled[-1] if settled else None)


@dataclass(frozen=True)
class SlotContext:
    """What explains that a slot was missed.

    `disabled_days` has a bit for each weekday, Monday the lowest. `moved_to` is the dealer's time zone if it
    has just been changed. `busy` are the times from the first to the last moment of other runs. `by_hand`
    says when a run was started by hand after a slot began, on the dealer's clock.
    """

    disabled_days: int
    moved_to: str | None
    busy: Sequence[tuple[datetime, datetime]]
    by_hand: Mapping[Slot, datetime] = field(default_factory=dict)


def reason(slot: Slot, begin: datetime, now: datetime, why: SlotContext) -> str:
    """Why the slot, which began at `begin`, was not started, as the dealer reads it."""
    if why.disabled_days & 1 << slot.date.weekday():
        return f"Updates are disabled on {WEEKDAYS[slot.date.weekday()]}."
    if slot in why.by_hand:
        started = _clock(why.by_hand[slot])
        return f"Skipped: an update was started by hand at {started}, after that of {_said(slot)} was due."
    if now < begin + CATCH_UP:
        return f"Missed: a later update was due as well and took the place of that of {_said(slot)}."
    if why.moved_to:
        return f"Missed: {_said(slot)} had already passed when the time zone was changed to {why.moved_to}."
    if any(first <= begin + CATCH_UP <= last for first, last in why.busy):
        return f"Missed: two hours after {_said(slot)} another update was still under way."
    return f"Missed: our scheduler was not running at {_said(slot)}, nor in the two hours after."


def _said(slot: Slot) -> str:
    return f"{_clock(time(slot.hour))} on {slot.date:%A, %B} {slot.date.day}"


def _clock(moment: datetime | time) -> str:
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"
