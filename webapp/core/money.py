"""Amounts of money as text. Pure; every amount is stored in whole cents."""

from __future__ import annotations


def decimal_text(cents: int) -> str:
    """`1234.50`: for files and other programs."""
    return f"{cents // 100}.{cents % 100:02}"


def dollars(cents: int) -> str:
    """`$1,234.50`: for people."""
    return f"${cents // 100:,}.{cents % 100:02}"
