"""A stage is added to a usage plan, and taken out of it, as UpdateUsagePlan says."""

from collections.abc import Iterator
from typing import Any

import pytest

from tenantry.local.clients import Session

STAGES = [{"apiId": "abc", "stage": "acme"}]


def plan_with(root: Session, stages: list[dict[str, str]]) -> str:
    made = root.client("apigateway").create_usage_plan(name="plan", apiStages=stages)
    return str(made["id"])


def patched(root: Session, plan: str, operation: str, value: str) -> Any:
    operations = [
        {"op": "replace", "path": "/description", "value": "new"},
        {"op": operation, "path": "/apiStages", "value": value},
    ]
    return root.client("apigateway").update_usage_plan(usagePlanId=plan, patchOperations=operations)


@pytest.fixture
def empty(root: Session) -> Iterator[str]:
    plan = plan_with(root, [])
    yield plan
    root.client("apigateway").delete_usage_plan(usagePlanId=plan)


def test_a_stage_is_added_once(root: Session, empty: str) -> None:
    for _ in range(2):
        told = patched(root, empty, "add", "abc:acme")
    assert (told["apiStages"], told["description"]) == (STAGES, "new")
    assert root.client("apigateway").get_usage_plan(usagePlanId=empty)["apiStages"] == STAGES


def test_a_stage_is_taken_out_and_no_other(root: Session, empty: str) -> None:
    patched(root, empty, "add", "abc:acme")
    patched(root, empty, "add", "abc:acme-eu")
    assert patched(root, empty, "remove", "abc:acme-eu")["apiStages"] == STAGES


def test_an_unknown_plan_is_not_found(root: Session) -> None:
    gateway = root.client("apigateway")
    with pytest.raises(gateway.exceptions.NotFoundException):
        patched(root, "unknown", "add", "abc:acme")


def test_the_untouched_emulator_writes_over_the_stages(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    plan = plan_with(untouched, [])
    with pytest.raises(AttributeError):  # boto3 cannot read its answer: text in the place of stages
        patched(untouched, plan, "add", "abc:acme")
