"""The Prometheus rules and the Grafana dashboard in ops/ are well formed and ask for metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from tests.webapp.client import ON_SQLITE
from tests.webapp.operations.metrics.test_page import TOKEN
from webapp.settings.config import ROOT

RULES = ROOT / "ops" / "prometheus-rules.yml"
DASHBOARD = ROOT / "ops" / "grafana-dashboard.json"
METRIC = re.compile(r"\bparts_sync_\w+")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return found


def queries() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in dashboard()["panels"] for target in panel["targets"])


@pytest.fixture
def exposed(app: Flask, redis_url: str) -> set[str]:
    """The names of all series that /metrics may have."""
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    app.config |= {"REDIS_URL": redis_url, "METRICS_TOKEN": TOKEN}
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    families = list(text_string_to_metric_families(answer.text))
    return {family.name + suffix for family in families for suffix in SUFFIXES[family.type]}


@ON_SQLITE
def test_every_metric_that_is_asked_for_exists(exposed: set[str]) -> None:
    named = {name for query in queries() for name in METRIC.findall(query)}
    assert len(named) > 15
    assert named - exposed == set()


@ON_SQLITE
def test_every_metric_is_in_the_operations_guide(exposed: set[str]) -> None:
    guide = set(METRIC.findall((ROOT / "docs" / "operations.md").read_text()))
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed} - guide == set()


def test_every_result_cursor_is_closed() -> None:
    for query in queries():
        for opening, closing in ("()", "{}", "[]"):
            assert query.count(opening) == query.count(closing), query
        assert query.count('"') % 2 == 0, query


def test_a_rule_states_its_severity_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert {"summary", "description"} <= rule["annotations"].keys(), rule["alert"]
        assert re.fullmatch(r"\d+m", rule["for"]), rule["alert"]


def test_the_rules_of_the_guide_are_among_them() -> None:
    for line in re.findall(
        r"^    (parts_sync_\S+ [=>]=? \d+)", (ROOT / "docs" / "operations.md").read_text(), re.M
    ):
        assert line in set(queries()), line


def test_panels_do_not_overlap() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [
        (column, row)
        for each in (panel["gridPos"] for panel in panels)
        for column in range(each["x"], each["x"] + each["w"])
        for row in range(each["y"], each["y"] + each["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(column for column, _ in taken) < 24
