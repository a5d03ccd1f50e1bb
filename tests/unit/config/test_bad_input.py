"""Each bad value of a tenant's file is named with its line, what is wrong and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

# What is replaced (None: the new text is appended, on line 8), by what, and the one problem it makes.
CASES = {
    "name empty": ("Acme", '""', "1: name is empty; write text"),
    "name blank": ("Acme", '" "', "1: name is ' '; write it on one line, with no blank at its start or end"),
    "name with a line end": ("Acme", r'"a\nb"', r"1: name is 'a\nb'; write it on one line"),
    "name a number": ("Acme", "2026", '1: name is 2026; put it in quotes if it is meant as text: "2026"'),
    "name left empty": ("Acme", "", "1: name is empty; fill it in, or take the line out"),
    "name missing": ("name: Acme\n", "", "1: name is missing; add it, as in `name: Acme Corporation`"),
    "tier unknown": (
        "gold",
        "platinum",
        "2: tier is 'platinum', which is not in tiers.yaml; the tiers are bronze, gold",
    ),
    "tier misspelt": (
        "gold",
        "golden",
        "2: tier is 'golden', which is not in tiers.yaml; did you mean gold? the tiers",
    ),
    "status other": (
        None,
        "status: paused",
        "8: status is 'paused'; use active, suspended, offboarding or removed, or leave it out",
    ),
    "status misspelt": (
        None,
        "status: suspend",
        "8: status is 'suspend'; use active, suspended, offboarding or removed (did you mean suspended?)",
    ),
    "end without a day": (
        None,
        "status: offboarding",
        "8: status is offboarding, and until is missing; add the last day on which its data is kept",
    ),
    "a day without an end": (
        None,
        'until: "2027-01-31"',
        "8: until is set, but the tenant is neither offboarding nor removed; take it out, or "
        "offboard the tenant",
    ),
    "a day that is none": (
        None,
        "status: offboarding\nuntil: 2027-02-30",
        "9: until is not a day of the calendar; write YEAR-MONTH-DAY",
    ),
    "a key in use and retired": (
        None,
        "retired:\n  api_keys: [old, web]",
        "9: retired.api_keys[1] is 'web', which is also in use; take it out of one of the two lists",
    ),
    "route unknown": (
        "[items]",
        "[items, item]",
        "3: routes[1] is 'item'; use contact, items, portal, tokens or tools (did you mean items?)",
    ),
    "route repeated": ("[items]", "[items, items]", "3: routes[1] repeats 'items'; name each once"),
    "routes empty": ("[items]", "[]", "3: routes is empty; list at least 1"),
    "routes no list": ("[items]", "items", "3: routes is 'items'; write a list: [items]"),
    "route on its own line": (
        "[items]",
        "\n  - items\n  - shop",
        "5: routes[1] is 'shop'; use contact, items, portal, tokens or tools",
    ),
    "no auth mode": (
        "managed:\n    keys: [main]",
        "leeway_seconds: 5",
        "4: auth names no mode; add one of managed, jwks, oidc",
    ),
    "two auth modes": (
        "    keys: [main]\n",
        "    keys: [main]\n  oidc: {issuer: https://id.example.com, audience: a}\n",
        "4: auth names 2 modes, managed and oidc; keep exactly one",
    ),
    "auth audience beside oidc": (
        "managed:\n    keys: [main]",
        "audience: a\n  oidc: {issuer: https://id.example.com, audience: a}",
        "5: auth.audience is set together with oidc, which has an audience of its own; use oidc.audience",
    ),
    "issuer not https": (
        "managed:\n    keys: [main]",
        "oidc:\n    issuer: http://id.example.com\n    audience: a",
        "6: auth.oidc.issuer is not an https URL; use https://",
    ),
    "issuer with a password": (
        "managed:\n    keys: [main]",
        "oidc:\n    issuer: https://u:hunter2@id.example.com\n    audience: a",
        "6: auth.oidc.issuer holds a user name or password; write the host only",
    ),
    "issuer with a query": (
        "managed:\n    keys: [main]",
        "oidc:\n    issuer: https://id.example.com?a=b\n    audience: a",
        "6: auth.oidc.issuer has a query; take out what starts with ?",
    ),
    "issuer with a fragment": (
        "managed:\n    keys: [main]",
        "oidc:\n    issuer: https://id.example.com#a\n    audience: a",
        "6: auth.oidc.issuer has a fragment; take out what starts with #",
    ),
    "audience missing": (
        "managed:\n    keys: [main]",
        "oidc:\n    issuer: https://id.example.com",
        "5: auth.oidc.audience is missing; add it, as in `audience: api.example.com`",
    ),
    "oidc symmetric": (
        "managed:\n    keys: [main]",
        "oidc: {issuer: https://id.example.com, audience: a, algorithms: [HS256]}",
        "5: auth.oidc.algorithms[0] names the symmetric algorithm HS256; use one of RS256, ES256 and EdDSA",
    ),
    "oidc none": (
        "managed:\n    keys: [main]",
        "oidc: {issuer: https://id.example.com, audience: a, algorithms: [none]}",
        "5: auth.oidc.algorithms[0] is 'none'; use RS256, ",
    ),
    "leeway too long": (
        "    keys: [main]\n",
        "    keys: [main]\n  leeway_seconds: 121\n",
        "7: auth.leeway_seconds is 121; use 120 or less, or leave it out",
    ),
    "lifetime negative": (
        "    keys: [main]\n",
        "    keys: [main]\n  max_lifetime_seconds: -1\n",
        "7: auth.max_lifetime_seconds is -1; use 60 or more, or leave it out",
    ),
    "signing keys empty": ("[main]", "[]", "6: auth.managed.keys is empty; list at least 1"),
    "signing key repeated": (
        "[main]",
        "[main, main]",
        "6: auth.managed.keys[1] repeats 'main'; name each once",
    ),
    "signing key's name": (
        "[main]",
        "[Main]",
        "6: auth.managed.keys[0] is 'Main'; use 1 to 31 of a-z, 0-9 and hyphens",
    ),
    "api key repeated": ("[web]", "[web, app, web]", "7: api_keys[2] repeats 'web'; name each once"),
    "api keys empty": ("[web]", "[]", "7: api_keys is empty; list at least 1"),
    "api key a number": (
        "[web]",
        "[2026]",
        '7: api_keys[0] is 2026; put it in quotes if it is meant as text: "2026"',
    ),
    "isolation other": (
        None,
        "data: {isolation: pool}",
        "8: data.isolation is 'pool'; use pooled or silo (did you mean pooled?), or leave it out",
    ),
    "rate zero": (
        None,
        "limits:\n  rate_per_second: 0",
        "9: limits.rate_per_second is 0; use 1 or more, or leave it out",
    ),
    "rate above the account's": (
        None,
        "limits: {rate_per_second: 10001}",
        "8: limits.rate_per_second is 10001; use 10000 or less",
    ),
    "burst negative": (None, "limits: {burst: -5}", "8: limits.burst is -5; use 1 or more, or leave it out"),
    "burst above the account's": (None, "limits: {burst: 5001}", "8: limits.burst is 5001; use 5000 or less"),
    "burst with an octal look": (
        None,
        "limits: {burst: 012}",
        "8: limits.burst is '012'; use a whole number, in plain digits",
    ),
    "burst with underscores": (
        None,
        "limits: {burst: 1_000}",
        "8: limits.burst is '1_000'; use a whole number, in plain digits",
    ),
    "burst a fraction": (None, "limits: {burst: 1.5}", "8: limits.burst is 1.5; use a whole number"),
    "burst true": (None, "limits: {burst: true}", "8: limits.burst is true; use a whole number"),
    "quota zero": (
        None,
        "limits:\n  quota:\n    limit: 0\n    period: day",
        "10: limits.quota.limit is 0; use 1 or more",
    ),
    "quota without a period": (
        None,
        "limits:\n  quota: {limit: 5}",
        "9: limits.quota.period is missing; add it, as in `period: day`",
    ),
    "quota's period": (
        None,
        "limits: {quota: {limit: 5, period: year}}",
        "8: limits.quota.period is 'year'; use day, week or month",
    ),
    "origin without scheme": (
        None,
        "cors_origins:\n  - https://a.example\n  - b.example",
        "10: cors_origins[1] has no scheme; put https:// first",
    ),
    "origin with a path": (
        None,
        "cors_origins: [https://a.example/]",
        "8: cors_origins[0] goes on after the host; end it after",
    ),
    "origin unencrypted": (
        None,
        "cors_origins: [http://a.example]",
        "8: cors_origins[0] is not encrypted; use https://",
    ),
    "origins no list": (
        None,
        "cors_origins: https://a.example",
        "8: cors_origins is a URL; write a list, as in [a, b]",
    ),
    "star and credentials": (
        None,
        'cors_origins: ["*"]\ncors_credentials: true',
        "8: cors_origins is * together with cors_credentials; list the origins, or take cors_credentials out",
    ),
    "star and others": (
        None,
        'cors_origins: ["*", https://a.example]',
        "8: cors_origins has * beside other origins; keep * alone, or list the origins without it",
    ),
    "credentials no boolean": (
        None,
        "cors_credentials: yes",
        "8: cors_credentials is 'yes'; use true or false",
    ),
    "notify malformed": (
        None,
        "contact:\n  notify: office",
        "9: contact.notify is neither an e-mail address nor an https URL",
    ),
    "notify unencrypted": (
        None,
        "contact: {notify: http://a.example}",
        "8: contact.notify is not an https URL; use https://",
    ),
    "alarms malformed": (
        None,
        "alarms: {email: ops@example}",
        "8: alarms.email is not an e-mail address; write one such as",
    ),
    "contact empty": (None, "contact:\n", "8: contact is empty; fill it in, or take the line out"),
    "unknown key": (
        None,
        "cors_origin: []",
        "8: cors_origin is not a known key; did you mean cors_origins? the keys are name, ",
    ),
    "unknown key within": (
        None,
        "limits: {rate: 5}",
        "8: limits.rate is not a known key; the keys are rate_per_second, burst, quota",
    ),
    "repeated key": (None, "tier: bronze", "8: 'tier' is given twice, first on line 2; keep one of them"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_problem_names_file_line_fault_and_remedy(
    case: str, folder: Path, problems: Callable[[], list[str]], tenant_text: str
) -> None:
    old, new, expected = CASES[case]
    text = tenant_text + new if old is None else tenant_text.replace(old, new, 1)
    (folder / "demo" / "acme.yaml").write_text(text, encoding="utf-8")
    found = problems()
    assert len(found) == 1
    assert found[0].startswith(f"tenants/demo/acme.yaml:{expected}")
    assert "; " in found[0]
