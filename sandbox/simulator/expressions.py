"""Syntax tree of a `$filter`: comparisons joined by and, or, not."""

from dataclasses import dataclass
from typing import Literal

from sandbox.simulator.parts import Kind

LiteralKind = Kind | Literal["null"]


@dataclass(frozen=True)
class Field:
    """A column of the record, by its exact name."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Constant:
    """A literal. A date is kept as the text between its quotes, with its format already checked."""

    kind: LiteralKind
    value: str | int | None


@dataclass(frozen=True)
class Comparison:
    """`left operator right`, of one type on both sides or null on either."""

    left: Field | Constant
    operator: str
    right: Field | Constant


@dataclass(frozen=True)
class Junction:
    """Two or more expressions joined by `and`, or by `or`."""

    word: Literal["and", "or"]
    terms: tuple["Expression", ...]


@dataclass(frozen=True)
class Negation:
    """`not term`."""

    term: "Expression"


Expression = Comparison | Junction | Negation


def supplier_code_of(expression: Expression | None) -> str | None:
    """Return the code of a `SupplierCode eq '…'` that every matching record must satisfy; None without
    one."""
    if isinstance(expression, Junction) and expression.word == "and":
        return next((code for code in map(supplier_code_of, expression.terms) if code is not None), None)
    if isinstance(expression, Comparison) and expression.operator == "eq":
        sides = (expression.left, expression.right)
        if any(isinstance(side, Field) and side.name == "SupplierCode" for side in sides):
            texts = (side.value for side in sides if isinstance(side, Constant) and side.kind == "text")
            return next((str(text) for text in texts), None)
    return None
