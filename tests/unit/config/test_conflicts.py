"""What only shows when all files are seen together."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from jwt.algorithms import OKPAlgorithm

from tenantry.config import load_platform

Problems = Callable[[], list[str]]


def jwk() -> dict[str, str]:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    return {"kid": "a", **json.loads(OKPAlgorithm.to_jwk(key))}


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def append(folder: Path, path: str, text: str) -> None:
    write(folder, path, (folder / path).read_text(encoding="utf-8") + text)


def with_auth(tenant_text: str, auth: str) -> str:
    return tenant_text.replace("managed:\n    keys: [main]", auth)


def test_a_group_that_signs_needs_keys_that_the_platform_has(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    signing = tenant_text.replace("[items]", "[items, tokens]")
    write(folder, "demo/acme.yaml", signing)
    assert problems() == []
    write(folder, "demo/acme.yaml", with_auth(signing, f"jwks: {{keys: [{json.dumps(jwk())}]}}"))
    assert problems() == [
        "tenants/demo/acme.yaml:3: routes lists tokens, which signs tokens, and auth is jwks; take it out, "
        "or set auth.managed so that the platform makes the keys"
    ]


def test_a_token_lives_no_longer_than_the_tenants_authorizer_takes(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    own = "managed: {keys: [main], token_seconds: 601}\n  max_lifetime_seconds: 600"
    write(folder, "demo/acme.yaml", with_auth(tenant_text, own))
    assert problems() == [
        "tenants/demo/acme.yaml:5: auth.managed.token_seconds is 601, but tokens that live longer "
        "than max_lifetime_seconds (600) are refused; set it to 600 or less"
    ]
    for said, seconds in (("", 600), (", token_seconds: 60", 60)):
        own = f"managed: {{keys: [main]{said}}}\n  max_lifetime_seconds: 600"
        write(folder, "demo/acme.yaml", with_auth(tenant_text, own))
        assert load_platform(folder).tenant("acme").auth.token_seconds == seconds


def test_a_slug_is_one_tenants_over_all_cells(folder: Path, problems: Problems, tenant_text: str) -> None:
    write(folder, "other/acme.yaml", tenant_text)
    assert problems() == [
        "tenants/other/acme.yaml:1: the slug acme is taken by tenants/demo/acme.yaml; rename one of the files"
    ]


def test_a_cell_over_its_stages_quota_is_refused(folder: Path, problems: Problems, tenant_text: str) -> None:
    for number in range(10):
        write(folder, f"demo/tenant-{number}.yaml", tenant_text)
    assert problems() == [
        "tenants/demo:1: cell demo has 11 tenants, and its stages quota is 10; move 1 to another cell, "
        "or have AWS raise the quota and set cells.demo.stages_quota in tenants/tiers.yaml"
    ]
    append(folder, "tiers.yaml", "cells: {demo: {stages_quota: 11}}\n")
    assert problems() == []


def test_a_tenant_that_is_removed_is_in_no_cell_and_takes_no_place(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    for number in range(9):
        write(folder, f"demo/tenant-{number}.yaml", tenant_text)
    write(folder, "demo/gone.yaml", f"{tenant_text}status: removed\nuntil: 2026-01-31\n")
    assert problems() == []
    cell = load_platform(folder).cell("demo")
    assert (len(cell.tenants), cell.removed) == (10, ("gone",))


def test_a_tenants_data_is_kept_until_the_day_that_its_file_names(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    today = datetime.now(UTC).date()
    write(folder, "demo/gone.yaml", f"{tenant_text}status: removed\nuntil: {today + timedelta(days=2)}\n")
    assert problems() == [
        f"tenants/demo/gone.yaml:8: status is removed, and its data is to be kept until "
        f"{today + timedelta(days=2)}; leave the status offboarding until that day has passed"
    ]


def test_options_of_a_group_that_is_off_are_refused(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    write(folder, "demo/acme.yaml", f"{tenant_text}contact:\n  notify: ops@example.com\n")
    assert problems() == [
        "tenants/demo/acme.yaml:8: contact is set, and routes does not list it; add contact to routes, "
        "or take it out"
    ]


def test_options_of_a_cell_without_folder_are_refused(folder: Path, problems: Problems) -> None:
    append(folder, "tiers.yaml", "cells:\n  dmo: {stages_quota: 11}\n")
    assert problems() == [
        "tenants/tiers.yaml:5: cells.dmo has no folder; did you mean demo? the folders are demo"
    ]


def test_two_tenants_of_one_issuer_need_audiences_of_their_own(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    oidc = "oidc: {issuer: https://id.example.com, audience: %s}"
    write(folder, "demo/acme.yaml", with_auth(tenant_text, oidc % "api"))
    write(folder, "other/globex.yaml", with_auth(tenant_text, oidc % "api"))
    assert problems() == [
        "tenants/other/globex.yaml:5: auth.oidc has issuer and audience in common with "
        "tenants/demo/acme.yaml; give each tenant an audience of its own; otherwise tokens of one "
        "open the other"
    ]
    write(folder, "other/globex.yaml", with_auth(tenant_text, oidc % "api-globex"))
    assert problems() == []


def test_two_tenants_may_not_trust_one_key_for_one_audience(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    def jwks(audience: str, *keys: dict[str, str]) -> str:
        return with_auth(
            tenant_text, f"audience: {audience}\n  jwks: {{issuer: me, keys: {json.dumps(keys)}}}"
        )

    shared = jwk()
    write(folder, "demo/acme.yaml", jwks("api", jwk(), shared | {"kid": "old"}))
    write(folder, "demo/globex.yaml", jwks("api", shared))
    write(folder, "demo/initech.yaml", jwks("api", jwk()))
    write(folder, "demo/umbrella.yaml", jwks("umbrella", shared))
    assert problems() == [
        "tenants/demo/globex.yaml:6: auth.jwks has a key, issuer and audience in common with "
        "tenants/demo/acme.yaml; give each tenant an audience of its own; otherwise tokens of one "
        "open the other"
    ]


def test_keys_copied_from_an_issuer_stand_against_the_issuer(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    issuer = "issuer: https://id.example.com"
    write(folder, "demo/acme.yaml", with_auth(tenant_text, f"oidc: {{{issuer}, audience: api}}"))
    keys = json.dumps([jwk()])
    write(
        folder,
        "demo/globex.yaml",
        with_auth(tenant_text, f"audience: api\n  jwks: {{{issuer}, keys: {keys}}}"),
    )
    assert [problem.partition(" has")[0] for problem in problems()] == [
        "tenants/demo/globex.yaml:6: auth.jwks"
    ]


def of_claims(tenant_text: str, audience: str, *claims: str) -> str:
    said = f"audience: {audience}, audience_fallback: [{', '.join(claims)}]"
    return with_auth(tenant_text, f"oidc: {{issuer: https://id.example.com, {said}}}")


def test_one_token_without_aud_must_not_name_two_tenants_in_two_claims(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    write(folder, "demo/acme.yaml", of_claims(tenant_text, "one", "client_id"))
    write(folder, "other/globex.yaml", of_claims(tenant_text, "two", "azp"))
    assert problems() == [
        "tenants/other/globex.yaml:5: auth.oidc.audience_fallback is azp, but in "
        "tenants/demo/acme.yaml it is client_id: one token without aud could name both; write the "
        "same claims, "
        "in the same order, for tenants of one issuer"
    ]


def test_a_preset_brings_its_claim_into_the_comparison(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    issuer = "issuer: https://id.example.com"
    preset = with_auth(tenant_text, f"oidc: {{preset: cognito, {issuer}, audience: one}}")
    write(folder, "demo/acme.yaml", preset)
    write(folder, "demo/globex.yaml", of_claims(tenant_text, "two", "azp"))
    [problem] = problems()
    assert "is client_id: one token without aud could name both" in problem


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (["client_id"], ["client_id"], True),
        (["client_id"], ["client_id", "azp"], True),  # without client_id the first takes no token
        (["client_id", "azp"], ["client_id", "azp"], True),
        (["client_id", "azp"], ["azp", "client_id"], False),
        (["a", "b", "c"], ["a", "c"], False),
        (["client_id"], [], True),
    ],
)
def test_the_first_claim_that_is_there_has_to_be_the_same_for_both(
    folder: Path, problems: Problems, tenant_text: str, one: list[str], other: list[str], apart: bool
) -> None:
    write(folder, "demo/acme.yaml", of_claims(tenant_text, "one", *one))
    write(folder, "demo/globex.yaml", of_claims(tenant_text, "two", *other))
    assert (problems() == []) is apart


def test_tenants_whose_keys_differ_may_read_other_claims(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    shared = jwk()
    for slug, claim, keys in (("acme", "a", [jwk()]), ("globex", "b", [shared]), ("initech", "c", [shared])):
        jwks = f"jwks: {{issuer: me, audience_fallback: [{claim}], keys: {json.dumps(keys)}}}"
        write(folder, f"demo/{slug}.yaml", with_auth(tenant_text, jwks))
    assert [problem.partition(" ")[0] for problem in problems()] == ["tenants/demo/initech.yaml:5:"]


def test_a_name_for_a_scope_that_opens_no_route_is_refused(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    """One of a group that is off opens none of the tenant's, and is known all the same."""
    oidc = (
        "oidc:\n    issuer: https://id.example.com\n    audience: api\n    scope_names:\n"
        "      api/read: items:read tools:read\n      api/write: items:read item:write"
    )
    write(folder, "demo/acme.yaml", with_auth(tenant_text, oidc))
    assert problems() == [
        "tenants/demo/acme.yaml:10: auth.oidc.scope_names.'api/write' gives 'item:write', which opens no "
        "route; did you mean items:write? the scopes are items:read, items:write, tools:read, tools:write"
    ]


