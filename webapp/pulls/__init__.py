"""Stored pulls: parts as reported, and the result of each."""
