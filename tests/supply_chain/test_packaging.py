"""Dockerfile, compose.yaml, app.json and .python-version agree with the program and with each other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from webapp.settings import config, rendering
from webapp.settings.config import ROOT
from webapp.settings.table import SETTINGS

pytestmark = pytest.mark.slow

VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::-([^}]*))?\}")
# Of PostgreSQL's own image, and of the host.
NOT_OURS = {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "WEB_PORT", "SIMULATOR_PORT"}
OF_AWS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
OURS = ("release", "web", "worker", "scheduler")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def procfile() -> dict[str, str]:
    """Each process's command, without what only a platform without containers needs."""
    lines = [line.partition(": ") for line in (ROOT / "Procfile").read_text().splitlines()]
    return {name: re.sub(r"APP_ENVIRONMENT=\S+ | --workers \S+", "", command) for name, _, command in lines}


def dockerfile() -> list[str]:
    """The instructions, each in one line."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def environment(service: str, **given: str) -> dict[str, str]:
    """A service's variables as compose hands them over where `.env` says what is given."""
    declared: dict[str, str] = compose()["services"][service]["environment"]

    def value(match: re.Match[str]) -> str:
        return given.get(match[1]) or match[2] or ""

    return {name: VARIABLE.sub(value, text) for name, text in declared.items()}


def keys() -> dict[str, str]:
    lines = [
        line for line in rendering.new_env().splitlines() if line.startswith(("SECRET_", "CREDENTIALS_"))
    ]
    return dict(line.split("=", 1) for line in lines)


def test_compose_names_settings_that_exist() -> None:
    services = compose()["services"]
    assert set(services) == {*OURS, "postgres", "redis", "simulator", "samples"}
    named = {name for one in services.values() for name in one.get("environment", {})}
    named |= {match[0] for match in VARIABLE.findall((ROOT / "compose.yaml").read_text())}
    assert named - set(SETTINGS) - NOT_OURS == set()


@pytest.mark.parametrize("service", OURS)
def test_compose_runs_what_the_procfile_runs(service: str) -> None:
    command = " ".join(compose()["services"][service]["command"])
    assert command.replace(" --bind 0.0.0.0:8000", "") == procfile()[service]


@pytest.mark.parametrize("service", OURS)
def test_the_program_starts_with_the_settings_of_compose(service: str) -> None:
    found = config.from_environment(environment(service) | keys())
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql://sync:sync@postgres:5432/sync"
    production = {"APP_ENVIRONMENT": "production", "PUBLIC_URL": "https://sync.example.com"}
    assert config.from_environment(environment(service, **production) | keys())["HTTPS_ONLY"]


def test_the_simulator_is_reached_by_its_service_name() -> None:
    variables = {"LIGHTSPEED_API_URL": "http://simulator:8900/lsapi", "LIGHTSPEED_ALLOWED_HOSTS": "simulator"}
    found = config.from_environment(environment("worker", **variables) | keys())
    assert found["LIGHTSPEED_API_URL"] == "http://simulator:8900/lsapi"
    head = (ROOT / "compose.yaml").read_text().split("\n\n")[0]
    assert all(f"{name}={value}" in head for name, value in variables.items())


def test_services_start_in_order_and_keep_what_they_write() -> None:
    found = compose()
    for name in ("web", "worker", "scheduler"):
        assert found["services"][name]["depends_on"]["release"] == {
            "condition": "service_completed_successfully"
        }
    volumes = {mount.split(":")[0] for one in found["services"].values() for mount in one.get("volumes", ())}
    assert volumes == set(found["volumes"])
    for one in found["services"].values():
        assert set(one.get("depends_on", ())) <= set(found["services"])


