"""Whatever ran on the shared platform, its logs hold no key, no token, no private key and nobody's words."""

import base64
import json

from tenantry.rules.naming import log_group
from tests.support.command import Command, Run, eventually
from tests.support.platform import Platform, Tenant

SECRET_WORDS = "my private words"
ADDRESS = "ada.lovelace@example.com"


def private_lines(pem: str) -> list[str]:
    return [line for line in pem.splitlines() if line and not line.startswith("-----")]


def test_nothing_secret_was_logged_or_recorded(
    platform: Platform, command: Command, run: Run, acme: Tenant
) -> None:
    """This test runs last, so that it reads what all others left behind."""
    acme.call("POST", "/contact", {"email": ADDRESS, "message": SECRET_WORDS}, token=None)
    acme.call("POST", "/items/orders", {"note": SECRET_WORDS})
    acme.call("POST", "/items/orders", content=f'{{"note": "{SECRET_WORDS}"'.encode())
    for tenant in platform.tenants.values():
        tenant.call("GET", "/items/orders")
    assert run(command, "secrets", "set", "globex", "webhook_secret", "--generate")[0] == 0
    acme.call("GET", "/items/orders", token=acme.own_token + "x")
    acme.call("GET", "/items/orders", key=acme.key + "x")
    platform.tenants["globex"].call(
        "POST", "/contact", {"email": ADDRESS, "message": SECRET_WORDS}, token=None
    )
    notifier = log_group(platform.names.function("globex", "notifier"))
    assert eventually(lambda: any('"delivered"' in line for line in platform.log_lines(notifier)))
    lines = platform.log_lines("/")
    for tenant in platform.tenants.values():  # what is searched is there
        assert any(f'"tenant":"{tenant.slug}"' in line for line in lines)
    emulator = (platform.local.record.directory / "emulator.log").read_text()
    record = [each.read_text() for each in (command.home / "audit" / "lines" / "demo").iterdir()]
    assert any("secrets set" in each for each in record)
    written = "\n".join([emulator, *lines, *record])
    secrets = platform.root.client("secretsmanager")
    cursor_keys = [
        json.loads(secrets.get_secret_value(SecretId=platform.secret(slug))["SecretString"])["cursor_key"]
        for slug, tenant in platform.tenants.items()
    ]
    assert all(len(base64.b64decode(key)) == 32 for key in cursor_keys)
    signs = secrets.get_secret_value(SecretId=platform.secret("globex", "delivery"))["SecretString"]
    kept = {
        "API key": [tenant.key for tenant in platform.tenants.values()],
        "token": [part for token in platform.minted for part in (token, token.rpartition(".")[2]) if part],
        "private key": [
            line for each in platform.tenants.values() for line in private_lines(each.signer.private_pem)
        ],
        "cursor key": cursor_keys,
        "webhook secret": [json.loads(signs)["webhook_secret"].removeprefix("whsec_")],
        "client's words": [SECRET_WORDS, ADDRESS],
    }
    assert {kind: [text for text in texts if text in written] for kind, texts in kept.items()} == {
        kind: [] for kind in kept
    }
