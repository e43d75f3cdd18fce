"""Settings of Lightspeed, of runs and of the worker processes."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from webapp.settings import addresses
from webapp.settings.env import ConfigurationError, each, share_or_zero, whole
from webapp.settings.setting import Group, Setting

# A run that takes longer than the time between two slots would hold up the next.
MAX_RUN_MINUTES: Final = 350


def hours(name: str, given: str) -> tuple[int, ...]:
    """Return the hours of the day (0 to 23) of a comma-separated list, sorted, each once."""
    try:
        found = sorted({int(hour) for hour in given.split(",")})
    except ValueError:
        raise ConfigurationError(f"{name} is malformed: hours such as 1,7,13,19") from None
    if found[0] < 0 or found[-1] > 23:
        raise ConfigurationError(f"{name} is malformed: each hour is from 0 to 23")
    return tuple(found)


def zone(name: str, given: str) -> ZoneInfo:
    """Return a time zone by its name, such as America/Chicago."""
    try:
        return ZoneInfo(given)
    except (KeyError, ValueError, OSError):
        raise ConfigurationError(f"{name} is malformed: a time zone such as America/Chicago") from None


LIGHTSPEED = Group(
    "Lightspeed",
    (
        Setting(
            "LIGHTSPEED_API_URL",
            "the 3PA service",
            kind=addresses.service,
            default="https://int.lightspeeddataservices.com/lsapi",
        ),
        Setting(
            "LIGHTSPEED_ALLOWED_HOSTS",
            "hosts, comma-separated, that may get 3PA logins although their addresses are private; all "
            "others must resolve to public addresses at the time of the connection",
            kind=addresses.hosts,
            default_is="this machine in development, else none",
            without=frozenset(),
            is_intermediate=True,
        ),
        Setting(
            "LIGHTSPEED_REQUESTS_PER_MINUTE",
            "limit for each 3PA login, over all workers together",
            kind=whole(),
            default="200",
        ),
        Setting(
            "LIGHTSPEED_TIMEZONE",
            "time zone of the service's own clock, by which it says when it gathered a part",
            kind=zone,
            default="UTC",
        ),
    ),
)

RUNS = Group(
    "Runs",
    (
        Setting(
            "SYNC_HOURS",
            "hours of the scheduled runs, in each dealer's time zone",
            kind=hours,
            default="1,7,13,19",
        ),
        Setting(
            "RUN_MINUTES",
            "a run is ended after this time, not counting waits for other runs; applied codes stay applied, "
            "the rest is retried",
            kind=whole(1, MAX_RUN_MINUTES),
            default="150",
        ),
        Setting(
            "RUN_SLICE_SECONDS",
            "after this time a run yields to runs that have not started, between two codes; 0: never",
            kind=whole(0, 3600),
            default="60",
        ),
        Setting(
            "CODE_RETRY_SECONDS",
            "seconds after the last code until failed codes are retried once",
            kind=whole(0, 600),
            default="5",
        ),
        Setting(
            "RETRY_AFTER_MINUTES",
            "minutes after a run until its failed codes get a run of their own, for each such run in turn; "
            "set, but empty: never",
            kind=each(whole(1, 360)),
            default="5,15,45",
            without=(),
            may_be_empty=True,
        ),
        Setting(
            "CLEAR_HOLD_SHARE",
            "clearing is held for approval if more than this share of a code's stocked products would go to "
            "zero; 0: never",
            kind=share_or_zero,
            default="0.5",
        ),
        Setting(
            "CLEAR_HOLD_MINIMUM",
            "clearing of fewer stocked products than this is never held",
            kind=whole(0),
            default="100",
        ),
        Setting(
            "DATA_AGE_HOURS",
            "Lightspeed's data is old, and opens an alert, if half of the parts were gathered longer ago "
            "than this when a run received them",
            kind=whole(1),
            default="36",
        ),
        Setting(
            "CHANGE_HOLD_SHARE",
            "a pull is held as a whole if more than this share of a code's prices or quantities change "
            "much, or of its part numbers are new; 0: never",
            kind=share_or_zero,
            default="0.5",
        ),
        Setting(
            "CHANGE_HOLD_MINIMUM",
            "a pull with fewer parts to compare than this is never held as a whole; 0: none is",
            kind=whole(0),
            default="100",
        ),
        Setting(
            "CHANGE_HOLD_HOURS",
            "hours after which a held pull is applied without a decision; 0: never",
            kind=whole(0, 8760),
            default="24",
        ),
        Setting(
            "WORKER_PROCESSES",
            "how many syncs one `worker` runs at a time",
            kind=whole(),
            default="2",
            is_intermediate=True,
        ),
        Setting(
            "WEB_CONCURRENCY",
            "processes of one `web`, each with 8 threads",
            default="2",
            is_read_elsewhere=True,
        ),
    ),
)
