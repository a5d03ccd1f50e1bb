"""What the functions count is a closed set, told to operators and named after the contract."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import authorizer.handler
from agreed import metrics, routes
from agreed.metrics import Verdict
from api import table
from tenantry import groups
from tenantry.gateway import contract
from tenantry.monitoring.metrics import OPERATIONS, catalogue, counted_by

ROOT = Path(__file__).parents[2]
NAMES = groups.current().names
MANUAL = (ROOT / "docs" / "operations.md").read_text()


def test_every_metric_belongs_to_a_tenant() -> None:
    assert {metric.dimensions[0] for metric in catalogue()} == {"tenant"}


def test_what_the_functions_count_is_declared() -> None:
    """Whatever is handed to `count` is a metric that a declaration, or the platform, gives a name to."""
    sources = [path.read_text() for path in (ROOT / "functions").rglob("*.py")]
    counted = {name for text in sources for name in re.findall(r"metrics\.count\(([^,)]+)", text)}
    named = {word for each in counted for word in re.findall(r"\b[A-Z_]{4,}\b", each)}
    declared = [vars(metrics), *(vars(import_module(f"groups.{name}.declaration")) for name in NAMES)]
    known = {name for module in declared for name, value in module.items() if value in catalogue()}
    assert named
    assert named <= known
    assert not [each for each in counted if '"' in each]


def test_every_route_that_counts_a_metric_is_there() -> None:
    served = contract.installed_routes()
    for metric in catalogue():
        if "route" in metric.dimensions:
            assert len(counted_by(metric, served, ())) >= max(1, len(metric.operations))


def test_operators_are_told_of_every_metric_under_its_dimensions() -> None:
    """The table in docs/operations.md."""
    table = MANUAL.partition("### Metrics of the functions")[2].partition("\n#")[0]
    told = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table, re.M)
    documented = {
        name: tuple(re.findall(r"`(\w+)`", dimensions))
        for names, dimensions in told
        for name in re.findall(r"`(\w+)`", names)
    }
    assert documented == {metric.name: metric.dimensions for metric in catalogue()}


def test_a_route_is_named_as_in_the_contract() -> None:
    """The dimension's values: what `serve` writes of the gateway's event is what the contract calls it."""
    assert {str(route) for route in routes.stated()} == set(map(str, contract.installed_routes()))


def test_the_reasons_that_are_watched_are_the_authorizers() -> None:
    verdicts = {each for part in get_args(Verdict) for each in (get_args(part) or (part,))}
    assert set(metrics.REASONS) == verdicts


def test_the_operations_that_are_watched_are_those_that_the_functions_call() -> None:
    called = set(re.findall(r"client\.([a-z_]+)", inspect.getsource(table))) - {"exceptions"}
    assert {name.title().replace("_", "") for name in called} == set(OPERATIONS)


@pytest.mark.parametrize("verdict", ["accepted", "failed", "issuer-unavailable"])
def test_the_authorizer_ends_with_a_verdict_of_the_closed_set(verdict: str) -> None:
    allowed = {each for part in get_args(Verdict) for each in (get_args(part) or (part,))}
    assert verdict in allowed
    assert re.search(rf'"{verdict}"', inspect.getsource(authorizer.handler))
