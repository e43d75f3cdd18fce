"""Loads the samples into the database of this environment: `python -m sandbox.start.loading`."""

from __future__ import annotations

import os
import sys

from sandbox.start import samples
from sandbox.start.commands import Commands
from sandbox.start.state import DatabaseState


def main() -> int:
    """Load what is missing, and print the sample logins."""
    stored = DatabaseState(os.environ)
    samples.load(Commands(os.environ), stored.dealers(), stored.people())
    print("\n".join(samples.logins()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
