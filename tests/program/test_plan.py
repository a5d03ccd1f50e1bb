"""The plan says of each edit whom it touches and how, and asks for a person where something is taken away."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tenantry.config import load_platform
from tenantry.gateway import contract
from tenantry.packing import functions
from tenantry.planning.declared import Declared, declared
from tenantry.planning.effects import Effect, TenantPlan
from tenantry.planning.releases import of_the_same_code
from tenantry.planning.totals import Total, total

TIERS = """\
tiers:
  bronze: {rate_per_second: 5, burst: 10, quota: {limit: 10000, period: day}}
  silver: {rate_per_second: 50, burst: 100, quota: {limit: 1000000, period: month}}
  gold: {rate_per_second: 200, burst: 400, reserved_concurrency: 5}
  shared:
    rate_per_second: 50
    burst: 100
    quota: {limit: 1000000, period: month}
    monitoring: {alarms: cell, metrics: free, traces: off}
    cursors: unsealed
  unwatched:
    rate_per_second: 50
    burst: 100
    quota: {limit: 1000000, period: month}
    monitoring: {alarms: none}
  slower: {rate_per_second: 50, burst: 100, log_retention_days: 30}
  smaller: {rate_per_second: 50, burst: 100, memory_mb: 512}
  shorter: {rate_per_second: 50, burst: 100, log_retention_days: 90}
  bounded: {rate_per_second: 50, burst: 120}
  shown: {rate_per_second: 50, burst: 100, dashboard: shared}
cells:
  demo: {stages_quota: 100}
