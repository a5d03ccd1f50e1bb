"""A resource answers the tags that TagResource gave it, and none that UntagResource took away."""

from collections.abc import Callable
from typing import Any

import pytest

from tenantry.local.clients import REGION, Session

MADE = {"tier": "bronze", "tenant": "acme"}


def api_key(gateway: Any) -> tuple[str, Any]:
    made = gateway.create_api_key(name="key", tags=MADE)
    return f"apikeys/{made['id']}", lambda: gateway.get_api_key(apiKey=made["id"])


def usage_plan(gateway: Any) -> tuple[str, Any]:
    made = gateway.create_usage_plan(name="plan", tags=MADE)
    return f"usageplans/{made['id']}", lambda: gateway.get_usage_plan(usagePlanId=made["id"])


def rest_api(gateway: Any) -> tuple[str, Any]:
    made = gateway.create_rest_api(name="api", tags=MADE)
    return f"restapis/{made['id']}", lambda: gateway.get_rest_api(restApiId=made["id"])


def stage(gateway: Any) -> tuple[str, Any]:
    api = gateway.create_rest_api(name="api")["id"]
    at = {"restApiId": api, "stageName": "acme"}
    gateway.create_stage(**at, deploymentId=gateway.create_deployment(restApiId=api)["id"], tags=MADE)
    return f"restapis/{api}/stages/acme", lambda: gateway.get_stage(**at)


def domain_name(gateway: Any) -> tuple[str, Any]:
    at = {"domainName": "api.example.com"}
    gateway.create_domain_name(**at, tags=MADE)
    return "domainnames/api.example.com", lambda: gateway.get_domain_name(**at)


KINDS = [api_key, usage_plan, rest_api, stage, domain_name]
Kind = Callable[[Any], tuple[str, Any]]


def tagged(root: Session, kind: Kind, taken: list[str]) -> Any:
    """What it answers that was made with `MADE`, then given another tier, then rid of the tags in `taken`."""
    gateway = root.client("apigateway")
    path, get = kind(gateway)
    arn = f"arn:aws:apigateway:{REGION}::/{path}"
    gateway.tag_resource(resourceArn=arn, tags={"tier": "silver"})
    if taken:
        gateway.untag_resource(resourceArn=arn, tagKeys=taken)
    return get()["tags"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tag_is_changed_and_no_other(root: Session, kind: Kind) -> None:
    assert tagged(root, kind, []) == {"tier": "silver", "tenant": "acme"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_tag_is_taken_away_and_no_other(root: Session, kind: Kind) -> None:
    assert tagged(root, kind, ["tenant"]) == {"tier": "silver"}


def test_of_an_unknown_resource_nothing_is_tagged(root: Session) -> None:
    gateway = root.client("apigateway")
    arn = f"arn:aws:apigateway:{REGION}::/apikeys/unknown"
    with pytest.raises(gateway.exceptions.NotFoundException):
        gateway.tag_resource(resourceArn=arn, tags=MADE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_untouched_emulator_answers_the_tags_it_was_made_with(untouched: Session, kind: Kind) -> None:
    """When this fails, the repair is no longer needed."""
    assert tagged(untouched, kind, ["tenant"]) == MADE
