"""Fuzzing: every form, every route, the decoder of the service's answers, and the simulator's filter text.

`bin/test` runs a bounded part of it, `python -m tests.fuzz --minutes N` as much as there is time for. What is
found is mended, with a plain test beside the code that was wrong; the inputs that led there are in `corpus/`.
"""
