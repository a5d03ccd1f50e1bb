"""A tenant's use is what its plan counted: each key's days, in UTC, as far back as API Gateway keeps them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tenantry.errors import Failed
from tenantry.operations.metering.usage import KEPT_DAYS, PAGE, Day, usage_of
from tenantry.operations.places import Place
from tenantry.operations.running import Key, PlanQuota, RunningTenant
from tenantry.rules.naming import Names

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
NOW = datetime.now(UTC)
ACME = RunningTenant(
    slug="acme",
    tier="bronze",
    suspended=False,
    url="https://acme.example",
    plan_id="plan1",
    rate_per_second=5,
    burst=10,
    quota=PlanQuota(100, "DAY"),
    keys=(Key("k1", "web", NOW, True), Key("k2", "batch", NOW, True)),
    functions={},
    queues=(),
)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """API Gateway, answering what a test puts up, to exactly the calls that it expects."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    client = boto3.client("apigateway", region_name="eu-west-3")
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def place(gateway: Stubber) -> Place:
    client: Callable[[str], Any] = lambda _service: gateway.client  # noqa: E731
    return Place(Names("demo"), "eu-west-3", "demo", "stack demo", client, lambda _api, _stage: "")


def answers(
    gateway: Stubber, start: date, end: date, items: dict[str, Any], at: str = "", on: str = ""
) -> None:
    asked = {"usagePlanId": "plan1", "startDate": str(start), "endDate": str(end), "limit": PAGE}
    told: dict[str, Any] = {"usagePlanId": "plan1", "items": items}
    gateway.add_response(
        "get_usage",
        {**told, **({"position": on} if on else {})},
        {**asked, **({"position": at} if at else {})},
    )


def test_each_keys_days_are_told_and_deleted_keys_by_their_ids(gateway: Stubber, place: Place) -> None:
    items = {"k1": [[3, 97], [10, 90]], "k2": [[], [1, 99]], "gone": [[7, 93], [0, 100]]}
    answers(gateway, YESTERDAY, TODAY, items)
    web, batch, gone = usage_of(place, ACME, YESTERDAY, TODAY)
    assert (web.id, web.name, web.used, web.remaining) == ("k1", "web", 13, 90)
    assert web.days == (Day(YESTERDAY, 3, 97), Day(TODAY, 10, 90))
    assert (batch.name, batch.used, batch.days[0]) == ("batch", 1, Day(YESTERDAY, 0, None))
    assert (gone.id, gone.name, gone.used) == ("gone", None, 7)


def test_every_page_is_read(gateway: Stubber, place: Place) -> None:
    answers(gateway, TODAY, TODAY, {"k1": [[1, 99]]}, on="next")
    answers(gateway, TODAY, TODAY, {"k2": [[2, 98]]}, at="next")
    assert [key.used for key in usage_of(place, ACME, TODAY, TODAY)] == [1, 2]


def test_days_to_come_and_days_too_long_ago_are_not_asked_for(gateway: Stubber, place: Place) -> None:
    first = TODAY - timedelta(days=KEPT_DAYS - 1)
    answers(gateway, first, TODAY, {"k1": [[1, 99]]})
    web, batch = usage_of(place, ACME, TODAY - timedelta(days=400), TODAY + timedelta(days=9))
    assert (web.days, batch.days) == ((Day(first, 1, 99),), ())


def test_a_month_that_is_kept_no_longer_asks_nobody(place: Place) -> None:
    ended = TODAY - timedelta(days=KEPT_DAYS)
    assert [key.days for key in usage_of(place, ACME, ended - timedelta(days=30), ended)] == [(), ()]


def test_without_a_quota_nothing_remains_to_be_told(gateway: Stubber, place: Place) -> None:
    answers(gateway, TODAY, TODAY, {"k1": [[5, 0]]})
    web, _ = usage_of(place, replace(ACME, quota=None), TODAY, TODAY)
    assert (web.used, web.remaining) == (5, None)


def test_a_refusal_says_what_to_do(gateway: Stubber, place: Place) -> None:
    gateway.add_client_error("get_usage", "AccessDeniedException", "not authorized")
    with pytest.raises(Failed, match=r"eu-west-3: AccessDeniedException.*use credentials of a role"):
        usage_of(place, ACME, TODAY, TODAY)
