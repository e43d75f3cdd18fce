"""Sets a table in plain text for the terminal and in Markdown for the README."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Row = Sequence[str]


def plain(headings: Row, rows: Iterable[Row]) -> str:
    """Columns side by side, figures to the right."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_set(line, widths)).rstrip() for line in lines)


def markdown(headings: Row, rows: Iterable[Row]) -> str:
    """A table for a README."""
    edges = ["---:" if _is_figure(place, headings) else "---" for place in range(len(headings))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (headings, edges, *rows))


def _set(line: Row, widths: Sequence[int]) -> list[str]:
    return [
        cell.rjust(width) if _is_figure(place, line) else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def _is_figure(place: int, line: Row) -> bool:
    """All columns but the first and the last hold figures."""
    return 0 < place < len(line) - 1
