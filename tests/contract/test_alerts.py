"""Dashboards and alerts ask for what the server tells, and for nothing else."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from prometheus_client.parser import text_string_to_metric_families

from tests.asking import Api
from tests.contract.test_packages import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "dengta.json").read_text())
ALERTS: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
ELSEWHERE = {"up", "pg_stat_archiver_failed_count"}
"""Prometheus's own, and postgres_exporter's."""

WITH_REPLICAS = {"dengta_replica_lag_seconds"}

_SUFFIX = re.compile(r"_(bucket|sum|count)$")


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


def names_in(expression: str) -> set[str]:
    """Functions and words of the language are followed by something else than what follows a metric's name."""
    return set(re.findall(r"\b((?:dengta|pg)_\w+|up)\b(?!\()", expression))


async def told(api: Api) -> set[str]:
    text = (await api.http.get("/metrics")).text
    return {family.name for family in text_string_to_metric_families(text)}


async def test_every_metric_that_is_asked_for_is_told(api: Api) -> None:
    families = await told(api)
    families |= {f"{name}_total" for name in families}
    asked = {name for expression in expressions() for name in names_in(expression)} - ELSEWHERE - WITH_REPLICAS
    assert {name for name in asked if _SUFFIX.sub("", name) not in families} == set()


async def test_every_metric_that_is_told_is_shown_or_watched(api: Api) -> None:
    asked = {_SUFFIX.sub("", name) for expression in expressions() for name in names_in(expression)}
    ours = {name for name in await told(api) if name.startswith("dengta_")}
    unseen = {"dengta_messages", "dengta_changes_unnumbered"}  # how many; what counts is for how long
    assert {name for name in ours if not {name, f"{name}_total"} & asked} == unseen


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_where_to_look(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_names_of_alerts_and_the_places_of_panels_are_taken_once() -> None:
    names = [rule["alert"] for rule in RULES]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(names)) == len(names)
    assert len(set(places)) == len(places)
