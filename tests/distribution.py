"""What a process of `bin/test` gets at a time: a file, or all browser tests, as they share one program."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

WHOLE_FOLDERS = ("tests/browser/",)


class FileScheduling(LoadFileScheduling):
    """As `--dist loadfile`, but some folders are not divided."""

    def _split_scope(self, nodeid: str) -> str:
        folders = (folder for folder in WHOLE_FOLDERS if nodeid.startswith(folder))
        return next(folders, super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileScheduling | None:
    return FileScheduling(config, log) if config.getvalue("dist") == "loadfile" else None
