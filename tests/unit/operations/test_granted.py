"""Service Quotas is asked in the Region that knows, and a quota never raised is at its default."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tenantry.config.granted import Granted
from tenantry.errors import Failed
from tenantry.operations.granted import CODES, granted

TODAY = date(2026, 11, 27)


@pytest.fixture
def clients(no_credentials: None) -> Iterator[list[tuple[Any, Stubber]]]:  # noqa: ARG001
    made = []
    for region in ("eu-west-3", "us-east-1"):
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        client = boto3.client("service-quotas", region_name=region, **keys)
        made.append((client, Stubber(client)))
    for _, stub in made:
        stub.activate()
    yield made
    for _, stub in made:
        stub.assert_no_pending_responses()


def answer(value: float) -> dict[str, Any]:
    return {"Quota": {"Value": value}}


def test_each_quota_is_read_where_it_is_known(clients: list[tuple[Any, Stubber]]) -> None:
    (here, asked), (abroad, far) = clients
    values = {"usage_plans": 600, "concurrency": 10, "tables": 2_500, "event_rules": 100}
    for name, value in values.items():
        service, code = CODES[name]
        asked.add_response("get_service_quota", answer(value), {"ServiceCode": service, "QuotaCode": code})
    service, code = CODES["roles"]
    place = {"ServiceCode": service, "QuotaCode": code}
    far.add_client_error("get_service_quota", "NoSuchResourceException", expected_params=place)
    far.add_response("get_aws_default_service_quota", answer(1_000), place)
    assert granted(here, abroad, TODAY) == Granted(**values, roles=1_000, taken=TODAY)


def test_what_aws_refuses_is_told(clients: list[tuple[Any, Stubber]]) -> None:
    (here, asked), (abroad, _) = clients
    asked.add_client_error("get_service_quota", "AccessDeniedException", "no")
    with pytest.raises(Failed, match="eu-west-3: AccessDeniedException"):
        granted(here, abroad, TODAY)
