"""A group's schedule becomes a rule of each tenant that has it, which runs that tenant's function alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tenantry.config import Cell
from tenantry.guardrails.rules import RULES
from tenantry.rules.naming import Names
from tests.support import scheduled
from tests.support.engine import ARNS, RecordingMonitor, register
from tests.support.guardrails import set_at, stack
from tests.support.scheduled import ALL, NAME

NAMES = Names("demo")


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    with scheduled.cell(tmp_path_factory.mktemp("groups")) as cell:
        yield cell


@pytest.fixture(scope="module")
def engine(cell: Cell) -> RecordingMonitor:
    return register(cell)[0]


def inputs(engine: RecordingMonitor, kind: str, slug: str) -> dict[str, Any]:
    return engine.of_type(kind)[f"{slug}.{NAME}"].inputs


def test_each_tenant_that_has_the_group_has_a_rule_and_no_other_has(engine: RecordingMonitor) -> None:
    assert set(engine.of_type("EventRule")) == {f"{slug}.{NAME}" for slug in ALL}
    for slug in ALL:
        rule = inputs(engine, "EventRule", slug)
        assert rule["name"] == NAMES.schedule(slug, NAME) == f"tenantry_demo_{slug}_sweep"
        assert (rule["scheduleExpression"], rule["state"]) == ("rate(1 hour)", "ENABLED")
        assert rule["tags"]["tenant"] == slug


def test_the_rule_runs_the_tenants_function_which_lets_in_this_rule_alone(engine: RecordingMonitor) -> None:
    for slug in ALL:
        rule, function = NAMES.schedule(slug, NAME), NAMES.function(slug, NAME)
        target, permission = inputs(engine, "EventTarget", slug), inputs(engine, "Permission", slug)
        assert (target["rule"], target["arn"]) == (rule, ARNS.function(function))
        assert "roleArn" not in target
        assert permission == {
            "statementId": "schedule",
            "function": function,
            "action": "lambda:InvokeFunction",
            "principal": "events.amazonaws.com",
            "sourceArn": ARNS.rule(rule),
        }


def test_the_event_names_schedule_run_and_time_and_nothing_of_the_tenant(engine: RecordingMonitor) -> None:
    transformer = inputs(engine, "EventTarget", "acme")["inputTransformer"]
    text = transformer["inputTemplate"]
    for name, path in transformer["inputPaths"].items():
        assert path in ("$.id", "$.time")
        text = text.replace(f"<{name}>", json.dumps(path))
    assert json.loads(text) == {"schedule": NAME, "id": "$.id", "time": "$.time"}


def test_a_run_that_fails_is_repeated_within_the_hour(engine: RecordingMonitor) -> None:
    retries, target = (
        inputs(engine, "FunctionEventInvokeConfig", "acme"),
        inputs(engine, "EventTarget", "acme"),
    )
    assert retries["functionName"] == NAMES.function("acme", NAME)
    assert (retries["maximumRetryAttempts"], retries["maximumEventAgeInSeconds"]) == (2, 3_600)
    assert target["retryPolicy"]["maximumEventAgeInSeconds"] == 3_600


def test_no_stage_reaches_it_and_nothing_is_reserved_for_it(engine: RecordingMonitor) -> None:
    function = inputs(engine, "Function", "acme")
    assert function["handler"] == "start.notes_sweep"
    assert "reservedConcurrentExecutions" not in function
    assert NAMES.function("acme", NAME) not in inputs_of_stage(engine, "acme").values()


def inputs_of_stage(engine: RecordingMonitor, slug: str) -> dict[str, str]:
    variables: dict[str, str] = engine.of_type("Stage")[slug].inputs["variables"]
    return variables


def test_a_suspended_tenants_clock_stands_still_and_no_others_does(
    cell: Cell, engine: RecordingMonitor
) -> None:
    tenants = [
        tenant.model_copy(update={"status": "suspended"}) if tenant.slug == "acme" else tenant
        for tenant in cell.tenants
    ]
    after = register(cell.model_copy(update={"tenants": tuple(tenants)}))[0]
    assert inputs(after, "EventRule", "acme") == inputs(engine, "EventRule", "acme") | {"state": "DISABLED"}
    assert inputs(after, "EventTarget", "acme") == inputs(engine, "EventTarget", "acme")
    assert after.below("acme-eu") == engine.below("acme-eu")


def test_its_errors_throttles_and_log_are_watched_as_any_functions(engine: RecordingMonitor) -> None:
    name = NAMES.function("acme", NAME)
    for condition in ("function-errors", "throttles"):
        assert name in json.dumps(engine.of_type("MetricAlarm")[f"acme.{condition}"].inputs)
    assert inputs(engine, "LogGroup", "acme")["name"] == f"/aws/lambda/{name}"
    assert name in engine.of_type("Dashboard")["acme"].inputs["dashboardBody"]


def test_guardrails_hold_and_want_the_rules_tags_and_the_permissions_source(engine: RecordingMonitor) -> None:
    good = stack(engine)

    def broken(resources: Any) -> set[str]:
        return {rule.name for rule in RULES if list(rule.check(resources))}

    assert broken(good) == set()
    assert broken(set_at("EventRule", "acme.sweep", "tags.tenant", None)(good)) == {"resource-is-tagged"}
    opened = set_at("Permission", "acme.sweep", "sourceArn", None)(good)
    assert broken(opened) == {"permission-has-a-source"}
