"""What one environment variable of the program is: its name, its default and what it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One environment variable. `help` is Markdown in one line; `example` never holds a real value."""

    name: str
    help: str
    # As text, the way it would be set. Empty: without a value, or computed, as `default_is` says.
    default: str = ""
    default_is: str = ""
    example: str = ""
    is_required: bool = False
    # By the Procfile or a library; webapp/settings/config.py does not know it.
    is_read_elsewhere: bool = False


@dataclass(frozen=True)
class Group:
    """Settings that belong together, in the order in which they are shown."""

    title: str
    settings: tuple[Setting, ...]
