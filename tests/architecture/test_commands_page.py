"""docs/commands.md lists the commands of bin/ and of the program."""

from __future__ import annotations

import re
from pathlib import Path

from tests.webapp.tenancy.commands import TABLE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text()
# A command begins with a lower-case word; its arguments are in capitals, its options begin with a hyphen.
COMMAND = re.compile(r"`([a-z-]+(?: [a-z-]+)?)(?: [A-Z\[-][^`]*| …)?`")


def _listed() -> set[str]:
    """The commands in the first column of the table of the program's own commands."""
    _, _, section = PAGE.partition("## Of the program")
    rows = re.findall(r"^\| (`.+?) \| ", section, re.MULTILINE)
    return {command for row in rows for command in COMMAND.findall(row)}


def test_the_page_lists_every_command_of_the_program_and_no_other() -> None:
    assert _listed() - {"db upgrade"} == set(TABLE)


def test_the_page_lists_every_command_of_bin() -> None:
    programs = {path.name for path in (ROOT / "bin").iterdir() if not path.name.startswith("_")}
    # Heroku's build calls it by this name.
    programs -= {"post_compile"}
    assert [name for name in sorted(programs) if f"`bin/{name}" not in PAGE] == []