def test_problems_of_all_files_come_at_once(
    folder: Path, problems: Callable[[], list[str]], tenant_text: str
) -> None:
    text = tenant_text.replace("Acme", '""').replace("[items]", "[shop]").replace("[web]", "[web, web, A]")
    text = text.replace("    keys: [main]", "    keys: [main]\n  jwks: {}\n  leeway_seconds: 900")
    (folder / "demo" / "acme.yaml").write_text(
        text + "tire: gold\ncors_origins: ['*', ftp://x]\n", encoding="utf-8"
    )
    (folder / "demo" / "globex.yaml").write_text("name: [", encoding="utf-8")
    (folder / "tiers.yaml").write_text("tiers: {gold: {rate_per_second: 0, burst: 1}}\n", encoding="utf-8")
    found = problems()
    places = [problem.partition(" ")[0] for problem in found]
    assert places == [
        *(f"tenants/demo/acme.yaml:{line}:" for line in (1, 3, 4, 7, 8, 9, 9, 10, 11, 11)),
        "tenants/demo/globex.yaml:1:",
        "tenants/tiers.yaml:1:",
    ]


def test_a_key_of_its_own_needs_a_table_of_its_own(
    folder: Path, problems: Problems, tenant_text: str
) -> None:
    write(folder, "demo/acme.yaml", tenant_text + "data:\n  encryption: kms\n")
    line = len(tenant_text.splitlines()) + 2
    [problem] = problems()
    assert problem.startswith(
        f"tenants/demo/acme.yaml:{line}: data.encryption is 'kms', and the isolation of tier "
    )
    assert problem.endswith("; set data.isolation to silo, or leave data.encryption out")
    write(folder, "demo/acme.yaml", tenant_text + "data:\n  isolation: pooled\n  encryption: kms\n")
    assert "and data.isolation is pooled" in problems()[0]
    write(folder, "demo/acme.yaml", tenant_text + "data:\n  isolation: silo\n  encryption: kms\n")
    assert problems() == []
