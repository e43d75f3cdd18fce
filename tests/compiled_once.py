"""Compiles each URL rule, template and SQL statement once in a process, not once for each app.

Nearly every test creates an app of its own, with an engine of its own. Compiling the same hundred rules, and
the same templates and statements, took longer than the tests themselves. Static files are prepared once too.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from whitenoise.responders import StaticFile

from webapp.web.static_files import StaticFiles

# For the engine option `compiled_cache`: statements of all engines, keyed by dialect and structure.
STATEMENTS: LRUCache[Any, Any] = LRUCache(2_000)
_compile = Rule.compile
_prepare = StaticFiles.get_static_file
_rules: dict[tuple[object, ...], dict[str, Any]] = {}
_files: dict[tuple[str, str, int], StaticFile] = {}
# What `Rule.compile` sets.
_COMPILED = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS = ("_build", "_build_unknown")


class CompiledTemplates(BytecodeCache):
    """Keeps the code of templates in memory, as long as their source stays the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


def _compile_rule(rule: Rule) -> None:
    key = _key(rule)
    if key not in _rules:
        _compile(rule)
        # The functions that build addresses take the rule as an argument, and serve each of this text.
        _rules[key] = {name: getattr(rule, name) for name in _COMPILED}
        _rules[key] |= {name: getattr(rule, name).__func__ for name in _BUILDERS}
    for name, value in _rules[key].items():
        setattr(rule, name, value.__get__(rule) if name in _BUILDERS else copy(value))


def _key(rule: Rule) -> tuple[object, ...]:
    assert rule.map is not None
    converters = tuple(rule.map.converters.values())
    place = (rule.map.host_matching, rule.host, rule.subdomain, rule.rule, rule.merge_slashes)
    return (*place, repr(rule.defaults), converters)


def _prepare_file(files: StaticFiles, path: str, url: str, stat_cache: Any = None) -> StaticFile:
    key = (path, url, Path(path).stat().st_mtime_ns)
    if key not in _files:
        _files[key] = _prepare(files, path, url, stat_cache)
    return _files[key]


def _is_same_kind(dialect: DefaultDialect, other: object) -> bool:
    return type(dialect) is type(other)


def _hash_of_kind(dialect: DefaultDialect) -> int:
    return hash(type(dialect))


def install() -> None:
    """Share what is compiled among all apps of this process."""
    Rule.compile = _compile_rule  # type: ignore[method-assign]
    StaticFiles.get_static_file = _prepare_file  # type: ignore[method-assign]
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    # Caches of statements have the dialect in their keys, and each engine creates one. Those of a kind are
    # configured alike, and their servers have one version.
    DefaultDialect.__eq__ = _is_same_kind  # type: ignore[method-assign]
    DefaultDialect.__hash__ = _hash_of_kind  # type: ignore[method-assign]
