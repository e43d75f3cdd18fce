"""Every rule that the code cites is in the rule book, and every link between pages leads somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "rules.md"
CITED_RULE = re.compile(r"\bR(\d{1,2})\b")


def _sources() -> dict[str, str]:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "*.py", "*.html", "*.md"], cwd=ROOT, capture_output=True, check=True
    )
    names = [name for name in tracked.stdout.decode().split("\0") if name]
    return {name: (ROOT / name).read_text() for name in names if (ROOT / name).is_file()}


def _built_rules() -> set[int]:
    built, _, _ = RULES.read_text().partition("## Agreed and not built yet")
    return {int(number) for number in re.findall(r"^### R(\d+) ", built, re.MULTILINE)}


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


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for name, text in _sources().items():
        if not name.endswith(".md"):
            continue
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
            if "://" not in target and not (ROOT / name).parent.joinpath(target).exists():
                broken.append(f"{name}: {target}")
    assert broken == []
