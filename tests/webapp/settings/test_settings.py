"""The table of settings is complete and true, and what is generated from it is current."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from webapp.settings import config, rendering
from webapp.settings.__main__ import main
from webapp.settings.config import ROOT
from webapp.settings.env import ConfigurationError
from webapp.settings.table import GROUPS, SETTINGS

ENOUGH = {"SECRET_KEY": "secret", "CREDENTIALS_KEYS": Fernet.generate_key().decode()}
# Set by a platform or by AWS's tools; FLASK_DEBUG is only refused.
FROM_ELSEWHERE = {"DYNO", "PORT", "FLASK_DEBUG", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"}
READ_IN_SOURCE = re.compile(
    r"os\.environ(?:\.get\(|\[)\s*[\"']([A-Z][A-Z0-9_]+)[\"']|getenv\([\"']([A-Z0-9_]+)[\"']"
)
READ_IN_PROCFILE = re.compile(r"\$\{?([A-Z][A-Z0-9_]+)")


class Recorder(Mapping[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_, self.names = values, set[str]()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def names_that_configuration_reads() -> set[str]:
    names: set[str] = set()
    for environment in (ENOUGH, production()):
        environ = Recorder(environment)
        config.from_environment(environ)
        config.worker_processes(environ)
        names |= environ.names
    return names


def production() -> dict[str, str]:
    public = {"APP_ENVIRONMENT": "production", "PUBLIC_URL": "https://sync.example.com"}
    servers = {"DATABASE_URL": "postgresql://u:p@db.example.com/d", "REPORTS_ON_ONE_HOST": "true"}
    return assigned(rendering.new_env()) | public | servers


def assigned(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def names_in_source() -> set[str]:
    files = [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "jobs").rglob("*.py"), *ROOT.glob("*.py")]
    found = [match for path in files for match in READ_IN_SOURCE.findall(path.read_text())]
    return {first or second for first, second in found} | set(
        READ_IN_PROCFILE.findall((ROOT / "Procfile").read_text())
    )


def test_every_variable_that_is_read_is_in_the_table() -> None:
    read = names_that_configuration_reads() | names_in_source()
    assert len(read) > 40
    assert read - FROM_ELSEWHERE - set(SETTINGS) == set(), (
        "declare these in webapp/settings, then run bin/settings"
    )


def test_every_setting_in_the_table_is_read() -> None:
    read = names_that_configuration_reads() | names_in_source()
    assert set(SETTINGS) - read == set()


@pytest.mark.parametrize(
    "name", [one.name for one in SETTINGS.values() if one.default and not one.is_read_elsewhere]
)
def test_the_default_in_the_table_is_the_one_in_force(name: str) -> None:
    given = ENOUGH | {name: SETTINGS[name].default}
    assert config.from_environment(given) == config.from_environment(ENOUGH)
    assert config.worker_processes(given) == config.worker_processes(ENOUGH)


@pytest.mark.parametrize("name", [one.name for one in SETTINGS.values() if one.is_required])
def test_settings_called_required_are_required(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is missing"):
        config.from_environment({other: value for other, value in ENOUGH.items() if other != name})


def test_nothing_else_is_required() -> None:
    assert {one.name for one in SETTINGS.values() if one.is_required} == set(ENOUGH)


def test_each_setting_is_declared_once() -> None:
    declared = [setting.name for group in GROUPS for setting in group.settings]
    assert len(declared) == len(SETTINGS)


def test_the_page_and_the_example_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_help_fits_into_a_table_cell() -> None:
    for setting in SETTINGS.values():
        assert "\n" not in setting.help
        assert "|" not in setting.help
        assert not setting.help.endswith(".")


def test_the_example_holds_no_key_and_names_every_setting() -> None:
    text = (ROOT / ".env.example").read_text()
    assert assigned(text) == {"SECRET_KEY": "", "CREDENTIALS_KEYS": ""}
    assert set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", text, re.M)) == set(SETTINGS)


def test_a_new_env_starts_the_program_with_keys_of_its_own() -> None:
    first, second = assigned(rendering.new_env()), assigned(rendering.new_env())
    assert config.from_environment(first)["REDIS_URL"] == "redis://localhost:6379/0"
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert config.from_environment(production())["HTTPS_ONLY"]


def test_an_outdated_file_is_named_and_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webapp.settings.__main__.ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "settings.md").write_text(
        f"before\n{rendering.BEGIN}\nold\n{rendering.END}\nafter\n"
    )
    assert main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "settings.md: out of date; run bin/settings",
        ".env.example: out of date; run bin/settings",
    ]
    assert main([]) == 0
    assert main(["--check"]) == 0
    text = (tmp_path / "docs" / "settings.md").read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "`SECRET_KEY`" in text
