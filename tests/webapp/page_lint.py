"""Lints HTML pages and fragments; runs on every response that a test fetches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
UNLABELLED = ("hidden", "submit", "button")
# A fragment may aim at what every page has.
ON_EVERY_PAGE = frozenset({"dialog", "announcement", "main"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
# CSRF tokens and nonces, and the numbers of requests and sign-ins.
TOKENS = re.compile(r'(csrf_token" value="|X-CSRFToken&#34;: &#34;| nonce=")[^"&]*')
NUMBERS = re.compile(r"\b[0-9a-f]{32}\b")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "list")


@dataclass
class Element:
    """A start tag with what it was found inside of."""

    tag: str
    attributes: dict[str, str]
    ancestors: tuple[Element, ...] = ()
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def __str__(self) -> str:
        named = {name: self.attributes[name] for name in ("id", "name", "href") if name in self.attributes}
        return f"<{self.tag} {named}>"


class Document(HTMLParser):
    """Every element of a page or fragment, in order, and the tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._by_tag: dict[str, list[Element]] = {}
        self.unbalanced: list[str] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        self.unbalanced += [f"{element} is not closed" for element in self._open]
        self.ids = frozenset(
            element.attributes["id"] for element in self.elements if "id" in element.attributes
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        if len(element.attributes) < len(attrs):
            doubled = [name for name, times in Counter(name for name, _ in attrs).items() if times > 1]
            self.unbalanced += [f"{element} has two attributes {name}" for name in doubled]
        self.elements.append(element)
        self._by_tag.setdefault(tag, []).append(element)
        for ancestor in self._open:
            ancestor.children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].tag == tag:
            self._open.pop()
        else:
            self.unbalanced.append(f"</{tag}> closes {self._open[-1] if self._open else 'nothing'}")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """Elements of the tags, in their order within each."""
        return [element for tag in tags for element in self._by_tag.get(tag, [])]


def problems(html: str) -> list[str]:
    """What is wrong, in sentences; nothing if all is well."""
    return list(_problems(NUMBERS.sub("", TOKENS.sub(r"\1", html))))


# Many tests get the same page, most often that of an error.
@lru_cache(maxsize=256)
def _problems(html: str) -> list[str]:
    document = Document(html)
    whole = bool(document.all("html"))
    found = list(document.unbalanced)
    found += _page(document) if whole else _fragment(document)
    for check in (_ids, _labels, _names, _forms, _inline, _frames, _tables):
        found += check(document)
    found += _references(document, whole)
    return found


def _page(document: Document) -> Iterator[str]:
    if len(document.all("h1")) != 1:
        yield f"{len(document.all('h1'))} h1 elements"
    if not document.all("html")[0].attributes.get("lang"):
        yield "no lang"
    if not any(title.text.strip() for title in document.all("title")):
        yield "no title"
    if len(document.all("main")) != 1:
        yield "not one main"
    if not any(meta.attributes.get("name") == "viewport" for meta in document.all("meta")):
        yield "no viewport"
    links = document.all("a")
    if not links or links[0].attributes.get("href") != "#main":
        yield "the first link does not skip to the main content"
    levels = [int(element.tag[1]) for element in document.elements if element.tag in HEADINGS]
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"h{after} follows h{before}"


def _fragment(document: Document) -> Iterator[str]:
    for element in document.all("h1", "html", "body", "main"):
        yield f"{element} in a fragment"


def _ids(document: Document) -> Iterator[str]:
    ids = Counter(element.attributes["id"] for element in document.elements if "id" in element.attributes)
    for name, times in ids.items():
        if times > 1 or not name:
            yield f"id {name!r} is there {times} times"


