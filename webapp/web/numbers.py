"""Number formats: grouped digits, counts with their noun, and money to the cent."""

from __future__ import annotations

from webapp.core.money import dollars


def number(value: int | None) -> str:
    """Format as `12,345`, or a dash for None."""
    return "–" if value is None else f"{value:,}"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """Format as `1 part`, `2,500 parts`."""
    noun = singular if value == 1 else plural or f"{singular}s"
    return f"{value:,} {noun}"


def money(cents: int | None) -> str:
    """Format cents as `$1,234.50`, or a dash for None."""
    return "–" if cents is None else dollars(cents)


def share(value: float | None) -> str:
    """Format a share from 0 to 1 as `12.5%`, or a dash for None; a small share is never shown as zero."""
    if value is None:
        return "–"
    return "under 0.1%" if 0 < value < 0.001 else f"{value:.1%}"


def file_size(value: int) -> str:
    """Format bytes as `312 bytes`, `4.2 kB` or `250.0 MB`."""
    if value < 1000:
        return count(value, "byte")
    return f"{value / 1e3:.1f} kB" if value < 1e6 else f"{value / 1e6:,.1f} MB"
