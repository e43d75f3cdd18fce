"""Some seconds of fuzzing of the decoders; `python -m tests.fuzz` runs longer."""

from __future__ import annotations

import pytest

from tests.fuzz.run import SEEDS, feed
from tests.fuzz.targets import TARGETS

SECONDS = 4


@pytest.mark.parametrize("target", SEEDS)
def test_no_input_breaks(target: str) -> None:
    assert feed(target, SECONDS) > len(list(SEEDS[target].iterdir()))


@pytest.mark.parametrize("target", SEEDS)
def test_no_seed_breaks(target: str) -> None:
    for path in SEEDS[target].iterdir():
        TARGETS[target](path.read_bytes())
