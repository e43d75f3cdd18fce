"""What is to become of a dealer's slots that have begun: which one starts, and why others were missed (R6).

Pure. Of slots that are due together the latest starts. One that could not be started within the catch-up time
is recorded with the reason, in a dealer's words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from webapp.runs import Slot
from webapp.slots import CATCH_UP
from webapp.words import WEEKDAYS

Begun = Sequence[tuple[datetime, Slot]]
"""Slots in order, each with the moment at which it began."""


@dataclass(frozen=True)
class Plan:
    """`missed` are to be recorded; then all is settled up to `settled`, None where nothing new is."""

    start: Slot | None
    missed: tuple[tuple[datetime, Slot], ...]
    settled: Slot | None


def plan(begun: Begun, now: datetime, done: Collection[Slot]) -> Plan:
    """What to do about slots of a dealer without an active run; `done` are those that have their run."""
    unsettled = [(begin, slot) for begin, slot in begun if slot not in done]
    start = None
    if unsettled and now < unsettled[-1][0] + CATCH_UP:
        start = unsettled.pop()[1]
    settled = [slot for _, slot in begun if start is None or slot < start]
    return Plan(start, tuple(unsettled), settled[-1] if settled else None)


@dataclass(frozen=True)
class Circumstances:
    """What explains that a slot was missed.

    `disabled_days` has a bit for each weekday, Monday the lowest. `moved_to` is the dealer's time zone if it
    has just been changed. `busy` are the times from the first to the last moment of other runs.
    """

    disabled_days: int
    moved_to: str | None
    busy: Sequence[tuple[datetime, datetime]]


def reason(slot: Slot, begin: datetime, now: datetime, why: Circumstances) -> str:
    """Why the slot, which began at `begin`, was not started, as the dealer reads it."""
    if why.disabled_days & 1 << slot.date.weekday():
        return f"Updates are disabled on {WEEKDAYS[slot.date.weekday()]}."
    if now < begin + CATCH_UP:
        return f"Missed: a later update was due as well and took the place of that of {_said(slot)}."
    if why.moved_to:
        return f"Missed: {_said(slot)} had already passed when the time zone was changed to {why.moved_to}."
    if any(first <= begin + CATCH_UP <= last for first, last in why.busy):
        return f"Missed: two hours after {_said(slot)} another update was still under way."
    return f"Missed: our scheduler was not running at {_said(slot)}, nor in the two hours after."


def _said(slot: Slot) -> str:
    hour = f"{slot.hour % 12 or 12}:00 {'AM' if slot.hour < 12 else 'PM'}"
    return f"{hour} on {slot.date:%A, %B} {slot.date.day}"
