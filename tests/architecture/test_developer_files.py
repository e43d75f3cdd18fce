"""Makefile, hooks, CI workflow and editor settings name files and commands that exist."""

from __future__ import annotations

import os
import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RECIPE = re.compile(r"^\t(\S+)", re.MULTILINE)


def test_every_make_target_runs_a_command_of_bin() -> None:
    makefile = (ROOT / "Makefile").read_text()
    programs = RECIPE.findall(makefile)
    assert {"bin/run", "bin/test", "bin/lint"} <= set(programs)
    assert [program for program in programs if not os.access(ROOT / program, os.X_OK)] == []


def test_every_make_target_is_phony_as_folders_have_the_same_names() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (declared,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert declared.split() == re.findall(r"^([a-z]+):$", makefile, re.MULTILINE)


def test_every_hook_runs_a_locked_tool_of_the_virtual_environment() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    locked = (ROOT / "requirements-dev.in").read_text()
    tools = {hook["entry"].split()[0] for hook in hooks[0]["hooks"]}
    assert tools == {".venv/bin/ruff", ".venv/bin/djlint", ".venv/bin/mypy"}
    for tool in tools:
        assert f"\n{Path(tool).name}==" in locked


def test_ci_runs_bin_test_on_the_declared_python() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    steps = workflow["jobs"]["test"]["steps"]
    assert "bin/test" in [step.get("run") for step in steps]
    (python,) = [step["with"] for step in steps if "setup-python" in step.get("uses", "")]
    assert (ROOT / python["python-version-file"]).is_file()


def test_editors_and_ruff_agree_on_the_length_of_a_line() -> None:
    editor = ConfigParser()
    editor.read_string("[top]\n" + (ROOT / ".editorconfig").read_text())
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert int(editor["*"]["max_line_length"]) == ruff["line-length"]
