"""Delivery failures, with sentences for the page that lists them; these never contain secrets."""

from __future__ import annotations


class Undeliverable(Exception):
    """Failed attempt to deliver; with `is_final` a retry would fail too."""

    def __init__(self, sentence: str, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


class NoLongerWanted(Exception):
    """Obsolete message: its recipient was removed, or there is nothing left to report."""
