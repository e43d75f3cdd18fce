from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask

from webapp.extensions import db


class Answer(NamedTuple):
    """What a command said, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def error(self) -> str:
        """The one line that a refusal is."""
        assert (self.exit_code, self.stdout) == (1, "")
        (line,) = self.stderr.splitlines()
        return line.removeprefix("Error: ")


@pytest.fixture
def flask(app: Flask) -> Callable[..., Answer]:
    """Runs a command in this process; what it stored is there to be looked at."""
    runner = app.test_cli_runner()

    def flask(*arguments: object, stdin: str | bytes = "") -> Answer:
        db.session.commit()
        result = runner.invoke(args=[str(argument) for argument in arguments], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return flask
