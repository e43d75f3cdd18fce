"""Commands as real processes: exit codes, where they write, and how they end early."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.factories import make_dealer, make_manufacturer
from tests.webapp.client import ON_SQLITE
from webapp.extensions import db
from webapp.models import SupplierCode
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "REPORT_STORAGE_URL": (tmp_path / "reports").as_uri(),
        "SECRET_KEY": "test",
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
    }


def flask(environment: dict[str, str], *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@ON_SQLITE
def test_a_command_ends_with_0_or_1_or_2(environment):
    create = ("dealer", "create", "Northwind")
    assert flask(environment, *create, "--timezone", "America/Chicago") == (0, "1\n", "")
    code, out, err = flask(environment, *create, "--timezone", "Mars")
    assert (code, out, err) == (
        1,
        "",
        "Error: unknown time zone 'Mars'; use a name such as America/Chicago\n",
    )
    code, out, err = flask(environment, *create)
    assert (code, out) == (2, "")
    assert "Missing option '--timezone'" in err


def test_a_closed_pipe_ends_a_command_without_an_error(app, environment):
    dealer, honda = make_dealer(), make_manufacturer("Honda", "oem")
    # More than a pipe holds.
    codes = [f"c{number:049}" for number in range(1500)]
    db.session.add_all(
        SupplierCode(dealer_id=dealer.id, position=1, code=code, code_key=code, manufacturer_id=honda.id)
        for code in codes
    )
    db.session.commit()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "supplier-codes", "export", "--dealer", "1"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        assert export.stdout.readline().startswith(b"catalog,")
        export.stdout.close()
        assert export.stderr.read() == b""


@pytest.mark.parametrize(
    "address",
    ["sqlite:///{folder}/new.sqlite3", "sqlite:///{folder}/nowhere/x", "postgresql://x@127.0.0.1:9/x"],
)
def test_a_database_that_is_not_ready_is_reported_in_one_line(tmp_path, address):
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": address.format(folder=tmp_path),
        "SECRET_KEY": "test",
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
    }
    code, out, err = flask(environment, "inventory", "export", "--dealer", "1")
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert ("flask --app wsgi db upgrade" in err) == ("new" in address)


def test_a_missing_variable_is_reported_in_one_line():
    code, out, err = flask({"PATH": os.environ["PATH"]}, "catalog", "import", "-")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].endswith("SECRET_KEY is missing: set it in the environment")
