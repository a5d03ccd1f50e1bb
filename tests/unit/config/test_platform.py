"""The tenants that ship, as the rest of the program sees them."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from tenantry.config import Platform, Tenant, UnknownName, load_platform
from tenantry.config.capacity import account_capacity, cell_capacity


@pytest.fixture
def platform(demo: Path) -> Platform:
    return load_platform(demo)


def summary(tenant: Tenant) -> tuple[object, ...]:
    return tenant.cell, tenant.tier.name, tenant.status, tenant.routes, tenant.auth.mode, tenant.isolation


def test_the_demo_cell_shows_every_mode(platform: Platform) -> None:
    assert {tenant.slug: summary(tenant) for tenant in platform.cell("demo").tenants} == {
        "acme": ("demo", "gold", "active", ("contact", "items", "tokens", "tools"), "managed", "pooled"),
        "acme-eu": ("demo", "bronze", "active", ("items",), "jwks", "pooled"),
        "globex": ("demo", "silver", "active", ("contact", "items"), "oidc", "silo"),
    }


def test_tenants_come_in_the_order_of_their_slugs(platform: Platform) -> None:
    assert [tenant.slug for tenant in platform.tenants] == ["acme", "acme-eu", "globex"]


def test_routes_come_in_one_order_however_they_are_written(folder: Path, tenant_text: str) -> None:
    text = tenant_text.replace("[items]", "[tools, contact, items]")
    (folder / "demo" / "acme.yaml").write_text(text, encoding="utf-8")
    assert load_platform(folder).tenant("acme").routes == ("contact", "items", "tools")


def test_the_audience_is_the_slug_unless_stated(folder: Path, tenant_text: str) -> None:
    assert load_platform(folder).tenant("acme").audience == "acme"
    (folder / "demo" / "acme.yaml").write_text(
        tenant_text.replace("auth:", "auth:\n  audience: api"), encoding="utf-8"
    )
    assert load_platform(folder).tenant("acme").audience == "api"


def test_loading_twice_gives_equal_platforms(demo: Path) -> None:
    assert load_platform(demo) == load_platform(demo)


def test_nothing_in_a_platform_can_be_changed(platform: Platform) -> None:
    hash(platform)  # holds only for values that are immutable all the way down
    tenant = platform.tenant("acme")
    for model, field in ((tenant, "slug"), (tenant.auth, "leeway_seconds"), (tenant.limits, "burst")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(model, field, getattr(model, field))
    for mapping in (tenant.options, tenant.options["contact"], tenant.workload.percent_by_group):
        for change in (mapping.clear, mapping.popitem, lambda each=mapping: each.update(x="y")):
            with pytest.raises(TypeError, match="does not change"):
                change()


def test_a_copy_may_swap_the_issuer_for_a_local_one(platform: Platform) -> None:
    tenant = platform.tenant("globex")
    assert tenant.auth.oidc is not None
    oidc = tenant.auth.oidc.model_copy(update={"issuer": "http://127.0.0.1:8080/globex"})
    local = tenant.model_copy(update={"auth": tenant.auth.model_copy(update={"oidc": oidc})})
    assert local.auth.mode == "oidc"
    assert local.auth.oidc == oidc
    assert tenant.auth.oidc.issuer == "https://id.globex.example"


@pytest.mark.parametrize(("kind", "known"), [("tenant", "acme, acme-eu, globex"), ("cell", "demo")])
def test_an_unknown_name_is_answered_with_the_known_ones(platform: Platform, kind: str, known: str) -> None:
    with pytest.raises(UnknownName, match=f"there is no {kind} 'nope'; there are: {known}"):
        getattr(platform, kind)("nope")


def test_capacity_counts_what_a_cell_takes_of_its_quotas(platform: Platform) -> None:
    rows = {row.name: (row.used, row.limit, row.per) for row in cell_capacity(platform.cell("demo"))}
    assert rows == {
        "stages": (3, 10, "cell"),
        "APIs": (1, 600, "account"),
        "domains": (0, 120, "account"),
        "certificates": (0, 2_500, "account"),
        "usage plans": (3, 300, "account"),
        "API keys": (3, 10_000, "account"),
        "roles": (12, 1_000, "account"),
        "reserved concurrency": (0, 900, "account"),
        "tables": (2, 2_500, "account"),
        "rules of schedules": (0, 300, "account"),
        "secrets": (5, 500_000, "account"),
    }


def test_capacity_shows_reservations_over_the_accounts(platform: Platform) -> None:
    tier = platform.tenant("acme").tier.model_copy(update={"reserved_concurrency": 301})
    tenant = platform.tenant("acme").model_copy(update={"tier": tier})
    cell = platform.cell("demo").model_copy(update={"tenants": (tenant,)})
    over = [row for row in account_capacity(platform.model_copy(update={"cells": (cell,)})) if row.exceeded]
    assert [(row.name, row.used, row.limit) for row in over] == [
        ("reserved concurrency", 5 * 301 + 2, 900)
    ], "four groups, the authorizer, the notifier"


def test_every_model_of_the_configuration_is_frozen(platform: Platform) -> None:
    def models(value: object) -> set[type[BaseModel]]:
        if isinstance(value, tuple):
            return set().union(*map(models, value))
        if not isinstance(value, BaseModel):
            return set()
        return {type(value)}.union(*(models(getattr(value, field)) for field in type(value).model_fields))

    assert all(model.model_config.get("frozen") for model in models(platform))
