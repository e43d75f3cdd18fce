"""Entry point `python -m sandbox.start`: Ctrl-C prints one line, even during imports."""

from __future__ import annotations

import sys


def main() -> int:
    """Return the exit code of `bin/run`."""
    try:
        from sandbox.start import command
    except KeyboardInterrupt:
        print("\nInterrupted before anything was started.")
        return 130
    return command.main()


if __name__ == "__main__":
    sys.exit(main())
