"""Measures every claim about speed: real databases, a real service over HTTP, real processes.

How to run each, and what it shows: docs/benchmarks.md. Figures are printed, not asserted: compare those of
one run.
"""
