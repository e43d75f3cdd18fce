"""The system's Chromium for browser tests and screenshots."""

from __future__ import annotations

import os
import shutil

# The first is Chromium without the parts of a window, and takes a fifth less processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Disables background requests: the browser requests only the pages under test.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(RuntimeError):
    """There is no Chromium on PATH; the message names the remedy."""


def program() -> str:
    """Return the path of the browser's program; raises NoBrowser."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise NoBrowser(f"None of {', '.join(NAMES)} is on PATH: bin/_browser installs one, or says what to do.")


def flags() -> list[str]:
    """Return the flags to start it with. Its sandbox does not work under root."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
