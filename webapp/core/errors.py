"""Errors of a value that cannot be accepted, with a message for the person who gave it. Pure."""

from __future__ import annotations


class Refused(ValueError):
    """A request that cannot be carried out; nothing was changed."""


class FieldRefused(Refused):
    """A value that cannot be accepted; `field` names it, or is empty where no single field is at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
