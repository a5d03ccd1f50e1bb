"""GetUsage tells how often each key of a plan called on each day, and what its quota leaves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session
from tests.local.cloud import ECHO, Api, make_function, make_role

QUOTA = {"limit": 3, "period": "DAY"}


def today() -> date:
    return datetime.now(UTC).date()


def usage(root: Session, plan: str, first: date, last: date, **more: str) -> Any:
    return root.client("apigateway").get_usage(
        usagePlanId=plan, startDate=str(first), endDate=str(last), **more
    )


@pytest.fixture(scope="module")
def api(root: Session) -> Api:
    make_function(root, "items", ECHO, make_role(root, "functions"))
    made = Api.make(root, authorized=False, keyed=True, items="items")
    made.add_stage("acme")
    return made


def test_admitted_calls_are_counted_by_key_and_day(api: Api) -> None:
    root, day = api.root, today()
    plan, key_id, key = api.admit("acme", "acme", quota=QUOTA)
    other_plan, other_id, _ = api.admit("acme", "other", quota=QUOTA)
    assert [api.get("acme", **{"x-api-key": key})[0] for _ in range(4)] == [200, 200, 200, 429]
    told = usage(root, plan, day - timedelta(days=1), day)
    assert told["items"] == {key_id: [[0, 3], [3, 0]]}
    assert (told["usagePlanId"], told["startDate"], told["endDate"]) == (
        plan,
        str(day - timedelta(days=1)),
        str(day),
    )
    assert usage(root, other_plan, day, day)["items"] == {other_id: [[0, 3]]}
    assert usage(root, plan, day, day, keyId=other_id)["items"] == {}


def test_a_months_quota_is_spent_over_its_days(api: Api) -> None:
    plan, key_id, key = api.admit("acme", "monthly", quota={"limit": 10, "period": "MONTH"})
    for _ in range(2):
        api.get("acme", **{"x-api-key": key})
    last = today() + timedelta(days=40)
    told = usage(api.root, plan, today(), last)["items"][key_id]
    month_ends = next(n for n in range(41) if (today() + timedelta(days=n + 1)).day == 1)
    assert told[0] == [2, 8]
    assert told[month_ends] == ([0, 8] if month_ends else [2, 8])
    assert told[month_ends + 1] == [0, 10]


def test_a_key_without_a_quota_is_counted_too(api: Api) -> None:
    plan, key_id, key = api.admit("acme", "unlimited")
    api.get("acme", **{"x-api-key": key})
    [[used, _]] = usage(api.root, plan, today(), today())["items"][key_id]
    assert used == 1


def test_remaining_calls_can_be_granted_and_taken(api: Api) -> None:
    root, gateway = api.root, api.root.client("apigateway")
    plan, key_id, key = api.admit("acme", "granted", quota=QUOTA)

    def call() -> int:
        return api.get("acme", **{"x-api-key": key})[0]

    def grant(remaining: int) -> Any:
        operation = {"op": "replace", "path": "/remaining", "value": str(remaining)}
        return gateway.update_usage(usagePlanId=plan, keyId=key_id, patchOperations=[operation])["items"]

    assert call() == 200
    assert grant(0) == {key_id: [[1, 0]]}
    assert call() == 429
    assert grant(1) == {key_id: [[1, 1]]}
    assert (call(), call()) == (200, 429)
    assert usage(root, plan, today(), today())["items"] == {key_id: [[2, 0]]}


def test_wrong_dates_and_unknown_plans_are_refused(api: Api) -> None:
    plan, _, _ = api.admit("acme", "refused")
    with pytest.raises(ClientError, match="BadRequest"):
        usage(api.root, plan, today(), today() - timedelta(days=1))
    with pytest.raises(ClientError, match="NotFound"):
        usage(api.root, "unknown", today(), today())


def test_the_untouched_emulator_tells_no_usage(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    plan = untouched.client("apigateway").create_usage_plan(name="plan", quota=QUOTA)["id"]
    assert "items" not in usage(untouched, plan, today(), today())
