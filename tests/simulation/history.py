"""What happened in a simulation, for its evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

ZONES: Final = (
    "America/Chicago",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/St_Johns",
    "Europe/London",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/Havana",
)
# Minutes from one tick to the next: on time, late, and after an outage of the scheduler.
TICK_GAPS: Final = (1, 5, 5, 10, 15, 20, 30, 30, 45, 60, 90, 119, 121, 300)


@dataclass(frozen=True)
class Tick:
    """A finished tick: its true time, the time that its clock showed, and the dealers with an active run."""

    at: datetime
    clock: datetime
    busy: frozenset[int]


@dataclass
class History:
    """Ticks, and by dealer the time zones (since when) and the periods in which 3PA was disabled. All UTC."""

    ticks: list[Tick] = field(default_factory=list)
    zones: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    disabled: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)
