"""Parses a `$filter` as the service would, and rejects what the service would reject.

Written only from docs/lightspeed-3pa.md, "Query options": the client builds its filters from the same page,
and the two independent implementations check each other. Precedence is not > and > or; parentheses are
accepted.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from sandbox.simulator.expressions import Comparison, Constant, Expression, Field, Junction, Negation
from sandbox.simulator.parts import Kind

# Each token must be followed by a blank, a parenthesis or the end, so that `gt0` and `'TR'and` are rejected.
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<parenthesis>[()])
    | (?:(?P<date>datetime'[^']*')
      | (?P<text>'(?:[^']|'')*')
      | (?P<number>-?\d+[lL]?)
      | (?P<word>[A-Za-z_]\w*)
      )(?=[\s()]|$)
    )""",
    re.VERBOSE | re.ASCII,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,7})?)?)?", re.ASCII)
_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge")
_DEEPEST = 50
_LARGEST = 2**63 - 1


class FilterError(ValueError):
    """A filter that the service cannot parse; its text is the response's body."""


def parse(text: str, kinds: dict[str, Kind], *, any_case: bool = True) -> Expression:
    """Parse `text`; FilterError if it is malformed or uses a field that isn't in `kinds`.

    `any_case` makes field names case-insensitive (the vendor's rule is not confirmed).
    """
    names = {name.lower(): name for name in kinds} if any_case else {name: name for name in kinds}
    reader = _Reader(_tokens(text), names, kinds, any_case)
    expression = reader.junction("or")
    if reader.kind != "end":
        raise FilterError(f"Syntax error at '{reader.text}'.")
    return expression


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError(f"Syntax error at position {at} in '{text}'.")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return [*found, ("end", "")]


class _Reader:
    """Recursive descent parser over the tokens."""

    def __init__(
        self, tokens: list[tuple[str, str]], names: dict[str, str], kinds: dict[str, Kind], any_case: bool
    ) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0
        self._names, self._kinds, self._any_case = names, kinds, any_case

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def text(self) -> str:
        return self._tokens[self._at][1]

    def junction(self, word: Literal["and", "or"]) -> Expression:
        terms = [self._below(word)]
        while self.kind == "word" and self.text == word:
            self._at += 1
            terms.append(self._below(word))
        return terms[0] if len(terms) == 1 else Junction(word, tuple(terms))

    def _below(self, word: str) -> Expression:
        return self.junction("and") if word == "or" else self._term()

    def _term(self) -> Expression:
        if self.kind == "word" and self.text == "not":
            self._at += 1
            return self._deeper(lambda: Negation(self._term()))
        if self.text == "(" and self.kind == "parenthesis":
            self._at += 1
            inside = self._deeper(lambda: self.junction("or"))
            self._expect(")")
            return inside
        return self._comparison()

    def _deeper(self, read: Callable[[], "Expression"]) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError("The filter is nested too deeply.")
        expression = read()
        self._depth -= 1
        return expression

    def _comparison(self) -> Comparison:
        left = self._operand()
        operator = self.text
        if self.kind != "word" or operator not in _OPERATORS:
            raise FilterError(f"Operator expected at '{operator}'.")
        self._at += 1
        right = self._operand()
        if "null" not in (left.kind, right.kind) and left.kind != right.kind:
            raise FilterError(f"Operator '{operator}' incompatible with {left.kind} and {right.kind}.")
        return Comparison(left, operator, right)

    def _operand(self) -> Field | Constant:
        kind, text = self.kind, self.text
        self._at += kind != "end"
        if kind == "word":
            return Constant("null", None) if text == "null" else self._field(text)
        if kind == "text":
            return Constant("text", text[1:-1].replace("''", "'"))
        if kind == "number":
            return _integer(text)
        if kind == "date":
            return _date(text[len("datetime'") : -1])
        raise FilterError(f"Expression expected at '{text}'.")

    def _field(self, text: str) -> Field:
        name = self._names.get(text.lower() if self._any_case else text)
        if name is None:
            raise FilterError(f"No property '{text}' exists in type 'Part'.")
        return Field(name, self._kinds[name])

    def _expect(self, text: str) -> None:
        if self.text != text or self.kind == "text":
            raise FilterError(f"'{text}' expected at '{self.text}'.")
        self._at += 1


def _integer(text: str) -> Constant:
    digits = text.rstrip("lL")
    # Python rejects very long ones with its own message.
    value = int(digits) if len(digits) < 30 else None
    if value is None or abs(value) > _LARGEST:
        raise FilterError(f"Integer literal '{text}' is out of range.")
    return Constant("number", value)


def _date(text: str) -> Constant:
    try:
        if _DATE.fullmatch(text):
            datetime.fromisoformat(text)
            return Constant("date", text)
    except ValueError:
        pass  # The format is right but there is no such date, such as February 31.
    raise FilterError(f"Unrecognized 'Edm.DateTime' literal '{text}'.")
