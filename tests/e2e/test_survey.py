"""What runs, read back from API Gateway as the console, `usage` and `cost` read it."""

from dataclasses import replace

import pytest

from tenantry.local.places import place
from tenantry.operations.running import NotDeployed, PlanQuota, survey
from tenantry.rules.naming import Names
from tests.support.platform import Platform


def test_each_tenant_is_told_as_its_file_says(platform: Platform) -> None:
    running = survey(place(platform.local))
    assert [each.slug for each in running.tenants] == ["acme", "acme-eu", "globex"]
    acme, small, globex = running.tenants
    assert (acme.tier, acme.quota, acme.suspended) == ("gold", None, False)
    assert set(acme.functions) == {"authorizer", "contact", "items", "tokens", "tools", "notifier"}
    assert (small.tier, small.quota) == ("bronze", PlanQuota(10_000, "DAY"))
    assert set(small.functions) == {"authorizer", "items"}
    assert (globex.rate_per_second, globex.burst) == (60, 120)
    assert {each.slug: each.url for each in running.tenants} == {
        each.slug: each.shown["url"] for each in platform.local.tenants
    }


def test_keys_come_by_their_tenants_with_ids_and_no_values(platform: Platform) -> None:
    for tenant in survey(place(platform.local)).tenants:
        (key,) = tenant.keys
        assert (key.name, key.enabled) == ("web", True)
        value = platform.local.tenant(tenant.slug).shown["api_keys"]["web"]
        assert value not in repr(tenant)
        gateway = platform.root.client("apigateway")
        assert gateway.get_api_key(apiKey=key.id, includeValue=True)["value"] == value


def test_a_tenant_that_does_not_run_is_told_with_those_that_do(platform: Platform) -> None:
    with pytest.raises(NotDeployed, match="no tenant initech; it has acme, acme-eu, globex"):
        survey(place(platform.local)).tenant("initech")


def test_a_place_without_the_api_is_told(platform: Platform) -> None:
    with pytest.raises(NotDeployed, match="no API tenantry_other"):
        survey(replace(place(platform.local), names=Names("other")))
