"""The system's Chromium, as the browser tests and the screenshots start it."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser that looks for nothing but the pages it is sent to.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(RuntimeError):
    """There is no Chromium on PATH; the message says what to do."""


def program() -> str:
    """The path of the browser's program; raises NoBrowser."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise NoBrowser(f"None of {', '.join(NAMES)} is on PATH: bin/_browser installs one, or says what to do.")


def flags() -> list[str]:
    """The flags to start it with. Its sandbox refuses to run under root."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
