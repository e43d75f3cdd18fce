"""`bin/settings`: updates docs/settings.md and `.env.example` from the declared settings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from webapp.settings import rendering

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status: 1 if `--check` found an outdated file, else 0."""
    parser = argparse.ArgumentParser(prog="bin/settings", description=__doc__)
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a file is out of date"
    )
    action.add_argument(
        "--new-env", action="store_true", help="print an .env for this machine, with new keys"
    )
    action.add_argument("--new-keys", action="store_true", help="print new keys, for a shell to read")
    chosen = parser.parse_args(arguments)
    if chosen.new_env or chosen.new_keys:
        sys.stdout.write(rendering.new_env() if chosen.new_env else rendering.new_keys())
        return 0
    outdated = {path: text for path, text in _generated().items() if _current(path) != text}
    for path, text in outdated.items():
        sys.stdout.write(f"{path.name}: {'out of date; run bin/settings' if chosen.check else 'updated'}\n")
        if not chosen.check:
            path.write_text(text, encoding="utf-8")
    return int(chosen.check and bool(outdated))


def _generated() -> dict[Path, str]:
    page = ROOT / "docs" / "settings.md"
    return {
        page: rendering.page_with_table(page.read_text(encoding="utf-8")),
        ROOT / ".env.example": rendering.example(),
    }


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
