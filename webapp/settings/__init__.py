"""Every environment variable of the program, with its default and help.

`bin/settings` generates the table in docs/settings.md and `.env.example` from it. A new setting is added
to its group, and nowhere else.
"""

from __future__ import annotations

from typing import Final

from webapp.settings.core import ACCESS, REQUIRED, SERVERS
from webapp.settings.operating import ALERTS, OPERATION, RETENTION
from webapp.settings.setting import Group, Setting
from webapp.settings.syncing import LIGHTSPEED, RUNS

GROUPS: Final[tuple[Group, ...]] = (
    REQUIRED,
    SERVERS,
    ACCESS,
    LIGHTSPEED,
    RUNS,
    ALERTS,
    OPERATION,
    RETENTION,
)
SETTINGS: Final[dict[str, Setting]] = {
    setting.name: setting for group in GROUPS for setting in group.settings
}
