"""A tenant that an update is still making, or already removing, hides none of the others."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tenantry.config.rings import Gate
from tenantry.operations.fleet import gates
from tenantry.operations.fleet.listing import FleetStack
from tenantry.operations.metering.figures import Glance
from tenantry.operations.places import Place
from tenantry.operations.running import NotDeployed, survey
from tenantry.rules.naming import Names
from tests.support.console import NOW

NAMES = Names("demo")


class Aws:
    """An API with three stages, and usage plans of some; there are no keys, queues and rules."""

    def __init__(self, *planned: str) -> None:
        self.items = {
            "get_rest_apis": [{"id": "a1b2c3", "name": NAMES.cell}],
            "get_usage_plans": [{"id": f"plan-{slug}", "name": NAMES.tenant(slug)} for slug in planned],
        }

    def get_stages(self, restApiId: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        return {"item": [{"stageName": slug} for slug in ("zeta", "acme", "yew") if restApiId == "a1b2c3"]}

    def get_paginator(self, operation: str) -> Any:
        page = {"items": self.items.get(operation, []), "Rules": []}
        return SimpleNamespace(paginate=lambda **_: [page])


def place(*planned: str) -> Place:
    aws = Aws(*planned)
    return Place(NAMES, "eu-west-3", "demo", "stack demo", lambda _: aws, "{}/{}".format)


def test_a_stage_without_its_plan_is_left_out_and_named() -> None:
    running = survey(place("acme"))
    assert [each.slug for each in running.tenants] == ["acme"]
    assert running.incomplete == ("yew", "zeta")
    assert running.left_out.startswith("no usage plan, so left out: yew, zeta; wait for the update")


def test_of_a_tenant_without_a_plan_alone_it_is_said_that_it_cannot_be_read() -> None:
    running = survey(place("acme"))
    assert running.tenant("acme").plan_id == "plan-acme"
    with pytest.raises(NotDeployed, match="has a stage zeta, but no usage plan tenantry_demo_zeta; wait for"):
        running.tenant("zeta")


def test_where_every_tenant_has_its_plan_none_is_named() -> None:
    running = survey(place("acme", "yew", "zeta"))
    assert (len(running.tenants), running.incomplete, running.left_out) == (3, (), "")


def test_a_gate_cannot_be_asked_while_a_tenant_of_its_own_stacks_has_no_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def glances(_: object, tenants: list[Any], __: object) -> dict[str, Glance]:
        return {each.slug: Glance(10.0, 0.0, 0.0, 40.0) for each in tenants}

    monkeypatch.setattr(gates, "place", lambda _: place("acme"))
    monkeypatch.setattr(gates, "glances", glances)
    monkeypatch.setattr(gates, "alarms", lambda *_: {})
    whole, lacking = (
        cast("FleetStack", SimpleNamespace(tenants=[(slug, "") for slug in slugs]))
        for slugs in (["acme"], ["acme", "zeta"])
    )
    assert gates.judged(Gate(), [whole], NOW) == []
    with pytest.raises(NotDeployed, match="no usage plan tenantry_demo_zeta"):
        gates.judged(Gate(), [lacking], NOW)
