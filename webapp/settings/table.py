"""Every environment variable of the program: its kind, limits, default and help, declared once.

All readers of the environment take kind and default from here, and `bin/settings` generates the table in
docs/settings.md and `.env.example`. A new setting is added to its group, and nowhere else.

pydantic-settings is not used: its errors show the value by default, name the field rather than the variable,
and come all at once in several lines, while a deployment needs one line that names the variable.
"""

from __future__ import annotations

from typing import Final

from webapp.settings.core import ACCESS, REQUIRED, SERVERS
from webapp.settings.operating import ALERTS, OPERATION, RETENTION, SUPPORT
from webapp.settings.setting import Group, Setting
from webapp.settings.syncing import LIGHTSPEED, RUNS

GROUPS: Final[tuple[Group, ...]] = (
    REQUIRED,
    SERVERS,
    ACCESS,
    LIGHTSPEED,
    RUNS,
    ALERTS,
    SUPPORT,
    OPERATION,
    RETENTION,
)
SETTINGS: Final[dict[str, Setting]] = {
    setting.name: setting for group in GROUPS for setting in group.settings
}