def _labels(document: Document) -> Iterator[str]:
    labelled = {label.attributes.get("for") for label in document.all("label") if label.text.strip()}
    for element in document.all("input", "select", "textarea", "progress"):
        if element.attributes.get("type") in UNLABELLED:
            continue
        inside = any(ancestor.tag == "label" for ancestor in element.ancestors)
        named = element.attributes.get("aria-label") or element.attributes.get("id") in labelled
        if not (inside or named):
            yield f"{element} has no label"
    for label in document.all("label"):
        if "for" in label.attributes and label.attributes["for"] not in document.ids:
            yield f"label for {label.attributes['for']!r}, which is not there"


def _names(document: Document) -> Iterator[str]:
    for element in document.all("a", "button", "h1", "h2", "h3", "th", "legend", "option"):
        if not (
            element.text.strip() or element.attributes.get("aria-label") or element.attributes.get("value")
        ):
            yield f"{element} says nothing"
    for element in document.all("a"):
        if not element.attributes.get("href"):
            yield f"{element} leads nowhere without script"


def _sent_from_elsewhere(document: Document) -> set[str]:
    """The ids of forms with a button outside of them."""
    return {button.attributes["form"] for button in document.all("button") if "form" in button.attributes}


def _forms(document: Document) -> Iterator[str]:
    for form in document.all("form"):
        method = form.attributes.get("method", "get").lower()
        fields = {child.attributes.get("name") for child in form.children if child.tag == "input"}
        if method == "post" and "csrf_token" not in fields:
            yield f"{form} to {form.attributes.get('action')} has no CSRF token"
        if method != "post" and "csrf_token" in fields:
            yield f"{form} puts its CSRF token into an address"
        if method != "dialog" and not form.attributes.get("action"):
            yield f"{form} has no action"
        buttons = [child for child in form.children if child.tag == "button"]
        is_sent = buttons or form.attributes.get("id", "") in _sent_from_elsewhere(document)
        if method != "dialog" and not is_sent:
            yield f"{form} cannot be sent without script"
        if any(ancestor.tag == "form" for ancestor in form.ancestors):
            yield f"{form} in a form"
        if "hx-post" in form.attributes and form.attributes["hx-post"] != form.attributes.get("action"):
            yield f"{form} posts elsewhere with script"


def _inline(document: Document) -> Iterator[str]:
    for element in document.elements:
        for name in element.attributes:
            if name == "style" or name.startswith(("on", "hx-on")):
                yield f"{element} has an inline {name}"
        if element.tag == "style" or (element.tag == "script" and not element.attributes.get("src")):
            yield f"{element} is inline"
        address = element.attributes.get("src") or element.attributes.get("href") or ""
        if address.startswith(("http:", "https:", "//")):
            yield f"{element} is of another host"


def _frames(document: Document) -> Iterator[str]:
    for element in document.all("a"):
        asked = element.attributes.get("hx-get")
        if asked is not None and asked != element.attributes.get("href"):
            yield f"{element} asks for another address with script"


def _tables(document: Document) -> Iterator[str]:
    for cell in document.all("th"):
        if cell.attributes.get("scope") not in ("row", "col"):
            yield f"{cell} heads neither row nor column"


def _references(document: Document, whole: bool) -> Iterator[str]:
    ids = document.ids | (frozenset() if whole else ON_EVERY_PAGE)
    for element in document.elements:
        for name in REFERENCES:
            for target in element.attributes.get(name, "").split():
                # The dialog's title comes with what fills it.
                if target not in ids and element.tag != "dialog":
                    yield f"{element} is {name} {target!r}, which is not there"
        yield from _aims(element, ids)
        href = element.attributes.get("href", "")
        if element.tag == "a" and href.startswith("#") and href[1:] not in ids:
            yield f"{element} leads to nothing"


def _aims(element: Element, ids: frozenset[str]) -> Iterator[str]:
    target = element.attributes.get("hx-target", "this")
    if target != "this" and target.split()[0].removeprefix("#") not in ids:
        yield f"{element} is swapped into {target!r}, which is not there"
    included = element.attributes.get("hx-include", "")
    if included.startswith("#") and included[1:] not in ids:
        yield f"{element} includes {included!r}, which is not there"
