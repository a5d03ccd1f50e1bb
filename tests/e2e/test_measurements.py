"""What the local platform measures of a tenant is what was sent to it, and nothing of its neighbour's."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.support.measurements import measured
from tests.support.platform import Platform, Tenant

CALLS = 5


def counts(platform: Platform, tenant: Tenant) -> Counter[str]:
    """All that is counted of the tenant, as far as these calls touch it."""
    root, names = platform.root, platform.names
    api = {each["id"]: each["name"] for each in root.client("apigateway").get_rest_apis()["items"]}
    stage = {"ApiName": api[tenant.url.split("/")[-2]], "Stage": tenant.slug}
    items = {"FunctionName": names.function(tenant.slug, "items")}
    told = {
        "calls": measured(root, "AWS/ApiGateway", "Count", **stage),
        "refused": measured(root, "AWS/ApiGateway", "4XXError", **stage),
        "failed": measured(root, "AWS/ApiGateway", "5XXError", **stage),
        "integrated": measured(root, "AWS/ApiGateway", "IntegrationLatency", "SampleCount", **stage),
        "invoked": measured(root, "AWS/Lambda", "Invocations", **items),
        "errors": measured(root, "AWS/Lambda", "Errors", **items),
        "used": used(platform, tenant),
        "logged": len(access_log(platform, tenant)),
    }
    return Counter({name: int(value or 0) for name, value in told.items()})


def used(platform: Platform, tenant: Tenant) -> int:
    """Calls of all the keys that any plan of the stage admits, today."""
    gateway, day = platform.root.client("apigateway"), str(datetime.now(UTC).date())
    total = 0
    for plan in gateway.get_usage_plans(limit=500)["items"]:
        if tenant.slug in {each["stage"] for each in plan["apiStages"]}:
            usage = gateway.get_usage(usagePlanId=plan["id"], startDate=day, endDate=day)["items"]
            total += sum(today for [[today, _remaining]] in usage.values())
    return total


def access_log(platform: Platform, tenant: Tenant) -> list[dict[str, Any]]:
    return [json.loads(each) for each in platform.log_lines(platform.names.access_log(tenant.slug))]


def test_calls_are_counted_once_wherever_they_are_counted(
    platform: Platform, acme: Tenant, acme_eu: Tenant
) -> None:
    before, neighbours = counts(platform, acme), counts(platform, acme_eu)
    statuses = [acme.call("GET", "/items/measured").status_code for _ in range(CALLS)]
    assert statuses == [200] * CALLS
    assert acme.call("GET", "/items/measured", token=None).status_code == 401
    assert acme.call("GET", "/items/measured/unknown").status_code == 404
    assert counts(platform, acme) - before == Counter(
        calls=CALLS + 2, refused=2, integrated=CALLS + 1, invoked=CALLS + 1, used=CALLS + 1, logged=CALLS + 2
    )
    assert counts(platform, acme_eu) == neighbours


def test_an_answers_id_leads_to_its_access_log_and_its_functions(platform: Platform, acme: Tenant) -> None:
    answer = acme.call("GET", "/items/measured/unknown")
    request = answer.headers["x-amzn-requestid"]
    assert answer.json()["request_id"] == request
    [line] = [each for each in access_log(platform, acme) if each["request_id"] == request]
    assert (line["status"], line["subject"], line["route"]) == ("404", "ann", "/items/{collection}/{id}")
    [key] = platform.root.client("apigateway").get_api_keys(
        nameQuery=platform.names.api_key(acme.slug, next(iter(acme.local.shown["api_keys"])))
    )["items"]
    assert line["api_key_id"] == key["id"]
    written = platform.log_lines(f"/aws/lambda/{platform.names.function(acme.slug, 'items')}")
    assert any(request in each and line["trace_id"] in each for each in written)
