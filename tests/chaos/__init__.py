"""Disturbed runs against real worker processes: kills, signals, and failing services, databases and disks."""

import pytest

# Its assertions are as verbose as those of a test module.
pytest.register_assert_rewrite("tests.chaos.survival")
