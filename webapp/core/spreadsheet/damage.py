"""Detection of cells that a spreadsheet damaged: rounded numbers, failed formulas, formulas saved as text."""

from __future__ import annotations

import re
from typing import Final

ERRORS: Final = frozenset(
    [
        "#n/a",
        "#ref!",
        "#value!",
        "#name?",
        "#div/0!",
        "#num!",
        "#null!",
        "#spill!",
        "#calc!",
        "#field!",
        "#blocked!",
        "#unknown!",
        "#connect!",
        "#busy!",
        "#getting_data",
    ]
)
# Excel writes one digit before the decimal point, a plus sign, and an exponent of two digits or more. `12E5`
# and `1E5` are real part numbers. A negative exponent is damage only after a decimal point or comma.
_FLOAT = re.compile(r"-?[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}|-?[0-9][.,][0-9]+E-[0-9]{2,3}", re.IGNORECASE)
_FORMULA = re.compile(r'=\s*".*"', re.DOTALL)
_LIBRE_OFFICE_ERROR = re.compile(r"Err:[0-9]{3}", re.IGNORECASE)


def is_error(text: str) -> bool:
    """Return whether a cell is a spreadsheet's error value, such as `#N/A`."""
    return text.casefold() in ERRORS or bool(_LIBRE_OFFICE_ERROR.fullmatch(text))


def damage_reason(text: str) -> str:
    """Return why a cell's text cannot be a number or code that a user wrote; empty if it can."""
    if text[:1].isalpha() and text[:4] not in ("Err:", "err:", "ERR:"):
        return ""
    if _FLOAT.fullmatch(text):
        return f"Excel converted this number to {text}"
    if is_error(text):
        return f"a spreadsheet formula failed and left {text}"
    if _FORMULA.fullmatch(text):
        return f"a spreadsheet saved the formula {text} instead of its text"
    return ""
