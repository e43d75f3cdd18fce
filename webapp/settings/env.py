"""Environment variables, one at a time: what is missing or malformed is named, and its value never shown."""

from __future__ import annotations


class ConfigurationError(ValueError):
    """An environment variable is missing or malformed; the message starts with its name."""


def whole(name: str, text: str, least: int = 1, most: int | None = None) -> int:
    """A whole number of `least` or more, and `most` or less. Raises ConfigurationError."""
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        number = int(digits)
        if number >= least and (most is None or number <= most):
            return number
    limits = f"of {least} or more" if most is None else f"from {least} to {most}"
    raise ConfigurationError(f"{name} is malformed: it is a whole number {limits}")


def share(name: str, text: str) -> float:
    """A share above 0 and up to 1, such as 0.1. Raises ConfigurationError."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1:
        raise ConfigurationError(f"{name} is malformed: it is a share above 0 and up to 1, such as 0.1")
    return number


def switch(name: str, text: str, default: bool = False) -> bool:
    """Whether it is on: true or false; `default` where nothing is said. Raises ConfigurationError."""
    words = {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True, "": default}
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ConfigurationError(f"{name} is malformed: it is true or false") from None


def listed(text: str) -> list[str]:
    """The parts of a comma-separated list, without empty ones."""
    return [part.strip() for part in text.split(",") if part.strip()]
