"""Compiles each URL rule, template and SQL statement once in a process, not once for each app.

Nearly every test creates an app of its own, with an engine of its own. Compiling the same hundred rules, and
the same templates and statements, took longer than the tests themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

# For the engine option `compiled_cache`: statements of all engines, keyed by dialect and structure.
STATEMENTS: LRUCache[Any, Any] = LRUCache(2_000)
_compile_builder = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., Any]] = {}


class CompiledTemplates(BytecodeCache):
    """Keeps the code of templates in memory, as long as their source stays the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    # The function takes its rule, and so the converters, as an argument: it serves every rule of this text.
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def _is_same_kind(dialect: DefaultDialect, other: object) -> bool:
    return type(dialect) is type(other)


def _hash_of_kind(dialect: DefaultDialect) -> int:
    return hash(type(dialect))


def install() -> None:
    """Share what is compiled among all apps of this process."""
    Rule._compile_builder = _builder  # type: ignore[method-assign]
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    # Caches of statements have the dialect in their keys, and each engine creates one. Those of a kind are
    # configured alike, and their servers have one version.
    DefaultDialect.__eq__ = _is_same_kind  # type: ignore[method-assign]
    DefaultDialect.__hash__ = _hash_of_kind  # type: ignore[method-assign]