def test_each_container_of_ours_can_do_little() -> None:
    services = compose()["services"]
    for name in OURS:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
        # Who serves nothing has no health that could be asked for.
        assert services[name].get("healthcheck") == (None if name == "web" else {"disable": True})
    ports = [port for one in services.values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_image_uses_the_latest_tag() -> None:
    froms = [line.split()[1] for line in dockerfile() if line.startswith("FROM ")]
    images = [one["image"] for name, one in compose()["services"].items() if name in ("postgres", "redis")]
    for image in [*froms[:2], *images]:
        assert re.search(r":\d+[\d.]*-", image), image


def test_the_image_runs_as_an_unprivileged_user_and_has_a_health_check() -> None:
    lines = dockerfile()
    final = lines[lines.index("FROM base AS app") :]
    assert "USER 10001" in lines[: lines.index("FROM base AS app")]
    assert not [line for line in final if line.startswith("USER")]
    assert [line for line in final if line.startswith("HEALTHCHECK") and "/healthz" in line]
    assert final[-1] == 'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "wsgi:app"]'


def test_the_image_has_locked_packages_and_no_build_tools() -> None:
    lines = dockerfile()
    installs = [part for line in lines for part in line.split("&&") if "pip install" in part]
    assert len(installs) == 3
    assert all("--require-hashes" in part for part in installs)
    packages = lines[: next(i for i, line in enumerate(lines) if line.endswith(" AS base"))]
    assert "pip uninstall --yes setuptools pip" in packages[-1]
    assert not re.search(r"apt-get|gcc|build-essential|curl ", "\n".join(lines))


def test_what_the_image_copies_is_there_and_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source
        for line in dockerfile()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == sent
    assert all((ROOT / source).exists() for source in copied)
    assert ignored[1] == "*"
    assert not any(fnmatch(name, one) for name in (".env", "instance", ".git") for one in sent)


def test_app_json_names_settings_and_processes_that_exist() -> None:
    found = json.loads((ROOT / "app.json").read_text())
    assert set(found["env"]) - set(SETTINGS) == OF_AWS
    assert set(found["formation"]) == set(procfile()) - {"release"}
    assert {name for name, one in SETTINGS.items() if one.is_required} <= set(found["env"])
    values = {name: one["value"] for name, one in found["env"].items() if "value" in one}
    given = {"PUBLIC_URL": "https://sync.example.com", "REPORT_STORAGE_URL": "s3://bucket/prefix"}
    given |= {
        "DATABASE_URL": "postgres://a:b@db.example.com/c",
        "REDIS_URL": "rediss://:p@redis.example.com:6380",
    }
    assert config.from_environment(keys() | given | values | {"DYNO": "web.1"})["HTTPS_ONLY"]


def test_the_versions_of_python_agree() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    supported = SpecifierSet(project["requires-python"])
    assert [minor for minor in range(30) if f"3.{minor}" in supported] == [11, 12, 13, 14]
    named = [one.rsplit(" ", 1)[1] for one in project["classifiers"]]
    assert named == ["3.11", "3.12", "3.13", "3.14"]
    froms = [line.split()[1] for line in dockerfile() if line.startswith("FROM python")]
    assert froms == [f"python:{version}-slim-bookworm"] * 2


def with_keys(folder: Path, **given: str) -> str:
    """What a command sees that `bin/_with_keys` runs."""
    command = [ROOT / "bin/_with_keys", "sh", "-c", 'echo "$SECRET_KEY $CREDENTIALS_KEYS"']
    around = {"PATH": os.environ["PATH"], "KEYS_FOLDER": str(folder), **given}
    done = subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_container_makes_keys_once_and_keeps_them(tmp_path: Path) -> None:
    first = with_keys(tmp_path)
    assert with_keys(tmp_path) == first
    secret, credentials = first.split()
    config.from_environment({"SECRET_KEY": secret, "CREDENTIALS_KEYS": credentials})
    assert [file.stat().st_mode & 0o777 for file in tmp_path.iterdir()] == [0o600]


def test_keys_of_the_environment_are_used_instead(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "given", "CREDENTIALS_KEYS": "also-given"}
    assert with_keys(tmp_path, **given) == "given also-given"
    assert list(tmp_path.iterdir()) == []
    secret, credentials = with_keys(tmp_path, SECRET_KEY="given").split()
    assert secret == "given"
    assert credentials != "also-given"


def test_heroku_installs_the_packages_for_reports_in_s3() -> None:
    hook = ROOT / "bin/post_compile"
    assert os.access(hook, os.X_OK)
    assert "--require-hashes -r requirements-s3.txt" in hook.read_text()
