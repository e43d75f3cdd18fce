"""Errors for values that cannot be accepted, with a message for the user who entered them. Pure."""

from __future__ import annotations


class Refused(ValueError):
    """Request that cannot be carried out; nothing was changed."""


class FieldRefused(Refused):
    """Value that cannot be accepted; `field` names it, or is empty if no single field is at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
