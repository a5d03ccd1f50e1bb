"""What the demo claims, scene by scene; a scene's docstring is its heading."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from observer import Observer
from tenantry.rules.naming import Names

Scene = Callable[[Observer], None]
ORIGIN = "https://www.acme.example"  # one of cors_origins in acme's file
ORDER = {"customer": "Ada", "total": 12.5}


def serving(demo: Observer) -> None:
    """Every tenant's keyed call works"""
    for tenant in demo.platform.tenants:
        slug = tenant.slug
        health = demo.call(slug, "GET", "/health", key=None, token=None)
        demo.claim(f"{slug}: the gateway answers without any function", 200, health.status_code)
        made = demo.call(slug, "POST", "/items/orders", ORDER)
        mode = tenant.shown["auth"]
        demo.claim(f"{slug}: an item is made, with key and {mode} token", 201, made.status_code)
        path = f"/items/orders/{made.json().get('id')}"
        demo.claim(f"{slug}: and read again", "Ada", demo.call(slug, "GET", path).json().get("customer"))


def credentials(demo: Observer) -> None:
    """Wrong credentials are refused"""
    token = demo.token("acme")
    tampered = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    cases: list[tuple[str, int, dict[str, Any]]] = [
        ("no key", 401, {"key": None}),
        ("a key that nobody has", 403, {"key": "0" * 32}),
        ("acme-eu's key", 403, {"key": demo.key("acme-eu")}),
        ("no token", 401, {"token": None}),
        ("a tampered token", 401, {"token": tampered}),
        ("acme-eu's token", 401, {"token": demo.token("acme-eu")}),
        ("globex's token", 401, {"token": demo.token("globex")}),
        ("a token without the scope items:read", 403, {"token": demo.token("acme", ["tools:read"])}),
    ]
    for what, status, given in cases:
        demo.claim(
            f"acme with {what}", status, demo.call("acme", "GET", "/items/orders", **given).status_code
        )
    keyless = demo.call("acme", "POST", "/contact", {"email": "a@example.com", "message": "hi"}, key=None)
    demo.claim("acme's contact form without a key", 403, keyless.status_code)
    demo.claim("as a problem, RFC 9457", "application/problem+json", keyless.headers["content-type"])


def requests(demo: Observer) -> None:
    """Bad requests are refused, with what is wrong; stale ones too, and repeated ones are done once"""
    refused = demo.call("acme", "POST", "/contact", {"email": "a@example.com"}, token=None)
    demo.claim("a contact message without its text", 400, refused.status_code)
    named = [each.get("pointer") for each in refused.json().get("errors", [])]
    demo.claim("the member that is wrong is named", ["/message"], named)
    demo.claim(
        "a list where an object belongs", 400, demo.call("acme", "POST", "/items/orders", []).status_code
    )
    once = {"Idempotency-Key": "order-4711"}
    ids = {demo.call("acme", "POST", "/items/orders", ORDER, headers=once).json().get("id") for _ in range(3)}
    demo.claim("the same order sent three times is one item", 1, len(ids))
    path = f"/items/orders/{ids.pop()}"
    demo.claim("a replace that names no version", 428, demo.call("acme", "PUT", path, ORDER).status_code)
    stale = demo.call("acme", "PUT", path, ORDER, headers={"If-Match": '"9"'})
    demo.claim("a replace of a version that is gone", 412, stale.status_code)
    allowed = demo.token("acme-eu", ["tools:read"])
    off = demo.call("acme-eu", "GET", "/tools/summary", token=allowed)
    demo.claim("a group that is switched off, with its scope", 404, off.status_code)


