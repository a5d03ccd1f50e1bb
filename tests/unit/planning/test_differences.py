"""No field of a tenant's file or of tiers.yaml changes unsaid by the plan, except those named here."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from agreed.declarations import Event
from tenantry.config import Cell
from tenantry.config.documents import read_document
from tenantry.config.findings import validated
from tenantry.config.model import Model
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tiers import TiersFile
from tenantry.costs import prices
from tenantry.costs.estimate import Terms
from tenantry.groups import Groups, current
from tenantry.planning.differences import differences
from tenantry.planning.facts import DeclaredTenant, declared_tenant
from tests.support.file_fields import leaves

Document = dict[str, Any]
M = TypeVar("M", bound=Model)

X, OTHER_X = "BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA", "XiEsCYDks5_AlyETSqAhCTdO39JgwNPQPLUByNZUV6k"
ISSUER, OTHER, THIRD = (f"https://{each}.acme.example/" for each in ("id", "login", "keys"))
AUTH: dict[str, Document] = {
    "managed": {"managed": {"keys": ["main"]}},
    "jwks": {"jwks": {"keys": [{"kid": "k", "kty": "OKP", "crv": "Ed25519", "x": X}], "issuer": ISSUER}},
    "oidc": {"oidc": {"issuer": ISSUER, "audience": "api"}},
}
MANAGED: Document = {
    "name": "Acme",
    "tier": "silver",
    "routes": ["contact", "items", "tokens"],
    "auth": AUTH["managed"],
    "api_keys": ["web"],
    "contact": {"webhooks": [{"name": "crm", "url": ISSUER}]},
}
TERMS = Terms(prices.load())
TIER: Document = {"rate_per_second": 5, "burst": 10}
TIERS: Document = {"tiers": {"silver": TIER, "gold": TIER}, "cells": {"demo": {}}}
FILES = (tenant_file(current()), TiersFile)
OF_TIERS = ("tiers.<name>.", "cells.<cell>.")
ZONE = "Z0123456789ABC"
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d"

# By field, a value before and after, None where it is left out; and what has to stand beside it. Each change
# takes something from somebody or lets somebody in, except those that are only said.
ONLY_SAID = {"release", "tier", "tiers.<name>.cursors", "contact.redirect", "contact.webhooks[].url"}
CLAIMS: dict[str, tuple[Any, Any]] = {
    "preset": ("okta", "entra"),
    "scope_claims": (["scope"], ["roles"]),
    "scope_names": ({"reader": "items:read"}, {"reader": "items:write"}),
    "audience_fallback": (["client_id"], None),
    "subject_fallback": (["client_id"], ["azp"]),
}
COMPARED: dict[str, tuple[Any, Any] | tuple[Any, Any, Document]] = {
    "status": ("active", "suspended"),
    "until": ("2099-01-31", "2098-01-31", {"status": "offboarding"}),
    "release": (None, "4f0c2d81a9be"),
    "routes": (["contact", "items"], ["contact"]),
    "tier": ("silver", "gold"),
    "limits.rate_per_second": (5, 4),
    "limits.burst": (10, 9),
    "limits.quota.limit": (2, 1, {"limits.quota.period": "day"}),
    "limits.quota.period": ("day", "week", {"limits.quota.limit": 2}),
    "api_keys": (["web"], ["app"]),
    "auth.managed.keys": (["main"], ["new"]),
    "auth.managed.token_seconds": (900, 600),
    "auth.audience": ("api", "other"),
    "auth.leeway_seconds": (30, 5),
    "auth.max_lifetime_seconds": (3600, 1800),
    **{f"auth.{mode}.{claim}": values for mode in ("jwks", "oidc") for claim, values in CLAIMS.items()},
    "auth.jwks.issuer": (ISSUER, OTHER),
    "auth.jwks.keys[].kid": ("k", "l"),
    "auth.jwks.keys[].x": (X, OTHER_X),
    "auth.jwks.keys[].alg": ("EdDSA", "Ed25519"),
    "auth.oidc.issuer": (ISSUER, OTHER),
    "auth.oidc.audience": ("api", "other"),
    "auth.oidc.algorithms": (["RS256", "ES256"], ["ES256"]),
    "auth.oidc.discovery": (None, OTHER),
    "auth.oidc.jwks_uri": (OTHER, THIRD),
    "data.isolation": ("pooled", "silo"),
    "data.encryption": ("aws-owned", "kms", {"data.isolation": "silo"}),
    "cors_origins": (["https://acme.example"], ["https://www.acme.example"]),
    "cors_credentials": (True, False),
    "domain.name": ("api.acme.example", "www.acme.example", {"domain.zone": ZONE}),
    "domain.zone": (ZONE, None, {"domain.name": "api.acme.example", "domain.certificate": CERTIFICATE}),
    "alarms.email": ("ops@acme.example", None),
    "contact.notify": ("office@acme.example", None),
    "contact.redirect": (ISSUER, OTHER),
    "contact.webhooks[].name": ("crm", "erp"),
    "contact.webhooks[].url": (ISSUER, OTHER),
    "contact.webhooks[].events": (None, ["contact.received"]),
    "tiers.<name>.rate_per_second": (5, 4),
    "tiers.<name>.burst": (10, 9),
    "tiers.<name>.quota.limit": (2, 1, {"tiers.<name>.quota.period": "day"}),
    "tiers.<name>.quota.period": ("day", "week", {"tiers.<name>.quota.limit": 2}),
    "tiers.<name>.memory_mb": (512, 256),
    "tiers.<name>.reserved_concurrency": (None, 5),
    "tiers.<name>.log_retention_days": (30, 14),
    "tiers.<name>.monitoring.alarms": ("own", "none"),
    "tiers.<name>.cursors": ("sealed", "unsealed"),
    "tiers.<name>.isolation": ("pooled", "silo"),
    "cells.<cell>.domain.name": ("api.example.com", "www.example.com", {"cells.<cell>.domain.zone": ZONE}),
    "cells.<cell>.domain.zone": (
        ZONE,
        None,
        {"cells.<cell>.domain.name": "api.example.com", "cells.<cell>.domain.certificate": CERTIFICATE},
    ),
    "cells.<cell>.domain.default_endpoint": (
        True,
        False,
        {"cells.<cell>.domain.name": "api.example.com", "cells.<cell>.domain.zone": ZONE},
    ),
}
FOR_READERS = "people read it, and nothing depends on it"
OF_THE_KEY = "the key is compared as a whole, by its fingerprint, as the case of x shows"
USE = "it may only say that the key verifies, which it does without"
RETIRED = "a retired key is not in use; that one went out of use shows in the list that it went from"
OPERATORS = "what operators see of it; nobody's calls depend on that"
SAME_DOMAIN = "the same domain answers under another one; the change of the resource shows"
NOT_COMPARED = {
    "name": FOR_READERS,
    "reason": FOR_READERS,
    **{f"auth.jwks.keys[].{member}": OF_THE_KEY for member in ("kty", "crv", "y", "n", "e")},
    "auth.jwks.keys[].use": USE,
    "auth.jwks.keys[].key_ops": USE,
    "retired.api_keys": RETIRED,
    "retired.signing_keys": RETIRED,
    "domain.certificate": SAME_DOMAIN,
    "cells.<cell>.domain.certificate": SAME_DOMAIN,
    "cells.<cell>.domain.owned": "which cell has it; its addresses are the same, and its zone is compared",
    "cells.<cell>.stages_quota": "of no tenant: the plan says it as a quota",
    **{
        f"tiers.<name>.{each}": OPERATORS for each in ("dashboard", "monitoring.metrics", "monitoring.traces")
    },
    **{
        name: "an expectation: it changes no resource, and the plan's dollars follow it"
        for name in leaves(FILES[0])
        if name.startswith("workload.")
    },
}


def documents(field: str, value: Any, beside: Document) -> tuple[Document, Document]:
    """A tenant's file and tiers.yaml, with that value."""
    mode = next((each for each in AUTH if field.startswith(f"auth.{each}.")), "managed")
    tenant, tiers = deepcopy(MANAGED | {"auth": AUTH[mode]}), deepcopy(TIERS)
    if mode != "managed":
        tenant["routes"].remove("tokens")  # they are signed by managed keys
    for path, each in {**beside, field: value}.items():
        *steps, last = path.replace("<name>", "silver").replace("<cell>", "demo").split(".")
        holder: Any = tiers if path.startswith(OF_TIERS) else tenant
        for step in steps:
            holder = holder.setdefault(step.removesuffix("[]"), {})
            holder = holder[0] if step.endswith("[]") else holder
        holder[last] = each
        if each is None:
            del holder[last]
    return tenant, tiers


