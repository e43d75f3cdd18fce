"""Lighthouse scores of the main pages of the running program, on desktop and phone: `bin/lighthouse`."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess  # nosec B404
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import requests

from sandbox import chromium
from sandbox.samples.dealers import NORTHWIND
from sandbox.start import samples

LEAST: Final = 95
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
PRESETS: Final = {"desktop": ["--preset=desktop"], "phone": []}
TIMEOUT_SECONDS: Final = 180
TRIES: Final = 3


def main() -> int:
    """Print the scores of each page; return 0 if all are at least LEAST."""
    parser = argparse.ArgumentParser(prog="bin/lighthouse", description=__doc__)
    parser.add_argument(
        "--address", default="http://127.0.0.1:5000", help="the running program with its samples"
    )
    parser.add_argument("--lighthouse", default="lighthouse", help="npm's program, if it is not on PATH")
    options = parser.parse_args()
    program = shutil.which(options.lighthouse)
    if program is None:
        print("Lighthouse is not on PATH: npm install --global lighthouse", file=sys.stderr)
        return 1
    lowest = 100
    for path, session in _pages(options.address):
        for preset, flags in PRESETS.items():
            scores = _scores(program, options.address + path, session, flags)
            print(
                f"{path:<24} {preset:<8}", *(f"{name} {score}" for name, score in scores.items()), flush=True
            )
            lowest = min(lowest, *scores.values())
    return 0 if lowest >= LEAST else 1


def _pages(address: str) -> Iterator[tuple[str, requests.Session]]:
    """Yield the paths of the main pages, each with the session of a user who sees it."""
    dealer = _signed_in(address, samples.email(NORTHWIND))
    home = requests.compat.urlsplit(dealer.get(address, timeout=10).url).path
    run = re.search(
        rf"{home}/runs/[0-9]+", dealer.get(f"{address}{home}/runs?status=succeeded", timeout=10).text
    )
    own = ("/runs", "/inventory", "/skipped", "/lightspeed", "/supplier-codes")
    for path in (home, run[0] if run else "", *(f"{home}{page}" for page in own)):
        if path:
            yield path, dealer
    yield "/dealers", _signed_in(address, samples.STAFF)


def _signed_in(address: str, email: str) -> requests.Session:
    session = requests.Session()
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', session.get(f"{address}/login", timeout=10).text
    )
    form = {"csrf_token": token[1] if token else "", "email": email, "password": samples.PASSWORD}
    session.post(f"{address}/login", form, timeout=10).raise_for_status()
    return session


def _scores(program: str, url: str, session: requests.Session, flags: list[str]) -> dict[str, int]:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        headers, report = Path(folder, "headers.json"), Path(folder, "report.json")
        headers.write_text(json.dumps({"Cookie": cookies}), encoding="utf-8")
        command = [program, url, "--quiet", "--output=json", f"--output-path={report}", *flags]
        command += [f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}"]
        command += [f"--chrome-flags=--headless=new {' '.join(chromium.flags())}"]
        _try(command, os.environ | {"CHROME_PATH": chromium.program()})
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}


def _try(command: list[str], environment: dict[str, str]) -> None:
    """Run it up to TRIES times: on a busy machine, the browser's trace sometimes has no beginning."""
    for _ in range(TRIES - 1):
        if not subprocess.run(command, env=environment, timeout=TIMEOUT_SECONDS).returncode:  # nosec B603
            return
    subprocess.run(command, env=environment, check=True, timeout=TIMEOUT_SECONDS)  # nosec B603


if __name__ == "__main__":
    sys.exit(main())
