"""Folders that root's stand-in can reach, and programs that a test can kill."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A temporary folder that every user can reach, unlike `tmp_path`, which is for this user alone."""
    with tempfile.TemporaryDirectory(prefix="servers-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def closed_folder(open_folder: Path) -> Iterator[Path]:
    """A folder like a home of mode 0700, which nobody but this user can enter."""
    with tempfile.TemporaryDirectory(prefix="home-", dir=open_folder) as folder:
        yield Path(folder)  # That is the mode it is made with.


@pytest.fixture
def start_python() -> Iterator[StartPython]:
    """Start a program of this repository; it is killed after the test if it still runs."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=REPOSITORY,
            env=environment or None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()
        program.communicate()


def within(seconds: float, happens: Callable[[], bool]) -> bool:
    """Tell whether it happens in that time, looking often."""
    give_up = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def first_line(program: "subprocess.Popen[str]") -> str:
    """Wait for the program's first line; fail with what it complained of if it ends without one."""
    assert program.stdout is not None
    line = program.stdout.readline()
    assert line, program.communicate()[1]
    return line


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def copy_of_package(name: str, folder: Path) -> Path:
    """Copy an installed package, and the folder of libraries that some have beside them."""
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    libraries = package.with_name(f"{name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return Path(shutil.copytree(package, folder / name, ignore=shutil.ignore_patterns("include", "*.a")))
