"""What is missing is named, and a type that nothing reads is refused by name."""

from typing import Any

import pulumi_aws as aws
import pytest

from tenantry.errors import Failed
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import Names
from tenantry.verification.deployed import deployed
from tenantry.verification.findings import findings
from tenantry.verification.reader import Deployed
from tenantry.verification.reading import Reading
from tests.support.engine import ARNS


class Nothing:
    """An account that holds nothing."""

    def can_paginate(self, _operation: str) -> bool:
        return False

    def __getattr__(self, _operation: str) -> Any:
        return lambda **_asked: {}


READING = Reading(Names("demo"), ARNS, lambda _service: Nothing(), lambda _api, stage: stage)


@pytest.mark.parametrize("token", [tokens.ROLE, tokens.ALIAS, tokens.LAYER_VERSION, tokens.BUCKET])
def test_what_is_missing_is_named_with_its_tenant(token: str) -> None:
    gone = Deployed("urn", token, "acme.items", "acme", {"name": "x"}, None)
    [found] = findings([gone], READING, [token])
    assert (found.tenant, found.found) == ("acme", None)
    assert found.resource.endswith(" acme.items")
    assert "pulumi up" in found.remedy


def test_a_type_that_nothing_reads_is_refused_by_name() -> None:
    def program() -> dict[str, Any]:
        aws.sqs.QueuePolicy("open", queue_url="q", policy="{}")
        return {}

    with pytest.raises(Failed, match="aws:sqs/queuePolicy:QueuePolicy"):
        deployed(program, "demo", READING)


def test_of_what_is_missing_the_rest_is_still_looked_up() -> None:
    """An alias names its key's id, which nobody knows."""

    def program() -> dict[str, Any]:
        key = aws.kms.Key("acme", description="d", policy="{}", tags={"tenant": "acme"})
        aws.kms.Alias("acme", name="alias/tenantry_demo_acme", target_key_id=key.key_id)
        return {}

    there = deployed(program, "demo", READING)
    assert [(each.type, each.found) for each in there] == [(tokens.KEY, None), (tokens.ALIAS, None)]
