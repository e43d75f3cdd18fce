"""Draws curves as one SVG, sizes and ratios both by powers of ten, for a page of documentation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from benchmarks.growth.point import Curve

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 300, 56, 20, 220, 44
# Told apart without colour too: by their dashes, and by their names beside the last point.
INKS: Final = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#333333", "#a61c00")
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "1 4", "12 4")
STYLE: Final = (
    "text{font:12px sans-serif;fill:#222}.grid{stroke:#ccc}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#555}}"
)


def svg(title: str, axis: str, curves: Sequence[Curve]) -> str:
    """The drawing: each curve's ratio to its own smallest size over the size. 1 all along is flat."""
    return "\n".join(_Drawing(curves).lines(title, axis)) + "\n"


class _Drawing:
    def __init__(self, curves: Sequence[Curve]) -> None:
        self._curves = curves
        sizes = [point.size for curve in curves for point in curve.points]
        ratios = [ratio for curve in curves for ratio in curve.ratios()]
        self._sizes = _decades(min(sizes), max(sizes))
        self._ratios = _decades(min(*ratios, 0.1), max(*ratios, 10.0))

    def lines(self, title: str, axis: str) -> Iterator[str]:
        label = f'role="img" aria-label="{escape(title)}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {label}>'
        yield f"<title>{escape(title)}</title><style>{STYLE}</style>"
        yield from self._grid(axis)
        for place, curve in enumerate(self._curves):
            yield from self._curve(place, curve)
        yield "</svg>"

    def _grid(self, axis: str) -> Iterator[str]:
        for power in self._sizes:
            x = self._x(10**power)
            yield f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{10**power:,}</text>'
        for power in self._ratios:
            y = self._y(10.0**power)
            yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(axis)}</text>'

    def _curve(self, place: int, curve: Curve) -> Iterator[str]:
        ink, dash = INKS[place % len(INKS)], DASHES[place % len(DASHES)]
        pairs = zip(curve.points, curve.ratios(), strict=True)
        found = [(self._x(point.size), self._y(ratio)) for point, ratio in pairs]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in found)
        yield f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{ink}"/>' for x, y in found)
        x, y = WIDTH - RIGHT + 12, TOP + 18 * place + 8
        yield f'<path d="M{x} {y}h24" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>'
        yield f'<text x="{x + 30}" y="{y + 4}">{escape(curve.title)}</text>'

    def _x(self, size: float) -> float:
        return LEFT + _share(size, self._sizes) * (WIDTH - LEFT - RIGHT)

    def _y(self, ratio: float) -> float:
        return HEIGHT - BOTTOM - _share(ratio, self._ratios) * (HEIGHT - TOP - BOTTOM)


def _decades(least: float, most: float) -> range:
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
    return range(first, max(last, first + 1) + 1)


def _share(value: float, decades: range) -> float:
    """Where a value lies between the first and the last power of ten, 0 to 1."""
    return (math.log10(value) - decades[0]) / (decades[-1] - decades[0])
