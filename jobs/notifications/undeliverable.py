"""Why a message did not arrive, in words for the page that lists it; never anything of a secret."""

from __future__ import annotations


class Undeliverable(Exception):
    """An attempt that did not succeed. With `is_final` no other would either."""

    def __init__(self, sentence: str, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


class NoLongerWanted(Exception):
    """Nobody waits for the message any more: its recipient was removed, or there is nothing to tell."""
