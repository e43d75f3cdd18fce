"""Takes all screenshots of the dealer guide again: `python -m sandbox.screenshots [FOLDER]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from sandbox import chromium
from sandbox.screenshots.camera import Camera, TooLarge
from sandbox.screenshots.tour import tour
from sandbox.start.isolated import isolated_program
from webapp.settings.config import ROOT


def main() -> int:
    """Use the program as a new dealer would; return 0 when all were taken."""
    parser = argparse.ArgumentParser(prog="bin/screenshots", description="Takes the dealer guide's pictures.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "images")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _take(folder)
    except (chromium.NoBrowser, TooLarge) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _take(folder: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="screenshots-") as place,
        isolated_program(Path(place), "--sample") as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.flags())
        tour(Camera(browser, running.address, folder), running.commands)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
