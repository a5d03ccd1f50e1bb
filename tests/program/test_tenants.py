"""What one tenant's file decides, and what it must never touch."""

import json
from typing import Any

import pytest

from tenantry.config import Cell, Tenant
from tenantry.last_update import LastUpdate
from tests.support.engine import RecordingMonitor, register


def with_tenants(cell: Cell, *tenants: Tenant) -> Cell:
    return cell.model_copy(update={"tenants": tenants})


def changed(tenant: Tenant, **changes: Any) -> Tenant:
    return tenant.model_copy(update=changes)


def test_registering_again_gives_the_same_inputs(cell: Cell, engine: RecordingMonitor) -> None:
    again = register(cell)[0]
    assert {urn: each.inputs for urn, each in again.by_urn().items()} == {
        urn: each.inputs for urn, each in engine.by_urn().items()
    }


def test_adding_a_tenant_changes_no_input_of_another(cell: Cell, engine: RecordingMonitor) -> None:
    fourth = changed(cell.tenants[0], slug="initech", name="Initech")
    after = register(with_tenants(cell, *cell.tenants, fourth))[0]
    assert after.below("initech")
    for tenant in cell.tenants:
        assert engine.below(tenant.slug) == after.below(tenant.slug) != {}


def test_adding_a_tenant_changes_nothing_shared_but_the_dashboards(
    cell: Cell, engine: RecordingMonitor
) -> None:
    fourth = changed(cell.tenants[0], slug="initech", name="Initech")
    after = register(with_tenants(cell, *cell.tenants, fourth))[0].below("demo")
    before = engine.below("demo")
    assert before.keys() == after.keys()
    differing = {urn for urn in before if before[urn] != after[urn]}
    assert {urn.split("::")[2].split("$")[-1] for urn in differing} == {"aws:cloudwatch/dashboard:Dashboard"}


@pytest.mark.parametrize("leaves", ["acme", "acme-eu", "globex"])
def test_removing_a_tenant_changes_no_other(cell: Cell, engine: RecordingMonitor, leaves: str) -> None:
    stay = [tenant for tenant in cell.tenants if tenant.slug != leaves]
    after = register(with_tenants(cell, *stay))[0]
    assert not after.below(leaves)
    for tenant in stay:
        assert engine.below(tenant.slug) == after.below(tenant.slug)


def test_changing_a_tenant_changes_no_other(cell: Cell, engine: RecordingMonitor) -> None:
    others = [tenant for tenant in cell.tenants if tenant.slug != "acme"]
    suspended = changed(cell_tenant(cell, "acme"), status="suspended", api_keys=("web", "web-2"))
    after = register(with_tenants(cell, suspended, *others))[0]
    assert engine.below("acme") != after.below("acme")
    for tenant in others:
        assert engine.below(tenant.slug) == after.below(tenant.slug)


def test_the_order_of_tenants_changes_nothing_of_theirs(cell: Cell, engine: RecordingMonitor) -> None:
    after = register(with_tenants(cell, *reversed(cell.tenants)))[0]
    for tenant in cell.tenants:
        assert engine.below(tenant.slug) == after.below(tenant.slug)


def test_rotating_an_api_key_keeps_the_old_one_while_both_are_listed(
    cell: Cell, engine: RecordingMonitor
) -> None:
    acme = cell_tenant(cell, "acme")
    both = register(with_tenants(cell, changed(acme, api_keys=("web", "web-2026"))))[0]
    before, during = engine.below("acme"), both.below("acme")
    assert before.items() <= during.items()
    only_new = register(with_tenants(cell, changed(acme, api_keys=("web-2026",))))[0].below("acme")
    assert only_new.items() <= during.items()
    assert not [urn for urn in only_new if urn.endswith("::acme.web")]


def test_rotating_a_signing_key_verifies_by_both_while_both_are_listed(cell: Cell) -> None:
    acme = cell_tenant(cell, "acme")
    assert acme.auth.managed

    def kids(*keys: str) -> list[str]:
        managed = acme.auth.managed.model_copy(update={"keys": keys})  # type: ignore[union-attr]
        tenant = changed(acme, auth=acme.auth.model_copy(update={"managed": managed}))
        engine = register(with_tenants(cell, tenant))[0]
        variables = engine.of_type("Function")["acme.authorizer"].inputs["environment"]["variables"]
        verified = [key["kid"] for key in json.loads(variables["AUTH"])["keys"]]
        assert set(engine.of_type("PrivateKey")) == {f"acme.{key}" for key in keys}
        return verified

    assert kids("main", "2027") == ["main", "2027"]
    assert kids("2027") == ["2027"]


def test_a_suspended_tenants_keys_open_no_stage(cell: Cell) -> None:
    suspended = changed(cell_tenant(cell, "acme"), status="suspended")
    engine = register(with_tenants(cell, suspended))[0]
    assert "apiStages" not in engine.of_type("UsagePlan")["acme"].inputs
    assert engine.of_type("ApiKey")["acme.web"].inputs["enabled"] is True
    assert "acme" in engine.of_type("Stage")


def test_a_plan_opens_its_own_tenants_stage_alone(engine: RecordingMonitor) -> None:
    plans = engine.of_type("UsagePlan")
    assert {name: [each["stage"] for each in plan.inputs["apiStages"]] for name, plan in plans.items()} == {
        "acme": ["acme"],
        "acme-eu": ["acme-eu"],
        "globex": ["globex"],
    }


