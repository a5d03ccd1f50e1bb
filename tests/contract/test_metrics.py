"""What the functions count is a closed set, told to operators and named after the contract."""

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

import authorizer.handler
from agreed import routes
from api import metrics, table
from authorizer.refusals import Reason, Verdict
from tenantry.monitoring.metrics import MOST_PER_TENANT, OPERATIONS, OWN, REASONS

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "operations.md").read_text()


def test_the_catalogue_holds_every_name_and_each_belongs_to_a_tenant() -> None:
    assert set(metrics.CATALOGUE) == set(get_args(metrics.Name))
    assert {dimensions[0] for dimensions in metrics.CATALOGUE.values()} == {"tenant"}


def test_what_is_shown_and_watched_is_what_is_counted() -> None:
    assert dict(metrics.CATALOGUE) == dict(OWN)


def test_operators_are_told_how_many_one_tenant_brings_about() -> None:
    assert f"at\n  most {MOST_PER_TENANT} custom metrics" in MANUAL


def test_operators_are_told_of_every_metric_under_its_dimensions() -> None:
    """The table in docs/operations.md."""
    table = MANUAL.partition("### Metrics of the functions")[2].partition("\n#")[0]
    told = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table, re.M)
    documented = {
        name: tuple(re.findall(r"`(\w+)`", dimensions))
        for names, dimensions in told
        for name in re.findall(r"`(\w+)`", names)
    }
    assert documented == dict(metrics.CATALOGUE)


def test_a_route_is_named_as_in_the_contract() -> None:
    """The dimension's values: what `serve` writes of the gateway's event is what the contract calls it."""
    contract = yaml.safe_load((ROOT / "functions" / "openapi.yaml").read_text())["paths"]
    assert {(route.path, route.method.lower()) for route in routes.table()} <= {
        (path, method) for path, item in contract.items() for method in item
    }
    assert {str(route) for route in routes.table()} == {
        f"{route.method} {route.path}" for route in routes.table()
    }


def test_the_reasons_that_are_watched_are_the_authorizers() -> None:
    verdicts = {each for part in get_args(Verdict) for each in (get_args(part) or (part,))}
    assert set(REASONS) == verdicts


def test_the_operations_that_are_watched_are_those_that_the_functions_call() -> None:
    called = set(re.findall(r"client\.([a-z_]+)", inspect.getsource(table))) - {"exceptions"}
    assert {name.title().replace("_", "") for name in called} == set(OPERATIONS)


@pytest.mark.parametrize("verdict", ["accepted", "failed", "issuer-unavailable"])
def test_the_authorizer_ends_with_a_verdict_of_the_closed_set(verdict: str) -> None:
    allowed = {each for part in get_args(Verdict) for each in (get_args(part) or (part,))}
    assert verdict in allowed | set(get_args(Reason))
    assert re.search(rf'"{verdict}"', inspect.getsource(authorizer.handler))