@pytest.fixture(scope="module")
def groups() -> Groups:
    """Those that come along, with one more event of contact's, so that a receiver can take fewer than all."""
    found = []
    for each in current().installed:
        webhooks = each.group.webhooks
        if webhooks:
            more = replace(webhooks, events=(*webhooks.events, Event("contact.read", "It was read.")))
            each = replace(each, group=replace(each.group, webhooks=more))
        found.append(each)
    return Groups(tuple(found))


def of_files(documents: tuple[Document, Document], groups: Groups) -> DeclaredTenant:
    file = of_file(documents[0], tenant_file(groups))
    tiers = of_file(documents[1], TiersFile)
    tenant = file.placed("acme", "demo", tiers.named()[file.tier], groups)
    domain = tiers.cells["demo"].domain
    cell = Cell(name="demo", tenants=(tenant,), stages_quota=10, domain=domain)
    return declared_tenant(tenant, cell, TERMS)


def of_file(document: Document, model: type[M]) -> M:
    read = read_document("a.yaml", json.dumps(document).encode())
    found = validated(read, model)
    assert found, read.problems
    return found


def test_every_field_is_compared_or_named_with_the_reason_why_not() -> None:
    assert not COMPARED.keys() & NOT_COMPARED.keys()
    assert {*COMPARED, *NOT_COMPARED} == {name for model in FILES for name in leaves(model)}


@pytest.mark.parametrize("field", COMPARED)
def test_a_field_that_changes_alone_is_said_and_a_person_asked(field: str, groups: Groups) -> None:
    before, after, *rest = COMPARED[field]
    beside = rest[0] if rest else {}
    old, new = (of_files(documents(field, each, beside), groups) for each in (before, after))
    lines = list(differences(old, new))
    assert lines
    assert any(line.needs_person for line in lines) == (field not in ONLY_SAID)