"""
OTHER_TIERS = (
    TIERS.replace("slower: {rate_per_second: 50", "slower: {rate_per_second: 40")
    .replace("memory_mb: 512", "memory_mb: 256")
    .replace("log_retention_days: 90", "log_retention_days: 14")
    .replace("burst: 120", "burst: 120, reserved_concurrency: 2")
    .replace("dashboard: shared", "dashboard: dedicated")
    .replace("stages_quota: 100", "stages_quota: 70")
)
MANAGED = """\
name: Acme
tier: silver
routes: [contact, items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""
KEY = "{kid: k, kty: OKP, crv: Ed25519, x: BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA}"
OTHER_KEY = KEY.replace("kid: k", "kid: l")
OTHER_POINT = "XiEsCYDks5_AlyETSqAhCTdO39JgwNPQPLUByNZUV6k"
OIDC = "oidc: {issuer: 'https://id.acme.example', audience: api, algorithms: [RS256, ES256]}"
OWN = "managed:\n    keys: [main]"
SUSPENDED = MANAGED.replace("tier:", "status: suspended\nreason: unpaid\ntier:")
SILO = MANAGED.replace("tier:", "data: {isolation: silo}\ntier:")
ENCRYPTED = MANAGED.replace("tier:", "data: {isolation: silo, encryption: kms}\ntier:")
JWKS = MANAGED.replace(OWN, f"jwks: {{keys: [{KEY}], issuer: 'https://id.acme.example'}}")
ISSUED = MANAGED.replace(OWN, OIDC)
PAGES = MANAGED.replace("tier:", "cors_origins: ['https://acme.example', 'https://a.example']\ntier:")
COOKIES = PAGES.replace("tier:", "cors_credentials: true\ntier:")
WATCHED = MANAGED.replace("tier:", "alarms: {email: ops@acme.example}\ntier:")
SIGNING = MANAGED.replace("[contact, items]", "[contact, items, tokens]")
HOOKED = MANAGED.replace("tier:", "contact: {notify: 'https://hooks.acme.example/'}\ntier:")
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/0a1b2c3d"
ADDRESSED = MANAGED.replace(
    "tier:", f"domain: {{name: old.acme.example, certificate: '{CERTIFICATE}'}}\ntier:"
)
TABLE, OWN_TABLE = "tenantry_demo", "tenantry_demo_acme"
SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenantry/demo/acme/runtime/*-??????"


def keyed(role: str, actions: str, table: str, *keys: str) -> str:
    may = ", ".join(f"dynamodb:{each}" for each in actions.split(", "))
    where = " or ".join(f"acme#{role}#{each}" for each in keys)
    return f"!role acme.{role} may now {may} on dynamodb table/{table}, where dynamodb:LeadingKeys is {where}"


def decrypting(role: str, service: str, context: str, value: str) -> str:
    through = f"kms:ViaService is {service}.us-east-1.amazonaws.com"
    where = f"{through} and kms:EncryptionContext:{context} is {value}"
    return f"!role acme.{role} may now kms:Decrypt on kms key/acme-id, where {where}"


def mailing(identity: str) -> str:
    where = "ses:Recipients is office@acme.example and ses:FromAddress is contact@example.com"
    return f"!role acme.notifier may now ses:SendEmail on ses identity/{identity}, where {where}"


Edits = list[tuple[str, str | None]]
# A tenant's file, what is edited of it (None deletes the file), what comes of it, and all that is said of it:
# a line with ! asks for a person.
PAIRS: dict[str, tuple[str, Edits, Effect, list[str]]] = {
    "a comment": (MANAGED, [("tier:", "# the middle one\ntier:")], Effect.UNTOUCHED, []),
    "another name": (MANAGED, [("name: Acme", "name: Acme Corporation")], Effect.UNTOUCHED, []),
    "the order of routes": (MANAGED, [("[contact, items]", "[items, contact]")], Effect.UNTOUCHED, []),
    "a workload": (MANAGED, [("tier:", "workload: {requests_per_month: 5}\ntier:")], Effect.UNTOUCHED, []),
    "a domain of its own": (
        MANAGED,
        [("tier:", f"domain: {{name: new.acme.example, certificate: '{CERTIFICATE}'}}\ntier:")],
        Effect.CHANGED,
        ["address https://new.acme.example is new"],
    ),
    "its domain let go of": (
        ADDRESSED,
        [(f"domain: {{name: old.acme.example, certificate: '{CERTIFICATE}'}}\n", "")],
        Effect.CHANGED,
        ["!address https://old.acme.example is removed: calls to it are not answered"],
    ),
    "a release that it stays with": (
        MANAGED,
        [("tier:", "release: 4f0c2d81a9be\ntier:")],
        Effect.UNTOUCHED,
        ["release: newest → 4f0c2d81a9be"],
    ),
    "a lower tier": (
        MANAGED,
        [("silver", "bronze")],
        Effect.CHANGED,
        [
            "!rate a second: 50 → 5",
            "!burst: 100 → 10",
            "!quota: 1,000,000 a month → 10,000 a day",
            "tier: silver → bronze",
        ],
    ),
    "a higher tier": (
        MANAGED,
        [("silver", "gold")],
        Effect.CHANGED,
        [
            "rate a second: 50 → 200",
            "burst: 100 → 400",
            "!concurrency of each function: unbounded → 5",
            "quota: 1,000,000 a month → none",
            "tier: silver → gold",
        ],
    ),
    "a lower rate": (
        MANAGED,
        [("tier:", "limits: {rate_per_second: 20}\ntier:")],
        Effect.CHANGED,
        ["!rate a second: 50 → 20"],
    ),
    "a higher burst": (
        MANAGED,
        [("tier:", "limits: {burst: 150}\ntier:")],
        Effect.CHANGED,
        ["burst: 100 → 150"],
    ),
    "alarms of the cell, and cursors without a secret": (
        MANAGED,
        [("silver", "shared")],
        Effect.CHANGED,
        [
            "alarms: own → cell",
            "cursors: sealed → unsealed; cursors that clients hold are refused once",
            "tier: silver → shared",
            "!values of the secrets of acme are deleted",
        ],
    ),
    "no alarms": (
        MANAGED,
        [("silver", "unwatched")],
        Effect.CHANGED,
        ["!alarms: own → none", "tier: silver → unwatched"],
    ),
    "a lower quota": (
        MANAGED,
        [("tier:", "limits: {quota: {limit: 7, period: week}}\ntier:")],
        Effect.CHANGED,
        ["!quota: 1,000,000 a month → 7 a week"],
    ),
    "a higher quota": (
        MANAGED,
        [("tier:", "limits: {quota: {limit: 900000, period: day}}\ntier:")],
        Effect.CHANGED,
        ["quota: 1,000,000 a month → 900,000 a day"],
    ),
    "one more key": (MANAGED, [("[web]", "[web, app]")], Effect.CHANGED, ["key app is new"]),
    "a key that is rotated out": (
        MANAGED,
        [("[web]", "[app]\nretired: {api_keys: [web]}")],
        Effect.CHANGED,
        ["!key web is removed: clients that use it are refused", "key app is new"],
    ),
    "one more signing key": (
        MANAGED,
        [("[main]", "[main, new]")],
        Effect.CHANGED,
        ["signing key new is new"],
    ),
    "a signing key that is rotated out": (
        MANAGED,
        [("[main]", "[new]"), ("api_keys", "retired: {signing_keys: [main]}\napi_keys")],
        Effect.CHANGED,
        ["!signing key main is removed: its tokens are refused", "signing key new is new"],
    ),
    "a route group on": (
        MANAGED,
        [("[contact, items]", "[contact, items, tools]")],
        Effect.CHANGED,
        ["route group tools is new", "scope tools:read is new", "scope tools:write is new"],
    ),
    "a route group off": (
        MANAGED,
        [("[contact, items]", "[items]")],
        Effect.CHANGED,
        ["!route group contact is removed: its routes answer 404", "!logs of acme.contact are deleted"],
    ),
    "suspension": (
        MANAGED,
        [("tier:", "status: suspended\nreason: unpaid\ntier:")],
        Effect.CHANGED,
        ["!status: active → suspended"],
    ),
    "back from suspension": (
        SUSPENDED,
        [("status: suspended\nreason: unpaid\n", "")],
        Effect.CHANGED,
        ["status: suspended → active"],
    ),
    "offboarding": (
        MANAGED,
        [("tier:", "status: offboarding\nuntil: 2099-01-31\ntier:")],
        Effect.CHANGED,
        ["!status: active → offboarding until 2099-01-31"],
    ),
    "the end": (
        MANAGED,
        [("tier:", "status: removed\nuntil: 2020-01-31\ntier:")],
        Effect.REMOVED,
        [
            "!all its clients lose access; its keys are deleted for good",
            "!logs of acme, acme.authorizer, acme.contact, acme.items are deleted",
            "!values of the secrets of acme are deleted",
        ],
    ),
    "a file that is deleted": (
        MANAGED,
        [("name", None)],
        Effect.REMOVED,
        [
            "!all its clients lose access; its keys are deleted for good",
            "!logs of acme, acme.authorizer, acme.contact, acme.items are deleted",
            "!values of the secrets of acme are deleted",
        ],
    ),
    "a table of its own": (
        MANAGED,
        [("tier:", "data: {isolation: silo}\ntier:")],
        Effect.CHANGED,
        [
            "!isolation: pooled → silo; it starts without its records, which stay where they were",
            keyed("contact", "UpdateItem", OWN_TABLE, "count#*"),
            keyed("contact", "PutItem", OWN_TABLE, "idempotency#*", "message", "message-state#*"),
            keyed("items", "Query, UpdateItem", OWN_TABLE, "count#*", "item#*"),
            keyed("items", "PutItem", OWN_TABLE, "idempotency#*", "item#*"),
            keyed("items", "DeleteItem, GetItem", OWN_TABLE, "item#*"),
        ],
    ),
    "back to the table of all": (
        SILO,
        [("data: {isolation: silo}\n", "")],
        Effect.CHANGED,
        [
            "!isolation: silo → pooled; it starts without its records, which stay where they were",
            keyed("contact", "UpdateItem", TABLE, "count#*"),
            keyed("contact", "PutItem", TABLE, "idempotency#*", "message", "message-state#*"),
            keyed("items", "Query, UpdateItem", TABLE, "count#*", "item#*"),
            keyed("items", "PutItem", TABLE, "idempotency#*", "item#*"),
            keyed("items", "DeleteItem, GetItem", TABLE, "item#*"),
            "!Table acme stays, is no longer used, and is still billed",
        ],
    ),
    "an encryption key of its own": (
        SILO,
        [("silo}", "silo, encryption: kms}")],
        Effect.CHANGED,
        [
            "!encryption: aws-owned → kms",
            decrypting("contact", "dynamodb", "aws:dynamodb:tableName", "tenantry_demo_acme"),
            decrypting("items", "dynamodb", "aws:dynamodb:tableName", "tenantry_demo_acme"),
            decrypting("items", "secretsmanager", "SecretARN", SECRET),
        ],
    ),
    "back to a key of AWS's": (
        ENCRYPTED,
        [(", encryption: kms", "")],
        Effect.CHANGED,
        ["!encryption: kms → aws-owned", "!Key acme stays, is no longer used, and is still billed"],
    ),
    "keys of its own signer": (
        MANAGED,
        [(OWN, f"jwks: {{keys: [{KEY}]}}")],
        Effect.CHANGED,
        [
            "!signing key main is removed: its tokens are refused",
            "!issuer's key k is new: whoever holds it can sign tokens",
            "!auth: managed → jwks; tokens from before are refused",
            "!values of the secrets of acme are deleted",
        ],
    ),
    "an issuer in place of keys": (
        MANAGED,
        [(OWN, OIDC)],
        Effect.CHANGED,
        [
            "!signing key main is removed: its tokens are refused",
            "algorithm ES256 is new",
            "algorithm RS256 is new",
            "!auth: managed → oidc; tokens from before are refused",
            "!values of the secrets of acme are deleted",
        ],
    ),
    "another audience": (
        MANAGED,
        [("auth:\n", "auth:\n  audience: api\n")],
        Effect.CHANGED,
        ["!audience: acme → acme-api; tokens from before are refused"],
    ),
    "another issuer": (
        ISSUED,
        [("https://id.acme", "https://login.acme")],
        Effect.CHANGED,
        ["!issuer: https://id.acme.example → https://login.acme.example; tokens from before are refused"],
    ),
    "fewer algorithms": (
        ISSUED,
        [("[RS256, ES256]", "[ES256]")],
        Effect.CHANGED,
        ["!algorithm RS256 is removed: tokens signed by it are refused"],
    ),
    "another claim for scopes": (
        ISSUED,
        [("audience: api", "audience: api, scope_claims: [roles]")],
        Effect.CHANGED,
        ["!claims: scopes are read from tokens in a different way"],
    ),
    "one more key of its signer": (
        JWKS,
        [(KEY, f"{KEY}, {OTHER_KEY}")],
        Effect.CHANGED,
        ["!issuer's key l is new: whoever holds it can sign tokens"],
    ),
    "another key of its signer": (
        JWKS,
        [("kid: k", "kid: l")],
        Effect.CHANGED,
        [
            "!issuer's key k is removed: its tokens are refused",
            "!issuer's key l is new: whoever holds it can sign tokens",
        ],
    ),
    "another key under the same name": (
        JWKS,
        [("BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA", OTHER_POINT)],
        Effect.CHANGED,
        [
            "!issuer's key k is replaced: tokens signed by it are refused, and whoever holds the new one can "
            "sign tokens"
        ],
    ),
    "another algorithm of the same key": (
        JWKS,
        [("kid: k", "kid: k, alg: Ed25519")],
        Effect.CHANGED,
        [
            "!issuer's key k is replaced: tokens signed by it are refused, and whoever holds the new one can "
            "sign tokens"
        ],
    ),
    "the same key, written at more length": (
        JWKS,
        [("kid: k", "kid: k, use: sig, key_ops: [verify], alg: EdDSA")],
        Effect.UNTOUCHED,
        [],
    ),
    "keys of its issuer that somebody else may serve": (
        ISSUED,
        [("audience: api", "audience: api, jwks_uri: 'https://evil.example.com/keys'")],
        Effect.CHANGED,
        [
            "!jwks_uri: none → https://evil.example.com/keys; keys are read elsewhere, and whoever serves "
            "them can sign tokens"
        ],
    ),
    "metadata of its issuer that somebody else may serve": (
        ISSUED,
        [("audience: api", "audience: api, discovery: 'https://evil.example.com/metadata'")],
        Effect.CHANGED,
        [
            "!discovery: none → https://evil.example.com/metadata; keys are read elsewhere, and whoever "
            "serves them can sign tokens"
        ],
    ),
    "less leeway": (
        MANAGED,
        [("auth:\n", "auth:\n  leeway_seconds: 5\n")],
        Effect.CHANGED,
        ["!leeway of tokens, in seconds: 30 → 5"],
    ),
    "a shorter life of tokens": (
        MANAGED,
        [("auth:\n", "auth:\n  max_lifetime_seconds: 3600\n")],
        Effect.CHANGED,
        ["!longest life of a token, in seconds: 86,400 → 3,600"],
    ),
    "tokens that it gets for a shorter time": (
        SIGNING,
        [("keys: [main]", "keys: [main]\n    token_seconds: 60")],
        Effect.CHANGED,
        ["!life of tokens from the token endpoint, in seconds: 900 → 60"],
    ),
    "pages": (
        MANAGED,
        [("tier:", "cors_origins: ['https://acme.example']\ntier:")],
        Effect.CHANGED,
        ["origin https://acme.example is new"],
    ),
    "fewer pages": (
        PAGES,
        [(", 'https://a.example'", "")],
        Effect.CHANGED,
        ["!origin https://a.example is removed: browsers refuse the answers to its pages"],
    ),
    "cookies": (
        PAGES,
        [("tier:", "cors_credentials: true\ntier:")],
        Effect.CHANGED,
        ["cors_credentials: pages may send cookies and other credentials"],
    ),
    "no cookies": (
        COOKIES,
        [("cors_credentials: true\n", "")],
        Effect.CHANGED,
        [
            "!cors_credentials is taken out: browsers refuse the answers to pages that send cookies or other "
            "credentials"
        ],
    ),
    "a webhook": (
        MANAGED,
        [("tier:", "contact: {notify: 'https://hooks.acme.example/'}\ntier:")],
        Effect.CHANGED,
        [
            "contact.notify: none → https://hooks.acme.example/",
            "!role acme.contact may now sqs:SendMessage on sqs tenantry_demo_acme_contact",
        ],
    ),
    "another webhook": (
        HOOKED,
        [("hooks.acme", "hooks2.acme")],
        Effect.CHANGED,
        ["contact.notify: https://hooks.acme.example/ → https://hooks2.acme.example/"],
    ),
    "mail in place of a webhook": (
        HOOKED,
        [("https://hooks.acme.example/", "office@acme.example")],
        Effect.CHANGED,
        [
            "contact.notify: https://hooks.acme.example/ → office@acme.example",
            mailing("contact@example.com"),
            mailing("example.com"),
            "!values of the secrets of acme.delivery are deleted",
        ],
    ),
    "no webhook": (
        HOOKED,
        [("contact: {notify: 'https://hooks.acme.example/'}\n", "")],
        Effect.CHANGED,
        [
            "!contact.notify: https://hooks.acme.example/ → none",
            "!logs of acme.notifier are deleted",
            "!messages that still wait in acme.contact, acme.contact.dead are deleted",
            "!values of the secrets of acme.delivery are deleted",
        ],
    ),
    "where forms lead": (
        MANAGED,
        [("tier:", "contact: {redirect: 'https://acme.example/thanks'}\ntier:")],
        Effect.CHANGED,
        ["contact.redirect: none → https://acme.example/thanks"],
    ),
    "who hears of trouble": (
        MANAGED,
        [("tier:", "alarms: {email: ops@acme.example}\ntier:")],
        Effect.CHANGED,
        ["alarms.email: none → ops@acme.example"],
    ),
    "nobody who hears of trouble": (
        WATCHED,
        [("alarms: {email: ops@acme.example}\n", "")],
        Effect.CHANGED,
        ["!alarms.email: ops@acme.example → none"],
    ),
    "nothing, in a tier that is slower": (
        MANAGED.replace("silver", "slower"),
        [],
        Effect.CHANGED,
        ["!rate a second: 50 → 40"],
    ),
    "nothing, in a tier that is smaller": (
        MANAGED.replace("silver", "smaller"),
        [],
        Effect.CHANGED,
        ["!memory of each function, in MB: 512 → 256"],
    ),
    "nothing, in a tier that logs for less": (
        MANAGED.replace("silver", "shorter"),
        [],
        Effect.CHANGED,
        ["!days that logs are kept: 90 → 14; older ones are dropped"],
    ),
    "nothing, in a tier that is bounded": (
        MANAGED.replace("silver", "bounded"),
        [],
        Effect.CHANGED,
        ["!concurrency of each function: unbounded → 2"],
    ),
    "nothing, in a tier that is shown": (MANAGED.replace("silver", "shown"), [], Effect.CHANGED, []),
}
SLUGS = {name: f"pair-{number}" for number, name in enumerate(PAIRS)}


def edited(text: str, edits: Edits) -> str | None:
    for old, new in edits:
        assert old in text
        if new is None:
            return None
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, tiers: str, files: Mapping[str, str | None], cell: str = "demo") -> Path:
    (folder / cell).mkdir(parents=True)
    (folder / "tiers.yaml").write_text(tiers)
    for slug, text in files.items():
        if text is not None:
            own = text.replace("audience: api", f"audience: {slug}-api")  # no two tenants may share one
            (folder / cell / f"{slug}.yaml").write_text(own)
    return folder


def said(plan: TenantPlan) -> list[str]:
    """As of a tenant whose slug is acme."""
    return [
        f"{'!' if each.needs_person else ''}{each.text.replace(plan.tenant, 'acme')}" for each in plan.lines
    ]


def by_tenant(found: Total) -> dict[str, TenantPlan]:
    return {each.tenant: each for each in found.tenants}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Total:
    """All pairs in one cell, for no tenant's plan depends on another's; and one tenant that comes."""
    folder = tmp_path_factory.mktemp("pairs")
    before = {SLUGS[name]: text for name, (text, *_) in PAIRS.items()}
    after = {SLUGS[name]: edited(text, edits) for name, (text, edits, *_) in PAIRS.items()}
    return total(
        declared(written(folder / "before", TIERS, before)),
        declared(written(folder / "after", OTHER_TIERS, after | {"initech": MANAGED})),
    )


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    return declared(written(tmp_path_factory.mktemp("before"), TIERS, {"acme": MANAGED, "beta": ISSUED}))


def again(tmp_path: Path) -> Declared:
    """The same files, by whatever the program is now."""
    return declared(written(tmp_path / "again", TIERS, {"acme": MANAGED, "beta": ISSUED}))


@pytest.mark.parametrize("pair", PAIRS)
def test_an_edit_does_to_its_tenant_what_is_expected(pairs: Total, pair: str) -> None:
    *_, effect, lines = PAIRS[pair]
    found = by_tenant(pairs)[SLUGS[pair]]
    assert (found.effect, said(found)) == (effect, lines)
    assert (found.effect is Effect.UNTOUCHED) == (not found.steps)


def test_a_tenant_that_comes_takes_nothing_from_anybody(pairs: Total) -> None:
    found = by_tenant(pairs)["initech"]
    assert (found.effect, found.lines) == (Effect.ADDED, ())
    assert found.usd > 1


def test_quotas_are_said_where_their_use_changes(pairs: Total) -> None:
    stages = next(each for each in pairs.quotas if each.text.startswith("stages of demo"))
    assert stages.text == f"stages of demo: {len(PAIRS)} → {len(PAIRS) - 1}; {71 - len(PAIRS)} of 70 left"


def test_the_summary_names_the_first_losses_and_says_how_long_it_takes(pairs: Total) -> None:
    slug = SLUGS["a key that is rotated out"]
    assert f"; {slug} loses key web; " in pairs.summary
    assert " more lose something; -$" in pairs.summary
    plans = sum(each.calls.get("apigateway:UpdateUsagePlan", 0) for each in pairs.tenants)
    assert pairs.seconds == 20 * plans > 100
    assert f"about {round(20 * plans / 60)} min" in pairs.summary


def test_a_cell_too_small_for_what_comes_and_what_goes_at_once_is_named(tmp_path: Path) -> None:
    full, tiers = {f"tenant-{number}": ISSUED for number in range(10)}, TIERS.partition("cells:")[0]
    was = declared(written(tmp_path / "full", tiers, full))
    full["gamma"] = full.pop("tenant-9")
    is_ = declared(written(tmp_path / "other", tiers, full))
    shared = by_tenant(total(was, is_))[""]
    assert "needs 11 for a while: gamma would be created before tenant-9 is deleted" in shared.lines[0].text
    assert shared.needs_person


def test_a_domain_that_moves_between_tenants_is_named(tmp_path: Path) -> None:
    was = declared(written(tmp_path / "one", TIERS, {"acme": ADDRESSED, "globex": MANAGED}))
    is_ = declared(written(tmp_path / "other", TIERS, {"acme": MANAGED, "globex": ADDRESSED}))
    shared = by_tenant(total(was, is_))[""]
    assert "old.acme.example cannot move from acme to globex in one update" in shared.lines[0].text
    assert shared.needs_person


def test_what_is_printed_is_read_back_and_nothing_has_changed(before: Declared) -> None:
    read = Declared.read(json.dumps(asdict(before)))
    assert read == before
    found = total(before, read)
    assert {each.effect for each in found.tenants} == {Effect.UNTOUCHED}
    assert found.summary == "touches 0 of 2 tenants; +$0.00 a month"


def test_what_an_earlier_release_does_not_report_is_named_and_the_rest_compared(before: Declared) -> None:
    stored = json.loads(json.dumps(asdict(before)))
    del stored["tenants"]["acme"]["trusted_keys"], stored["tenants"]["acme"]["alarms_email"]
    stored["tenants"]["acme"]["rate_per_second"] = 60
    found = by_tenant(total(Declared.read(json.dumps(stored)), before))
    assert said(found["acme"]) == [
        "!not compared, because the earlier release does not report them: trusted keys, alarms email",
        "!rate a second: 60 → 50",
    ]
    assert found["beta"].lines == ()


def test_an_earlier_release_that_reports_too_little_is_not_read(before: Declared) -> None:
    stored = json.loads(json.dumps(asdict(before)))
    del stored["tenants"]["acme"]["audience"]
    with pytest.raises(LookupError, match="audience"):
        Declared.read(json.dumps(stored))


def test_other_code_changes_every_tenant_and_asks_nobody(
    before: Declared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = functions.sources
    monkeypatch.setattr(functions, "sources", lambda groups: {**sources(groups), "more.py": b""})
    found = by_tenant(total(before, again(tmp_path)))
    assert {slug: each.effect for slug, each in found.items()} == dict.fromkeys(
        ("acme", "beta", ""), Effect.CHANGED
    ) | {"": Effect.REPLACED}
    assert not any(each.needs_person for each in found.values())


def test_a_contract_that_breaks_clients_is_said_to_those_who_have_the_route(
    before: Declared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = json.dumps(contract.load())
    other = json.loads(text.replace('"maximum": 100', '"maximum": 50'))
    del other["paths"]["/tools/summary"]
    monkeypatch.setattr(contract, "load", lambda _groups=None: other)
    found = by_tenant(total(before, again(tmp_path)))
    assert found["acme"].effect is Effect.CHANGED  # its stage serves another deployment
    assert said(found["acme"]) == [
        "!contract, GET /items and 1 more: query parameter limit: maximum: 100 → 50"
    ]


def test_a_tenant_that_moves_loses_what_its_clients_hold(before: Declared, tmp_path: Path) -> None:
    tiers = TIERS.partition("cells:")[0]
    files = {"demo": {"beta": ISSUED}, "eu": {"acme": MANAGED}}
    for cell, tenants in files.items():
        written(tmp_path / cell, tiers, tenants, cell)
    (tmp_path / "eu" / "eu").rename(tmp_path / "demo" / "eu")
    found = by_tenant(total(before, declared(tmp_path / "demo")))
    assert said(found["acme"])[0] == "!cell: demo → eu; URL, keys and data are different there"
    assert found["beta"].effect is Effect.UNTOUCHED


@pytest.mark.parametrize(
    ("kind", "name", "changed", "effect", "line"),
    [
        (
            "Function",
            "acme.items",
            "name",
            Effect.INTERRUPTED,
            "calls to items fail for 1 s or more, while Function acme.items is replaced",
        ),
        (
            "UsagePlan",
            "acme",
            "name",
            Effect.INTERRUPTED,
            "calls of all its clients fail for 20 s or more, while UsagePlan acme is replaced",
        ),
        ("ApiKey", "acme.web", "name", Effect.REPLACED, "ApiKey acme.web is made anew, with other content"),
    ],
)
def test_what_cannot_change_in_place_interrupts_or_replaces(
    before: Declared, kind: str, name: str, changed: str, effect: Effect, line: str
) -> None:
    [urn] = [each.urn for each in before.resources.values() if (each.kind, each.name) == (kind, name)]
    old = before.resources[urn]
    other = replace(old, inputs=old.inputs | {changed: "another"})
    found = by_tenant(total(before, replace(before, resources=before.resources | {urn: other})))
    assert found["acme"].effect is effect
    assert f"!{line}" in said(found["acme"])


def test_asking_only_for_whom_the_files_changed_says_the_same(tmp_path: Path) -> None:
    """With what all share, which knows of every tenant of the cell, and of no other cell."""
    eu = {"initech": MANAGED.replace("web", "app")}
    old = written(tmp_path / "old", TIERS, {"acme": MANAGED, "beta": ISSUED})
    new = written(tmp_path / "new", TIERS, {"acme": MANAGED.replace("[web]", "[web, app]"), "beta": ISSUED})
    for folder in (old, new):
        written(folder / "of-eu", TIERS, eu, "eu")
        (folder / "of-eu" / "eu").rename(folder / "eu")
        shutil.rmtree(folder / "of-eu")
    narrow = of_the_same_code(load_platform(old), load_platform(new))
    assert total(*narrow) == total(declared(old), declared(new))
    assert {each.owner for each in narrow[1].resources.values()} == {"acme", ""}
    assert not any("::eu::" in urn or ":eu::" in urn for urn in narrow[1].resources)


DOMAIN = "demo: {stages_quota: 100, domain: {name: api.example.com, zone: Z0123456789ABC}}"
ADDRESSED_CELL = TIERS.replace("demo: {stages_quota: 100}", DOMAIN)
BOTH = {"acme": MANAGED, "beta": ISSUED}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((TIERS, BOTH), (TIERS, {"beta": ISSUED})),
        ((ADDRESSED_CELL, BOTH), (ADDRESSED_CELL.replace("api.", "www."), BOTH)),
        ((ADDRESSED_CELL, {}), (ADDRESSED_CELL.replace("api.", "www."), {})),
    ],
    ids=["a tenant goes", "its domain changes", "an empty cell's does"],
)
def test_what_a_cells_tenants_share_is_compared_whoever_of_them_changes(
    tmp_path: Path, before: tuple[str, dict[str, str]], after: tuple[str, dict[str, str]]
) -> None:
    old, new = written(tmp_path / "old", *before), written(tmp_path / "new", *after)
    narrow = of_the_same_code(load_platform(old), load_platform(new))
    assert total(*narrow) == total(declared(old), declared(new))
