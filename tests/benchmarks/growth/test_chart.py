from __future__ import annotations

import re
from xml.etree import ElementTree

from benchmarks.growth.chart import HEIGHT, WIDTH, svg
from benchmarks.growth.point import Curve, Point

CURVES = [
    Curve("flat & even", "µs", [Point(1_000, 5.0), Point(10_000, 5.0), Point(1_000_000, 5.0)]),
    Curve("grown", "µs", [Point(1_000, 5.0), Point(1_000_000, 500.0)]),
]


def places(drawing: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawing)]


def test_it_draws_every_point_within_the_picture_and_names_every_curve():
    drawing = svg("Cost <of> a part", "parts", CURVES)
    root = ElementTree.fromstring(drawing)
    assert root.attrib["aria-label"] == "Cost <of> a part"
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"flat & even", "grown", "1,000", "1,000,000"} <= texts
    assert len(places(drawing)) == 5
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in places(drawing))


def test_what_is_flat_is_drawn_flat_and_what_grows_rises():
    flat, grown = places(svg("", "", CURVES))[:3], places(svg("", "", CURVES))[3:]
    assert len({y for _, y in flat}) == 1
    assert grown[1][1] < grown[0][1]