def isolation(demo: Observer) -> None:
    """No tenant reaches another"""
    made = demo.call("acme", "POST", "/items/secrets", {"of": "acme"}).json()
    for other in ("acme-eu", "globex"):
        answer = demo.call(other, "GET", f"/items/secrets/{made['id']}")
        demo.claim(f"acme's item, asked of {other}", 404, answer.status_code)
    names = Names(demo.platform.cell)
    role = demo.role(names.function("acme", "items"))
    table = role.client("dynamodb")
    key = {"pk": {"S": "acme#items#item#secrets"}, "sk": {"S": made["id"]}}
    own = table.get_item(TableName=names.table, Key=key)
    demo.claim("acme's own role reads acme's partition", "yes", _yes("Item" in own))
    key = {"pk": {"S": "acme-eu#items#item#secrets"}, "sk": {"S": made["id"]}}
    attempts = {
        "acme-eu's partition": lambda: table.get_item(TableName=names.table, Key=key),
        "the whole table": lambda: table.scan(TableName=names.table),
        "globex's own table": lambda: table.get_item(TableName=names.tenant("globex"), Key=key),
        "globex's secret": lambda: _secret(role, demo.secret(names.secret("globex"))),
        "acme's own signing keys": lambda: _secret(role, demo.secret(names.signing_secret("acme"))),
    }
    for what, attempt in attempts.items():
        demo.claim(f"acme's role and {what}", "denied", _outcome(attempt))


def limits(demo: Observer) -> None:
    """One tenant's burst is not another's trouble"""
    token = demo.token("acme-eu")
    demo.call("acme-eu", "GET", "/items/orders", token=token)  # its verdict is cached from here on

    def burst() -> list[int]:
        # Bodies that the gateway itself refuses: they count, and no function slows the burst down.
        return [
            demo.call("acme-eu", "POST", "/items/orders", [], token=token).status_code for _ in range(100)
        ]

    with ThreadPoolExecutor(1) as pool:
        noise = pool.submit(burst)
        quiet = {demo.call("acme", "GET", "/items/orders").status_code for _ in range(5)}
    refused = noise.result().count(429)
    demo.claim("acme-eu (bronze) sends 100 calls in a row: some are throttled", "yes", _yes(refused > 0))
    demo.claim("the allowance of its tier is not", "yes", _yes(100 - refused >= 10))
    demo.claim("acme is served meanwhile", {200}, quiet)


def contact(demo: Observer) -> None:
    """A message of the contact form shows up in the tools"""
    message = {"name": "Ada", "email": "ada@example.com", "message": "Do you ship to Malta?"}
    sent = demo.call("acme", "POST", "/contact", message, token=None, headers={"Origin": ORIGIN})
    demo.claim("a browser sends it with the key alone", 202, sent.status_code)
    allowed = sent.headers.get("access-control-allow-origin")
    demo.claim("and may read the answer", ORIGIN, allowed)
    listed = demo.call("acme", "GET", "/tools/contacts?state=new").json()["contacts"]
    demo.claim("it is listed first", sent.json()["id"], listed[0]["id"])
    path = f"/tools/contacts/{sent.json()['id']}"
    moved = demo.call("acme", "PATCH", path, {"state": "done", "note": "answered"})
    demo.claim("somebody works on it", "done", moved.json().get("state"))
    counts = demo.call("acme", "GET", "/tools/summary").json()["contacts"]
    found = ", ".join(f"{count} {state}" for state, count in counts.items())
    demo.claim("and the counts follow", "0 new, 0 open, 1 done", found)


def delivery(demo: Observer) -> None:
    """A message of the contact form reaches the tenant's webhook"""
    message = {"email": "ada@example.com", "message": "Do you ship to Malta?"}
    sent = demo.call("globex", "POST", "/contact", message, token=None)
    demo.claim("globex's visitor sends it", 202, sent.status_code)
    got = demo.delivered("globex", sent.json()["id"])
    demo.claim("the receiver gets it", message["message"], got and json.loads(got["body"])["data"]["message"])
    signature = got["headers"].get("webhook-signature", "") if got else ""
    demo.claim("signed (Standard Webhooks)", "v1", signature.partition(",")[0])


SCENES: tuple[Scene, ...] = (serving, credentials, requests, isolation, limits, contact, delivery)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _secret(role: Any, name: str) -> Any:
    return role.client("secretsmanager").get_secret_value(SecretId=name)


def _outcome(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        return "denied" if code in {"AccessDeniedException", "AccessDenied"} else code
    return "ALLOWED"
