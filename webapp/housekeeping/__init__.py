"""Keeps what is stored within bounds."""
