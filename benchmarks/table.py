"""Prints a table as plain text for the terminal, and as Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

Row = Sequence[str]


def show(title: str, headings: Row, rows: Sequence[Row]) -> None:
    """Print a table in both forms, under its title."""
    print(f"\n{title}\n\n{_plain(headings, rows)}\n\n{_markdown(headings, rows)}", flush=True)


def _plain(headings: Row, rows: Sequence[Row]) -> str:
    """Columns side by side, figures to the right."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_align(line, widths)).rstrip() for line in lines)


def _markdown(headings: Row, rows: Sequence[Row]) -> str:
    edges = ["---:" if _is_figure(place, headings) else "---" for place in range(len(headings))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, edges, *rows))


def _align(line: Row, widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if _is_figure(place, line) else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def _is_figure(place: int, line: Row) -> bool:
    """All columns but the first and the last hold figures."""
    return 0 < place < len(line) - 1
