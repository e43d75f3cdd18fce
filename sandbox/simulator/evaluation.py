"""Compiles a filter or an order to a function of a record.

Two-valued: a comparison with a missing value is false, except `eq null`, and `ne` with a value. A stored
value of another type than its field's (a test's "n/a" in OnHand) counts as missing here, though it is sent
unchanged.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.simulator.expressions import Comparison, Constant, Expression, Field, Negation
from sandbox.simulator.parts import Kind, Part

Question = Callable[[Part], bool]
Reading = Callable[[Part], Any]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def predicate(expression: Expression, *, loose_text: bool = False) -> Question:
    """Return a predicate over a record; `loose_text` ignores case and trailing blanks, as SQL Server does."""
    if isinstance(expression, Comparison):
        return _comparison(expression, loose_text)
    if isinstance(expression, Negation):
        denied = predicate(expression.term, loose_text=loose_text)
        return lambda one: not denied(one)
    terms = [predicate(term, loose_text=loose_text) for term in expression.terms]
    every = all if expression.word == "and" else any
    return lambda one: every(term(one) for term in terms)


def sort_key(field: str, kind: Kind, *, loose_text: bool = False) -> Callable[[Part], Any]:
    """Return the key that sorts records by one field, missing values first."""
    read = _reading(Field(field, kind), loose_text)

    def key(one: Part) -> tuple[bool, Any]:
        value = read(one)
        return (value is not None, 0 if value is None else value)

    return key


def _comparison(expression: Comparison, loose_text: bool) -> Question:
    left, right = _reading(expression.left, loose_text), _reading(expression.right, loose_text)
    compare, equality = _COMPARE[expression.operator], expression.operator in ("eq", "ne")
    fixed = isinstance(expression.right, Constant)
    constant = right({}) if fixed else None

    def answer(one: Part) -> bool:
        first, second = left(one), constant if fixed else right(one)
        if first is None or second is None:
            return equality and compare(first, second)
        return compare(first, second)

    return answer


def _reading(operand: Field | Constant, loose_text: bool) -> Reading:
    convert = {"text": _loose if loose_text else _text, "number": _number, "date": _moment}.get(operand.kind)
    if convert is None:
        return lambda one: None
    if isinstance(operand, Field):
        name = operand.name
        return lambda one: convert(one.get(name))
    value = convert(operand.value)
    return lambda one: value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) or value is None else str(value)


def _loose(value: Any) -> str | None:
    text = _text(value)
    return None if text is None else text.rstrip(" ").casefold()


def _number(value: Any) -> int | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None