def test_limits_come_from_the_tier_and_the_tenant_overrides_them(
    cell: Cell, engine: RecordingMonitor
) -> None:
    bronze = cell_tenant(cell, "acme-eu")
    plan = engine.of_type("UsagePlan")["acme-eu"].inputs
    assert plan["throttleSettings"] == {
        "rateLimit": bronze.tier.rate_per_second,
        "burstLimit": bronze.tier.burst,
    }
    tighter = bronze.limits.model_copy(update={"rate_per_second": 1, "burst": 2})
    overridden = register(with_tenants(cell, changed(bronze, limits=tighter)))[0]
    assert overridden.of_type("UsagePlan")["acme-eu"].inputs["throttleSettings"] == {
        "rateLimit": 1,
        "burstLimit": 2,
    }


def test_a_silo_tenant_has_a_table_of_its_own_and_others_have_none(engine: RecordingMonitor) -> None:
    tables = engine.of_type("Table")
    assert set(tables) == {"demo", "globex"}
    assert tables["globex"].inputs["name"] == "tenantry_demo_globex"
    used = {
        name: each.inputs["environment"]["variables"].get("TABLE")
        for name, each in engine.of_type("Function").items()
    }
    assert used["globex.items"] == "tenantry_demo_globex"
    assert used["acme.items"] == used["acme-eu.items"] == "tenantry_demo"
    assert used["globex.authorizer"] is None


def test_only_switched_on_groups_have_functions(engine: RecordingMonitor) -> None:
    assert {name for name in engine.of_type("Function") if name.startswith("acme-eu.")} == {
        "acme-eu.authorizer",
        "acme-eu.items",
    }


def test_a_group_that_is_off_is_served_by_a_function_of_the_same_tenant(engine: RecordingMonitor) -> None:
    assert engine.of_type("Stage")["acme-eu"].inputs["variables"] == {
        "authorizer_function": "tenantry_demo_acme-eu_authorizer",
        "contact_function": "tenantry_demo_acme-eu_items",
        "items_function": "tenantry_demo_acme-eu_items",
        "portal_function": "tenantry_demo_acme-eu_items",
        "tokens_function": "tenantry_demo_acme-eu_items",
        "tools_function": "tenantry_demo_acme-eu_items",
    }


@pytest.mark.parametrize("dropped", ["contact", "items", "tokens", "tools"])
def test_a_group_that_is_dropped_touches_no_function_of_another(
    cell: Cell, engine: RecordingMonitor, dropped: str
) -> None:
    """The stage names another function in its place; whichever that is, it stays as it was. What signs tokens
    knows for which groups."""

    def stays(name: str, inputs: Any) -> Any:
        return (
            {**inputs, "environment": "any"} if name == "acme.tokens" and "environment" in inputs else inputs
        )

    acme = cell_tenant(cell, "acme")
    routes = tuple(each for each in acme.routes if each != dropped)
    after = register(with_tenants(cell, changed(acme, routes=routes)))[0]
    for token in ("Function", "Permission", "Role", "LogGroup"):
        left = {name: stays(name, each.inputs) for name, each in after.of_type(token).items()}
        before = {name: stays(name, each.inputs) for name, each in engine.of_type(token).items()}
        assert left.items() <= before.items()
    [stage] = after.of_type("Stage").values()
    assert set(stage.inputs["variables"].values()) <= {
        each.inputs["name"] for each in after.of_type("Function").values()
    }


def test_a_role_holds_what_the_last_update_granted_until_the_next_one(cell: Cell) -> None:
    globex = cell_tenant(cell, "globex")
    pooled = with_tenants(cell, changed(globex, data=cell_tenant(cell, "acme").data))

    def tables(of: RecordingMonitor) -> set[str]:
        statements = of.of_type("RolePolicy")["globex.items"].document("policy")["Statement"]
        assert len({each["Sid"] for each in statements}) == len(statements)
        on_tables = (each["Resource"] for each in statements if ":table/" in str(each["Resource"]))
        return {table.rpartition("/")[2] for table in on_tables}

    before = LastUpdate.of(register(with_tenants(cell, globex))[1])
    moving, outputs = register(pooled, last=before)
    moved = register(pooled, last=LastUpdate.of(outputs))[0]
    assert tables(moving) == {"tenantry_demo", "tenantry_demo_globex"}
    assert "kms:Decrypt" in moving.of_type("RolePolicy")["globex.items"].inputs["policy"]
    assert tables(moved) == {"tenantry_demo"}
    assert "kms:Decrypt" not in moved.of_type("RolePolicy")["globex.items"].inputs["policy"]


def test_what_moves_to_a_key_does_so_after_the_roles_may_decrypt_by_it(engine: RecordingMonitor) -> None:
    own = {each.urn for name, each in engine.of_type("RolePolicy").items() if name.startswith("globex.")}
    kept = [engine.of_type("Table")["globex"], engine.of_type("Secret")["globex.delivery"]]
    for each in kept:
        assert own <= set(each.dependencies)


def cell_tenant(cell: Cell, slug: str) -> Tenant:
    return next(tenant for tenant in cell.tenants if tenant.slug == slug)
