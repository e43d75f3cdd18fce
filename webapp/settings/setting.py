"""What one environment variable of the program is: its name, kind, default, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.settings.env import ConfigurationError, Kind, text


@dataclass(frozen=True)
class Setting:
    """One environment variable. `help` is Markdown in one line; `example` never holds a real value."""

    name: str
    help: str
    kind: Kind = text
    # As text, the way it would be set. Empty: without a value, or computed, as `default_is` says.
    default: str = ""
    # Where production has another default.
    default_in_production: str = ""
    default_is: str = ""
    example: str = ""
    is_required: bool = False
    # The value while there is neither text nor default.
    without: Any = None
    # Set, but empty, is not the default but `without`.
    may_be_empty: bool = False
    # The configuration of the app holds what is made of it, not the value itself.
    is_intermediate: bool = False
    # By the Procfile or a library.
    is_read_elsewhere: bool = False

    def read(self, environ: Mapping[str, str], *, in_production: bool = False, default: str = "") -> Any:
        """Return the value; `default` is the computed one that `default_is` describes.

        Raises ConfigurationError, which names the variable and never shows its value.
        """
        given = environ.get(self.name)
        value = (given or "").strip()
        if not value and not (self.may_be_empty and given is not None):
            value = default or (in_production and self.default_in_production) or self.default
        if value:
            return self.kind(self.name, value)
        if self.is_required:
            raise ConfigurationError(f"{self.name} is missing: set it in the environment")
        return self.without

    @property
    def is_in_configuration(self) -> bool:
        """Whether the configuration of the app holds the value under this name, whatever the deployment."""
        return not (self.is_intermediate or self.is_read_elsewhere or self.is_required)

    @property
    def shown_default(self) -> str:
        """What the page of settings says of the default, in Markdown."""
        if self.default_in_production:
            return f"`{self.default_in_production}` in production, else `{self.default}`"
        return self.default_is or (f"`{self.default}`" if self.default else "")


@dataclass(frozen=True)
class Group:
    """Settings that belong together, in the order in which they are shown."""

    title: str
    settings: tuple[Setting, ...]

    def read(self, environ: Mapping[str, str], *, in_production: bool = False) -> dict[str, Any]:
        """Return the values that the configuration of the app holds, by name. Raises ConfigurationError."""
        return {
            setting.name: setting.read(environ, in_production=in_production)
            for setting in self.settings
            if not (setting.is_intermediate or setting.is_read_elsewhere)
        }
