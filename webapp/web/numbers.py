"""Numbers as they are read: grouped, with their noun, and money to the cent."""

from __future__ import annotations


def number(value: int | None) -> str:
    """`12,345`, or a dash where there is none."""
    return "–" if value is None else f"{value:,}"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """`1 part`, `2,500 parts`."""
    noun = singular if value == 1 else plural or f"{singular}s"
    return f"{value:,} {noun}"


def money(cents: int | None) -> str:
    """Cents as `$1,234.50`, or a dash where there is none."""
    return "–" if cents is None else f"${cents / 100:,.2f}"


def share(value: float | None) -> str:
    """A share from 0 to 1 as `12.5%`, or a dash where there is none; little is not said to be nothing."""
    if value is None:
        return "–"
    return "under 0.1%" if 0 < value < 0.001 else f"{value:.1%}"


def file_size(value: int) -> str:
    """Bytes as `312 bytes`, `4.2 kB` or `250.0 MB`."""
    if value < 1000:
        return count(value, "byte")
    return f"{value / 1e3:.1f} kB" if value < 1e6 else f"{value / 1e6:,.1f} MB"
