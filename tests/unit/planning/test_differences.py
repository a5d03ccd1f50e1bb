"""No field of a tenant's file changes without a line in the plan, except those that are named here."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from agreed.declarations import Event
from tenantry.config import Cell
from tenantry.config.documents import read_document
from tenantry.config.findings import validated
from tenantry.config.tenant_files import tenant_file
from tenantry.config.tiers import Tier
from tenantry.costs import prices
from tenantry.costs.estimate import Terms
from tenantry.groups import Groups, current
from tenantry.planning.differences import differences
from tenantry.planning.facts import DeclaredTenant, declared_tenant
from tests.support.file_fields import leaves

Document = dict[str, Any]

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
TIERS = {name: Tier(name=name, rate_per_second=5, burst=10) for name in ("silver", "gold")}

# By field, a value before and after, None where it is left out; and what has to stand beside it. Each change
# takes something from somebody or lets somebody in, except those that are only said.
ONLY_SAID = {"release", "tier", "contact.redirect", "contact.webhooks[].url"}
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
    "domain.name": ("api.acme.example", "www.acme.example", {"domain.zone": "Z0123456789ABC"}),
    "domain.zone": (
        "Z0123456789ABC",
        None,
        {
            "domain.name": "api.acme.example",
            "domain.certificate": "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d",
        },
    ),
    "alarms.email": ("ops@acme.example", None),
    "contact.notify": ("office@acme.example", None),
    "contact.redirect": (ISSUER, OTHER),
    "contact.webhooks[].name": ("crm", "erp"),
    "contact.webhooks[].url": (ISSUER, OTHER),
    "contact.webhooks[].events": (None, ["contact.received"]),
}
FOR_READERS = "people read it, and nothing depends on it"
OF_THE_KEY = "the key is compared as a whole, by its fingerprint, as the case of x shows"
USE = "it may only say that the key verifies, which it does without"
RETIRED = "a retired key is not in use; that one went out of use shows in the list that it went from"
NOT_COMPARED = {
    "name": FOR_READERS,
    "reason": FOR_READERS,
    **{f"auth.jwks.keys[].{member}": OF_THE_KEY for member in ("kty", "crv", "y", "n", "e")},
    "auth.jwks.keys[].use": USE,
    "auth.jwks.keys[].key_ops": USE,
    "retired.api_keys": RETIRED,
    "retired.signing_keys": RETIRED,
    "domain.certificate": "the same domain answers under another one; the change of the resource shows",
    **{
        name: "an expectation: it changes no resource, and the plan's dollars follow it"
        for name in leaves(tenant_file(current()))
        if name.startswith("workload.")
    },
}


def document(field: str, value: Any, beside: Document) -> Document:
    mode = next((each for each in AUTH if field.startswith(f"auth.{each}.")), "managed")
    found = deepcopy(MANAGED | {"auth": AUTH[mode]})
    if mode != "managed":
        found["routes"].remove("tokens")  # they are signed by managed keys
    for path, each in {**beside, field: value}.items():
        *steps, last = path.split(".")
        holder: Any = found
        for step in steps:
            holder = holder.setdefault(step.removesuffix("[]"), {})
            holder = holder[0] if step.endswith("[]") else holder
        holder[last] = each
        if each is None:
            del holder[last]
    return found


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


def of_file(document: Document, groups: Groups) -> DeclaredTenant:
    read = read_document("acme.yaml", json.dumps(document).encode())
    file = validated(read, tenant_file(groups))
    assert file, read.problems
    tenant = file.placed("acme", "demo", TIERS[file.tier], groups)
    return declared_tenant(tenant, Cell(name="demo", tenants=(tenant,), stages_quota=10), TERMS)


def test_every_field_is_compared_or_named_with_the_reason_why_not() -> None:
    assert not COMPARED.keys() & NOT_COMPARED.keys()
    assert {*COMPARED, *NOT_COMPARED} == set(leaves(tenant_file(current())))


@pytest.mark.parametrize("field", COMPARED)
def test_a_field_that_changes_alone_is_said_and_a_person_asked(field: str, groups: Groups) -> None:
    before, after, *rest = COMPARED[field]
    old, new = (of_file(document(field, each, rest[0] if rest else {}), groups) for each in (before, after))
    lines = list(differences(old, new))
    assert lines
    assert any(line.needs_person for line in lines) == (field not in ONLY_SAID)
