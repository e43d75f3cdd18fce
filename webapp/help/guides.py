"""Guides of docs/ as HTML with anchors. Raw HTML in them is shown as text, so a guide runs nothing."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from flask import url_for
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from webapp.settings.config import ROOT

DOCS: Final = ROOT / "docs"
IMAGES: Final = DOCS / "images"
ENDPOINTS: Final = {"dealer-guide": "help", "staff-guide": "staff_help"}
_NO_ANCHOR: Final = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Guide:
    """Guide as HTML below its title, its headings as `(anchor, text)`, and the names of its images."""

    title: str
    html: Markup
    headings: tuple[tuple[str, str], ...]
    images: frozenset[str]


@cache
def guide(name: str) -> Guide:
    """Return the guide of `docs/<name>.md`. Needs an application context for its links."""
    parser = MarkdownIt("js-default")
    tokens = parser.parse((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    headings, images = [], []
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            headings.append((_anchor(content.content), content.content))
            token.attrSet("id", headings[-1][0])
        if token.type == "table_open":
            token.attrSet("class", "data")
        if token.type == "th_open":
            token.attrSet("scope", "col")
        for part in content.children or ():
            images += _bind(part, name)
    title, *below = headings
    # The heading and its text are three tokens; the page shows the title itself.
    html = parser.renderer.render(tokens[3:], parser.options, {})
    return Guide(title[1], Markup(html), tuple(below), frozenset(images))  # noqa: S704  # nosec B704


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives the heading."""
    return _NO_ANCHOR.sub("", heading.lower()).replace(" ", "-")


def _bind(token: Token, name: str) -> list[str]:
    """Make links and images of the folder those of our pages; return the image's name."""
    if token.type == "link_open":
        target, _, anchor = str(token.attrGet("href")).partition("#")
        page = ENDPOINTS.get(target.removesuffix(".md"))
        if page:
            token.attrSet("href", url_for(f"{page}.show", _anchor=anchor or None))
    if token.type != "image":
        return []
    image = Path(str(token.attrGet("src"))).name
    width, height = _size(IMAGES / image)
    token.attrSet("src", url_for(f"{ENDPOINTS[name]}.image", name=image))
    token.attrs |= {"width": width, "height": height, "loading": "lazy"}
    return [image]


def _size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG file in pixels, so that text below it does not move."""
    with path.open("rb") as file:
        width, height = struct.unpack(">II", file.read(24)[16:])
    return width, height
