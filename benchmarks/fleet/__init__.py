"""Simulates a night of a whole fleet, fed with what runs of this code take, and checks it against real runs.

Nothing here is part of the program. A simulated worker does what a real one does, in the same order, and only
passes the time of it.
"""
