"""What is installed is what was locked, and what was locked is what the lists ask for."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sandbox import components
from webapp.settings.config import ROOT

LISTS = ("requirements", "requirements-run", "requirements-s3", "requirements-dev", "requirements-build")
HASH = re.compile(r" *--hash=sha256:[0-9a-f]{64}( \\)?")


def asked_for(name: str) -> dict[str, Requirement]:
    """the lines of a hand-edited list, by package."""
    lines = (ROOT / f"{name}.in").read_text().splitlines()
    found = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return {canonicalize_name(one.name): one for one in found}


def locked(name: str) -> dict[str, tuple[Requirement, int]]:
    """Each locked package, and how many of its files are known."""
    found: dict[str, tuple[Requirement, int]] = {}
    package = ""
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\"))
            package = canonicalize_name(requirement.name)
            found[package] = requirement, 0
        elif "--hash" in line:
            assert HASH.fullmatch(line), line
            found[package] = found[package][0], found[package][1] + 1
    return found


def versions(name: str) -> dict[str, str]:
    return {package: str(one.specifier) for package, (one, _) in locked(name).items()}


@pytest.mark.parametrize("name", LISTS)
def test_the_lock_has_each_pin_of_its_list(name: str) -> None:
    pins = {package: str(one.specifier) for package, one in asked_for(name).items()}
    assert all(re.fullmatch(r"==[\w.]+", pin) for pin in pins.values()), pins
    assert pins == {package: pin for package, pin in versions(name).items() if package in pins}


@pytest.mark.parametrize("name", LISTS)
def test_each_locked_package_is_known_by_its_files(name: str) -> None:
    for package, (requirement, files) in locked(name).items():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), package
        assert files, package


@pytest.mark.parametrize("name", LISTS)
def test_no_list_or_lock_says_where_packages_come_from(name: str) -> None:
    for file in (f"{name}.in", f"{name}.txt"):
        assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", (ROOT / file).read_text()), file


def test_a_deployment_gets_the_versions_that_were_tested() -> None:
    for deployed in ("requirements", "requirements-run", "requirements-s3"):
        assert versions(deployed).items() <= versions("requirements-dev").items()


def test_what_is_installed_here_is_what_was_locked() -> None:
    for package, (requirement, _) in locked("requirements-dev").items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(version(package)), package


@pytest.mark.slow
def test_the_bill_of_materials_has_each_package_with_its_files_and_what_is_vendored() -> None:
    bill = components.bill_of_materials()
    listed = {one["purl"] for one in bill["components"]}
    packages = {f"pkg:pypi/{name}@{pin[2:]}" for name, pin in versions("requirements").items()}
    assert listed == packages | {"pkg:npm/htmx.org@2.0.11", "pkg:npm/bootstrap@5.3.9"}
    for one in bill["components"]:
        of_files = [part.get("hashes") for part in one.get("externalReferences", ())]
        assert one.get("hashes") or any(of_files), one["name"]
