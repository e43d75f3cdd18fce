"""Starter of the whole program on one machine: `bin/run`."""
