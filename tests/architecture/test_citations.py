"""Every rule and page that the code cites exists, and every link between pages resolves."""

from __future__ import annotations

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "rules.md"
CITED_RULE = re.compile(r"\bR(\d{1,2})\b")
LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
CITED_PAGE = re.compile(r"(?<![\w*./-])\w[\w./-]*\.md\b")
NAMED_PATH = re.compile(
    r"`((?:webapp|jobs|sandbox|templates|tests|benchmarks|migrations|docs|ops|bin)/[\w/.-]*)[ `]"
)
NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


class Link(NamedTuple):
    """A link of a page to a file, perhaps to one of its headings."""

    page: str
    target: str
    heading: str


def _sources() -> dict[str, str]:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "*.py", "*.html", "*.md"], cwd=ROOT, capture_output=True, check=True
    )
    names = [name for name in tracked.stdout.decode().split("\0") if name]
    return {name: (ROOT / name).read_text() for name in names if (ROOT / name).is_file()}


def _built_rules() -> set[int]:
    built, _, _ = RULES.read_text().partition("## Agreed and not built yet")
    return {int(number) for number in re.findall(r"^### R(\d+) ", built, re.MULTILINE)}


def _prose(source: str) -> str:
    """The comments and docstrings of Python code; other strings may name files of a test."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return "\n".join(
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT
        or (
            token.type == tokenize.STRING
            and token.string.startswith('"""')
            and token.line.lstrip()[:3] == '"""'
        )
    )


def _links() -> Iterator[Link]:
    for name, text in _sources().items():
        if name.endswith(".md"):
            for target, heading in LINK.findall(text):
                if "://" not in target:
                    yield Link(name, target, heading)


def _target(link: Link) -> Path:
    page = ROOT / link.page
    return page.parent / link.target if link.target else page


def _anchors(page: Path) -> set[str]:
    """The fragments that a link to the page may have; those of headings are GitHub's."""
    text = page.read_text()
    slugs = (NOT_IN_A_SLUG.sub("", heading.strip().lower()) for heading in HEADING.findall(text))
    return {slug.replace(" ", "-") for slug in slugs} | set(ANCHOR.findall(text))


def test_every_rule_that_code_cites_is_in_the_rule_book_as_built() -> None:
    known = _built_rules()
    unknown = {
        f"{name}: R{number}"
        for name, text in _sources().items()
        if not name.startswith("docs/")
        for number in CITED_RULE.findall(text)
        if int(number) not in known
    }
    assert unknown == set()


def test_every_page_that_code_cites_exists_at_the_path_from_the_root() -> None:
    cited = {
        (name, page)
        for name, text in _sources().items()
        if name.endswith(".py")
        for page in CITED_PAGE.findall(_prose(text))
    }
    assert len({page for _, page in cited}) >= 5
    assert sorted((name, page) for name, page in cited if not (ROOT / page).is_file()) == []


def test_every_path_that_a_page_names_exists() -> None:
    named = {
        (page, path)
        for page, text in _sources().items()
        if page.endswith(".md") and page != "CHANGELOG.md"
        for path in NAMED_PATH.findall(text)
    }
    assert len({path for _, path in named}) > 100
    assert sorted((page, path) for page, path in named if not (ROOT / path).exists()) == []


def test_every_link_between_pages_leads_to_a_file() -> None:
    assert [link for link in _links() if not _target(link).exists()] == []


def test_every_link_to_a_heading_finds_it() -> None:
    links = [link for link in _links() if link.heading and _target(link).suffix == ".md"]
    assert len(links) > 10
    assert [link for link in links if link.heading not in _anchors(_target(link))] == []
