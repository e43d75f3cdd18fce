"""Every command of the application refuses what its line says, and a refusal changes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from tests.webapp.tenancy.commands import FRAMEWORKS, TABLE, Wrong
from tests.webapp.tenancy.seed import OWN, STRANGER, SeededApp


def names(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from names(command, (*before, name))
        else:
            yield " ".join((*before, name))


def ours(seeded_app: SeededApp) -> set[str]:
    return {name for name in names(seeded_app.app.cli) if name.split()[0] not in FRAMEWORKS}


def test_the_table_has_a_line_for_every_command_and_no_other(seeded_app: SeededApp) -> None:
    assert ours(seeded_app) == set(TABLE)


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name in TABLE for wrong in TABLE[name]], ids=str
)
def test_a_refused_command_prints_one_line_and_changes_nothing(
    seeded_app: SeededApp, name: str, wrong: Wrong
) -> None:
    values = {
        "own": str(seeded_app.rows[OWN]["dealer_id"]),
        "maker": f"Maker {seeded_app.rows[STRANGER]['dealer_id']}",
        "none": "4711",
    }
    arguments = [argument.format(**values) for argument in shlex.split(wrong.arguments)]
    assert " ".join(arguments).startswith(name)
    before = seeded_app.all_rows()
    with seeded_app.restored():
        ended = seeded_app.app.test_cli_runner().invoke(args=arguments, input=wrong.typed.format(**values))
        assert ended.exit_code == wrong.code, ended.output
        assert wrong.said in ended.stderr
        after = seeded_app.all_rows()
    # That a catalog import was begun is noted, and what manufacturers sell is counted, whatever came of it.
    harmless = {"audit_entries", "manufacturers"} if name == "catalog import" else set()
    assert {table for table in before if before[table] != after[table]} <= harmless


def test_nothing_creates_users_outside_the_rules(seeded_app: SeededApp) -> None:
    """Flask-Security brings commands of its own, which know neither dealers nor the audit log."""
    assert not {"users", "roles"} & {name.split()[0] for name in names(seeded_app.app.cli)}
