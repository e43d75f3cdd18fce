"""`python -m sandbox.start`: Ctrl-C gets one line, also while this imports."""

from __future__ import annotations

import sys


def main() -> int:
    """What `bin/run` exits with."""
    try:
        from sandbox.start import command
    except KeyboardInterrupt:
        print("\nInterrupted before anything was started.")
        return 130
    return command.main()


if __name__ == "__main__":
    sys.exit(main())
