"""Kinds of values of environment variables.

Each kind turns the text of a variable into its value, and raises ConfigurationError for malformed text. The
message names the variable and says what is expected; it never shows the value, which may be a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

# Takes the name and the text of a variable, which is stripped and not empty.
Kind = Callable[[str, str], Any]

_WORDS: Final = {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


class ConfigurationError(ValueError):
    """An environment variable is missing or malformed; the message starts with its name."""


def malformed(name: str, expected: str) -> ConfigurationError:
    """Create the error of a malformed variable; `expected` follows "it must be" and never shows the value."""
    return ConfigurationError(f"{name} is malformed: it must be {expected}")


def text(_name: str, given: str) -> str:
    """Return the text as it is."""
    return given


def whole(least: int = 1, most: int | None = None) -> Callable[[str, str], int]:
    """Build the kind of whole numbers from `least` to `most` (None: no limit)."""
    limits = f"of {least} or more" if most is None else f"from {least} to {most}"

    def read(name: str, given: str) -> int:
        if given.isascii() and given.isdigit() and len(given) < 10:
            number = int(given)
            if number >= least and (most is None or number <= most):
                return number
        raise malformed(name, f"a whole number {limits}")

    return read


def share(name: str, given: str) -> float:
    """Return a share above 0 and up to 1, such as 0.1."""
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise malformed(name, "a share above 0 and up to 1, such as 0.1")
    return number


def share_or_zero(name: str, given: str) -> float:
    """Return a share from 0 to 1."""
    return 0.0 if given in ("0", "0.0") else share(name, given)


def switch(name: str, given: str) -> bool:
    """Return whether the text means true: `true`, `yes` or `1`; or false: `false`, `no` or `0`."""
    try:
        return _WORDS[given.lower()]
    except KeyError:
        raise malformed(name, "true or false") from None


def one_of(*values: str) -> Callable[[str, str], str]:
    """Build the kind of texts that are one of these values."""

    def read(name: str, given: str) -> str:
        if given not in values:
            raise malformed(name, f"one of {', '.join(values)}")
        return given

    return read


def each(kind: Kind) -> Callable[[str, str], tuple[Any, ...]]:
    """Build the kind of comma-separated lists of a kind; values are tuples."""

    def read(name: str, given: str) -> tuple[Any, ...]:
        return tuple(kind(name, part) for part in listed(given))

    return read


def listed(given: str) -> list[str]:
    """Return the parts of a comma-separated list, stripped, without empty ones."""
    return [part.strip() for part in given.split(",") if part.strip()]
