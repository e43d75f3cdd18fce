"""What the speed claims are measured with: real databases, a real service over HTTP, real processes.

Figures are printed, never asserted: what counts is the ratio between two of them in one run.
"""
