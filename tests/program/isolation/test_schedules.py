"""A schedule that runs, lets in or leads to what is another tenant's is found and named."""

from collections.abc import Iterator

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell, registered
from tenantry.isolation.proof import prove
from tests.support import scheduled
from tests.support.leaks import assert_found, decided
from tests.support.mutations import Mutation, added, allow, granted, set_input

SWEEP, OTHERS = "tenantry_demo_acme_sweep", "tenantry_demo_acme-eu_sweep"
PERMISSION, TARGET = "Permission acme.sweep", "EventTarget acme.sweep"


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegisteredCell]:
    with scheduled.cell(tmp_path_factory.mktemp("groups")) as cell:
        yield registered(cell)


def permission(**inputs: str | None) -> Mutation:
    return set_input("Permission", "acme.sweep", **inputs)


def target(**inputs: object) -> Mutation:
    return set_input("EventTarget", "acme.sweep", **inputs)


MISTAKES: dict[str, tuple[Mutation, str, str]] = {
    "a schedule that runs another tenant's function": (
        target(arn=ARNS.function(OTHERS)),
        TARGET,
        f"the schedule {SWEEP}",
    ),
    "a function that another tenant's schedule runs": (target(rule=OTHERS), TARGET, f"the schedule {OTHERS}"),
    "another tenant's schedule and function": (
        target(arn=ARNS.function(OTHERS), rule=OTHERS),
        TARGET,
        f"the schedule {OTHERS}",
    ),
    "a schedule that runs a function of nobody's": (
        target(arn=ARNS.function("orders")),
        TARGET,
        f"the schedule {SWEEP}",
    ),
    "a function that a rule of nobody's runs": (target(rule="orders"), TARGET, "the schedule orders"),
    "a function that lets in another tenant's rule": (
        permission(sourceArn=ARNS.rule(OTHERS)),
        PERMISSION,
        f"rule/{OTHERS}",
    ),
    "a function that lets in rules that begin alike": (
        permission(sourceArn=ARNS.rule("tenantry_demo_acme*")),
        PERMISSION,
        "rule/tenantry_demo_acme*",
    ),
    "a function that lets in any rule": (permission(sourceArn=None), PERMISSION, "from anywhere"),
    "a function that lets in a rule for more than a call": (
        permission(action="lambda:*"),
        PERMISSION,
        "permission schedule",
    ),
    "a function that lets in a stage as a rule": (
        permission(principal="apigateway.amazonaws.com"),
        PERMISSION,
        f"rule/{SWEEP}",
    ),
    "a function that lets in whoever passes the rule": (permission(principal="*"), PERMISSION, "schedule"),
    "a permission on another tenant's function": (permission(function=OTHERS), PERMISSION, f"rule/{SWEEP}"),
    "a schedule under a role": (
        target(roleArn=ARNS.iam("role/tenantry_demo_acme-eu_sweep")),
        TARGET,
        "roleArn of aws:cloudwatch/eventTarget:EventTarget",
    ),
    "a schedule whose failures go elsewhere": (
        target(deadLetterConfig={"arn": ARNS.queue("tenantry_demo_globex_contact")}),
        TARGET,
        "deadLetterConfig of",
    ),
    "a rule that hears what others send": (
        set_input("EventRule", "acme.sweep", eventPattern='{"source": [{"prefix": ""}]}'),
        "EventRule acme.sweep",
        "eventPattern of aws:cloudwatch/eventRule:EventRule",
    ),
    "a rule on another bus": (
        set_input("EventRule", "acme.sweep", eventBusName="shared"),
        "EventRule acme.sweep",
        "eventBusName of",
    ),
    "answers that go elsewhere": (
        set_input(
            "FunctionEventInvokeConfig",
            "acme.sweep",
            destinationConfig={"onSuccess": {"destination": ARNS.queue("tenantry_demo_globex_contact")}},
        ),
        "FunctionEventInvokeConfig acme.sweep",
        "destinationConfig of",
    ),
    "retries of another tenant's function": (
        set_input("FunctionEventInvokeConfig", "acme.sweep", functionName=OTHERS),
        "FunctionEventInvokeConfig acme.sweep",
        "functionName of",
    ),
    "a schedule of another kind": (
        added(
            "acme.sweep",
            "beside",
            "aws:scheduler/schedule:Schedule",
            scheduleExpression="rate(1 hour)",
            target={"arn": ARNS.function(OTHERS)},
        ),
        "Schedule beside",
        "aws:scheduler/schedule:Schedule, which this proof does not read",
    ),
    "a function that may set schedules": (
        granted("acme.sweep", allow("events:PutTargets", ARNS.rule(SWEEP))),
        SWEEP,
        "own/Wide",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_schedule_that_leads_elsewhere_is_found(cell: RegisteredCell, mistake: str) -> None:
    assert_found(cell, *MISTAKES[mistake])


def test_schedules_as_they_are_leak_nothing(cell: RegisteredCell) -> None:
    assert decided(cell) == []
    assert {f"tenantry_demo_{slug}_sweep" for slug in scheduled.ALL} <= {
        row.role.name for row in prove(cell).rows
    }
